// Runs of epochs compared with plain sets of numbers. docs/spec.md section 2 (reach, held).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalRuns,
  containsRuns,
  countEpochs,
  epochsIn,
  equalRuns,
  formatRuns,
  hasEpoch,
  intersectRuns,
  isCanonical,
  NO_RUNS,
  type Run,
  type Runs,
  runContaining,
  runsOf,
  subtractRuns,
  uniteRuns,
} from "../../src/bytes/runs.js";

const sets = fc.uniqueArray(fc.integer({ min: 1, max: 16 })).map((epochs) => new Set(epochs));
const sorted = (epochs: Iterable<number>): readonly number[] => [...epochs].sort((a, b) => a - b);
/** The result of an operation on runs, as epochs. Asserts that it is in the canonical form. */
const epochsOf = (runs: Runs): readonly number[] => {
  expect(isCanonical(runs)).toBe(true);
  return [...epochsIn(runs)];
};

describe("runs", () => {
  it("behave like sets, and stay canonical", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [x, y] = [runsOf(a), runsOf(b)];
        expect(epochsOf(x)).toEqual(sorted(a));
        expect(epochsOf(uniteRuns(x, y))).toEqual(sorted(new Set([...a, ...b])));
        expect(epochsOf(subtractRuns(x, y))).toEqual(sorted([...a].filter((epoch) => !b.has(epoch))));
        expect(epochsOf(intersectRuns(x, y))).toEqual(sorted([...a].filter((epoch) => b.has(epoch))));
        expect(containsRuns(x, y)).toBe([...b].every((epoch) => a.has(epoch)));
        expect(equalRuns(x, y)).toBe(a.size === b.size && [...b].every((epoch) => a.has(epoch)));
        expect(countEpochs(x)).toBe(a.size);
        for (let epoch = 0; epoch <= 17; epoch++) {
          expect(hasEpoch(x, epoch)).toBe(a.has(epoch));
          expect(runContaining(x, epoch) !== undefined).toBe(a.has(epoch));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("become canonical from pieces that touch or come in any order", () => {
    const piece = fc.tuple(fc.integer({ min: 1, max: 16 }), fc.nat(3)).map(([from, more]): Run => [from, from + more]);
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(epochsOf(canonicalRuns(pieces))).toEqual(sorted(new Set(epochsIn(pieces))));
      }),
    );
  });

  it("do not change their inputs", () => {
    const [a, b] = [Object.freeze([Object.freeze([1, 3] as const)]), Object.freeze([Object.freeze([2, 5] as const)])];
    expect([uniteRuns(a, b), subtractRuns(a, b), intersectRuns(a, b)]).toEqual([[[1, 5]], [[1, 1]], [[2, 3]]]);
    expect([a, b]).toEqual([[[1, 3]], [[2, 5]]]);
  });

  it.each([
    [[[0, 1]]],
    [[[2, 1]]],
    [
      [
        [1, 1],
        [2, 2],
      ],
    ],
    [
      [
        [1, 2],
        [2, 3],
      ],
    ],
    [
      [
        [3, 3],
        [1, 1],
      ],
    ],
    [
      [
        [1, 1],
        [1, 1],
      ],
    ],
  ] as [Runs][])("are not canonical as %j", (runs) => {
    expect(isCanonical(runs)).toBe(false);
  });

  it("are printed as people write them", () => {
    expect(
      formatRuns([
        [1, 3],
        [5, 5],
      ]),
    ).toBe("1-3, 5");
    expect(formatRuns(NO_RUNS)).toBe("none");
  });

  it("are shared where nothing changes, so that a long log keeps one copy", () => {
    const shattered = runsOf([1, 3, 5, 8]);
    const same = [
      uniteRuns(shattered, NO_RUNS),
      uniteRuns(NO_RUNS, shattered),
      uniteRuns(shattered, shattered),
      subtractRuns(shattered, NO_RUNS),
      subtractRuns(shattered, [[10, 12]]),
      subtractRuns(shattered, [[2, 2]]),
      canonicalRuns(shattered),
    ];
    for (const each of same) expect(each).toBe(shattered);
  });

  it("are read only a few times each, however many they are", () => {
    const LENGTH = 2000;
    const shatteredBy = (step: number, offset = 1): Runs =>
      Array.from({ length: LENGTH }, (_, index): Run => [offset + index * step, offset + index * step]);
    let looks = 0;
    const counted = (runs: Runs): Runs =>
      new Proxy(runs, {
        get(target, name, receiver) {
          if (typeof name === "string" && /^\d+$/.test(name)) looks++;
          return Reflect.get(target, name, receiver);
        },
      });
    const whole: Runs = [[1, 5 * LENGTH]];
    const sides: readonly (readonly [Runs, Runs])[] = [
      [shatteredBy(2), shatteredBy(2, 2)],
      [shatteredBy(2), shatteredBy(3)],
      [shatteredBy(2), shatteredBy(2, 3 * LENGTH)],
      [shatteredBy(2, 3 * LENGTH), shatteredBy(2)],
      [shatteredBy(2), shatteredBy(2)],
      [shatteredBy(2), whole],
      [whole, shatteredBy(2)],
    ];
    for (const operation of [uniteRuns, subtractRuns, intersectRuns, containsRuns, equalRuns]) {
      for (const [a, b] of sides) {
        looks = 0;
        operation(counted(a), counted(b));
        expect(looks).toBeLessThanOrEqual(4 * (a.length + b.length) + 64);
      }
    }
    looks = 0;
    for (const epoch of [1, 2, LENGTH, 2 * LENGTH - 1, 2 * LENGTH]) hasEpoch(counted(shatteredBy(2)), epoch);
    expect(looks).toBeLessThanOrEqual(5 * 13);
  });

  it("of any length cost nothing to compare", () => {
    const all: Runs = [[1, Number.MAX_SAFE_INTEGER]];
    expect(containsRuns([[1, 5]], all)).toBe(false);
    expect(subtractRuns(all, [[3, 4]])).toEqual([
      [1, 2],
      [5, Number.MAX_SAFE_INTEGER],
    ]);
  });
});

describe("equal sets", () => {
  const runs: Runs = [
    [1, 2],
    [4, 9],
  ];

  it("are those with the same runs, whether they are one object or two", () => {
    expect(equalRuns(runs, runs)).toBe(true);
    expect(containsRuns(runs, runs)).toBe(true);
    expect(
      equalRuns(runs, [
        [1, 2],
        [4, 9],
      ]),
    ).toBe(true);
  });

  it.each([
    [
      "an earlier start",
      [
        [1, 2],
        [3, 9],
      ],
    ],
    [
      "a later end",
      [
        [1, 2],
        [4, 10],
      ],
    ],
    [
      "a run more",
      [
        [1, 2],
        [4, 9],
        [11, 11],
      ],
    ],
    ["a run less", [[1, 2]]],
  ] as readonly (readonly [string, Runs])[])("are not those with %s", (_what, other) => {
    expect(equalRuns(runs, other)).toBe(false);
    expect(equalRuns(other, runs)).toBe(false);
  });
});
