// Every secret of a story: the bytes that the Env draws, and the keys derived at the one point where the core calls cryptography.
// docs/spec.md sections 3 and 5.

import { sha512 } from "@noble/hashes/sha2.js";
import { type MockInstance, vi } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import { primitives } from "../../src/primitives/current.js";
import type { Env } from "../../src/primitives/env.js";
import * as LABELS from "../../src/primitives/labels.js";
import type { Primitives } from "../../src/primitives/primitives.js";

/** Salts of names and of recorded accesses are drawn too, and published on purpose. */
const SALT_LENGTH = 16;
/** Derived and published on purpose: it is in the header of sealed content. */
const PUBLISHED = new TextEncoder().encode(`${LABELS.contentCommitment}\0`);

export class Secrets {
  readonly all: Uint8Array[] = [];
  readonly #spies: MockInstance[] = [];

  /** From now on, until {@link end}, all secrets are noted. */
  constructor() {
    const { hkdfSha256, x25519PrivateKey, mlkem768PrivateKey, mlkem768Encapsulate } = primitives;
    for (const name of ["shake256", "sha3_256", "hmacSha256"] as const) {
      const derive = primitives[name] as (...args: unknown[]) => Uint8Array;
      this.#spy(name, ((...args: unknown[]) => this.#note(derive(...args))) as Primitives[typeof name]);
    }
    const { sha3_512 } = primitives;
    this.#spy("sha3_512", (data) => {
      const out = sha3_512(data);
      // The first half is published, as ρ of a KEM key.
      this.#note(out.subarray(32));
      return out;
    });
    this.#spy("hkdfSha256", (ikm, salt, info, length) => {
      const key = hkdfSha256(ikm, salt, info, length);
      return PUBLISHED.every((byte, at) => info[at] === byte) ? key : this.#note(key);
    });
    for (const name of ["ed25519PublicKey", "ed25519Sign"] as const) {
      const use = primitives[name] as (seed: Uint8Array, message: Uint8Array) => Bytes;
      this.#spy(name, (seed: Uint8Array, message: Uint8Array = seed) => {
        this.#note(sha512(this.#note(seed)));
        return use(seed, message);
      });
    }
    this.#spy("x25519PrivateKey", (secret) => {
      const key = x25519PrivateKey(this.#note(secret));
      return { ...key, agree: (peer) => this.#note(key.agree(peer)) };
    });
    this.#spy("mlkem768PrivateKey", (seed) => {
      const key = mlkem768PrivateKey(this.#note(seed));
      return { ...key, decapsulate: (ciphertext) => this.#note(key.decapsulate(ciphertext)) };
    });
    this.#spy("mlkem768Encapsulate", (publicKey, coins) => {
      const made = mlkem768Encapsulate(publicKey, this.#note(coins));
      this.#note(made.sharedSecret);
      return made;
    });
  }

  /** An Env whose random bytes are secrets. */
  of(env: Env): Env {
    const random = (length: number) => (length === SALT_LENGTH ? env.random(length) : this.#note(env.random(length)));
    return { now: () => env.now(), random };
  }

  end(): void {
    for (const spy of this.#spies) spy.mockRestore();
  }

  /** A copy: the core wipes its own. */
  #note<B extends Uint8Array>(secret: B): B {
    this.all.push(secret.slice());
    return secret;
  }

  #spy<N extends Exclude<keyof Primitives, "nativeAes">>(name: N, stand: Primitives[N]): void {
    this.#spies.push(vi.spyOn(primitives, name as "sha256").mockImplementation(stand as Primitives["sha256"]));
  }
}
