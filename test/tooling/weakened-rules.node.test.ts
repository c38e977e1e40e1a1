// The weakened rules of the checkers quote lines of the sources. Worlds take minutes; this test only looks for each quoted line.

import { describe, expect, it } from "vitest";
import { MUTANTS as OF_ADMINS_SESSIONS } from "../client/escrow-mutants.js";
import { MUTANTS as OF_SIMULATION } from "../simulation/mutants.js";
import { type Weakening, weakened } from "../worlds/build.js";
import { MUTANTS as OF_WORLDS } from "../worlds/mutants/all.js";

const LISTS: Readonly<Record<string, readonly Weakening[]>> = {
  "the small worlds": OF_WORLDS,
  "the simulation": OF_SIMULATION,
  "admins' sessions": OF_ADMINS_SESSIONS,
};

describe.each(Object.entries(LISTS))("weakened rules of %s", (_name, mutants) => {
  it.each(mutants)("quote what the sources have once: $name", (mutant) => {
    expect([...weakened(mutant).keys()].sort()).toEqual([...new Set(mutant.changes.map(({ file }) => file))].sort());
  });
});

it("a line that the sources do not have is found, and one that they have twice", () => {
  const change = (find: string): Weakening => ({
    name: "none",
    changes: [{ file: "src/errors.ts", find, replace: "" }],
  });
  expect(() => weakened(change("no such line"))).toThrow("not once in src/errors.ts");
  expect(() => weakened(change("export "))).toThrow("not once in src/errors.ts");
});
