// Every rule of docs/spec.md has an attack: a file of vectors/negative breaks it, or vectors/README.md says why bytes cannot
// break it.

import { describe, expect, it } from "vitest";
import type { Negative, VectorFile } from "../../scripts/vectors/format.js";
import { NOT_BY_BYTES, withTable } from "../../scripts/vectors/readme.js";

const negative = Object.entries(
  import.meta.glob<Negative>("../../vectors/negative/*/*.json", { eager: true, import: "default" }),
);
const texts = import.meta.glob<string>(["../../vectors/README.md", "../../docs/spec.md"], {
  eager: true,
  import: "default",
  query: "?raw",
});
const [readme, spec] = ["../../vectors/README.md", "../../docs/spec.md"].map((path) => texts[path] as string);
const rules = [...(spec as string).matchAll(/^- \*\*([A-Z]{3}-\d+)\*\*/gm)].map(([, id]) => id as string);
const broken = new Set<string>(negative.flatMap(([, { rules }]) => rules));

describe("the vectors", () => {
  it.each(rules)("break rule %s, or say why bytes cannot", (rule) => {
    expect(broken.has(rule)).toBe(!Object.hasOwn(NOT_BY_BYTES, rule));
  });

  it("break no unknown rule", () => {
    expect([...broken, ...Object.keys(NOT_BY_BYTES)].filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it("are listed by rule in their README", () => {
    const files = negative.map(([path, vector]): VectorFile => [path.slice("../../vectors/".length), vector]);
    expect(withTable(readme as string, spec as string, files)).toBe(readme);
  });
});
