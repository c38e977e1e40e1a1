// The payload: content in chunks, each sealed for its place (STREAM). docs/spec.md section 12.
//
//   payload = sealed chunk 0 ‖ … ‖ sealed chunk n - 1, n ≥ 1
//   chunk   = 65,536 bytes; the last 1 to 65,536, or none when it is the only one. Padded content: see padding.ts
//   sealed  = AES-256-GCM(payload key, nonce, no associated data, chunk), 16 bytes longer than the chunk
//   nonce   = index of the chunk, 11 bytes, most significant first ‖ 01 for the last chunk, 00 for all others
//
// So each length has one framing, which determines the position of each chunk.

import { type Bytes, uint64be } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { TAG_LENGTH } from "../primitives/aead.js";
import type { ByteSource } from "./byte-source.js";
import type { ChunkCipher } from "./chunk-cipher.js";
import { END_LENGTH, pad, paddedLength, ROOM } from "./padding.js";

/** Bytes of every chunk but the last. */
export const CHUNK_LENGTH = 65_536;
/** Bytes of every sealed chunk but the last. */
export const SEALED_CHUNK_LENGTH = CHUNK_LENGTH + TAG_LENGTH;

/** Enough to keep WebCrypto's threads busy, with little memory. */
export const CHUNKS_IN_FLIGHT = 16;

/** Bytes of content, or of padding, in every chunk but the last. */
export function roomOf(padded: boolean): number {
  return padded ? ROOM : CHUNK_LENGTH;
}

/** Empty content has a chunk too: without one, content whose whole payload was cut off would pass for empty content. */
export function chunkCount(length: number, chunkLength: number): number {
  return Math.max(1, Math.ceil(length / chunkLength));
}

/** Bytes of the payload of `length` bytes of content. */
export function payloadLength(length: number, padded = false): number {
  const data = padded ? paddedLength(length) : length;
  return data + chunkCount(data, roomOf(padded)) * (TAG_LENGTH + (padded ? END_LENGTH : 0));
}

/** Fewest bytes of a sealed chunk. An empty last chunk after others would be a second framing of the same content. */
export function leastSealed(index: number, padded: boolean): number {
  return padded ? TAG_LENGTH + END_LENGTH + 1 : TAG_LENGTH + (index > 0 ? 1 : 0);
}

/** The nonce of a chunk. It encodes the position and whether the chunk is the last, so that the chunk opens nowhere else. */
export function chunkNonce(index: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(12);
  nonce.set(uint64be(index), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** A chunk of content that is being sealed. */
export interface SealingChunk {
  /** Its bytes in order, in one part or two. */
  readonly sealed: Promise<readonly Bytes[]>;
  /** Bytes of content up to the end of this chunk. */
  readonly end: number;
}

/** Seals all bytes of a source. Sealing of a chunk begins when the caller asks for it; the caller awaits the result. */
export async function* sealChunks(
  cipher: ChunkCipher,
  source: ByteSource,
  padded: boolean,
): AsyncGenerator<SealingChunk, void> {
  let index = 0;
  for await (const { chunk, end, isLast } of padded ? paddedChunks(source) : plainChunks(source)) {
    yield { sealed: awaitedLater(cipher.seal(chunkNonce(index++, isLast), chunk)), end };
  }
}

/** A chunk of a payload that is being opened. */
export interface OpeningChunk {
  readonly index: number;
  /** Rejects with `CORRUPT_CONTENT` when the chunk is not the one that was sealed in its place. */
  readonly chunk: Promise<Bytes>;
}

/** How a payload is opened. */
export interface Opening {
  readonly padded: boolean;
  /** Bytes behind the payload. */
  readonly keep: number;
  /** The number of chunks, for errors, if it is known. */
  readonly count?: number | undefined;
  /** Gets every sealed chunk, in order. */
  readonly transcript?: { add(sealed: Uint8Array): void } | undefined;
}

/** Opens all bytes of a source except its last `keep` bytes, chunk by chunk as {@link sealChunks} does. */
export async function* openChunks(
  cipher: ChunkCipher,
  source: ByteSource,
  { padded, keep, count, transcript }: Opening,
): AsyncGenerator<OpeningChunk, void> {
  for (let [index, isLast] = [0, false]; !isLast; index++) {
    const sealed = await source.take(SEALED_CHUNK_LENGTH, keep);
    isLast = !(await source.more(keep));
    transcript?.add(sealed);
    yield { index, chunk: awaitedLater(openChunk(cipher, sealed, { index, isLast, padded, count })) };
  }
}

/** The position of a chunk. */
export interface Place {
  readonly index: number;
  readonly isLast: boolean;
  readonly padded: boolean;
  /** The number of chunks, if it is known. */
  readonly count?: number | undefined;
}

/** Opens one chunk. @throws `CORRUPT_CONTENT` naming it, when it is not the one that was sealed in its place */
export async function openChunk(cipher: ChunkCipher, sealed: Uint8Array, place: Place): Promise<Bytes> {
  const { index, isLast, padded, count } = place;
  const chunk =
    sealed.length < leastSealed(index, padded) ? undefined : await cipher.open(chunkNonce(index, isLast), sealed);
  if (!chunk) throw corruptChunk(index, count);
  return chunk;
}

/** The error for a chunk, counted from 0, that is not the one that was sealed in its place. */
export function corruptChunk(index: number, count: number | undefined): KeysteadError {
  const which = `chunk ${index}${count === undefined ? "" : ` of ${count}`}, counted from 0,`;
  return new KeysteadError(
    "CORRUPT_CONTENT",
    `${which} is not what was sealed there: changed, moved, or content cut off or added; fetch the content again`,
    { details: { chunk: index, ...(count === undefined ? {} : { chunks: count }) } },
  );
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);

interface PlainChunk {
  readonly chunk: Uint8Array;
  readonly end: number;
  readonly isLast: boolean;
}

async function* plainChunks(source: ByteSource): AsyncGenerator<PlainChunk, void> {
  for (let [end, isLast] = [0, false]; !isLast; ) {
    const chunk = await source.take(CHUNK_LENGTH);
    end += chunk.length;
    isLast = !(await source.more(0));
    yield { chunk, end, isLast };
  }
}

/** The padded length, and the last chunk, are known only when the content ends. */
async function* paddedChunks(source: ByteSource): AsyncGenerator<PlainChunk, void> {
  let content = await source.take(ROOM);
  let end = content.length;
  let start = 0;
  for (; await source.more(0); start += ROOM) {
    yield { chunk: pad(content, ROOM, end), end, isLast: false };
    content = await source.take(ROOM);
    end += content.length;
  }
  for (let left = paddedLength(end) - start; left > 0; left -= ROOM) {
    yield { chunk: pad(content, Math.min(left, ROOM), end), end, isLast: left <= ROOM };
    content = NO_BYTES;
  }
}

/** A reader that stops early never awaits the chunks in progress, and their failures must not count as unhandled rejections. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
