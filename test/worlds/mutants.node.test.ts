// The checker can fail: each weakened rule leads to a counterexample, and the real rule in its place to none.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle, weakened } from "./build.js";
import { MUTANTS } from "./mutants/all.js";
import { PROPERTIES } from "./rules.js";
import { exploreWorlds, runBundle } from "./run.js";

let real: string;
beforeAll(async () => {
  real = await bundle();
});

describe("weakened rules", () => {
  it.each(MUTANTS)("$rule: detects that $name", async (mutant) => {
    const options = { ...mutant.scene, start: mutant.start, depth: mutant.depth };
    const weak = await exploreWorlds(options, mutant);
    expect(weak.counterexample?.property).toBe(mutant.breaks);
    expect((await runBundle(real, options)).counterexample).toBeUndefined();
  });

  it("documents every one of them", () => {
    const text = readFileSync(new URL("../../docs/assurance.md", import.meta.url), "utf8");
    const table = text.split("| the rule becomes | of | breaks |\n|---|---|---|\n")[1]?.split("\n\n")[0]?.split("\n");
    expect(table).toEqual(MUTANTS.map(({ name, rule, breaks }) => `| ${name} | ${rule} | ${breaks} |`));
    expect(new Set(MUTANTS.map(({ breaks }) => breaks))).toEqual(new Set(PROPERTIES));
  });

  it("refuses a mutant whose snippet is no longer in the source", () => {
    const [mutant] = MUTANTS as [(typeof MUTANTS)[number]];
    const changes = [{ file: "src/log/state.ts", find: "no such line", replace: "" }];
    expect(() => weakened({ ...mutant, changes })).toThrow("not once in src/log/state.ts");
  });
});
