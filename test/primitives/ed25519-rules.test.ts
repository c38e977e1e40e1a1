// Edge cases of the prechecks alone: docs/spec.md section 3, SIG-1 to SIG-4.

import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import {
  hasReducedScalar,
  hasSignatureLengths,
  isCanonicalPoint,
  isTorsionPoint,
  passesPrechecks,
} from "../../src/primitives/ed25519-rules.js";
import { bytesOf, filled, hex } from "./support.js";

const L = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
const L_MINUS_1 = "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
const P = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const P_MINUS_1 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const P_MINUS_1_SIGNED = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const withScalar = (s: string) => hex("00".repeat(32) + s);

describe("hasSignatureLengths (SIG-1)", () => {
  it("accepts 32 and 64 and no other lengths", () => {
    for (let length = 0; length <= 70; length++) {
      expect(hasSignatureLengths(filled(length, 0), filled(64, 0))).toBe(length === 32);
      expect(hasSignatureLengths(filled(32, 0), filled(length, 0))).toBe(length === 64);
    }
  });
});

describe("hasReducedScalar (SIG-2)", () => {
  it("accepts 0 and L − 1, and refuses L and the largest value", () => {
    expect([`${"00".repeat(32)}`, L_MINUS_1, L, "ff".repeat(32)].map((s) => hasReducedScalar(withScalar(s)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("isCanonicalPoint (SIG-3)", () => {
  it("accepts y = p − 1 and refuses y = p", () => {
    expect([P_MINUS_1, P].map((y) => isCanonicalPoint(hex(y)))).toEqual([true, false]);
  });

  it("refuses the sign bit on x = 0 only", () => {
    const one = `01${"00".repeat(31)}`;
    const oneSigned = `01${"00".repeat(30)}80`;
    const two = `02${"00".repeat(30)}80`;
    expect([one, oneSigned, two, P_MINUS_1_SIGNED].map((y) => isCanonicalPoint(hex(y)))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("agrees with strict decoding on every point", () => {
    fc.assert(
      fc.property(bytesOf(32), (encoded) => {
        const decodes = (zip215: boolean) => {
          try {
            ed25519.Point.fromBytes(encoded, zip215);
            return true;
          } catch {
            return false;
          }
        };
        fc.pre(decodes(true));
        expect(isCanonicalPoint(encoded)).toBe(decodes(false));
      }),
    );
  });
});

describe("isTorsionPoint (SIG-4)", () => {
  it("recognises the eight encodings, and no multiple of the base point", () => {
    const order8 = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    const encodings = Array.from({ length: 8 }, (_, n) => order8.multiplyUnsafe(BigInt(n)).toHex());
    expect(new Set(encodings).size).toBe(8);
    for (const encoding of encodings) expect(isTorsionPoint(hex(encoding))).toBe(true);
    for (let n = 1n; n < 20n; n++) expect(isTorsionPoint(ed25519.Point.BASE.multiply(n).toBytes())).toBe(false);
  });

  it("does not change its input", () => {
    const encoded = filled(32, 0xff);
    isTorsionPoint(encoded);
    isCanonicalPoint(encoded);
    expect(encoded).toEqual(filled(32, 0xff));
  });
});

describe("passesPrechecks", () => {
  const base = ed25519.Point.BASE.toBytes();
  const signature = (r: Uint8Array, s: string) => concat(r, hex(s));

  it("applies each rule before any library", () => {
    const good = signature(base, L_MINUS_1);
    expect(passesPrechecks(base, good)).toBe(true);
    const refused: Readonly<Record<string, readonly [Uint8Array, Uint8Array]>> = {
      "SIG-1 key": [concat(base, filled(1, 0)), good],
      "SIG-1 signature": [base, good.subarray(0, 63)],
      "SIG-2": [base, signature(base, L)],
      "SIG-3": [hex(`f0${"ff".repeat(30)}7f`), good],
      "SIG-4 key": [hex(P_MINUS_1), good],
      "SIG-4 R": [base, signature(hex(P_MINUS_1), L_MINUS_1)],
    };
    for (const [rule, [key, sig]] of Object.entries(refused))
      expect([rule, passesPrechecks(key, sig)]).toEqual([rule, false]);
  });
});
