// Helpers of the tests of bytes/: bytes from hexadecimal, and values of wrong types.

/** Bytes written as hexadecimal, spaces ignored. Independent of the parser under test. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(" ", "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number(`0x${digits.slice(2 * i, 2 * i + 2)}`));
}

/** Values of the wrong type that a plain JavaScript caller may pass where bytes, text or structures are expected. */
export const WRONG_TYPES: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1,
  1.5,
  2 ** 53,
  10n,
  Symbol("s"),
  () => 1,
  new Date(0),
  {},
  { length: 3 },
  Object.create(Uint8Array.prototype),
  new Uint16Array(2),
  new DataView(new ArrayBuffer(2)),
  new ArrayBuffer(2),
  new Set([1]),
];
