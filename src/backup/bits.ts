// Converts between bytes and the 5-bit symbols of a backup key, most significant bit first. docs/spec.md section 9.

import type { Bytes } from "../bytes/bytes.js";
import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { assertSymbols } from "./alphabet.js";
import { SECRET_LENGTH } from "./mds.js";

/** Bytes that hold a backup key's 130-bit secret: 17, the top 6 bits zero. */
export const SECRET_BYTES = 17;
/** Symbols of a backup key's id: 20 bits. */
export const ID_LENGTH = 4;

const PADDING_BITS = SECRET_BYTES * 8 - SECRET_LENGTH * 5;

function symbolsFrom(bytes: Uint8Array, firstBit: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const bit = firstBit + 5 * i;
    const pair = ((bytes[bit >> 3] as number) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    return (pair >> (11 - (bit & 7))) & 31;
  });
}

function assertBytes(bytes: unknown, ok: (length: number) => boolean, wanted: string): void {
  if (!(isBytes(bytes) && ok(bytes.length))) throw new KeysteadError("INVALID_ARGUMENT", wanted);
}

/**
 * A secret of 26 symbols from 17 random bytes; their top 6 bits are dropped, the other 130 are used as they are.
 *
 * @returns 26 symbols. The caller wipes both the symbols and the bytes.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function secretFromBytes(random: Uint8Array): number[] {
  assertBytes(random, (length) => length === SECRET_BYTES, "random must be 17 bytes");
  return symbolsFrom(random, PADDING_BITS, SECRET_LENGTH);
}

/**
 * The 17 bytes of a secret, as they go into key derivation (BAK-2): one big-endian number of 130 bits, so that no two
 * secrets share their bytes.
 *
 * @param secret 26 symbols, 0 to 31; not changed.
 * @returns 17 bytes, which the caller wipes.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function secretToBytes(secret: readonly number[]): Bytes {
  assertSymbols(secret, SECRET_LENGTH, "secret");
  const bytes = new Uint8Array(SECRET_BYTES);
  secret.forEach((symbol, i) => {
    const bit = PADDING_BITS + 5 * i;
    const pair = symbol << (11 - (bit & 7));
    bytes[bit >> 3] = (bytes[bit >> 3] as number) | (pair >> 8);
    // The last symbol ends with the last byte: writing past the end of a Uint8Array does nothing.
    bytes[(bit >> 3) + 1] = pair & 255;
  });
  return bytes;
}

/**
 * The id of a backup key: the first 20 bits of a hash of its signing key, as 4 symbols. Public.
 *
 * @param hash at least 3 bytes.
 * @throws KeysteadError INVALID_ARGUMENT
 */
export function idSymbols(hash: Uint8Array): number[] {
  assertBytes(hash, (length) => length >= 3, "hash must be at least 3 bytes");
  return symbolsFrom(hash, 0, ID_LENGTH);
}
