// docs/errors.md has every code once, in the section of its kind.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type ErrorCode, KeysteadError } from "../../src/errors.js";

/** Every code with the kind of the section that it stands in. */
function documented(): readonly (readonly [string, string | undefined])[] {
  let kind: string | undefined;
  return readFileSync("docs/errors.md", "utf8")
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("## ")) kind = /^## `([a-z-]+)`/.exec(line)?.[1];
      return line.startsWith("### ")
        ? line
            .slice(4)
            .split(", ")
            .map((code) => [code, kind] as const)
        : [];
    });
}

it("documents every code in the section of its kind", () => {
  const table = readFileSync("src/errors.ts", "utf8").matchAll(/^ {2}([A-Z_]+): "[a-z-]+",$/gm);
  const codes = [...table].map(([, code]) => code as ErrorCode);
  expect(codes.length).toBeGreaterThan(25);
  const expected = codes.map((code) => [code, new KeysteadError(code, "x").kind]);
  expect([...documented()].sort()).toEqual([...expected].sort());
});
