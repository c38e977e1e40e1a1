// Encodes deterministic CBOR (RFC 8949 section 4.2.1): one value, one byte string.
// Implements docs/spec.md section 4 (ENC-1).

import { KeysteadError } from "../errors.js";
import { type Bytes, isBytes, wipe } from "./bytes.js";
import { ARRAY, BYTES, type CborValue, FALSE, MAP, MAX_DEPTH, TEXT, TRUE, TWO_32, UINT } from "./cbor-value.js";
import { compareBytes, utf8Encode } from "./text.js";

/**
 * Encodes `value`; each value has exactly one encoding. Copies everything, so `value` may change afterwards.
 *
 * @throws KeysteadError `INVALID_ENCODING` (ENC-1) for anything that is not a {@link CborValue}; `TOO_LARGE` (ENC-3) if it
 * is nested deeper than 8.
 */
export function encodeCbor(value: CborValue): Bytes {
  const writer = new Writer();
  try {
    writer.value(value, 0);
    return writer.finish();
  } finally {
    writer.wipe();
  }
}

class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  value(value: CborValue, depth: number): void {
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value) || value < 0) throw unencodable("a number is not an integer from 0 to 2^53 - 1");
      this.#head(UINT, value);
    } else if (typeof value === "string") {
      this.#string(TEXT, utf8Encode(value));
    } else if (typeof value === "boolean") {
      this.#reserve(1);
      this.#bytes[this.#length++] = value ? TRUE : FALSE;
    } else if (isBytes(value)) {
      this.#string(BYTES, value);
    } else if (Array.isArray(value)) {
      this.#enter(depth);
      this.#head(ARRAY, value.length);
      for (const item of value) this.value(item, depth + 1);
    } else if (value instanceof Map) {
      this.#enter(depth);
      this.#map(value, depth);
    } else {
      throw unencodable("only integers, strings, booleans, Uint8Arrays, arrays and Maps can be encoded");
    }
  }

  finish(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  /** The encoded value may be secret (a keyring), and the buffer outlives the result: wipe it. */
  wipe(): void {
    wipe(this.#bytes.subarray(0, this.#length));
  }

  #map(map: ReadonlyMap<unknown, CborValue>, depth: number): void {
    const entries: { readonly key: Uint8Array; readonly value: CborValue }[] = [];
    for (const [key, value] of map) {
      if (typeof key !== "string") throw unencodable("a map key is not a string");
      entries.push({ key: utf8Encode(key, "map key"), value });
    }
    // Encoded keys begin with their length, so comparing the encodings sorts by length first.
    entries.sort((a, b) => a.key.length - b.key.length || compareBytes(a.key, b.key));
    this.#head(MAP, entries.length);
    for (const { key, value } of entries) {
      this.#string(TEXT, key);
      this.value(value, depth + 1);
    }
  }

  #string(major: number, content: Uint8Array): void {
    this.#head(major, content.length);
    this.#reserve(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  /** The initial byte and the shortest form of the argument `n` (RFC 8949 section 3). */
  #head(major: number, n: number): void {
    this.#reserve(9);
    const type = major << 5;
    if (n < 24) {
      this.#bytes[this.#length++] = type | n;
    } else if (n < 0x100) {
      this.#bytes[this.#length++] = type | 24;
      this.#bytes[this.#length++] = n;
    } else if (n < 0x1_0000) {
      this.#bytes[this.#length++] = type | 25;
      this.#bytes[this.#length++] = n >>> 8;
      this.#bytes[this.#length++] = n;
    } else if (n < TWO_32) {
      this.#bytes[this.#length++] = type | 26;
      this.#uint32(n);
    } else {
      this.#bytes[this.#length++] = type | 27;
      this.#uint32(Math.floor(n / TWO_32));
      this.#uint32(n >>> 0);
    }
  }

  #uint32(n: number): void {
    this.#bytes[this.#length++] = n >>> 24;
    this.#bytes[this.#length++] = n >>> 16;
    this.#bytes[this.#length++] = n >>> 8;
    this.#bytes[this.#length++] = n;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + extra));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.wipe();
    this.#bytes = larger;
  }

  /** Also stops the recursion on a value that contains itself. */
  #enter(depth: number): void {
    if (depth < MAX_DEPTH) return;
    throw new KeysteadError("TOO_LARGE", `a value to encode is nested deeper than ${MAX_DEPTH}`, { rule: "ENC-3" });
  }
}

function unencodable(what: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `cannot encode as CBOR: ${what}`, { rule: "ENC-1" });
}
