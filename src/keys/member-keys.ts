// A member's keys: what one 32-byte seed gives a device or a backup key. docs/spec.md section 5.

import { assertBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { Secret } from "../bytes/secret.js";
import { toHex } from "../bytes/text.js";
import { labelledHash } from "../primitives/hash.js";
import { deriveKey } from "../primitives/kdf.js";
import { KemPrivateKey } from "../primitives/kem.js";
import { LABELS, type Label } from "../primitives/labels.js";
import { signingPublicKey, signLabelled } from "../primitives/sign.js";

/** Length in bytes of a member's and of an epoch's seed. */
export const SEED_LENGTH = 32;

const MEMBER_ID_LENGTH = 16;

/** A member's public keys. */
export interface MemberPublicKeys {
  /** Ed25519 public key, 32 bytes. */
  readonly sign: Uint8Array;
  /** X-Wing public key, 1,216 bytes. */
  readonly kem: Uint8Array;
}

/** The id of the member whose first public keys are these. */
export function memberIdOf(keys: MemberPublicKeys): MemberId {
  return toHex(labelledHash(LABELS.memberId, keys.sign, keys.kem).subarray(0, MEMBER_ID_LENGTH)) as MemberId;
}

/** A member's private keys, derived from its seed. Whoever makes one wipes it. */
export class MemberKeys {
  readonly #seed: Secret;
  readonly #signingSeed: Secret;
  #kem: KemPrivateKey | undefined;

  /** The Ed25519 public key, 32 bytes. */
  readonly sign: Uint8Array;

  /** @param seed 32 bytes; copied, the caller wipes its own. */
  constructor(seed: Uint8Array) {
    assertBytes(seed, SEED_LENGTH, "member seed");
    this.#seed = new Secret(seed);
    this.#signingSeed = Secret.take(deriveKey(LABELS.memberSigning, seed));
    this.sign = signingPublicKey(this.#signingSeed.bytes());
  }

  /** Both public keys. Expands the KEM key the first time. */
  get publicKeys(): MemberPublicKeys {
    return { sign: this.sign, kem: this.kem.publicKey };
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

  /** Ed25519 signature (64 bytes) over label, zero byte, message. */
  signLabelled(label: Label, message: Uint8Array): Uint8Array {
    return signLabelled(label, this.#signingSeed.bytes(), message);
  }

  /** The seed these keys come from, as a copy that the caller wipes. */
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
