// An epoch's keys, derived from its 32-byte seed. docs/spec.md section 5.

import { checkCount } from "../arguments/counts.js";
import type { Bytes } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";
import { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { deriveKey } from "../primitives/kdf.js";
import { KemPrivateKey } from "../primitives/kem.js";
import * as LABELS from "../primitives/labels.js";
import { signingPublicKey } from "../primitives/sign.js";

/** Longest exporter output in bytes. */
export const EXPORTER_MAX_LENGTH = 1024;

const EXPORTER_MAX_LABEL_BYTES = 128;

/** The public keys that a log publishes for an epoch. */
export interface EpochPublicKeys {
  readonly kemKey: Bytes;
  /** Only in an escrow log. */
  readonly signingKey: Bytes | undefined;
}

/** The X-Wing private key of an epoch. The caller wipes it. */
export function epochKemKey(seed: Uint8Array): KemPrivateKey {
  const kemSeed = Secret.take(deriveKey(LABELS.epochKem, seed));
  const key = new KemPrivateKey(kemSeed.bytes());
  kemSeed.wipe();
  return key;
}

/** The X-Wing public key of an epoch: 1,216 bytes. */
export function epochKemPublicKey(seed: Uint8Array): Bytes {
  return ofKey(seed, (key) => key.publicKey);
}

/** ρ of an epoch's public key, 32 bytes. Comparing it finds most wrong seeds at little cost (GRT-4). */
export function epochRho(seed: Uint8Array): Uint8Array {
  return ofKey(seed, (key) => key.rho);
}

function ofKey(seed: Uint8Array, read: (key: KemPrivateKey) => Bytes): Bytes {
  const key = epochKemKey(seed);
  const bytes = read(key);
  key.wipe();
  return bytes;
}

/** The 32-byte Ed25519 seed with which an escrow epoch signs. The caller wipes it. */
export function epochSigningSeed(seed: Uint8Array): Secret {
  return Secret.take(deriveKey(LABELS.epochSigning, seed));
}

/** The Ed25519 public key of an escrow epoch: 32 bytes. */
export function epochSigningPublicKey(seed: Uint8Array): Bytes {
  const signingSeed = epochSigningSeed(seed);
  const key = signingPublicKey(signingSeed.bytes());
  signingSeed.wipe();
  return key;
}

/**
 * A symmetric key for the application's own data, from an epoch's seed.
 *
 * @param label names the use, 1 to 128 bytes of UTF-8; different labels give independent keys.
 * @param length 1 to 1,024 bytes.
 * @returns the key; the caller wipes it.
 * @throws `INVALID_ARGUMENT`
 */
export function exportEpochSecret(seed: Uint8Array, label: string, length: number): Bytes {
  const labelBytes = typeof label === "string" ? new TextEncoder().encode(label).length : 0;
  if (labelBytes < 1 || labelBytes > EXPORTER_MAX_LABEL_BYTES) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `exporter label must be 1 to ${EXPORTER_MAX_LABEL_BYTES} bytes of text`,
    );
  }
  checkCount("exporter length", length, 1, EXPORTER_MAX_LENGTH);
  const exporter = Secret.take(deriveKey(LABELS.epochExporter, seed));
  const key = deriveKey(LABELS.exporter, exporter.bytes(), { info: encodeCbor([label, length]), length });
  exporter.wipe();
  return key;
}
