// Input of sealing and opening, read in the lengths that they need: an array, or pieces of any size. docs/spec.md section 12
// (streams).

import { concat } from "../bytes/bytes.js";

/** Bytes in order. */
export interface ByteSource {
  /**
   * The next `count` bytes, which may change at the next call. Gives fewer, or none, when fewer stand before the last `keep` bytes of the
   * input.
   */
  take(count: number, keep?: number): Promise<Uint8Array>;
  /** Whether more than `keep` bytes are left. What was taken stays as it is. */
  more(keep: number): Promise<boolean>;
  /** The number of bytes left, where it is known. */
  readonly left: number | undefined;
}

/** Reads an array as views: the array must not change until the last view was used. */
export function arraySource(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    get left() {
      return bytes.length - at;
    },
    async take(count, keep = 0) {
      const start = at;
      at += Math.max(0, Math.min(count, bytes.length - at - keep));
      return bytes.subarray(start, at);
    },
    more: async (keep) => bytes.length - at > keep,
  };
}

/**
 * Pieces of any size. What is within one piece is given as a view of it, all else as a copy in memory that is used again: a chunk costs
 * no allocation.
 *
 * @param next gives the next piece, undefined at the end. The previous piece may change from then on.
 */
export function pieceSource(next: () => Promise<Uint8Array | undefined>): ByteSource {
  let memory = new Uint8Array(0);
  /** Unread bytes of pieces that were given back; then those of the piece at hand, of which there is none at the end. */
  let kept: Uint8Array = new Uint8Array(0);
  let piece: Uint8Array | undefined = new Uint8Array(0);
  return {
    left: undefined,
    async take(count, keep = 0) {
      // Only if more than that is at hand: `more` may give the piece back, and what was taken must outlive it.
      if (kept.length === 0 && piece && piece.length > count + keep) {
        const view = piece.subarray(0, count);
        piece = piece.subarray(count);
        return view;
      }
      const wanted = Math.max(count + keep, kept.length);
      if (memory.length < wanted || memory.length > 4 * wanted) memory = new Uint8Array(wanted);
      memory.set(kept);
      let filled = kept.length;
      while (filled < wanted && piece) {
        const part: Uint8Array = piece.subarray(0, wanted - filled);
        memory.set(part, filled);
        filled += part.length;
        piece = piece.subarray(part.length);
        if (filled < wanted) piece = await next();
      }
      const length = Math.max(0, Math.min(count, filled - keep));
      kept = memory.subarray(length, filled);
      return memory.subarray(0, length);
    },
    async more(keep) {
      while (piece && kept.length + piece.length <= keep) {
        kept = concat(kept, piece);
        piece = await next();
      }
      return kept.length + (piece?.length ?? 0) > keep;
    },
  };
}
