import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCode, readSymbols } from "../../src/backup/alphabet.js";
import { thrownBy } from "../support/thrown.js";
import { ALPHABET, spliced, symbols } from "./support.js";

const SEPARATORS = [" ", "-", "\n", "\r\n", "\t", "\u00a0", "\u2009", "\u3000", "\u2010", "\u2011", "\u2013", "\u2014"];
const INVISIBLE = ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "\u2212", "\u2028"];
const SPELLINGS: Readonly<Record<string, string>> = { "0": "0Oo", "1": "1IiLl" };

describe("the text of a backup key", () => {
  it("is nine groups of four", () => {
    const counted = Array.from({ length: 36 }, (_, i) => i % 32);
    expect(formatCode(counted)).toBe("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123");
  });

  it("is read back to the same symbols", () => {
    fc.assert(
      fc.property(symbols(36), (given) => {
        expect(readSymbols(formatCode(given))).toEqual({ symbols: given, unreadable: [] });
      }),
    );
  });

  it("is read in any case, with O as 0 and I and L as 1, and any spaces and dashes (BAK-1)", () => {
    const spelled = symbols(36).chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.tuple(
          ...given.map((value) => {
            const upper = ALPHABET.charAt(value);
            return fc.constantFrom(...(SPELLINGS[upper] ?? upper + upper.toLowerCase()));
          }),
        ),
        fc.array(fc.constantFrom("", ...SEPARATORS, ...INVISIBLE), { minLength: 36, maxLength: 36 }),
      ),
    );
    fc.assert(
      fc.property(spelled, ([given, chars, between]) => {
        expect(readSymbols(chars.map((char, i) => char + between[i]).join("")).symbols).toEqual(given);
      }),
    );
  });

  it("may have ? for unreadable characters, reported by position (BAK-1)", () => {
    expect(readSymbols("0?-Z?")).toEqual({ symbols: [0, undefined, 31, undefined], unreadable: [2, 4] });
  });

  it("refuses every other character by its position, and never repeats it (BAK-1)", () => {
    const others = ["U", "u", "Ｕ", "ı", "é", "½", "\u0301", "٣", "電"];
    for (const other of others) {
      const error = thrownBy(() => readSymbols(`0123-45${other}7`));
      expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
      expect(error.details).toEqual({ reason: "characters", positions: [7] });
      expect(error.message).toContain("character 3 of group 2 occurs in no backup key");
    }
    expect(thrownBy(() => readSymbols("u0 1-?u")).details["positions"]).toEqual([1, 5]);
  });

  it("ignores whatever separates, and reads full-width letters and digits, as input methods write them (BAK-1)", () => {
    const { symbols: plain } = readSymbols("0123-45O7");
    for (const between of [
      "!",
      "_",
      "—",
      "|",
      "·",
      " • ",
      "→",
      "\u{1f511}",
      "\ud800",
      "\0",
      "\u3000",
      "\u200b",
      "('\")",
    ]) {
      expect(readSymbols(`0123${between}45O7`).symbols, between).toEqual(plain);
      // A place is counted over what is a character of the key.
      expect(thrownBy(() => readSymbols(`0123${between}45u7`)).details["positions"]).toEqual([7]);
    }
    expect(readSymbols("０１２３－４５Ｏ７").symbols).toEqual(plain);
    expect(readSymbols("ａＺｉ？")).toEqual({ symbols: [10, 31, 1, undefined], unreadable: [4] });
  });

  it("refuses a long text before looking at it (BAK-1)", () => {
    expect(readSymbols(" ".repeat(200)).symbols).toEqual([]);
    const error = thrownBy(() => readSymbols("!".repeat(201)));
    expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1", details: { reason: "too long" } });
  });

  it("is formatted from 36 symbols only", () => {
    const zeros = Array<number>(36).fill(0);
    const bad = [
      zeros.slice(1),
      [...zeros, 0],
      spliced(zeros, 3, 1, 32),
      spliced(zeros, 3, 1, -1),
      spliced(zeros, 3, 1, 0.5),
      Array(36),
      "0",
      undefined,
    ];
    for (const given of bad) expect(thrownBy(() => formatCode(given as number[])).code).toBe("INVALID_ARGUMENT");
    for (const given of [undefined, null, 7, ["0"]]) {
      expect(thrownBy(() => readSymbols(given as never)).code).toBe("INVALID_ARGUMENT");
    }
  });
});
