// The prechecks by themselves, at their edges: docs/spec.md section 3, SIG-1 to SIG-4.

import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hasReducedScalar,
  hasSignatureLengths,
  isCanonicalPoint,
  isTorsionPoint,
} from "../../src/primitives/ed25519-rules.js";
import { bytesOf, filled, hex } from "./support.js";

const L = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
const L_MINUS_1 = "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
const P = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const P_MINUS_1 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const P_MINUS_1_SIGNED = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const withScalar = (s: string) => hex("00".repeat(32) + s);

describe("hasSignatureLengths (SIG-1)", () => {
  it("takes 32 and 64 and nothing else", () => {
    for (let length = 0; length <= 70; length++) {
      expect(hasSignatureLengths(filled(length, 0), filled(64, 0))).toBe(length === 32);
      expect(hasSignatureLengths(filled(32, 0), filled(length, 0))).toBe(length === 64);
    }
  });
});

describe("hasReducedScalar (SIG-2)", () => {
  it("takes 0 and L − 1, and refuses L and the largest", () => {
    expect([`${"00".repeat(32)}`, L_MINUS_1, L, "ff".repeat(32)].map((s) => hasReducedScalar(withScalar(s)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("isCanonicalPoint (SIG-3)", () => {
  it("takes y = p − 1 and refuses y = p", () => {
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

  it("agrees with strict decoding on whatever is a point", () => {
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
  it("knows the eight encodings, and no multiple of the base point", () => {
    const order8 = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    const encodings = Array.from({ length: 8 }, (_, n) => order8.multiplyUnsafe(BigInt(n)).toHex());
    expect(new Set(encodings).size).toBe(8);
    for (const encoding of encodings) expect(isTorsionPoint(hex(encoding))).toBe(true);
    for (let n = 1n; n < 20n; n++) expect(isTorsionPoint(ed25519.Point.BASE.multiply(n).toBytes())).toBe(false);
  });

  it("leaves its input alone", () => {
    const encoded = filled(32, 0xff);
    isTorsionPoint(encoded);
    isCanonicalPoint(encoded);
    expect(encoded).toEqual(filled(32, 0xff));
  });
});
