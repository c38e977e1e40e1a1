import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clear, factorOf, multiply, normalize } from "../../src/backup/gf32.js";
import { symbols } from "./support.js";

const ELEMENTS = Array.from({ length: 32 }, (_, i) => i);

/** Product of polynomials over GF(2), then long division by x^5 + x^3 + 1. */
function slowly(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 5; bit++) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 8; bit >= 5; bit--) if ((product >> bit) & 1) product ^= 0b101001 << (bit - 5);
  return product;
}

const pack = (symbols: readonly number[]) => symbols.reduce((packed, symbol) => (packed << 5) | symbol, 0);

describe("GF(32)", () => {
  it("multiplies modulo x^5 + x^3 + 1", () => {
    for (const a of ELEMENTS) for (const b of ELEMENTS) expect(multiply(a, b)).toBe(slowly(a, b));
  });

  it("multiplies the six symbols of a vector", () => {
    fc.assert(
      fc.property(symbols(6), fc.nat(31), (six, factor) => {
        expect(multiply(pack(six), factor)).toBe(pack(six.map((symbol) => slowly(symbol, factor))));
      }),
    );
  });

  it("divides by every element but zero, so that it is a field", () => {
    for (const a of ELEMENTS.slice(1)) for (const b of ELEMENTS) expect(slowly(a, factorOf(a, b) as number)).toBe(b);
  });

  it("finds the factor between two vectors, if one exists", () => {
    fc.assert(
      fc.property(symbols(6), symbols(6), fc.nat(31), (six, other, factor) => {
        fc.pre(six.some((symbol) => symbol !== 0));
        expect(factorOf(pack(six), multiply(pack(six), factor))).toBe(factor);
        const factors = ELEMENTS.filter((each) => multiply(pack(six), each) === pack(other));
        expect(factorOf(pack(six), pack(other))).toBe(factors[0]);
      }),
    );
  });

  it("normalizes all multiples of a vector to the same one", () => {
    fc.assert(
      fc.property(symbols(6), fc.integer({ min: 1, max: 31 }), (six, factor) => {
        const normal = normalize(multiply(pack(six), factor));
        expect(normal).toBe(normalize(pack(six)));
        expect([...six].every((symbol) => symbol === 0) ? 0 : factorOf(pack(six), normal)).toBeDefined();
      }),
    );
    expect([normalize(0), normalize(pack([0, 7, 0, 5, 0, 0]))]).toEqual([
      0,
      pack([0, factorOf(5, 7) as number, 0, 1, 0, 0]),
    ]);
  });

  it("clears one symbol of all vectors by adding multiples of one of them", () => {
    fc.assert(
      fc.property(symbols(6), fc.array(symbols(6)), (six, others) => {
        fc.pre(six.some((symbol) => symbol !== 0));
        const vectors = others.map(pack);
        const cleared = clear([pack(six), ...vectors], pack(six)).slice(1);
        const lowest = [...six].reverse().findIndex((symbol) => symbol !== 0);
        cleared.forEach((vector, i) => {
          expect((vector >> (5 * lowest)) & 31).toBe(0);
          expect(factorOf(pack(six), vector ^ (vectors[i] as number))).toBeDefined();
        });
        expect(clear([pack(six)], pack(six))).toEqual([0]);
      }),
    );
  });
});
