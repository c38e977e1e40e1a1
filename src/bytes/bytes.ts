// Small functions on byte arrays: checking, joining, comparing, wiping. See docs/spec.md section 4 (lengths) and section 5
// (comparison in constant time, wiping).

import { KeysteadError } from "../errors.js";

/**
 * Bytes that the library returns: in memory of their own, never shared. Web APIs ask for that (`new Blob`, `fetch`, `crypto.subtle`), and
 * TypeScript has a type for it since 5.7: this is `Uint8Array<ArrayBuffer>` there, and `Uint8Array` before. What the library takes is any
 * `Uint8Array`.
 */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/**
 * Whether `value` is a Uint8Array. Accepts one of another realm (`instanceof` does not) and subclasses such as Node's Buffer; refuses
 * one whose memory was transferred, to a worker for instance: it would look like no bytes, and reading it throws.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return isUint8Array(value) && (value.length > 0 || works(() => new Uint8Array(value)));
}

function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === "Uint8Array";
}

/** Whether a use of a built-in object returns: it throws where the object is of another kind, or lost its memory. */
export function works(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch {
    return false;
  }
}

/**
 * Throws unless `value` is a Uint8Array, and has `length` bytes where `length` is given.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` naming the field `name`.
 */
export function assertBytes(value: unknown, length: number | undefined, name: string): asserts value is Uint8Array {
  if (!isBytes(value)) {
    const lost = isUint8Array(value) ? " with its memory; that of this one was transferred" : "";
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a Uint8Array${lost}`, { details: { name } });
  }
  if (length !== undefined && value.length !== length) {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be ${length} bytes long, not ${value.length}`, {
      details: { name, expected: length, actual: value.length },
    });
  }
}

/** One new array with the contents of all `parts` in order. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) {
    assertBytes(part, undefined, "part");
    length += part.length;
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Whether `a` and `b` hold the same bytes, in time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  assertBytes(a, undefined, "a");
  assertBytes(b, undefined, "b");
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Overwrites every array with zeros. The only function here that changes its arguments. */
export function wipe(...arrays: readonly Uint8Array[]): void {
  for (const array of arrays) {
    assertBytes(array, undefined, "array");
    array.fill(0);
  }
}

/** The 4 bytes of `n`, an integer from 0 to 2^32 - 1, most significant first. */
export function uint32be(n: number): Bytes {
  assertUint(n, 0xffff_ffff);
  return new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);
}

/** The 8 bytes of `n`, an integer from 0 to 2^53 - 1, most significant first. */
export function uint64be(n: number): Bytes {
  assertUint(n, Number.MAX_SAFE_INTEGER);
  return concat(uint32be(Math.floor(n / 0x1_0000_0000)), uint32be(n >>> 0));
}

/** Whether `value` is a whole number from `min` to `max` that JavaScript holds exactly. */
export function isWhole(value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}

function assertUint(n: unknown, max: number): void {
  if (!isWhole(n, 0, max)) {
    throw new KeysteadError("INVALID_ARGUMENT", `expected an integer from 0 to ${max}`, { details: { max } });
  }
}
