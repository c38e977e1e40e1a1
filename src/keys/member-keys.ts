// A member's keys: a device or a backup key derives them from one 32-byte seed. docs/spec.md section 5.

import { assertBytes, type Bytes, equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { Secret } from "../bytes/secret.js";
import { asId, toHex } from "../bytes/text.js";
import { labelledHash } from "../primitives/hash.js";
import { deriveKey } from "../primitives/kdf.js";
import { KemPrivateKey } from "../primitives/kem.js";
import type { Label } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";
import { signingPublicKey, signLabelled } from "../primitives/sign.js";

/** Length in bytes of a seed, a member's or an epoch's. */
export const SEED_LENGTH = 32;

const MEMBER_ID_LENGTH = 16;

/** A member's public keys, by their names on the wire. */
export interface MemberPublicKeys {
  /** Ed25519 public key, 32 bytes. */
  readonly sign: Bytes;
  /** X-Wing public key, 1,216 bytes. */
  readonly kem: Bytes;
}

/** The id of the member whose first public keys are these. */
export function memberIdOf(keys: MemberPublicKeys): MemberId {
  return asId(toHex(labelledHash(LABELS.memberId, keys.sign, keys.kem).subarray(0, MEMBER_ID_LENGTH)));
}

/** Keys with which a keyring signs and opens grants: a member's own keys, or those of the escrow epochs that admins hold. */
export interface KeyHolder {
  /** The Ed25519 public key that signs, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** Ed25519 signature (64 bytes) over label, zero byte, message. */
  signLabelled(label: Label, message: Uint8Array): Uint8Array;
  /** The X-Wing private key of a public key; undefined for a public key of another holder. The holder wipes it. */
  kemFor(publicKey: Uint8Array): KemPrivateKey | undefined;
  wipe(): void;
}

/** A member's private keys, derived from its seed. The caller that makes one wipes it. */
export class MemberKeys implements KeyHolder {
  readonly #seed: Secret;
  readonly #signingSeed: Secret;
  #kem: KemPrivateKey | undefined;

  /** The Ed25519 public key, 32 bytes. */
  readonly signingKey: Bytes;

  /** @param seed 32 bytes, copied. The caller wipes its own array. */
  constructor(seed: Uint8Array) {
    assertBytes(seed, SEED_LENGTH, "member seed");
    this.#seed = new Secret(seed);
    this.#signingSeed = Secret.take(deriveKey(LABELS.memberSigning, seed));
    this.signingKey = signingPublicKey(this.#signingSeed.bytes());
  }

  /** Both public keys. Expands the KEM key the first time. */
  get publicKeys(): MemberPublicKeys {
    return { sign: this.signingKey, kem: this.kem.publicKey };
  }

  /** The X-Wing private key, expanded once. */
  get kem(): KemPrivateKey {
    if (this.#kem === undefined) {
      const seed = Secret.take(deriveKey(LABELS.memberKem, this.#seed.bytes()));
      this.#kem = new KemPrivateKey(seed.bytes());
      seed.wipe();
    }
    return this.#kem;
  }

  /** The X-Wing private key, if `publicKey` is its public key. */
  kemFor(publicKey: Uint8Array): KemPrivateKey | undefined {
    return equalBytes(this.kem.publicKey, publicKey) ? this.kem : undefined;
  }

  /** Ed25519 signature (64 bytes) over label, zero byte, message. */
  signLabelled(label: Label, message: Uint8Array): Uint8Array {
    return signLabelled(label, this.#signingSeed.bytes(), message);
  }

  /** A copy of the seed that these keys come from. The caller wipes it. */
  copySeed(): Secret {
    return this.#seed.copy();
  }

  /** Overwrites every secret. Later use throws `WIPED`. */
  wipe(): void {
    this.#seed.wipe();
    this.#signingSeed.wipe();
    this.#kem?.wipe();
    this.#kem = undefined;
  }
}
