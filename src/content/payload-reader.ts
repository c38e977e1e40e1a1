// Reads any part of a payload: first its end, then the chunks of the requested range. docs/spec.md section 12 (random access).

import type { Bytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { type ChunkCipher, chunkCipher } from "./chunk-cipher.js";
import { END_LENGTH, endOf, paddedLength, ROOM, unpad } from "./padding.js";
import { CHUNKS_IN_FLIGHT, chunkCount, corruptChunk, openChunk, roomOf, SEALED_CHUNK_LENGTH } from "./payload.js";
import type { Read } from "./random-access-source.js";

/** The position of a payload in the source. */
interface Extent {
  readonly start: number;
  readonly end: number;
  readonly padded: boolean;
}

/** An open payload. */
export class PayloadReader {
  /** Bytes of content. */
  readonly size: number;
  readonly #read: Read;
  readonly #extent: Extent;
  readonly #key: Secret;
  #cipher: ChunkCipher | undefined;

  private constructor(read: Read, extent: Extent, key: Secret, cipher: ChunkCipher, size: number) {
    this.#read = read;
    this.#extent = extent;
    this.#key = key;
    this.#cipher = cipher;
    this.size = size;
  }

  /** Opens the last chunk, which says where the content ends. Takes over the key unless it throws. @throws `CORRUPT_CONTENT` */
  static async open(read: Read, extent: Extent, key: Secret): Promise<PayloadReader> {
    const { start, end, padded } = extent;
    const cipher = await chunkCipher(key);
    const count = chunkCount(end - start, SEALED_CHUNK_LENGTH);
    const index = count - 1;
    const lastStart = start + index * SEALED_CHUNK_LENGTH;
    const sealed = lastStart < end ? await read(lastStart, end) : new Uint8Array(0);
    const chunk = await openChunk(cipher, sealed, { index, isLast: true, padded, count });
    const data = index * roomOf(padded) + chunk.length - (padded ? END_LENGTH : 0);
    const size = padded ? endOf(chunk) : data;
    if (padded && (size > data || paddedLength(size) !== data)) throw corruptChunk(index, count);
    const reader = new PayloadReader(read, extent, key, cipher, size);
    reader.#contentOf(chunk, index);
    return reader;
  }

  /** The bytes from `offset` on. The whole range must be within the content. @throws `CORRUPT_CONTENT`, `WIPED` */
  async read(offset: number, length: number): Promise<Bytes> {
    this.#requireCipher();
    const content = new Uint8Array(length);
    const room = roomOf(this.#extent.padded);
    const last = Math.floor((offset + length - 1) / room);
    for (let first = Math.floor(offset / room); length > 0 && first <= last; first += CHUNKS_IN_FLIGHT) {
      const parts = await this.#open(first, Math.min(first + CHUNKS_IN_FLIGHT - 1, last));
      for (const [i, part] of parts.entries()) {
        const at = (first + i) * room - offset;
        content.set(part.subarray(Math.max(0, -at), Math.max(0, length - at)), Math.max(0, at));
      }
    }
    return content;
  }

  wipe(): void {
    this.#cipher = undefined;
    this.#key.wipe();
  }

  #requireCipher(): ChunkCipher {
    if (this.#cipher) return this.#cipher;
    throw new KeysteadError("WIPED", "this content reader was wiped; open the content again");
  }

  /** The contents of the chunks from one index to another. */
  async #open(first: number, last: number): Promise<readonly Bytes[]> {
    const { start, end, padded } = this.#extent;
    const from = start + first * SEALED_CHUNK_LENGTH;
    const sealed = await this.#read(from, Math.min(end, start + (last + 1) * SEALED_CHUNK_LENGTH));
    const cipher = this.#requireCipher();
    const count = chunkCount(end - start, SEALED_CHUNK_LENGTH);
    return Promise.all(
      Array.from({ length: last - first + 1 }, async (_, i) => {
        const index = first + i;
        const chunk = sealed.subarray(i * SEALED_CHUNK_LENGTH, (i + 1) * SEALED_CHUNK_LENGTH);
        const place = { index, isLast: index === count - 1, padded, count };
        return this.#contentOf(await openChunk(cipher, chunk, place), index);
      }),
    );
  }

  #contentOf(chunk: Bytes, index: number): Bytes {
    const { start, end, padded } = this.#extent;
    if (!padded) return chunk;
    const before = Math.min(this.size, index * ROOM);
    const content = unpad(chunk, index, before);
    // The chunk must hold all content that belongs in it: the reader would give a gap as zeros.
    if (content?.length === Math.min(this.size - before, chunk.length - END_LENGTH)) return content;
    throw corruptChunk(index, chunkCount(end - start, SEALED_CHUNK_LENGTH));
  }
}
