// Padding: hides the length of content among lengths that look alike. docs/spec.md section 12.
//
//   A padded chunk is data ‖ uint64be(end): 65,528 bytes of data, then how many bytes of content there are up to the end of
//   this chunk. Data is the content, then zeros up to its padded length: Padmé's, and at least 256.
//
// The end in every chunk, and not one length at the beginning or the end, lets a stream of unknown length be padded, lets a
// reader give away each chunk as it comes, and lets it learn the true length from the last chunk alone.

import { type Bytes, concat, uint64be } from "../bytes/bytes.js";

/** Bytes by which each padded chunk is longer than its data. */
export const END_LENGTH = 8;
/** Bytes of content, or of zeros, in every padded chunk but the last. */
export const ROOM = 65_528;
/** Padmé gives short content next to no padding, and "yes" and "no" would differ. */
const SHORTEST = 256;

/**
 * The padded length of content (Padmé, Nikitin et al. 2019): only as many leading bits as the length's own length in bits
 * has bits may vary. At most 12 % more; in all only O(log log length) bits of the length are given away.
 */
export function paddedLength(length: number): number {
  if (length <= SHORTEST) return SHORTEST;
  const exponent = bitLength(length) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(length / step) * step;
}

/** A padded chunk whose data has `room` bytes, from content up to `end`. */
export function pad(content: Uint8Array, room: number, end: number): Bytes {
  return concat(content, new Uint8Array(room - content.length), uint64be(end));
}

/**
 * What the padded chunk at `index` holds of the content, when `before` bytes of it stand in the chunks before.
 *
 * @returns undefined when it is not what padding gives: one content has one padded form.
 */
export function unpad(chunk: Bytes, index: number, before: number): Bytes | undefined {
  const room = chunk.length - END_LENGTH;
  const length = endOf(chunk) - before;
  const isPaddingAlready = before < index * ROOM;
  if (length < 0 || length > (isPaddingAlready ? 0 : room)) return undefined;
  return chunk.subarray(length, room).some((byte) => byte !== 0) ? undefined : chunk.subarray(0, length);
}

/** The bytes of content up to the end of a padded chunk. */
export function endOf(chunk: Uint8Array): number {
  return Number(new DataView(chunk.buffer, chunk.byteOffset).getBigUint64(chunk.length - END_LENGTH));
}

/** Not by shifts, which know 32 bits only. */
function bitLength(n: number): number {
  return n.toString(2).length;
}
