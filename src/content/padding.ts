// Padding: rounds the length of content up to one of few lengths, which hides it. docs/spec.md section 12.
//
//   A padded chunk is data ‖ uint64be(end): 65,528 bytes of data, then how many bytes of content there are up to the end of
//   this chunk. Data is the content, then zeros up to its padded length: Padmé's, and at least 256.
//
// Each chunk has the end; there is no single length at the beginning or the end. So a stream of unknown length can be padded, a
// reader can release each chunk as it comes, and it learns the true length from the last chunk alone.

import { type Bytes, concat, uint64be } from "../bytes/bytes.js";

/** Bytes by which each padded chunk is longer than its data. */
export const END_LENGTH = 8;
/** Bytes of content, or of zeros, in every padded chunk but the last. */
export const ROOM = 65_528;
/** Padmé gives short content almost no padding, and "yes" and "no" would differ. */
const SHORTEST = 256;

/**
 * The padded length of content (Padmé, Nikitin et al. 2019). If the length has n bits, and n has k bits, only the k leading bits
 * of the padded length may vary. At most 12 % longer; it reveals only O(log log length) bits of the length.
 */
export function paddedLength(length: number): number {
  if (length <= SHORTEST) return SHORTEST;
  const exponent = bitLength(length) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(length / step) * step;
}

/** A padded chunk with `room` bytes of data, from content up to `end`. */
export function pad(content: Uint8Array, room: number, end: number): Bytes {
  return concat(content, new Uint8Array(room - content.length), uint64be(end));
}

/**
 * The content in the padded chunk at `index`, when the chunks before it hold `before` bytes of content.
 *
 * @returns undefined when the chunk is not canonical padding: one content has one padded form.
 */
export function unpad(chunk: Bytes, index: number, before: number): Bytes | undefined {
  const room = chunk.length - END_LENGTH;
  const length = endOf(chunk) - before;
  const isPaddingAlready = before < index * ROOM;
  if (length < 0 || length > (isPaddingAlready ? 0 : room)) return undefined;
  return chunk.subarray(length, room).some((byte) => byte !== 0) ? undefined : chunk.subarray(0, length);
}

/** The number of bytes of content up to the end of a padded chunk. */
export function endOf(chunk: Uint8Array): number {
  return Number(new DataView(chunk.buffer, chunk.byteOffset).getBigUint64(chunk.length - END_LENGTH));
}

/** Shifts would not do: they work on 32 bits only. */
function bitLength(n: number): number {
  return n.toString(2).length;
}
