// Deterministic CBOR (RFC 8949 section 4.2.1), the strict subset that Keystead speaks: unsigned integers, byte and text
// strings, arrays, maps with text keys, booleans. Implements docs/spec.md section 4 (ENC-1, ENC-2, ENC-3).

import { KeysteadError } from "../errors.js";
import { assertBytes, isBytes, wipe } from "./bytes.js";
import { compareBytes, utf8Decode, utf8Encode } from "./text.js";

/** What can be encoded. Numbers are integers from 0 to 2^53 - 1. */
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | ReadonlyMap<string, CborValue>;

/** Arrays and maps may be nested this deep (ENC-3); a value outside any array or map has depth 0. */
const MAX_DEPTH = 8;
/**
 * So many strings, arrays and maps may be in one value (ENC-3). An empty one is a single byte on the wire and some 200 in
 * memory: without a limit, 4 MiB of attachments from a hostile device would take a gigabyte and end the browser's tab.
 */
const MAX_OBJECTS = 65_536;

// Major types, RFC 8949 section 3.1.
const UINT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

const FALSE = 0xf4;
const TRUE = 0xf5;
const TWO_32 = 0x1_0000_0000;

/**
 * The one encoding of `value`. Copies everything; `value` may change afterwards.
 *
 * @throws KeysteadError `INVALID_ENCODING` (ENC-1) for anything that is not a {@link CborValue}; `TOO_LARGE` (ENC-3) if it
 * is nested deeper than 8.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new Writer();
  try {
    writer.value(value, 0);
    return writer.finish();
  } finally {
    writer.wipe();
  }
}

/** What is decoded and how large it may be (ENC-3). */
export interface DecodeOptions {
  /** What is decoded, for errors. */
  readonly name: string;
  /** Most bytes; checked before anything is read. */
  readonly maxBytes: number;
  /** Deepest nesting, 0 to 8; 8 unless given. */
  readonly maxDepth?: number | undefined;
  /** Most strings, arrays and maps together; 65,536 unless given. */
  readonly maxObjects?: number | undefined;
}

/**
 * The value that `bytes` are the encoding of. Byte strings in it are copies.
 *
 * @throws KeysteadError `TOO_LARGE` (ENC-3) for more than `options` allow; `INVALID_ENCODING` (ENC-1) for bytes that
 * {@link encodeCbor} would not have made, (ENC-2) for bytes after the value; `INVALID_ARGUMENT` for wrong arguments.
 */
export function decodeCbor(bytes: Uint8Array, options: DecodeOptions): CborValue {
  const { name, maxBytes, maxDepth = MAX_DEPTH, maxObjects = MAX_OBJECTS } = options;
  assertBytes(bytes, undefined, name);
  if (!(maxBytes >= 0 && maxDepth >= 0 && maxDepth <= MAX_DEPTH && maxObjects >= 0)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `decoding ${name} needs maxBytes, and maxDepth of at most ${MAX_DEPTH}`,
    );
  }
  if (bytes.length > maxBytes) {
    throw new KeysteadError("TOO_LARGE", `${name} has ${bytes.length} bytes; at most ${maxBytes} are allowed`, {
      rule: "ENC-3",
      details: { name, bytes: bytes.length, maxBytes },
    });
  }
  const reader = new Reader(bytes, name, maxDepth, maxObjects);
  const value = reader.value(0);
  reader.end();
  return value;
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
      for (let i = 0; i < value.length; i++) this.value(value[i] as CborValue, depth + 1);
    } else if (value instanceof Map) {
      this.#enter(depth);
      this.#map(value, depth);
    } else {
      throw unencodable("only integers, strings, booleans, Uint8Arrays, arrays and Maps can be encoded");
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What is encoded may be secret (a keyring), and the buffer outlives the result: leave nothing in it. */
  wipe(): void {
    wipe(this.#bytes.subarray(0, this.#length));
  }

  #map(map: ReadonlyMap<unknown, CborValue>, depth: number): void {
    const entries: { readonly key: Uint8Array; readonly value: CborValue }[] = [];
    for (const [key, value] of map) {
      if (typeof key !== "string") throw unencodable("a map key is not a string");
      entries.push({ key: utf8Encode(key, "map key"), value });
    }
    // Encoded keys begin with their length, so the order of the encodings is by length first.
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

  /** Also ends the recursion on a value that contains itself. */
  #enter(depth: number): void {
    if (depth < MAX_DEPTH) return;
    throw new KeysteadError("TOO_LARGE", `a value to encode is nested deeper than ${MAX_DEPTH}`, { rule: "ENC-3" });
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #maxDepth: number;
  #objectsLeft: number;
  #offset = 0;

  constructor(bytes: Uint8Array, name: string, maxDepth: number, maxObjects: number) {
    this.#bytes = bytes;
    this.#name = name;
    this.#maxDepth = maxDepth;
    this.#objectsLeft = maxObjects;
  }

  value(depth: number): CborValue {
    const start = this.#offset;
    const initial = this.#byte();
    switch (initial >> 5) {
      case UINT:
        return this.#argument(initial, start);
      case BYTES: {
        const content = this.#skip(this.#argument(initial, start), start);
        // A copy that stays as it is when the input changes; not slice(), which shares memory if the input is a Buffer.
        return new Uint8Array(this.#bytes.subarray(content, this.#offset));
      }
      case TEXT:
        return this.#text(initial, start);
      case ARRAY:
        return this.#array(this.#argument(initial, start), start, depth);
      case MAP:
        return this.#map(this.#argument(initial, start), start, depth);
    }
    if (initial === TRUE) return true;
    if (initial === FALSE) return false;
    throw this.#error("a negative number, float, tag, null, undefined or other type that is not allowed", start);
  }

  end(): void {
    if (this.#offset === this.#bytes.length) return;
    throw this.#error("more bytes after the end of the value", this.#offset, "ENC-2");
  }

  #array(count: number, start: number, depth: number): CborValue[] {
    this.#enter(count, start, depth);
    // Grown item by item: room set aside for a claimed count would let a few nested bytes ask for gigabytes.
    const items: CborValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.value(depth + 1));
    return items;
  }

  #map(count: number, start: number, depth: number): Map<string, CborValue> {
    this.#enter(2 * count, start, depth);
    const map = new Map<string, CborValue>();
    let previousStart = 0;
    let previousEnd = 0;
    for (let i = 0; i < count; i++) {
      const keyStart = this.#offset;
      const initial = this.#byte();
      if (initial >> 5 !== TEXT) throw this.#error("a map key that is not text", keyStart);
      const key = this.#text(initial, keyStart);
      if (i > 0 && !this.#isAscending(previousStart, previousEnd, keyStart, this.#offset)) {
        throw this.#error("map keys that are not sorted, or a key twice", keyStart);
      }
      previousStart = keyStart;
      previousEnd = this.#offset;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  #text(initial: number, start: number): string {
    const content = this.#skip(this.#argument(initial, start), start);
    const end = this.#offset;
    // Field names and the like: a native decoder's fixed cost is many times that of a few characters.
    let text = "";
    for (let i = content; i < end && i < content + 32; i++) {
      const byte = this.#bytes[i] as number;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (text.length === end - content) return text;
    return utf8Decode(this.#bytes.subarray(content, end), `text at byte ${start} of ${this.#name}`);
  }

  /** Whether the bytes from a to aEnd sort strictly before those from b to bEnd. */
  #isAscending(a: number, aEnd: number, b: number, bEnd: number): boolean {
    for (; a < aEnd && b < bEnd; a++, b++) {
      const difference = (this.#bytes[a] as number) - (this.#bytes[b] as number);
      if (difference !== 0) return difference < 0;
    }
    return b < bEnd;
  }

  /** The argument of a head whose initial byte was just read; only in its shortest form (RFC 8949 section 4.2.1). */
  #argument(initial: number, start: number): number {
    const info = initial & 0x1f;
    if (info < 24) return info;
    let n: number;
    let least: number;
    if (info === 24) {
      n = this.#byte();
      least = 24;
    } else if (info === 25) {
      n = this.#byte() * 0x100 + this.#byte();
      least = 0x100;
    } else if (info === 26) {
      n = this.#uint32();
      least = 0x1_0000;
    } else if (info === 27) {
      n = this.#uint32() * TWO_32 + this.#uint32();
      least = TWO_32;
    } else {
      throw this.#error("an indefinite length or a reserved form", start);
    }
    if (n < least) throw this.#error("an integer or length that is not in its shortest form", start);
    if (n > Number.MAX_SAFE_INTEGER) throw this.#error("an integer or length above 2^53 - 1", start);
    return n;
  }

  #uint32(): number {
    return this.#byte() * 0x100_0000 + this.#byte() * 0x1_0000 + this.#byte() * 0x100 + this.#byte();
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw this.#error("the end of the bytes inside a value", this.#offset);
    this.#offset++;
    return byte;
  }

  /** Moves over `length` bytes of content and says where they begin. */
  #skip(length: number, start: number): number {
    const content = this.#offset;
    this.#checkRemaining(length, start);
    this.#offset += length;
    return content;
  }

  #enter(items: number, start: number, depth: number): void {
    if (depth >= this.#maxDepth) throw this.#tooLarge(`nested deeper than ${this.#maxDepth}`, start);
    this.#checkRemaining(items, start);
  }

  /** Every item takes at least a byte, so a claim of more items than there are bytes is refused before any work. */
  #checkRemaining(claimed: number, start: number): void {
    if (--this.#objectsLeft < 0) throw this.#tooLarge("made of too many strings, arrays and maps", start);
    if (claimed > this.#bytes.length - this.#offset) {
      throw this.#error("a length or count larger than the bytes that are left", start);
    }
  }

  #tooLarge(problem: string, offset: number): KeysteadError {
    return new KeysteadError("TOO_LARGE", `${this.#name} is ${problem}, at byte ${offset}`, {
      rule: "ENC-3",
      details: { name: this.#name, offset },
    });
  }

  #error(found: string, offset: number, rule: "ENC-1" | "ENC-2" = "ENC-1"): KeysteadError {
    return new KeysteadError(
      "INVALID_ENCODING",
      `${this.#name} is not strict deterministic CBOR: ${found}, at byte ${offset}`,
      {
        rule,
        details: { name: this.#name, offset },
      },
    );
  }
}

function unencodable(what: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `cannot encode as CBOR: ${what}`, { rule: "ENC-1" });
}
