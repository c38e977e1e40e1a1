// Secret: bytes that can be wiped, are compared in constant time and never print themselves. Implements docs/spec.md
// section 5 (types that hold secrets).

import { KeysteadError } from "../errors.js";
import { assertBytes, type Bytes, equalBytes, wipe } from "./bytes.js";
import { redacted } from "./redacted.js";

/**
 * Secret bytes. The caller that makes a Secret wipes it. Printing, inspecting, serialising or cloning a Secret reveals no byte:
 * the bytes are in a private field, and every conversion gives `[secret]`.
 */
export class Secret extends /* @__PURE__ */ redacted("[secret]") {
  readonly #bytes: Bytes;
  #wiped = false;

  /** Copies `bytes`, of any length; the caller wipes its own array. Throws `INVALID_ARGUMENT`. */
  constructor(bytes: Uint8Array) {
    super();
    assertBytes(bytes, undefined, "secret");
    // Not bytes.slice(): a Buffer's slice shares memory.
    this.#bytes = new Uint8Array(bytes);
  }

  /** Takes over `bytes`: copies and wipes them. For a value that was just derived and has no other owner. */
  static take(bytes: Uint8Array): Secret {
    const secret = new Secret(bytes);
    wipe(bytes);
    return secret;
  }

  /** Number of bytes; still known after wiping. */
  get length(): number {
    return this.#bytes.length;
  }

  /**
   * The inner bytes themselves, to pass directly to a primitive. Do not keep or change them: {@link wipe} overwrites them with
   * zeros.
   *
   * @throws KeysteadError `WIPED` after {@link wipe}, so that zeros are never used as a key.
   */
  bytes(): Bytes {
    if (this.#wiped) {
      throw new KeysteadError("WIPED", "this secret was wiped and cannot be used any more; load or derive it again");
    }
    return this.#bytes;
  }

  /** An independent secret with the same bytes, which the caller wipes. Throws `WIPED`. */
  copy(): Secret {
    return new Secret(this.bytes());
  }

  /** Overwrites the bytes with zeros. May be called again. */
  wipe(): void {
    wipe(this.#bytes);
    this.#wiped = true;
  }

  /**
   * Whether both hold the same bytes, in constant time. Throws `WIPED` if one was wiped, `INVALID_ARGUMENT` if `other` is no
   * Secret.
   */
  equals(other: Secret): boolean {
    if (typeof other !== "object" || other === null || !(#bytes in other)) {
      throw new KeysteadError("INVALID_ARGUMENT", "a Secret can only be compared with a Secret");
    }
    return equalBytes(this.bytes(), other.bytes());
  }
}

/** What is made with secrets. They are wiped when it fails; otherwise the caller owns them. */
export function wipingOnFailure<S extends { wipe(): void }, T>(secrets: S, make: (secrets: S) => T): T {
  try {
    return make(secrets);
  } catch (error) {
    secrets.wipe();
    throw error;
  }
}
