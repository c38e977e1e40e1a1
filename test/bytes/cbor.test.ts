// Deterministic CBOR: known encodings, round trips, and that decoding accepts exactly the bytes that encoding makes (ENC-1,
// ENC-2).

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { toHex } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { cborValue, looseItem, mutate, mutations } from "./arbitraries.js";
import { hex } from "./support.js";

const LIMITS = { name: "value", maxBytes: 1 << 20 };

const KNOWN: readonly (readonly [CborValue, string])[] = [
  // The examples of RFC 8949 appendix A that are in the subset.
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [100, "1864"],
  [1000, "1903e8"],
  [1_000_000, "1a000f4240"],
  [1_000_000_000_000, "1b000000e8d4a51000"],
  [false, "f4"],
  [true, "f5"],
  [hex(""), "40"],
  [hex("01020304"), "4401020304"],
  ["", "60"],
  ["a", "6161"],
  ["IETF", "6449455446"],
  ['"\\', "62225c"],
  ["\u00fc", "62c3bc"],
  ["\u6c34", "63e6b0b4"],
  ["\ud800\udd51", "64f0908591"],
  [[], "80"],
  [[1, [2, 3], [4, 5]], "8301820203820405"],
  [Array.from({ length: 25 }, (_, i) => i + 1), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"],
  [new Map(), "a0"],
  // The smallest and the largest value of every head size.
  [255, "18ff"],
  [256, "190100"],
  [65_535, "19ffff"],
  [65_536, "1a00010000"],
  [2 ** 32 - 1, "1affffffff"],
  [2 ** 32, "1b0000000100000000"],
  [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
  ["\ufeff", "63efbbbf"],
];

describe("known encodings (ENC-1)", () => {
  it.each(KNOWN)("%j is %s both ways", (value, encoded) => {
    expect(toHex(encodeCbor(value))).toBe(encoded);
    expect(decodeCbor(hex(encoded), LIMITS)).toEqual(value);
  });

  it("sorts keys by their encodings, whatever the order of insertion", () => {
    // In UTF-8 the astral U+10000 sorts after U+FFFD; in UTF-16 it would sort before.
    const keys = ["\u{10000}", "z", "", "\ufffd", "aa", "b", "\u{10000}\u0000"];
    const sorted = ["", "b", "z", "aa", "\ufffd", "\u{10000}", "\u{10000}\u0000"];
    const encoded = encodeCbor(new Map(keys.map((key, i) => [key, i])));
    expect([...(decodeCbor(encoded, LIMITS) as Map<string, number>).keys()]).toEqual(sorted);
    expect(encodeCbor(new Map(sorted.map((key) => [key, keys.indexOf(key)])))).toEqual(encoded);
  });

  it("keeps a key __proto__ an ordinary key of a Map", () => {
    const decoded = decodeCbor(encodeCbor(new Map([["__proto__", 1]])), LIMITS);
    expect(decoded).toEqual(new Map([["__proto__", 1]]));
    expect(Object.getPrototypeOf(decoded)).toBe(Map.prototype);
  });

  it("reads texts of every length, of one byte a character and with a longer one at the end", () => {
    for (let length = 0; length <= 100; length++) {
      for (const text of ["a".repeat(length), `${"a".repeat(length)}\u00fc`]) {
        expect(decodeCbor(encodeCbor(text), LIMITS)).toBe(text);
      }
    }
  });

  it("writes minus zero as zero", () => {
    expect(encodeCbor(-0)).toEqual(hex("00"));
  });
});

describe("round trips", () => {
  it("gives back every value", () => {
    fc.assert(
      fc.property(cborValue, (value) => {
        expect(decodeCbor(encodeCbor(value), LIMITS)).toEqual(value);
      }),
    );
  });

  it("re-encodes every accepted mutation of an encoding to itself, and refuses the others with a KeysteadError (ENC-2)", () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(cborValue, mutations, (value, changes) => {
        const bytes = mutate(encodeCbor(value), changes);
        let decoded: CborValue;
        try {
          decoded = decodeCbor(bytes, LIMITS);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(KeysteadError);
          return;
        }
        accepted++;
        expect(encodeCbor(decoded)).toEqual(bytes);
      }),
      // In every run: another number, and a byte too many.
      {
        numRuns: 2_000,
        examples: [
          [0, [{ kind: "replace", at: 0, byte: 1 }]],
          [0, [{ kind: "insert", at: 0, byte: 0 }]],
        ],
      },
    );
    expect(accepted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it("re-encodes every accepted random byte string to itself (ENC-2)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let decoded: CborValue;
        try {
          decoded = decodeCbor(bytes, LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(KeysteadError);
          return;
        }
        expect(encodeCbor(decoded)).toEqual(bytes);
      }),
      { numRuns: 5_000 },
    );
  });

  it("accepts well-formed CBOR exactly when every choice in it is the deterministic one (ENC-1)", () => {
    const seen = { strict: 0, loose: 0 };
    fc.assert(
      fc.property(looseItem, ({ bytes, strict }) => {
        seen[strict ? "strict" : "loose"]++;
        const decoding = (): CborValue => decodeCbor(Uint8Array.from(bytes), LIMITS);
        if (strict) expect(decoding).not.toThrow();
        else expect(decoding).toThrow(KeysteadError);
      }),
      // In every run: a number, and the same one in two bytes.
      { numRuns: 2_000, examples: [[{ bytes: [0], strict: true }], [{ bytes: [0x18, 0], strict: false }]] },
    );
    expect(seen.strict).toBeGreaterThan(0);
    expect(seen.loose).toBeGreaterThan(0);
  });
});

describe("independence of input and output", () => {
  it("decodes byte strings to copies, so that later changes to the input change nothing", () => {
    const encoded = encodeCbor([hex("010203"), new Map([["k", hex("0405")]])]);
    const decoded = decodeCbor(encoded, LIMITS);
    encoded.fill(0xff);
    expect(decoded).toEqual([hex("010203"), new Map([["k", hex("0405")]])]);
  });

  it("decodes byte strings to views of the input with `shared`", () => {
    const encoded = encodeCbor([hex("010203")]);
    const [view] = decodeCbor(encoded, { ...LIMITS, shared: true }) as readonly [Uint8Array];
    expect(view).toEqual(hex("010203"));
    expect(view.buffer).toBe(encoded.buffer);
  });

  it("encodes into an array of its own, which holds nothing else", () => {
    const input = hex("010203");
    const encoded = encodeCbor(input);
    input.fill(0);
    expect(encoded).toEqual(hex("43010203"));
    expect(encoded.buffer.byteLength).toBe(4);
  });

  it("leaves no encoded bytes in its buffers, in success and failure (section 5)", () => {
    const made: Uint8Array[] = [];
    class Recorded extends Uint8Array {
      constructor(length: number) {
        super(length);
        made.push(this);
      }
    }
    const seed = new Uint8Array(300).fill(0x5e);
    vi.stubGlobal("Uint8Array", Recorded);
    try {
      encodeCbor([seed, seed]);
      expect(() => encodeCbor([seed, seed, null as never])).toThrow(KeysteadError);
    } finally {
      vi.unstubAllGlobals();
    }
    const holding = made.filter((buffer) => buffer.includes(0x5e));
    expect(made.length).toBeGreaterThan(4);
    expect(holding.map((buffer) => buffer.length)).toEqual([607]);
  });

  it("encodes a value that is many times as large as its first buffer, in one piece or in many", () => {
    const large = new Uint8Array(5000).fill(7);
    for (const value of [large, [large, large], new Array<number>(3000).fill(1000), "\u00fc".repeat(1000)]) {
      expect(decodeCbor(encodeCbor(value), LIMITS)).toEqual(value);
    }
    for (let length = 240; length < 260; length++) {
      const value = [new Uint8Array(length).fill(1), 2 ** 40, "after"];
      expect(decodeCbor(encodeCbor(value), LIMITS)).toEqual(value);
    }
  });

  it("mutates no input", () => {
    fc.assert(
      fc.property(cborValue, (value) => {
        const copy = structuredClone(value);
        const encoded = encodeCbor(value);
        const before = encoded.slice();
        decodeCbor(encoded, LIMITS);
        expect(value).toEqual(copy);
        expect(encoded).toEqual(before);
      }),
    );
  });

  it("decodes a view into a larger buffer", () => {
    const whole = hex("ffff 8243010203 6161 ffff");
    expect(decodeCbor(whole.subarray(2, 9), LIMITS)).toEqual([hex("010203"), "a"]);
  });
});
