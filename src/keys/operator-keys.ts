// The service operator's signing key. A log's first link names it. It can remove members and nothing else. docs/spec.md sections
// 2 and 6 (expel).

import { finishSecretInstance, OPERATOR_KEYS, wrongInstance } from "../arguments/instances.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { Secret } from "../bytes/secret.js";
import type { Label } from "../primitives/label.js";
import { signingPublicKey, signLabelled } from "../primitives/sign.js";
import { SEED_LENGTH } from "./member-keys.js";

/** The operator's keys. The caller that makes one wipes it. */
export class OperatorKeys {
  readonly #seed: Secret;
  /** The Ed25519 public key, 32 bytes: what `createLog` is given as `operator`. */
  readonly signingKey: Bytes;

  /** @param seed 32 secret random bytes; copied, the caller wipes its own. @throws `INVALID_ARGUMENT` */
  constructor(seed: Uint8Array) {
    assertBytes(seed, SEED_LENGTH, "operator seed");
    this.#seed = new Secret(seed);
    this.signingKey = signingPublicKey(seed);
    finishSecretInstance(this, OPERATOR_KEYS);
  }

  /** @internal @throws `INVALID_ARGUMENT` unless the value is one. A Proxy of one is none */
  static check(keys: unknown, argument: string): asserts keys is OperatorKeys {
    if (typeof keys !== "object" || keys === null || !(#seed in keys))
      throw wrongInstance(argument, OPERATOR_KEYS, keys);
  }

  /** @internal Ed25519 signature (64 bytes) over label, zero byte, message. @throws `WIPED` */
  signLabelled(label: Label, message: Uint8Array): Bytes {
    OperatorKeys.check(this, "operator");
    return signLabelled(label, this.#seed.bytes(), message);
  }

  /** Overwrites the seed. Later use throws `WIPED`. */
  wipe(): void {
    OperatorKeys.check(this, "operator");
    this.#seed.wipe();
  }
}
