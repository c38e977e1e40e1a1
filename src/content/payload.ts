// The payload: content in chunks, each sealed for its place (STREAM). docs/spec.md section 12.
//
//   payload = sealed chunk 0 ‖ … ‖ sealed chunk n - 1, n ≥ 1
//   chunk   = 65,536 bytes of plaintext; the last 1 to 65,536, or none when it is the only one
//   sealed  = AES-256-GCM(payload key, nonce, no associated data, chunk), 16 bytes longer than the chunk
//   nonce   = index of the chunk, 11 bytes, most significant first ‖ 01 for the last chunk, 00 for all others
//
// So a length has one framing, and where each chunk stands follows from it.

import { uint64be } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { TAG_LENGTH } from "../primitives/aead.js";
import type { ChunkCipher } from "./chunk-cipher.js";

/** Bytes of plaintext in every chunk but the last. */
export const CHUNK_LENGTH = 65_536;
/** Bytes of every sealed chunk but the last. */
export const SEALED_CHUNK_LENGTH = CHUNK_LENGTH + TAG_LENGTH;

/** Enough to keep WebCrypto's threads busy, and little memory. */
const CHUNKS_IN_FLIGHT = 16;

/** Bytes of the payload of `length` bytes of content. */
export function payloadLength(length: number): number {
  return length + chunkCount(length, CHUNK_LENGTH) * TAG_LENGTH;
}

/** The nonce of a chunk: says where it stands and whether it is the last, so that it opens nowhere else. */
export function chunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(uint64be(index), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Seals `plaintext` into `payload`, which has {@link payloadLength} bytes. */
export async function sealPayload(cipher: ChunkCipher, plaintext: Uint8Array, payload: Uint8Array): Promise<void> {
  const count = chunkCount(plaintext.length, CHUNK_LENGTH);
  await inFlight(count, async (index) => {
    const chunk = plaintext.subarray(index * CHUNK_LENGTH, (index + 1) * CHUNK_LENGTH);
    payload.set(await cipher.seal(chunkNonce(index, index === count - 1), chunk), index * SEALED_CHUNK_LENGTH);
  });
}

/**
 * The content of a whole payload, which may come from anywhere. Nothing of it is given away unless all of it is authentic.
 *
 * @throws `CORRUPT_CONTENT` naming the first chunk, counted from 0, that is not what was sealed there.
 */
export async function openPayload(cipher: ChunkCipher, payload: Uint8Array): Promise<Uint8Array> {
  const count = chunkCount(payload.length, SEALED_CHUNK_LENGTH);
  const lastLength = payload.length - (count - 1) * SEALED_CHUNK_LENGTH;
  // An empty last chunk after others would be a second framing of the same content.
  if (lastLength < TAG_LENGTH || (lastLength === TAG_LENGTH && count > 1)) throw corruptChunk(count - 1, count);
  const plaintext = new Uint8Array(payload.length - count * TAG_LENGTH);
  let firstCorrupt = count;
  await inFlight(count, async (index) => {
    if (firstCorrupt < count) return;
    const sealed = payload.subarray(index * SEALED_CHUNK_LENGTH, (index + 1) * SEALED_CHUNK_LENGTH);
    const chunk = await cipher.open(chunkNonce(index, index === count - 1), sealed);
    if (chunk) plaintext.set(chunk, index * CHUNK_LENGTH);
    else firstCorrupt = Math.min(firstCorrupt, index);
  });
  if (firstCorrupt < count) throw corruptChunk(firstCorrupt, count);
  return plaintext;
}

/** Content of no bytes has a chunk too: without one, cutting off everything would pass for it. */
function chunkCount(length: number, chunkLength: number): number {
  return Math.max(1, Math.ceil(length / chunkLength));
}

/** Runs for 0 to `count - 1`, started in order, a few at a time. */
async function inFlight(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, CHUNKS_IN_FLIGHT) }, lane));
}

function corruptChunk(index: number, count: number): KeysteadError {
  return new KeysteadError(
    "CORRUPT_CONTENT",
    `chunk ${index} of ${count}, counted from 0, is not what was sealed there: changed, moved, or content cut off or added; fetch the content again`,
    { details: { chunk: index, chunks: count } },
  );
}
