// The documented layout, the lint's order and the folders of src/ agree. Entries contain re-exports only.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

interface Rule {
  readonly name: string;
}
const { forbidden } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as { forbidden: readonly Rule[] };
const order = forbidden.flatMap(({ name }) => (name.startsWith("order-") ? [name.slice("order-".length)] : []));
const src = readdirSync("src", { withFileTypes: true });
const folders = src.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const entries = src.flatMap(({ name }) => (name.endsWith(".ts") && name !== "errors.ts" ? [name] : []));

it("CONTRIBUTING lists the folders of src/ in the order of the lint", () => {
  const [, layout] = /^```\nsrc\/\n(.*?)^test\//ms.exec(readFileSync("CONTRIBUTING.md", "utf8")) ?? [];
  const documented = [...(layout ?? "").matchAll(/^ {2}([a-z-]+)\/ /gm)].map(([, name]) => name);
  expect(documented).toEqual(order.filter((name) => folders.includes(name)));
});

it("every folder of src/ has its place in the order of the lint", () => {
  expect(folders.filter((name) => !order.includes(name))).toEqual([]);
});

it("each entry is in the API documentation", () => {
  const { entryPoints } = JSON.parse(readFileSync("typedoc.json", "utf8")) as {
    readonly entryPoints: readonly string[];
  };
  expect([...entryPoints].sort()).toEqual(entries.map((name) => `src/${name}`).sort());
});

it.each(entries)("src/%s holds re-exports only", (name) => {
  const code = readFileSync(`src/${name}`, "utf8").replace(/^\s*\/\/.*$/gm, "");
  expect(code.replace(/export (type )?\{[^}]*\} from "[^"]+";/g, "").trim()).toBe("");
});

it("each public name is in one entry", () => {
  const where = entries.flatMap((entry) => {
    const names = readFileSync(`src/${entry}`, "utf8").matchAll(/export (?:type )?\{([^}]*)\} from/g);
    return [...names].flatMap(([, list]) =>
      (list ?? "").split(",").map((name) => [name.replace("type", "").trim(), entry]),
    );
  });
  const names = where.flatMap(([name]) => (name ? [name] : []));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

/** Names that an entry exports as values. */
const valuesOf = (entry: string): readonly string[] =>
  [...readFileSync(`src/${entry}`, "utf8").matchAll(/export \{([^}]*)\} from/g)].flatMap(([, list]) =>
    (list ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type ")),
  );

it("the main entry has at most 40 values: move what ordinary apps do not need to the entry of those who do", () => {
  expect(valuesOf("index.ts").length).toBeLessThanOrEqual(40);
});

it("classes are exported as values only where callers construct them", () => {
  const classes = entries.flatMap(valuesOf).filter((name) => /^[A-Z]/.test(name));
  const constructed = [
    "KeysteadError",
    "MaliciousRelay",
    "MemoryDisk",
    "OperatorKeys",
    "ReportTotals",
    "StatementKeys",
  ];
  expect(classes.sort()).toEqual(constructed);
});

it("the comment of a declaration stands at the declaration: no import between them", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => /\*\/\nimport /.test(readFileSync(`src/${file}`, "utf8")))).toEqual([]);
});
