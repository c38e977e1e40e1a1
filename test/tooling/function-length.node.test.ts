// Functions are split where a reader would draw the line: none of src/ is longer than 60 lines.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const LIMIT = 60;

/** The functions of a source that are longer than the limit, as `name: lines`. */
function tooLong(name: string, code: string): string[] {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      if (lines > LIMIT) found.push(`${node.name?.getText() ?? "a function"}: ${lines}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it("finds a function that is one line too long, and none that fits", () => {
  const lines = (count: number) => `function f() {\n${"  g();\n".repeat(count - 2)}}\n`;
  expect(tooLong("a.ts", lines(LIMIT))).toEqual([]);
  expect(tooLong("a.ts", lines(LIMIT + 1))).toEqual([`f: ${LIMIT + 1}`]);
  expect(tooLong("a.ts", `const o = { m() {\n${"  g();\n".repeat(LIMIT)}} };\n`)).toEqual([`m: ${LIMIT + 2}`]);
});

it("no function of src/ is too long", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) =>
    tooLong(name, readFileSync(join("src", name), "utf8")).map((f) => `${name} ${f}`),
  );
  expect(found).toEqual([]);
});
