// Arithmetic in GF(32) = GF(2)[x]/(x^5 + x^3 + 1), whose elements are the symbols 0 to 31, and with vectors of six of them,
// packed into one number of 30 bits; adding is XOR. docs/spec.md section 9.

import { present } from "../bytes/present.js";

/** Multiplies a symbol, or each symbol of a vector, by the symbol `factor`. */
export function multiply(packed: number, factor: number): number {
  let product = 0;
  let power = packed;
  for (let bits = factor; bits !== 0; bits >>= 1) {
    if (bits & 1) product ^= power;
    // Times x, in each of the six: shift the four low bits up, and put x^3 + 1 for the x^5 that falls out.
    power = ((power & 0x1ef7bdef) << 1) ^ (((power >> 4) & 0x02108421) * 0b01001);
  }
  return product;
}

const ELEMENTS = /* @__PURE__ */ Array.from({ length: 32 }, (_, i) => i);
const INVERSES = /* @__PURE__ */ ELEMENTS.map((a) => ELEMENTS.findIndex((b) => multiply(a, b) === 1));

/** The position of the lowest non-zero symbol of a vector, and the inverse of that symbol. */
function pivotOf(vector: number): readonly [shift: number, inverse: number] {
  let shift = 0;
  while (shift < 25 && ((vector >> shift) & 31) === 0) shift += 5;
  return [shift, present(INVERSES[(vector >> shift) & 31])];
}

/** The multiple of a vector whose lowest non-zero symbol is 1: the same for all multiples of one vector. Zero for zero. */
export function normalize(vector: number): number {
  return vector === 0 ? 0 : multiply(vector, pivotOf(vector)[1]);
}

/** The symbol by which `vector`, not zero, must be multiplied to give `product`; undefined if there is none. */
export function factorOf(vector: number, product: number): number | undefined {
  const [shift, inverse] = pivotOf(vector);
  const factor = multiply((product >> shift) & 31, inverse);
  return multiply(vector, factor) === product ? factor : undefined;
}

/** Adds to each vector the multiple of `pivot`, not zero, that makes it zero where the lowest non-zero symbol of `pivot` is. */
export function clear(vectors: readonly number[], pivot: number): number[] {
  const [shift, inverse] = pivotOf(pivot);
  const unit = multiply(pivot, inverse);
  return vectors.map((vector) => vector ^ multiply(unit, (vector >> shift) & 31));
}
