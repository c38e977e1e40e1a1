import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idSymbols, secretFromBytes, secretToBytes } from "../../src/backup/bits.js";
import { thrownBy } from "../support/thrown.js";
import { symbols } from "./support.js";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bigOf = (of: Uint8Array) => of.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const bigOfSymbols = (of: readonly number[]) => of.reduce((sum, symbol) => (sum << 5n) | BigInt(symbol), 0n);

describe("a backup key's secret", () => {
  it("is the low 130 bits of 17 random bytes", () => {
    fc.assert(
      fc.property(bytes(17), (random) => {
        expect(bigOfSymbols(secretFromBytes(random))).toBe(bigOf(random) & ((1n << 130n) - 1n));
      }),
    );
  });

  it("has one form as 17 big-endian bytes, the top 6 bits zero", () => {
    fc.assert(
      fc.property(symbols(26), (secret) => {
        const found = secretToBytes(secret);
        expect(found).toHaveLength(17);
        expect(bigOf(found)).toBe(bigOfSymbols(secret));
        expect(secretFromBytes(found)).toEqual(secret);
      }),
    );
  });

  it("is converted from 17 bytes and 26 symbols only, and neither is changed", () => {
    for (const given of [new Uint8Array(16), new Uint8Array(18), Array(17).fill(0), undefined]) {
      expect(thrownBy(() => secretFromBytes(given as Uint8Array)).code).toBe("INVALID_ARGUMENT");
    }
    for (const given of [Array(25).fill(0), Array(26).fill(32), new Uint8Array(26), undefined]) {
      expect(thrownBy(() => secretToBytes(given as number[])).code).toBe("INVALID_ARGUMENT");
    }
    const random = new Uint8Array(17).fill(255);
    secretToBytes(Object.freeze(secretFromBytes(random)) as number[]);
    expect(random).toEqual(new Uint8Array(17).fill(255));
  });
});

describe("a backup key's id", () => {
  it("is the first 20 bits of a hash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 32 }), (hash) => {
        expect(bigOfSymbols(idSymbols(hash))).toBe(bigOf(hash.subarray(0, 3)) >> 4n);
      }),
    );
    expect(thrownBy(() => idSymbols(new Uint8Array(2))).code).toBe("INVALID_ARGUMENT");
  });
});
