// A grant computed by hand from noble's primitives and the specification, without code of src: GRT-2, byte for byte. docs/spec.md
// sections 3, 5 and 7.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768_x25519 as xWing } from "@noble/post-quantum/hybrid.js";

/** The inputs of a grant. Ids are bytes. The first link has no log and no predecessor: 32 zero bytes. */
export interface GrantInput {
  readonly log: Uint8Array;
  readonly prev: Uint8Array;
  readonly seq: number;
  /** The set of epochs, as maximal runs. */
  readonly epochs: readonly (readonly [from: number, to: number])[];
  /** The seeds of all epochs of the set, in order. */
  readonly seeds: readonly Uint8Array[];
  readonly recipients: readonly Uint8Array[];
}

/** The grant's key, its keyring ciphertext, and a box for each recipient. */
export function grantByHand({ log, prev, seq, epochs, seeds, recipients }: GrantInput) {
  const all = join(...seeds);
  const runs = epochs.map(([from, to]) => join([0x82], integer(from), integer(to)));
  const set = sha256(join(label("keystead/v1/grant/epochs"), head(0x80, epochs.length), ...runs));
  const place = join([0x84], byteString(log), byteString(set), byteString(prev), integer(seq));
  const key = hkdf(sha256, all, new Uint8Array(0), join(label("keystead/v1/grant/key"), place), 32);
  const keyring = chacha20poly1305(key, new Uint8Array(12)).encrypt(all);
  const boxes = recipients.map((kem) => {
    const coins = hkdf(sha256, key, new Uint8Array(0), join(label("keystead/v1/grant/coins"), kem), 64);
    const bound = join([0x83], byteString(log), byteString(set), byteString(kem));
    return hpkeByHand(kem, join(label("keystead/v1/grant/box"), bound), key, coins);
  });
  return { key, keyring, boxes };
}

/** The public key of an epoch. */
export function epochKeyByHand(seed: Uint8Array): Uint8Array {
  return xWing.keygen(hkdf(sha256, seed, new Uint8Array(0), label("keystead/v1/epoch/kem"), 32)).publicKey;
}

/** The digest with which a link commits to an attachment. */
export function digestByHand(attachment: Uint8Array): Uint8Array {
  return sha256(join(label("keystead/v1/attachment"), attachment));
}

/** RFC 9180, base mode, single shot: KEM 0x647a, KDF 0x0001, AEAD 0x0003. */
function hpkeByHand(publicKey: Uint8Array, info: Uint8Array, plaintext: Uint8Array, coins: Uint8Array): Uint8Array {
  const { cipherText, sharedSecret } = xWing.encapsulate(publicKey, coins);
  const suite = join(ascii("HPKE"), [0x64, 0x7a, 0, 1, 0, 3]);
  const labelled = (name: string, ikm: Uint8Array, salt = new Uint8Array(0)) =>
    extract(sha256, join(ascii("HPKE-v1"), suite, ascii(name), ikm), salt);
  const context = join([0], labelled("psk_id_hash", new Uint8Array(0)), labelled("info_hash", info));
  const secret = labelled("secret", new Uint8Array(0), sharedSecret);
  const derived = (name: string, length: number) =>
    expand(sha256, secret, join([0, length], ascii("HPKE-v1"), suite, ascii(name), context), length);
  return join(cipherText, chacha20poly1305(derived("key", 32), derived("base_nonce", 12)).encrypt(plaintext));
}

function label(text: string): Uint8Array {
  return ascii(`${text}\0`);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** CBOR, as far as this file needs it. */
function byteString(bytes: Uint8Array): Uint8Array {
  return join(head(0x40, bytes.length), bytes);
}

function integer(n: number): Uint8Array {
  return head(0x00, n);
}

/** The head of an item: its major type in the upper bits, then a number below 65,536. */
function head(major: number, n: number): Uint8Array {
  if (n < 24) return Uint8Array.of(major | n);
  return n < 256 ? Uint8Array.of(major | 24, n) : Uint8Array.of(major | 25, n >> 8, n & 255);
}

function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
