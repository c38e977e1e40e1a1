import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, candidatesOf } from "../../src/backup/candidates.js";
import { decodeBackupText } from "../../src/backup/code.js";
import type { Correction } from "../../src/backup/corrections.js";
import { english } from "../../src/views/english.js";
import { explainCorrections } from "../../src/views/explain-corrections.js";
import { thrownBy } from "../support/thrown.js";
import { ALPHABET, char, keys, logOf, positions, spliced, type TestKey, testKey, withWrong } from "./support.js";

const KEY = testKey([27, 3, 9, 30], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3]);
const steps = fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 3, maxLength: 3 });

/** Applies the corrections to a text: the result is the text that the person should have typed. */
function corrected(typed: readonly string[], corrections: readonly Correction[]): string {
  const chars = [...typed];
  // Positions are those of the paper. Corrections are ordered front to back, so all earlier ones are already applied.
  for (const { kind, position, read, meant } of corrections) {
    const length = kind === "missing" ? 0 : read.length;
    expect(chars.slice(position - 1, position - 1 + length).join("")).toBe(read);
    chars.splice(position - 1, length, ...meant);
  }
  return chars.join("");
}

/** The cost of corrections by BAK-1: 2 × wrong + unreadable among secret and check, and 2 for a missing or an extra character. */
function costOf(corrections: readonly Correction[]): number {
  const coded = ({ position, read }: Correction) => Math.max(0, Math.min(read.length, position + read.length - 5));
  return corrections.reduce((cost, correction) => {
    if (correction.kind === "missing" || correction.kind === "extra") return cost + 2;
    return cost + (correction.kind === "unreadable" ? 1 : 2) * coded(correction);
  }, 0);
}

/** Decodes against a log that has this key and another, checks that the result is the true key, and returns the corrections. */
function decode(key: TestKey, typed: readonly string[], withIds = true): readonly Correction[] {
  const { arbiter, asked, ids } = logOf(testKey([1, 2, 3, 4], Array(26).fill(1)), key);
  const found = decodeBackupText(typed.join(""), arbiter, withIds ? ids : undefined);
  expect(found.match).toBe(key);
  expect(found.secret).toEqual(key.secret);
  expect(found.id).toEqual(key.id);
  expect(corrected(typed, found.corrections)).toBe(key.chars.join(""));
  expect(costOf(found.corrections)).toBeLessThanOrEqual(6);
  // A wrong place for a missing character may give other secrets by chance; without other mistakes it gives none.
  expect(asked.length).toBeLessThanOrEqual(12);
  return found.corrections;
}

describe("correction against the log (BAK-1)", () => {
  it("corrects every single wrong character", () => {
    for (let at = 0; at < 36; at++) {
      for (let step = 1; step < 32; step++) {
        const typed = withWrong(KEY.chars, [at], [step]);
        const [place, group] = [(at % 4) + 1, Math.floor(at / 4) + 1];
        const corrections = decode(KEY, typed);
        expect(corrections).toEqual([
          { kind: "wrong", position: at + 1, group, read: typed[at], meant: KEY.chars[at] },
        ]);
        expect(explainCorrections(corrections, english)).toEqual([
          `Character ${place} of group ${group} was read as ${typed[at]}, it is ${KEY.chars[at]}.`,
        ]);
      }
    }
  });

  it("corrects two and three wrong characters anywhere, those of the id too", () => {
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 2, max: 3 }).chain((count) => positions(count)),
        steps,
        fc.boolean(),
        (key, at, by, ids) => {
          const corrections = decode(key, withWrong(key.chars, at, by), ids);
          expect(corrections.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("corrects up to six unreadable characters anywhere", () => {
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 6 }).chain((count) => positions(count)),
        (key, at) => {
          const typed = key.chars.map((own, i) => (at.includes(i) ? "?" : own));
          const expected = at.map((i) => ({
            kind: "unreadable",
            position: i + 1,
            group: Math.floor(i / 4) + 1,
            read: "?",
            meant: key.chars[i],
          }));
          expect(decode(key, typed)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("corrects wrong and unreadable characters together while 2 × wrong + unreadable ≤ 6", () => {
    for (const [wrong, unreadable] of [
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 4],
      [2, 1],
      [2, 2],
    ] as const) {
      fc.assert(
        fc.property(
          keys,
          fc.shuffledSubarray([...KEY.chars.keys()], { minLength: wrong + unreadable, maxLength: wrong + unreadable }),
          steps,
          (key, at, by) => {
            const typed = withWrong(key.chars, at.slice(0, wrong), by);
            for (const i of at.slice(wrong)) typed[i] = "?";
            decode(key, typed);
          },
        ),
      );
    }
  });

  it("reads the secret for any reading of the id", () => {
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.constantFrom("?", ...ALPHABET), { minLength: 4, maxLength: 4 }),
        positions(3, 4),
        steps,
        (key, id, at, by) => {
          decode(key, [...id, ...withWrong(key.chars, at, by).slice(4)]);
        },
      ),
    );
  });

  it("corrects two neighbours swapped, at all 35 places", () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (let at = 0; at < 35; at++) {
          const [first, second] = [key.chars[at] as string, key.chars[at + 1] as string];
          const swapped = {
            kind: "swapped",
            position: at + 1,
            group: Math.floor(at / 4) + 1,
            read: second + first,
            meant: first + second,
          };
          expect(decode(key, spliced(key.chars, at, 2, second, first))).toEqual(first === second ? [] : [swapped]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("corrects two neighbours swapped and another character wrong", () => {
    fc.assert(
      fc.property(keys, fc.nat(34), positions(1), steps, (key, at, wrongAt, by) => {
        const chars = spliced(key.chars, at, 2, key.chars[at + 1] as string, key.chars[at] as string);
        decode(key, withWrong(chars, wrongAt, by));
      }),
    );
  });

  it("corrects one missing character, at all 36 places", () => {
    fc.assert(
      fc.property(keys, fc.boolean(), (key, ids) => {
        for (let at = 0; at < 36; at++) {
          const corrections = decode(key, spliced(key.chars, at, 1), ids);
          expect(corrections).toMatchObject([{ kind: "missing", read: "", meant: key.chars[at] }]);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("corrects one extra character, at all 37 places", () => {
    fc.assert(
      fc.property(keys, fc.constantFrom("?", ...ALPHABET), fc.boolean(), (key, extra, ids) => {
        for (let at = 0; at <= 36; at++) {
          const corrections = decode(key, spliced(key.chars, at, 0, extra), ids);
          expect(corrections).toMatchObject([{ kind: "extra", read: extra, meant: "" }]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("corrects one missing or extra character and two wrong ones", () => {
    for (let at = 0; at < 36; at++) {
      const wrong = withWrong(KEY.chars, [14, 31], [3, 5]);
      decode(KEY, spliced(wrong, at, 1));
      decode(KEY, spliced(wrong, at, 0, "Z"));
    }
    fc.assert(
      fc.property(keys, fc.nat(35), fc.option(char), positions(2), steps, (key, at, extra, wrongAt, by) => {
        const wrong = withWrong(key.chars, wrongAt, by);
        decode(key, extra === null ? spliced(wrong, at, 1) : spliced(wrong, at, 0, extra));
      }),
    );
  });

  it("distinguishes an extra character between two swapped ones from the swap alone", () => {
    for (let at = 4; at < 35; at++) {
      const [first, second] = KEY.chars.slice(at, at + 2) as [string, string];
      if (first !== second) decode(KEY, spliced(KEY.chars, at, 2, second, "Z", first));
    }
  });

  it("counts extra characters at the end to the last group", () => {
    const extra = { kind: "extra", position: 37, group: 9, read: "Z", meant: "" };
    expect(decode(KEY, [...KEY.chars, "Z"])).toEqual([extra]);
  });

  it("corrects one missing or extra character and up to four unreadable ones", () => {
    fc.assert(
      fc.property(
        keys,
        fc.nat(35),
        fc.option(char),
        fc.integer({ min: 1, max: 4 }).chain((count) => positions(count)),
        (key, at, extra, lost) => {
          const typed = key.chars.map((own, i) => (lost.includes(i) ? "?" : own));
          decode(key, extra === null ? spliced(typed, at, 1) : spliced(typed, at, 0, extra));
        },
      ),
    );
  });

  it("names the first place for a missing one of two equal characters", () => {
    expect(KEY.chars.slice(28, 30)).toEqual(["3", "3"]);
    expect(decode(KEY, spliced(KEY.chars, 29, 1))).toEqual([
      { kind: "missing", position: 29, group: 8, read: "", meant: "3" },
    ]);
  });

  it("reports no more mistakes than it corrects, where swaps would seem as few", () => {
    const secret = [3, 1, 7, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 31, 3, 3];
    // Swapped would be BF and 9D if character 29 were missing, five mistakes in all; read so, the text fits another secret.
    expect(decode(testKey(KEY.id, secret), [..."V39Y31715926535897932384626Z3BF9DDQ"])).toEqual([
      { kind: "wrong", position: 30, group: 8, read: "B", meant: "3" },
      { kind: "wrong", position: 32, group: 8, read: "9", meant: "B" },
      { kind: "missing", position: 34, group: 9, read: "", meant: "9" },
    ]);
  });

  it("asks about the likeliest secret first: once for a text with a single mistake", () => {
    for (let at = 0; at < 36; at++) {
      for (const typed of [
        spliced(KEY.chars, at, 1),
        spliced(KEY.chars, at, 0, "Z"),
        withWrong(KEY.chars, [at], [1]),
      ]) {
        for (const ids of [undefined, [KEY.id], [[1, 2, 3, 4], KEY.id]]) {
          const { arbiter, asked } = logOf(KEY);
          decodeBackupText(typed.join(""), arbiter, ids);
          expect(asked).toHaveLength(1);
        }
      }
    }
  });

  it("prefers the text that needs the fewest corrections, with the id that fits best", () => {
    const other = testKey([0, 0, 0, 0], [...KEY.secret].reverse());
    const read = (chars: readonly string[]) => chars.map((each) => (each === "?" ? undefined : ALPHABET.indexOf(each)));
    const half = { symbols: read(["0", "0", "1", "1", ...KEY.chars.slice(4)]) };
    const nearly = { symbols: read(withWrong(other.chars, [20], [1])) };
    const secrets = (...of: Parameters<typeof candidatesOf>) => candidatesOf(...of).map(({ secret }) => secret);
    expect(
      secrets([half, nearly], 6, [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]),
    ).toEqual([other.secret, KEY.secret]);
    // If no id is known, no id is wrong.
    const missing = (at: number) => ({ kind: "missing", at, dropped: [] }) as const;
    const early = { symbols: read(["?", ...withWrong(KEY.chars, [20], [1]).slice(1)]), shift: missing(0) };
    const late = { symbols: read(spliced(other.chars, 20, 1, "?")), shift: missing(20) };
    expect(secrets([early, late], 6)).toEqual([other.secret, KEY.secret]);
  });

  it("explains every kind of correction in words", () => {
    const lines = (typed: readonly string[]) => explainCorrections(decode(KEY, typed), english);
    const [c10, c11] = KEY.chars.slice(9, 11) as [string, string];
    expect(lines(spliced(KEY.chars, 9, 1, "?"))).toEqual([`Character 2 of group 3 could not be read, it is ${c10}.`]);
    expect(lines(spliced(KEY.chars, 9, 2, c11, c10))).toEqual([
      `Character 2 of group 3 and the one after it were swapped: read as ${c11}${c10}, they are ${c10}${c11}.`,
    ]);
    expect(lines(spliced(KEY.chars, 9, 1))).toEqual([`Character 2 of group 3 was missing, it is ${c10}.`]);
    expect(lines(spliced(KEY.chars, 9, 0, "Z"))).toEqual(["An extra Z before character 2 of group 3 was left out."]);
    expect(lines(spliced(KEY.chars, 35, 0, "Z"))).toEqual(["An extra Z before character 4 of group 9 was left out."]);
    expect(lines([...KEY.chars, "Z"])).toEqual(["An extra Z at the end was left out."]);
  });

  it("takes ids as a list", () => {
    const { arbiter } = logOf(KEY);
    const refused = thrownBy(() => decodeBackupText(KEY.chars.join(""), arbiter, 7 as never));
    expect(refused.code).toBe("INVALID_ARGUMENT");
  });

  it("explains only lists of corrections", () => {
    const [good] = decode(KEY, spliced(KEY.chars, 9, 1));
    for (const wrong of [
      undefined,
      null,
      7,
      "wrong",
      good,
      [undefined],
      [null],
      [{}],
      [good, {}],
      [{ position: "1" }],
    ]) {
      expect(thrownBy(() => explainCorrections(wrong as never, english)).code).toBe("INVALID_ARGUMENT");
    }
    expect(explainCorrections([], english)).toEqual([]);
  });
});

describe("refusal against the log (BAK-1)", () => {
  const refused = (typed: readonly string[], log = logOf(KEY)) => {
    const error = thrownBy(() => decodeBackupText(typed.join(""), log.arbiter, log.ids));
    expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
    expect(log.asked.length).toBeLessThanOrEqual(24);
    return error.details;
  };

  it("refuses four to eight wrong characters among secret and check", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 8 }).chain((count) => positions(count, 4)),
        fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 8, maxLength: 8 }),
        (at, by) => {
          expect(refused(withWrong(KEY.chars, at, by))).toEqual({
            reason: "uncorrectable",
            length: 36,
            unreadable: [],
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("refuses seven unreadable characters among secret and check, and names them", () => {
    fc.assert(
      fc.property(positions(7, 4), (at) => {
        const typed = KEY.chars.map((own, i) => (at.includes(i) ? "?" : own));
        expect(refused(typed)).toEqual({ reason: "uncorrectable", length: 36, unreadable: at.map((i) => i + 1) });
      }),
    );
  });

  it("refuses a missing or an extra character and three wrong ones, or two and an unreadable one", () => {
    for (let at = 0; at < 36; at++) {
      const three = withWrong(KEY.chars, [8, 17, 30], [3, 5, 7]);
      const two = withWrong(KEY.chars, [17, 30], [5, 7]).map((own, i) => (i === 8 ? "?" : own));
      for (const typed of [three, two]) {
        if (![8, 17, 30].includes(at)) refused(spliced(typed, at, 1));
        refused(spliced(typed, at, 0, "Z"));
      }
    }
  });

  it("refuses any text that is not the key", () => {
    for (const chars of [char, fc.oneof({ weight: 9, arbitrary: char }, fc.constant("?"))]) {
      fc.assert(
        fc.property(fc.array(chars, { minLength: 35, maxLength: 37 }), (typed) => {
          expect(refused(typed)["length"]).toBe(typed.length);
        }),
        { numRuns: 300 },
      );
    }
  });

  it("refuses the key in a log where it is not active, with any mistakes", () => {
    fc.assert(
      fc.property(keys, keys, positions(3), steps, (key, other, at, by) => {
        refused(withWrong(key.chars, at, by), logOf(other));
        refused(spliced(key.chars, at[0] as number, 1), logOf(other));
      }),
    );
  });

  it("asks about at most 24 secrets, each once", () => {
    const asked: (readonly number[])[] = [];
    const reading = { symbols: Array<number>(36).fill(0) };
    const candidates = Array.from({ length: 80 }, (_, i) => ({
      reading,
      secret: Array<number>(26).fill(i >> 1),
      mistakes: i,
    }));
    const arbiter = (secret: readonly number[]) => {
      asked.push(secret);
      return undefined;
    };
    expect(ask(arbiter, candidates)).toBeUndefined();
    expect(asked.map((secret) => secret[0])).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });
});
