// Sources for random access, and the check of what they give. docs/spec.md section 12 (random access).

import type { BlobLike } from "../arguments/platform.js";
import { isBytes, isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** Sealed content that can be read at any offset: a file, an object store, HTTP ranges. */
export interface RandomAccessSource {
  /** Length of the whole content in bytes. */
  readonly size: number;
  /** Exactly the `length` bytes from `offset` on. The range is always within `size`. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** Reads the bytes from one offset to another. */
export type Read = (from: number, to: number) => Promise<Uint8Array>;

/**
 * @throws `INVALID_ARGUMENT` at once for a value that is not a source, and later when the source does not give the bytes asked
 * for
 */
export function reading(source: BlobLike | RandomAccessSource): { readonly size: number; readonly read: Read } {
  const { size } = typeof source === "object" && source !== null ? source : { size: undefined };
  const given = source as Partial<BlobLike & RandomAccessSource>;
  const isBlob =
    typeof given?.read !== "function" && typeof given?.slice === "function" && typeof given.arrayBuffer === "function";
  if (!isWhole(size) || !(isBlob || typeof given.read === "function")) {
    throw new KeysteadError("INVALID_ARGUMENT", "source must be a Blob, or { size, read(offset, length) }");
  }
  const readAt = async (offset: number, length: number): Promise<unknown> =>
    isBlob
      ? new Uint8Array(await (source as BlobLike).slice(offset, offset + length).arrayBuffer())
      : (source as RandomAccessSource).read(offset, length);
  return {
    size,
    async read(from, to) {
      const bytes = await readAt(from, to - from);
      if (isBytes(bytes) && bytes.length === to - from) return bytes;
      throw new KeysteadError(
        "INVALID_ARGUMENT",
        `source.read(${from}, ${to - from}) must give exactly so many bytes`,
        {
          details: { offset: from, length: to - from },
        },
      );
    },
  };
}
