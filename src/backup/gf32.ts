// Arithmetic in GF(32) = GF(2)[x]/(x^5 + x^3 + 1), whose elements are the symbols 0 to 31; adding is XOR.
// docs/spec.md section 9.

/**
 * Multiplies symbols by one symbol: up to six at once, packed side by side in the 30 low bits of a number.
 *
 * @param packed one to six symbols, 5 bits each.
 * @param factor 0 to 31.
 */
export function multiply(packed: number, factor: number): number {
  let product = 0;
  for (let bit = 4; bit >= 0; bit--) {
    // Times x, in each of the six: shift the four low bits up, and put x^3 + 1 for the x^5 that falls out.
    product = ((product & 0x1ef7bdef) << 1) ^ (((product >> 4) & 0x02108421) * 0b01001);
    if ((factor >> bit) & 1) product ^= packed;
  }
  return product;
}

const ELEMENTS = /* @__PURE__ */ Array.from({ length: 32 }, (_, i) => i);
const INVERSES = /* @__PURE__ */ ELEMENTS.map((a) => ELEMENTS.findIndex((b) => multiply(a, b) === 1));

/** The symbol that gives 1 when multiplied by `symbol`, 1 to 31. */
export function inverse(symbol: number): number {
  return INVERSES[symbol] as number;
}
