// Decodes deterministic CBOR (RFC 8949 section 4.2.1). Refuses every byte string that the encoder would not have made.
// Implements docs/spec.md section 4 (ENC-1, ENC-2, ENC-3).

import { KeysteadError, type RuleId } from "../errors.js";
import { assertBytes } from "./bytes.js";
import { ARRAY, BYTES, type CborValue, FALSE, MAP, MAX_DEPTH, TEXT, TRUE, TWO_32, UINT } from "./cbor-value.js";
import { utf8Decode } from "./text.js";

/**
 * The most strings, arrays and maps that one value may contain (ENC-3). An empty one takes one byte on the wire and some 200
 * bytes in memory: without a limit, 4 MiB of attachments from a hostile device would take a gigabyte and crash the browser's tab.
 */
const MAX_OBJECTS = 65_536;

/** Options of decoding: the name of the value, and how large it may be (ENC-3). */
export interface DecodeOptions {
  /** Name of the value, for errors. */
  readonly name: string;
  /** Most bytes. Checked before anything is read. */
  readonly maxBytes: number;
  /** Deepest nesting, 0 to 8; default 8. */
  readonly maxDepth?: number | undefined;
  /** Most strings, arrays and maps together; default 65,536. */
  readonly maxObjects?: number | undefined;
  /**
   * Whether byte strings in the value may share the memory of `bytes`. Use it only for bytes that the library owns, that do not
   * change, and that are kept as long as the value. A long log then takes half the memory.
   */
  readonly shared?: boolean | undefined;
}

/**
 * Decodes `bytes`. Byte strings in the value are copies, except with `options.shared`.
 *
 * @throws KeysteadError `TOO_LARGE` (ENC-3) for more than `options` allow; `INVALID_ENCODING` (ENC-1) for bytes that
 * the encoder would not have made, (ENC-2) for bytes after the value; `INVALID_ARGUMENT` for wrong arguments.
 */
export function decodeCbor(bytes: Uint8Array, options: DecodeOptions): CborValue {
  const { name, maxBytes, maxDepth = MAX_DEPTH, maxObjects = MAX_OBJECTS } = options;
  assertBytes(bytes, undefined, name);
  if (!(maxBytes >= 0 && maxDepth >= 0 && maxDepth <= MAX_DEPTH && maxObjects >= 0)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `decoding ${name} needs maxBytes, and a maxDepth of at most ${MAX_DEPTH}`,
    );
  }
  if (bytes.length > maxBytes) {
    throw new KeysteadError("TOO_LARGE", `${name} has ${bytes.length} bytes; at most ${maxBytes} are allowed`, {
      rule: "ENC-3",
      details: { name, bytes: bytes.length, maxBytes },
    });
  }
  const reader = new Reader(bytes, options, maxDepth, maxObjects);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #maxDepth: number;
  readonly #shared: boolean;
  #objectsLeft: number;
  #offset = 0;

  constructor(bytes: Uint8Array, { name, shared = false }: DecodeOptions, maxDepth: number, maxObjects: number) {
    this.#bytes = bytes;
    this.#name = name;
    this.#shared = shared;
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
        const view = this.#bytes.subarray(content, this.#offset);
        // A copy that stays as it is when the input changes; not slice(), which shares memory if the input is a Buffer.
        return this.#shared ? view : new Uint8Array(view);
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
    throw this.#error("more bytes after the end of the value", this.#offset, { rule: "ENC-2" });
  }

  #array(count: number, start: number, depth: number): CborValue[] {
    this.#enter(count, start, depth);
    // The array grows item by item: if it were allocated for the claimed count, a few nested bytes could ask for gigabytes.
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
    // For short text such as field names: a native decoder has a high fixed cost.
    let text = "";
    for (let i = content; i < end && i < content + 32; i++) {
      const byte = this.#bytes[i] as number;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (text.length === end - content) return text;
    try {
      return utf8Decode(this.#bytes.subarray(content, end));
    } catch (cause) {
      throw this.#error("text that is not valid UTF-8", start, { cause });
    }
  }

  /** Whether the bytes from `a` to `aEnd` sort strictly before the bytes from `b` to `bEnd`. */
  #isAscending(a: number, aEnd: number, b: number, bEnd: number): boolean {
    for (; a < aEnd && b < bEnd; a++, b++) {
      const difference = (this.#bytes[a] as number) - (this.#bytes[b] as number);
      if (difference !== 0) return difference < 0;
    }
    return b < bEnd;
  }

  /** The argument of a head whose initial byte was just read. Accepts only its shortest form (RFC 8949 section 4.2.1). */
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

  /** Skips `length` bytes of content and returns where they begin. */
  #skip(length: number, start: number): number {
    const content = this.#offset;
    this.#claim(length, start);
    this.#offset += length;
    return content;
  }

  #enter(items: number, start: number, depth: number): void {
    if (depth >= this.#maxDepth) throw this.#tooLarge(`nested deeper than ${this.#maxDepth}`, start);
    this.#claim(items, start);
  }

  /**
   * Counts one more string, array or map that claims to hold `claimed` bytes or items. Each item takes at least one byte, so a
   * claim larger than the number of bytes left is refused before any work.
   */
  #claim(claimed: number, start: number): void {
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

  #error(found: string, offset: number, options: { rule?: RuleId; cause?: unknown } = {}): KeysteadError {
    const message = `${this.#name} is not strict deterministic CBOR: ${found}, at byte ${offset}`;
    const details = { name: this.#name, offset };
    return new KeysteadError("INVALID_ENCODING", message, { rule: "ENC-1", details, ...options });
  }
}
