// Small helpers of the tests of src/primitives/.

import fc from "fast-check";
import { concat } from "../../src/bytes/bytes.js";
import { fromHex } from "../../src/bytes/text.js";
import { checkedGcm } from "../../src/primitives/aead.js";
import { primitives } from "../../src/primitives/current.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import type { Primitives } from "../../src/primitives/primitives.js";
import { errorOf } from "../support/thrown.js";

/** A backend with its AES-256-GCM, or with the portable one that stands in where WebCrypto is missing too, its parts joined. */
export function withAes(backend: Primitives): Joined {
  const { aes256gcmSeal, aes256gcmOpen } = backend.nativeAes ?? nobleAes;
  return { ...backend, aes256gcmSeal: (...inputs) => concat(...aes256gcmSeal(...inputs)), aes256gcmOpen };
}

/** A backend whose AES-256-GCM gives joined bytes. */
export type Joined = Primitives & {
  readonly aes256gcmSeal: Primitives["chacha20poly1305Seal"];
  readonly aes256gcmOpen: Primitives["chacha20poly1305Open"];
};

/** AES-256-GCM of this backend, or the portable one, its parts joined. */
export function joinedGcm() {
  const { seal, open } = checkedGcm(primitives.nativeAes ?? nobleAes);
  return { seal: (...inputs: Parameters<typeof seal>) => concat(...seal(...inputs)), open };
}

/** Bytes of hexadecimal text. */
export function hex(text: string): Uint8Array {
  return fromHex(text, { name: "vector" });
}

/** UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes, all `value`. */
export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** A copy of `bytes` with bit 0 of the byte at `index` flipped; counts from the end when negative. */
export function flipped(bytes: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const at = index < 0 ? copy.length + index : index;
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

/** Code and rule of the KeysteadError that `run` throws. Another error, or none, does not match. */
export function failure(run: () => unknown): { readonly code?: string; readonly rule?: string | undefined } {
  const error = errorOf(run);
  return error ? { code: error.code, rule: error.rule } : {};
}

/** Wrong values that a plain JavaScript caller might pass as bytes. */
export const NOT_BYTES: readonly unknown[] = [undefined, null, "00", 7, Number.NaN, {}, [1, 2], new ArrayBuffer(32)];

/** An arbitrary of `length` bytes. */
export function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}
