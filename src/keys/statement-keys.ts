// The keys with which a service states the heads of logs. They are online. The operator certifies them until a date, so that the
// operator's own key can stay offline. docs/spec.md sections 5 and 13.4.

import { finishSecretInstance, STATEMENT_KEYS, wrongInstance } from "../arguments/instances.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { Secret } from "../bytes/secret.js";
import type { Label } from "../primitives/label.js";
import { signingPublicKey, signLabelled } from "../primitives/sign.js";
import { SEED_LENGTH } from "./member-keys.js";

/** A service's statement key. The caller wipes it. */
export class StatementKeys {
  readonly #seed: Secret;
  /** The Ed25519 public key, 32 bytes: what the operator certifies. */
  readonly signingKey: Bytes;

  /** @param seed 32 secret random bytes; copied, the caller wipes its own. @throws `INVALID_ARGUMENT` */
  constructor(seed: Uint8Array) {
    assertBytes(seed, SEED_LENGTH, "statement seed");
    this.#seed = new Secret(seed);
    this.signingKey = signingPublicKey(seed);
    finishSecretInstance(this, STATEMENT_KEYS);
  }

  /** @internal @throws `INVALID_ARGUMENT` unless the value is one. A Proxy of one is none */
  static check(keys: unknown, argument: string): asserts keys is StatementKeys {
    if (typeof keys !== "object" || keys === null || !(#seed in keys))
      throw wrongInstance(argument, STATEMENT_KEYS, keys);
  }

  /** @internal Ed25519 signature (64 bytes) over label, zero byte, message. @throws `WIPED` */
  signLabelled(label: Label, message: Uint8Array): Bytes {
    StatementKeys.check(this, "keys");
    return signLabelled(label, this.#seed.bytes(), message);
  }

  /** Overwrites the seed. Later use throws `WIPED`. */
  wipe(): void {
    StatementKeys.check(this, "keys");
    this.#seed.wipe();
  }
}
