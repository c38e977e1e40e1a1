// A set of epochs that grows, compared with a plain set of numbers. docs/spec.md section 11 (ESC-11).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochsIn, type Runs, runsOf } from "../../src/bytes/runs.js";
import { EpochSet } from "../../src/log/epoch-set.js";

const LAST = 130;
/** Ends at or beside word boundaries, besides all others. */
const epoch = fc.oneof(fc.integer({ min: 1, max: LAST }), fc.constantFrom(1, 31, 32, 33, 63, 64, 65, 95, 96, 97, LAST));
const runs: fc.Arbitrary<Runs> = fc
  .array(fc.tuple(epoch, epoch), { maxLength: 4 })
  .map((ends) => runsOf(ends.flatMap(([a, b]) => [...epochsIn([[Math.min(a, b), Math.max(a, b)]])])));

describe("a set of epochs", () => {
  it("adds runs, reports whether a run has a new epoch, and has the added epochs", () => {
    fc.assert(
      fc.property(fc.array(runs, { maxLength: 5 }), runs, (added, asked) => {
        const [set, plain] = [new EpochSet(LAST), new Set<number>()];
        for (const each of added) {
          expect(set.add(each)).toBe([...epochsIn(each)].some((epoch) => !plain.has(epoch)));
          for (const epoch of epochsIn(each)) plain.add(epoch);
          expect(set.has(each)).toBe(true);
        }
        expect(set.has(asked)).toBe([...epochsIn(asked)].every((epoch) => plain.has(epoch)));
        for (let epoch = 1; epoch <= LAST; epoch++) expect(set.has([[epoch, epoch]])).toBe(plain.has(epoch));
      }),
      { numRuns: 300 },
    );
  });

  it("has nothing after its last epoch, for runs of any length, and answers at once", () => {
    for (const last of [1, 31, 32, 64]) {
      const set = new EpochSet(last);
      expect(set.add([[1, last]])).toBe(true);
      expect(set.has([[1, last]])).toBe(true);
      for (const to of [last + 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) expect(set.has([[1, to]])).toBe(false);
    }
  });

  it("can be empty", () => {
    expect(new EpochSet(1).has([])).toBe(true);
    expect(new EpochSet(1).add([])).toBe(false);
  });
});
