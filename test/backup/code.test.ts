import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idSymbols, secretFromBytes } from "../../src/backup/bits.js";
import { decodeBackupText, encodeBackupText } from "../../src/backup/code.js";
import { thrownBy } from "../support/thrown.js";
import { ALPHABET, keys, logOf, spliced, testKey } from "./support.js";

// Computed with a separate program, by long division.
const KNOWN: readonly (readonly [id: readonly number[], secret: readonly number[], text: string])[] = [
  [Array(4).fill(0), Array(26).fill(0), "0000-0000-0000-0000-0000-0000-0000-00KE-YS01"],
  [Array(4).fill(31), Array(26).fill(31), "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZKT-9WQN"],
  [[1, 2, 3, 4], Array.from({ length: 26 }, (_, i) => i), "1234-0123-4567-89AB-CDEF-GHJK-MNPQ-RSV9-FT4K"],
  [
    idSymbols(Uint8Array.of(0xde, 0xad, 0xbe, 0xef)),
    secretFromBytes(Uint8Array.from({ length: 17 }, (_, i) => (i === 0 ? 0xf3 : i))),
    "VTPV-R108-1G81-860W-40J2-GB1G-6GW3-RGJY-GFC7",
  ],
];

describe("a backup key as text", () => {
  it("is id, secret and check, as computed independently", () => {
    for (const [id, secret, text] of KNOWN) expect(encodeBackupText(id, secret)).toBe(text);
  });

  it("is read back without corrections, with and without the log", () => {
    fc.assert(
      fc.property(keys, (key) => {
        const text = encodeBackupText(key.id, key.secret);
        const { arbiter, asked, ids } = logOf(key);
        const found = { secret: key.secret, id: key.id, corrections: [], match: key };
        expect(decodeBackupText(text, arbiter, ids)).toEqual(found);
        expect(asked).toHaveLength(1);
        expect(decodeBackupText(text)).toEqual({ ...found, match: undefined });
      }),
    );
  });

  it("gives an error of its own when it is typed without mistakes but is no active key (BAK-1)", () => {
    fc.assert(
      fc.property(keys, keys, (key, other) => {
        fc.pre(key.chars.join() !== other.chars.join());
        const error = thrownBy(() => decodeBackupText(key.chars.join(""), logOf(other).arbiter));
        expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
        expect(error.details).toEqual({ reason: "unknown", length: 36, unreadable: [] });
      }),
    );
  });

  it("reports too many mistakes in a text with mistakes, even where its check still fits (BAK-1)", () => {
    const { chars } = testKey(
      [1, 2, 3, 4],
      Array.from({ length: 26 }, (_, i) => i),
    );
    const texts = [spliced(chars, 0, 1), ["Z", ...chars], spliced(chars, 20, 1, "?"), spliced(chars, 30, 1, "Z")];
    for (const typed of texts) {
      const error = thrownBy(() => decodeBackupText(typed.join(""), logOf().arbiter));
      expect(error.details["reason"]).toBe("uncorrectable");
      expect(error.message).toContain("has too many mistakes, or belongs to another account");
    }
    const alone = thrownBy(() => decodeBackupText(spliced(chars, 20, 5, ..."?????").join("")));
    expect(alone.details["reason"]).toBe("uncorrectable");
    expect(alone.message).toContain("has too many mistakes: compare each group");
  });

  it("is refused unless it has 35 to 37 characters, 36 without the log (BAK-1)", () => {
    const { chars, ...key } = testKey([1, 2, 3, 4], Array(26).fill(7));
    const lengthError = (count: number, arbiter?: ReturnType<typeof logOf>["arbiter"]) => {
      const text = [...chars, ...chars].slice(0, count).join("");
      const error = thrownBy(() => (arbiter ? decodeBackupText(text, arbiter) : decodeBackupText(text)));
      expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
      expect(error.details).toEqual({ reason: "length", length: count, unreadable: [] });
      expect(error.message).toContain(`has ${count} characters instead of 36`);
    };
    const { arbiter, asked } = logOf({ ...key, chars });
    for (const count of [0, 1, 34, 38, 72]) lengthError(count, arbiter);
    for (const count of [0, 34, 35, 37, 38]) lengthError(count);
    expect(asked).toEqual([]);
  });

  it("never puts the typed text into an error (BAK-1)", () => {
    const [id = [], secret = []] = ["CHAR", "ACTERS".padEnd(26, "0")].map((text) =>
      [...text].map((each) => ALPHABET.indexOf(each)),
    );
    fc.assert(
      fc.property(keys, fc.constantFrom("!", "Z0Z0Z", "????????", ""), (key, extra) => {
        const text = `${key.chars.slice(0, 32).join("")}${extra}`;
        const error = thrownBy(() => decodeBackupText(text, logOf().arbiter));
        const shown = `${error.message} ${JSON.stringify(error.details)}`.toUpperCase();
        for (let at = 0; at + 6 <= 32; at++) {
          const piece = key.chars.slice(at, at + 6).join("");
          // Letters alone can be a piece of a word of the message, by chance. It has no word with a digit in it.
          if (/\d/.test(piece)) expect(shown).not.toContain(piece);
        }
        expect(error.code).toBe("BACKUP_KEY_INVALID");
      }),
      { examples: [[testKey(id, secret), "!"]] },
    );
  });

  it("refuses arguments of the wrong type", () => {
    const { chars, ...key } = testKey([1, 2, 3, 4], Array(26).fill(7));
    const text = chars.join("");
    const { arbiter } = logOf({ ...key, chars });
    const calls: readonly (() => unknown)[] = [
      () => encodeBackupText([1, 2, 3], key.secret),
      () => encodeBackupText(key.id, [1]),
      () => encodeBackupText(key.id, undefined as never),
      () => decodeBackupText(undefined as never),
      () => decodeBackupText(new String(text) as never),
      () => decodeBackupText(text, {} as never),
      () => decodeBackupText(text, null as never),
      () => decodeBackupText(text, arbiter, "1234" as never),
      () => decodeBackupText(text, arbiter, [undefined] as never),
      () => decodeBackupText(text, () => ({ id: "1234", match: 1 }) as never),
    ];
    for (const call of calls) expect(thrownBy(call).code).toBe("INVALID_ARGUMENT");
  });

  it("passes on the arbiter's errors", () => {
    const failing = () => {
      throw new RangeError("from the arbiter");
    };
    expect(() => decodeBackupText(KNOWN[0]?.[2] as string, failing)).toThrow("from the arbiter");
  });

  it("wipes the secrets that the arbiter saw, but not the one it returns", () => {
    const key = testKey([1, 2, 3, 4], Array(26).fill(7));
    const seen: (readonly number[])[] = [];
    const found = decodeBackupText(key.chars.join(""), (secret) => {
      seen.push(secret);
      return { id: key.id, match: undefined };
    });
    expect(found.secret).toEqual(key.secret);
    expect(seen).toEqual([Array(26).fill(0)]);
  });
});
