// Input of sealing and opening, read in the lengths that they need: an array, or pieces of any size. docs/spec.md section 12
// (streams).

/** Bytes in order. */
export interface ByteSource {
  /** The next `count` bytes. Gives fewer, or none, when fewer stand before the last `keep` bytes of the input. */
  take(count: number, keep?: number): Promise<Uint8Array>;
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
  };
}

/**
 * Pieces of any size, as copies.
 *
 * @param next gives the next piece, undefined at the end. The previous piece may change from then on.
 */
export function pieceSource(next: () => Promise<Uint8Array | undefined>): ByteSource {
  let kept: Uint8Array = new Uint8Array(0);
  let piece: Uint8Array | undefined = new Uint8Array(0);
  return {
    left: undefined,
    async take(count, keep = 0) {
      const taken = new Uint8Array(Math.max(count + keep, kept.length));
      taken.set(kept);
      let filled = kept.length;
      while (filled < taken.length && piece) {
        const part: Uint8Array = piece.subarray(0, taken.length - filled);
        taken.set(part, filled);
        filled += part.length;
        piece = part.length < piece.length ? piece.subarray(part.length) : undefined;
        piece ??= filled < taken.length ? await next() : new Uint8Array(0);
      }
      const length = Math.max(0, Math.min(count, filled - keep));
      kept = taken.subarray(length, filled);
      return taken.subarray(0, length);
    },
  };
}
