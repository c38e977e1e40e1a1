// What the tests of bytes/ share: bytes from hexadecimal, and the error that a call must throw.

import { expect } from "vitest";
import { KeysteadError } from "../../src/errors.js";

/** Bytes written as hexadecimal, spaces ignored. Independent of the parser under test. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(" ", "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number(`0x${digits.slice(2 * i, 2 * i + 2)}`));
}

/** The KeysteadError that `call` throws; the test fails if it throws none, or anything else. */
export function refusal(call: () => unknown): KeysteadError {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    expect(error).toBeInstanceOf(KeysteadError);
    return error as KeysteadError;
  }
  throw new Error(`was accepted, giving ${String(result)}`);
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
