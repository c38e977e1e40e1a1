// Verifiers of Ed25519 as libraries have them, and broken ones. All but the first accept another set of signatures than SIG-5 of
// docs/spec.md section 3.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat } from "../../src/bytes/bytes.js";
import { fromLittleEndian, toLittleEndian } from "../support/little-endian.js";

/** A verifier that is not async. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

const { Point } = ed25519;
const L = Point.Fn.ORDER;

/** In what a library's equation differs. */
interface Equation {
  /** Compares points, of which R is decoded, also where its y is p or more. */
  readonly decodes?: boolean;
  /** Hashes the canonical encoding of R and not the bytes given. */
  readonly rehashes?: boolean;
  /** Multiplies by 8 before it compares points. R is decoded only where its y is less than p. */
  readonly cofactor?: boolean;
  /** Multiplies by k as it was hashed, not reduced by L. */
  readonly unreduced?: boolean;
}

/** The verifier of an equation. Without differences it is SIG-5. */
export function verifierOf({ decodes, rehashes, cofactor, unreduced }: Equation = {}): Verify {
  return (publicKey, message, signature) => {
    try {
      const key = Point.fromBytes(publicKey);
      const bytes = signature.subarray(0, 32);
      const r = () => Point.fromBytes(bytes, !cofactor);
      const hashed = fromLittleEndian(sha512(concat(rehashes ? r().toBytes() : bytes, publicKey, message)));
      const ofOrder = key.multiplyUnsafe(L - 1n).add(key);
      const product = key.multiplyUnsafe(hashed % L);
      const whole = unreduced ? product.add(ofOrder.multiplyUnsafe((hashed / L) % 8n)) : product;
      const found = Point.BASE.multiplyUnsafe(fromLittleEndian(signature.subarray(32))).subtract(whole);
      if (cofactor) return found.subtract(r()).clearCofactor().is0();
      return decodes || rehashes ? found.equals(r()) : String(found.toBytes()) === String(bytes);
    } catch {
      return false;
    }
  };
}

/** The exact equation. */
export const exact: Verify = verifierOf();

/** Ways in which a verifier gives wrong verdicts. The probes have messages of 70, 69 and 1 bytes. */
export const INEXACT: Readonly<Record<string, Verify>> = {
  "accepts everything": () => true,
  "accepts nothing": () => false,
  "accepts the signature of another message": (key, message, signature) =>
    message.length === 69 || exact(key, message, signature),
  "accepts under a key that is no point": (key, message, signature) => !isPoint(key) || exact(key, message, signature),
  "refuses keys with a part of small order": (key, message, signature) =>
    isTorsionFree(key) && exact(key, message, signature),
  "refuses keys of prime order": (key, message, signature) => !isTorsionFree(key) && exact(key, message, signature),
  "multiplies by the cofactor": verifierOf({ cofactor: true }),
  "does not reduce k": verifierOf({ unreduced: true }),
  "decodes R": verifierOf({ decodes: true }),
  "hashes R as it encodes it": verifierOf({ rehashes: true }),
};

/** Accepts points of small order as keys, as OpenSSL does: no probe finds it, since SIG-4 is checked before. */
export const acceptsSmallOrder: Verify = exact;

function isPoint(key: Uint8Array): boolean {
  try {
    return Point.fromBytes(key) !== undefined;
  } catch {
    return false;
  }
}

function isTorsionFree(key: Uint8Array): boolean {
  return isPoint(key) && Point.fromBytes(key).isTorsionFree();
}

const ORDER_8 = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

/**
 * A signature that only somebody who crafts keys can make: the key has `inKey` times a point of order 8 in it, and R `inR` times
 * it. With `isSmall` the key is nothing else.
 */
export function crafted(a: bigint, r: bigint, inKey: number, inR: number, message: Uint8Array, isSmall = false) {
  const part = (times: number) => ORDER_8.multiplyUnsafe(BigInt(times));
  const secret = isSmall ? 0n : a;
  const key = (isSmall ? Point.ZERO : Point.BASE.multiply(secret)).add(part(inKey)).toBytes();
  const encoded = Point.BASE.multiply(r).add(part(inR)).toBytes();
  const k = fromLittleEndian(sha512(concat(encoded, key, message)));
  return { key, signature: concat(encoded, toLittleEndian((r + k * secret) % L)) };
}
