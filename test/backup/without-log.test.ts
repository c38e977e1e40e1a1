import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBackupText } from "../../src/backup/code.js";
import { thrownBy } from "../support/thrown.js";
import { ALPHABET, char, keys, positions, spliced, withWrong } from "./support.js";

const steps = (count: number) => fc.array(fc.integer({ min: 1, max: 31 }), { minLength: count, maxLength: count });

describe("correction without the log (BAK-1)", () => {
  it("corrects up to two wrong characters among secret and check", () => {
    fc.assert(
      fc.property(keys, positions(2, 4), steps(2), (key, at, by) => {
        const found = decodeBackupText(withWrong(key.chars, at, by).join(""));
        expect(found.secret).toEqual(key.secret);
        expect(found.match).toBeUndefined();
        expect(found.corrections.every(({ kind }) => kind === "wrong" || kind === "swapped")).toBe(true);
      }),
    );
  });

  it("corrects unreadable characters while 2 × wrong + unreadable ≤ 4", () => {
    for (const [wrong, unreadable] of [
      [0, 1],
      [0, 4],
      [1, 1],
      [1, 2],
    ] as const) {
      fc.assert(
        fc.property(keys, positions(wrong + unreadable, 4), steps(1), (key, at, by) => {
          const typed = withWrong(key.chars, at.slice(0, wrong), by);
          for (const i of at.slice(wrong)) typed[i] = "?";
          expect(decodeBackupText(typed.join("")).secret).toEqual(key.secret);
        }),
      );
    }
  });

  it("refuses mistakes beyond that: three or four wrong, more unreadable ones, one of each kind too many", () => {
    for (const [wrong, unreadable] of [
      [3, 0],
      [4, 0],
      [0, 5],
      [0, 6],
      [1, 3],
      [2, 1],
      [2, 2],
    ] as const) {
      fc.assert(
        fc.property(
          keys,
          fc.shuffledSubarray(
            Array.from({ length: 32 }, (_, i) => i + 4),
            { minLength: wrong + unreadable, maxLength: wrong + unreadable },
          ),
          steps(4),
          (key, at, by) => {
            const typed = withWrong(key.chars, at.slice(0, wrong), by);
            for (const i of at.slice(wrong)) typed[i] = "?";
            expect(thrownBy(() => decodeBackupText(typed.join(""))).details["reason"]).toBe("uncorrectable");
          },
        ),
      );
    }
  });

  it("reads five wrong characters as another secret in about one case of 2000, and never as the true one", () => {
    let taken = 0;
    fc.assert(
      fc.property(keys, positions(5, 4), steps(5), (key, at, by) => {
        try {
          const found = decodeBackupText(withWrong(key.chars, at, by).join(""));
          taken++;
          expect(found.secret).not.toEqual(key.secret);
        } catch (error) {
          expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID" });
        }
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeLessThan(20);
  });

  it("returns the id as it was read, unverified", () => {
    fc.assert(
      fc.property(keys, fc.array(fc.constantFrom("?", ...ALPHABET), { minLength: 4, maxLength: 4 }), (key, id) => {
        const found = decodeBackupText([...id, ...key.chars.slice(4)].join(""));
        expect(found.id).toEqual(id.map((own) => (own === "?" ? undefined : ALPHABET.indexOf(own))));
        expect(found.corrections).toEqual([]);
      }),
    );
  });

  it("refuses a missing or an extra character", () => {
    fc.assert(
      fc.property(keys, fc.nat(35), char, (key, at, extra) => {
        for (const typed of [spliced(key.chars, at, 1), spliced(key.chars, at, 0, extra)]) {
          expect(thrownBy(() => decodeBackupText(typed.join(""))).details["reason"]).toBe("length");
        }
      }),
    );
  });
});
