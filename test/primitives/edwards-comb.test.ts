// The comb gives the same points as noble: docs/spec.md section 3, SIG-5.

import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { buildComb, encode, multiply } from "../../src/primitives/edwards-comb.js";
import { slow } from "./support.js";

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const ORDER_8 = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
// Digit widths and spacings: those in use, and some that do not divide evenly.
const SHAPES = [
  [5, 4],
  [6, 1],
  [4, 8],
  [3, 5],
  [2, 127],
  [7, 3],
] as const;
const EDGES = [0n, 1n, 2n, 15n, 16n, 17n, 31n, 32n, 33n, 2n ** 128n, 2n ** 252n - 1n, 2n ** 252n, L - 2n, L - 1n];

const scalar = fc.bigInt({ min: 0n, max: L - 1n });
// Any point of the curve: of the main subgroup, of small order, or a sum of both.
const point = fc
  .tuple(scalar, fc.nat(7))
  .map(([n, torsion]) => Point.BASE.multiplyUnsafe(n).add(ORDER_8.multiplyUnsafe(BigInt(torsion))));

describe.each(SHAPES)("a comb of %i bits and spacing %i", (bits, spacing) => {
  it("multiplies any point by any scalar as noble does", () => {
    fc.assert(
      fc.property(point, fc.array(scalar, { minLength: 1, maxLength: 4 }), (a, scalars) => {
        const comb = buildComb(a, bits, spacing);
        for (const n of scalars) expect(toHex(encode(multiply(comb, n)))).toBe(a.multiplyUnsafe(n).toHex());
      }),
      slow(5),
    );
  });

  it.each([
    ["the base point", Point.BASE],
    ["the neutral point", Point.ZERO],
    ["a point of order 8", ORDER_8],
    ["a point of mixed order", Point.BASE.add(ORDER_8)],
  ])("multiplies %s by scalars at the edges", (_name, a) => {
    const comb = buildComb(a, bits, spacing);
    for (const n of EDGES) expect(toHex(encode(multiply(comb, n)))).toBe(a.multiplyUnsafe(n).toHex());
  });
});

describe("sums", () => {
  const base = buildComb(Point.BASE, 6, 1);

  it("add [S]B to a multiple of another point", () => {
    fc.assert(
      fc.property(point, scalar, scalar, (a, n, s) => {
        const sum = encode(multiply(base, s, multiply(buildComb(a, 5, 4), n)));
        expect(toHex(sum)).toBe(Point.BASE.multiplyUnsafe(s).add(a.multiplyUnsafe(n)).toHex());
      }),
      slow(10),
    );
  });

  it("meet the same and the opposite point on the way: doubling and cancelling", () => {
    for (const n of EDGES) {
      const multiple = multiply(base, n);
      expect(toHex(encode(multiply(base, n, multiple)))).toBe(Point.BASE.multiplyUnsafe((2n * n) % L).toHex());
      expect(toHex(encode(multiply(base, (L - n) % L, multiple)))).toBe(Point.ZERO.toHex());
    }
  });
});
