// Refusals of the decoder and the encoder, one case for each way to break ENC-1, ENC-2 and ENC-3, each beside an accepted twin
// that differs in one thing.

import { describe, expect, it } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { thrownBy } from "../support/thrown.js";
import { hex, WRONG_TYPES } from "./support.js";

const LIMITS = { name: "grant", maxBytes: 4 << 20 };

/** What is wrong, the bytes, the offset in the error, and bytes that differ and are accepted. */
const NOT_STRICT: readonly (readonly [string, string, number, string])[] = [
  ["an integer below 24 in two bytes", "1817", 0, "1818"],
  ["an integer below 2^8 in three bytes", "1900ff", 0, "190100"],
  ["an integer below 2^16 in five bytes", "1a0000ffff", 0, "1a00010000"],
  ["an integer below 2^32 in nine bytes", "1b00000000ffffffff", 0, "1b0000000100000000"],
  ["an integer above 2^53 - 1", "1b0020000000000000", 0, "1b001fffffffffffff"],
  ["the integer 2^64 - 1", "1bffffffffffffffff", 0, "1b001fffffffffffff"],
  ["a byte string with a long length", "580101", 0, "4101"],
  ["a text with a long length", "780161", 0, "6161"],
  ["an array with a long count", "980100", 0, "8100"],
  ["a map with a long count", "b801616100", 0, "a1616100"],
  ["a key with a long length", "a178016100", 1, "a1616100"],
  ["keys out of order", "a2 6162 00 6161 00", 4, "a2 6161 00 6162 00"],
  ["a longer key before a shorter one", "a2 626161 00 6162 00", 5, "a2 6162 00 626161 00"],
  ["a key twice", "a2 6161 00 6161 00", 4, "a2 6161 00 6162 00"],
  ["a key twice, not in a row", "a3 6161 00 6162 00 6161 00", 7, "a3 6161 00 6162 00 6163 00"],
  ["the empty key twice", "a2 60 00 60 00", 3, "a2 60 00 6161 00"],
  ["an integer key", "a1 00 00", 1, "a1 60 00"],
  ["a byte string key", "a1 4161 00", 1, "a1 6161 00"],
  ["a boolean key", "a1 f5 00", 1, "a1 60 00"],
  ["a negative integer", "20", 0, "00"],
  ["a tag", "c000", 0, "00"],
  ["null", "f6", 0, "f4"],
  ["undefined", "f7", 0, "f5"],
  ["the simple value 19", "f3", 0, "f4"],
  ["a boolean in two bytes", "f814", 0, "f4"],
  ["a half float", "f90000", 0, "00"],
  ["a single float", "fa00000000", 0, "00"],
  ["a double float", "fb0000000000000000", 0, "00"],
  ["a break outside anything", "ff", 0, "00"],
  ["a byte string of indefinite length", "5f4101ff", 0, "4101"],
  ["a text of indefinite length", "7f6161ff", 0, "6161"],
  ["an array of indefinite length", "9f00ff", 0, "8100"],
  ["a map of indefinite length", "bf616100ff", 0, "a1616100"],
  ["a reserved length form", "1c00", 0, "00"],
  ["no bytes at all", "", 0, "00"],
  ["an integer cut short", "1901", 2, "190100"],
  ["a byte string cut short", "420a", 0, "410a"],
  ["a text cut short", "6261", 0, "6161"],
  ["an array cut short", "8200", 0, "8100"],
  ["a map cut short in a value", "a161611901", 5, "a16161190100"],
  ["a map without its last value", "a16161", 3, "a1616100"],
];

const NOT_UTF8: readonly (readonly [string, string, string])[] = [
  ["a lone continuation byte", "6180", "6161"],
  ["an overlong slash", "62c0af", "612f"],
  ["a surrogate", "63eda080", "63ed9fbf"],
  ["a code point above U+10FFFF", "64f4908080", "64f48fbfbf"],
  ["a sequence cut short", "62e6b0", "63e6b0b4"],
  ["bad bytes after 40 good ones", `7829${"61".repeat(40)}ff`, `7829${"61".repeat(41)}`],
  ["bad bytes in a key", "a161ff00", "a1616100"],
];

describe("decoding refuses encodings that are not strict (ENC-1)", () => {
  it.each(NOT_STRICT)("%s", (_, bytes, offset, twin) => {
    const error = thrownBy(() => decodeCbor(hex(bytes), LIMITS));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1", details: { name: "grant", offset } });
    expect(error.message).toContain("grant");
    expect(encodeCbor(decodeCbor(hex(twin), LIMITS))).toEqual(hex(twin));
  });

  it.each(NOT_UTF8)("text with %s", (_, bytes, twin) => {
    const error = thrownBy(() => decodeCbor(hex(bytes), LIMITS));
    const offset = bytes.startsWith("a1") ? 1 : 0;
    expect(error.cause).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1" });
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1", details: { name: "grant", offset } });
    expect(encodeCbor(decodeCbor(hex(twin), LIMITS))).toEqual(hex(twin));
  });

  it("trailing bytes (ENC-2)", () => {
    const error = thrownBy(() => decodeCbor(hex("810000"), LIMITS));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2", details: { name: "grant", offset: 2 } });
  });

  it("every proper prefix of an encoding", () => {
    const encoded = encodeCbor([1000, "text", hex("0102"), new Map([["k", [true]]])]);
    for (let length = 0; length < encoded.length; length++) {
      expect(thrownBy(() => decodeCbor(encoded.subarray(0, length), LIMITS)).code).toBe("INVALID_ENCODING");
    }
  });
});

describe("limits are checked before work is done (ENC-3)", () => {
  it("refuses more bytes than allowed without reading them, and accepts exactly as many", () => {
    const junk = new Uint8Array(101).fill(0xff);
    expect(thrownBy(() => decodeCbor(junk, { name: "link", maxBytes: 100 }))).toMatchObject({
      code: "TOO_LARGE",
      rule: "ENC-3",
      details: { name: "link", bytes: 101, maxBytes: 100 },
    });
    expect(decodeCbor(hex("43010203"), { name: "link", maxBytes: 4 })).toEqual(hex("010203"));
  });

  const nested = (open: string, depth: number): Uint8Array => hex(`${open.repeat(depth)}00`);

  it.each([
    ["arrays", "81"],
    ["maps", "a160"],
  ])("refuses %s nested deeper than 8", (_, open) => {
    expect(decodeCbor(nested(open, 8), LIMITS)).toBeTypeOf("object");
    for (const depth of [9, 10_000]) {
      expect(thrownBy(() => decodeCbor(nested(open, depth), LIMITS))).toMatchObject({
        code: "TOO_LARGE",
        rule: "ENC-3",
        details: { name: "grant", offset: (8 * open.length) / 2 },
      });
    }
  });

  it("keeps to a smaller depth if one is given", () => {
    expect(decodeCbor(nested("81", 2), { ...LIMITS, maxDepth: 2 })).toEqual([[0]]);
    expect(thrownBy(() => decodeCbor(nested("81", 3), { ...LIMITS, maxDepth: 2 })).code).toBe("TOO_LARGE");
    expect(thrownBy(() => decodeCbor(nested("81", 1), { ...LIMITS, maxDepth: 0 })).code).toBe("TOO_LARGE");
  });

  it.each([
    ["a byte string of 2^32 - 1 bytes", "5affffffff"],
    ["a text of 2^53 - 1 bytes", "7b001fffffffffffff"],
    ["an array of 2^53 - 1 items", "9b001fffffffffffff"],
    ["a map of 2^53 - 1 entries", "bb001fffffffffffff"],
    ["a map of as many entries as there are bytes", "a2 60 00"],
    ["arrays in arrays, each of four billion items", "9affffffff 9affffffff 9affffffff"],
  ])("refuses the claim of %s", (_, bytes) => {
    const error = thrownBy(() => decodeCbor(hex(bytes), LIMITS));
    // At byte 0: the claim itself is refused, not the end of the bytes found after following it.
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1", details: { offset: 0 } });
  });

  it("refuses 4 MiB of empty maps, which would be a gigabyte in memory", () => {
    for (const [kind, empty] of Object.entries({ maps: 0xa0, arrays: 0x80, bytes: 0x40, texts: 0x60 })) {
      const bomb = new Uint8Array(4 << 20).fill(empty);
      bomb.set(hex("9a003ffffb"));
      expect(
        thrownBy(() => decodeCbor(bomb, LIMITS)),
        kind,
      ).toMatchObject({ code: "TOO_LARGE", rule: "ENC-3" });
    }
  });

  it("counts strings, arrays and maps, and no numbers", () => {
    const value: CborValue = ["a", hex("01"), [1, 2, 3], new Map([["k", true]])];
    expect(decodeCbor(encodeCbor(value), { ...LIMITS, maxObjects: 6 })).toEqual(value);
    expect(thrownBy(() => decodeCbor(encodeCbor(value), { ...LIMITS, maxObjects: 5 })).code).toBe("TOO_LARGE");
    const full = [...new Array<string>(65_535)].map(() => "");
    expect(decodeCbor(encodeCbor(full), LIMITS)).toEqual(full);
    expect(thrownBy(() => decodeCbor(encodeCbor([...full, ""]), LIMITS)).code).toBe("TOO_LARGE");
  });
});

describe("wrong arguments of a plain JavaScript caller", () => {
  it("decoding accepts only bytes", () => {
    for (const wrong of [...WRONG_TYPES, "00", [0]]) {
      expect(thrownBy(() => decodeCbor(wrong as Uint8Array, LIMITS))).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("decoding accepts no options without a limit, or with a depth above 8", () => {
    for (const options of [
      {},
      { name: "x" },
      { name: "x", maxBytes: Number.NaN },
      { ...LIMITS, maxDepth: 9 },
      { ...LIMITS, maxDepth: Number.NaN },
      { ...LIMITS, maxObjects: Number.NaN },
      { ...LIMITS, maxBytes: -1 },
      { ...LIMITS, maxDepth: -1 },
      { ...LIMITS, maxObjects: -1 },
    ]) {
      const call = (): CborValue => decodeCbor(hex("00"), options as unknown as typeof LIMITS);
      expect(thrownBy(call)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("decoding accepts a limit of zero objects", () => {
    expect(decodeCbor(hex("00"), { ...LIMITS, maxDepth: 0, maxObjects: 0 })).toBe(0);
    const none = { ...LIMITS, maxBytes: 0 };
    expect(thrownBy(() => decodeCbor(hex(""), none)).code).toBe("INVALID_ENCODING");
    expect(thrownBy(() => decodeCbor(hex("00"), none)).code).toBe("TOO_LARGE");
  });

  it("encoding refuses every value outside the subset, at any place (ENC-1)", () => {
    const wrong = [...WRONG_TYPES, Number.POSITIVE_INFINITY, new Map([[1, 2]]), new Array(2)];
    for (const value of wrong as CborValue[]) {
      for (const place of [value, [value], new Map([["k", value]])]) {
        expect(thrownBy(() => encodeCbor(place))).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1" });
      }
    }
  });

  it.each(["\ud800", "a\udc00b", `${"a".repeat(40)}\udfff`, "\udc00\ud800"])(
    "encoding refuses an unpaired surrogate (ENC-1), case %#",
    (text) => {
      for (const place of [text, [text], new Map([[text, 0]])]) {
        expect(thrownBy(() => encodeCbor(place))).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1" });
      }
    },
  );

  it("encoding says whether it was a map key that has an unpaired surrogate", () => {
    expect(thrownBy(() => encodeCbor(new Map([["\ud800", 0]]))).details).toEqual({ name: "map key" });
    expect(thrownBy(() => encodeCbor("\ud800")).details).toEqual({ name: "text" });
  });

  it("encoding refuses a value that contains itself (ENC-3)", () => {
    const list: CborValue[] = [];
    list.push(list);
    const map = new Map<string, CborValue>();
    map.set("self", map);
    for (const value of [list, map]) {
      expect(thrownBy(() => encodeCbor(value))).toMatchObject({ code: "TOO_LARGE", rule: "ENC-3" });
    }
  });

  it("encoding allows the same depth as decoding (ENC-3)", () => {
    const deep = (depth: number): CborValue => (depth === 0 ? 0 : [deep(depth - 1)]);
    expect(decodeCbor(encodeCbor(deep(8)), LIMITS)).toEqual(deep(8));
    expect(thrownBy(() => encodeCbor(deep(9)))).toMatchObject({ code: "TOO_LARGE", rule: "ENC-3" });
  });
});
