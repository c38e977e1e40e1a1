// Secret: bytes that can be wiped, are compared in constant time and never print themselves. Implements docs/spec.md
// section 5 (types that hold secrets).

import { KeysteadError } from "../errors.js";
import { assertBytes, type Bytes, equalBytes, wipe } from "./bytes.js";

const REDACTED = "[secret]";

/**
 * Secret bytes. The caller that makes a Secret wipes it. Printing, inspecting, serialising or cloning one gives no byte away: the
 * bytes are in a private field, and every conversion says `[secret]`.
 */
export class Secret {
  readonly #bytes: Bytes;
  #wiped = false;

  /** Copies `bytes`, of any length; the caller keeps its own array and wipes it. Throws `INVALID_ARGUMENT`. */
  constructor(bytes: Uint8Array) {
    assertBytes(bytes, undefined, "secret");
    // Not bytes.slice(): a Buffer's slice shares memory.
    this.#bytes = new Uint8Array(bytes);
  }

  /** A secret with the contents of `bytes`, which are wiped: for a value that has just been derived and has no other owner. */
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
   * The live inner bytes, to be handed straight to a primitive. Do not keep them and do not change them: they turn to zeros
   * when this secret is wiped.
   *
   * @throws KeysteadError `WIPED` after {@link wipe}, so that zeros are never used as a key.
   */
  bytes(): Bytes {
    if (this.#wiped) {
      throw new KeysteadError("WIPED", "this secret was wiped and cannot be used any more; load or derive it again");
    }
    return this.#bytes;
  }

  /** An independent secret with the same bytes, to be wiped by the caller. Throws `WIPED`. */
  copy(): Secret {
    return new Secret(this.bytes());
  }

  /** Overwrites the bytes with zeros. Safe to call again. */
  wipe(): void {
    wipe(this.#bytes);
    this.#wiped = true;
  }

  /** Whether both hold the same bytes, in constant time. Throws `WIPED` if either was wiped, `INVALID_ARGUMENT` if `other` is no Secret. */
  equals(other: Secret): boolean {
    if (typeof other !== "object" || other === null || !(#bytes in other)) {
      throw new KeysteadError("INVALID_ARGUMENT", "a Secret can only be compared with a Secret");
    }
    return equalBytes(this.bytes(), other.bytes());
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** What Node's `console.log` and `util.inspect` print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
