// All secrets of a keyring and of the keyrings made from it, and the results of their checks: each seed is checked once.
// docs/spec.md sections 5 and 7 (GRT-4).

import { equalBytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { type KemPrivateKey, rhoOf } from "../primitives/kem.js";
import { type EpochPublicKeys, epochKemKey, epochRho, epochSigningPublicKey } from "./epoch-keys.js";

/**
 * Result of the full check of a seed (GRT-4). `right`: it derives every key that the log publishes for its epoch. `opens`: it
 * derives the KEM key only, so it still opens. `wrong`: it does not derive the KEM key.
 */
export type SeedVerdict = "right" | "opens" | "wrong";

declare const PASSED: unique symbol;

/** A seed that passed the full check, or was drawn here. No other is granted, exported from or signed with (GRT-4). */
export type RightSeed = Secret & { readonly [PASSED]: true };

/** A seed that this device drew itself: what is published are the keys that it derives. */
export function drawnHere(seed: Secret): RightSeed {
  return seed as RightSeed;
}

/** Every secret that a keyring and the keyrings made from it ever held, so that wiping one keyring wipes all of them. */
export class Vault {
  readonly #secrets = new Set<{ wipe(): void }>();
  readonly #expanded = new Map<Secret, KemPrivateKey>();
  readonly #rhos = new WeakMap<Secret, Uint8Array>();
  /** The last full check of each seed: the keys that it was checked against, and the result. */
  readonly #verdicts = new WeakMap<Secret, { readonly keys: EpochPublicKeys; readonly verdict: SeedVerdict }>();
  /** Seeds that a delivered grant gave, and whose full check may wait: if one fails it, its epoch is junk. */
  readonly delivered = new WeakSet<Secret>();
  #hasSuspects = false;
  #wiped = false;

  get wiped(): boolean {
    return this.#wiped;
  }

  keep<T extends { wipe(): void }>(secret: T): T {
    this.#secrets.add(secret);
    return secret;
  }

  /** The X-Wing key of an epoch seed, expanded once. */
  expand(seed: Secret): KemPrivateKey {
    const key = this.#expanded.get(seed) ?? this.keep(epochKemKey(seed.bytes()));
    this.#expanded.set(seed, key);
    return key;
  }

  /** The quick check (GRT-4), computed once for each seed. */
  passes(seed: Secret, { kemKey: kem }: EpochPublicKeys): boolean {
    return equalBytes(this.rho(seed), rhoOf(kem));
  }

  /** The ρ that a seed derives. */
  rho(seed: Secret): Uint8Array {
    const rho = this.#rhos.get(seed) ?? epochRho(seed.bytes());
    this.#rhos.set(seed, rho);
    return rho;
  }

  /** The full check (GRT-4), computed once for each seed and the keys of an epoch. */
  judge(seed: Secret, keys: EpochPublicKeys): SeedVerdict {
    const verdict = this.known(seed, keys) ?? this.#judge(seed, keys);
    this.remember(seed, keys, verdict);
    return verdict;
  }

  /** Whether a seed passes the full check. */
  isRight(seed: Secret, keys: EpochPublicKeys): seed is RightSeed {
    return this.judge(seed, keys) === "right";
  }

  /** The result of the full check, if it was done for these keys. */
  known(seed: Secret, keys: EpochPublicKeys): SeedVerdict | undefined {
    const last = this.#verdicts.get(seed);
    return last && isSame(last.keys, keys) ? last.verdict : undefined;
  }

  remember(seed: Secret, keys: EpochPublicKeys, verdict: SeedVerdict): void {
    this.#verdicts.set(seed, { keys, verdict });
    if (verdict !== "right" && this.#secrets.has(seed)) this.#hasSuspects = true;
  }

  /** Whether a seed that was kept failed a full check. Keyrings must then be searched for such seeds. */
  get hasSuspects(): boolean {
    return this.#hasSuspects;
  }

  wipe(): void {
    this.#wiped = true;
    for (const secret of this.#secrets) secret.wipe();
  }

  #judge(seed: Secret, keys: EpochPublicKeys): SeedVerdict {
    const { kemKey: kem, signingKey: sign } = keys;
    const known = this.#expanded.get(seed);
    const key = known ?? epochKemKey(seed.bytes());
    try {
      // Both checks by one derivation. The first finds most wrong seeds before the key is expanded.
      if (!this.#rhos.has(seed)) this.#rhos.set(seed, key.rho);
      if (!this.passes(seed, keys)) return "wrong";
      const derived = key.publicKey;
      if (!equalBytes(derived, kem)) return "wrong";
    } finally {
      if (!known) key.wipe();
    }
    return sign === undefined || equalBytes(epochSigningPublicKey(seed.bytes()), sign) ? "right" : "opens";
  }
}

function isSame(a: EpochPublicKeys, b: EpochPublicKeys): boolean {
  if (a === b) return true;
  const isSameSign =
    a.signingKey === b.signingKey || (a.signingKey && b.signingKey && equalBytes(a.signingKey, b.signingKey));
  return isSameSign === true && equalBytes(a.kemKey, b.kemKey);
}
