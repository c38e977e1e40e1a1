// The explanations of mutants that no test kills still match the code. A mutation run takes hours; this test runs no mutant.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Explained } from "../../scripts/mutation/explained.js";
import { EXPLAINED } from "../../scripts/mutation/explanations.js";
import { gone } from "../../scripts/mutation/judge.js";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string): string | undefined => {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
};

describe("explained mutants", () => {
  it("name lines that the sources have", () => {
    expect(gone(EXPLAINED, read)).toEqual([]);
  });

  it("are reported when their line or file is gone", () => {
    const source = "if (a) {\n  b();\n}\n";
    const of = (file: string, line: string): Explained => ({ file, line, becomes: ["false"], why: "" });
    const files = (file: string): string | undefined => (file === "src/a.ts" ? source : undefined);
    expect(gone([of("src/a.ts", "if (a) {"), of("src/a.ts", "b();")], files)).toEqual([]);
    expect(gone([of("src/a.ts", "if (a)"), of("src/b.ts", "b();")], files)).toEqual([
      "src/a.ts: if (a)",
      "src/b.ts: b();",
    ]);
  });
});
