// Where the bytes of blobs are kept: in the relay's database, or in a store such as s3-blobs.ts. Which blobs there are, and whose they
// are, is in the database in any case (blobs.ts).

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import type { Bytes } from "../bytes/bytes.js";
import { fromHex } from "../bytes/text.js";
import { pieceSource } from "../content/byte-source.js";
import { KeysteadError } from "../errors.js";
import type { Sql } from "./sql.js";
import { STATEMENTS } from "./statements.js";

/** What is known of a blob before its bytes come. */
export interface BlobFacts {
  /** Bytes, at least 1. */
  readonly size: number;
  /** SHA-256 of them, 32 bytes. */
  readonly digest: Uint8Array;
}

/** Keeps bytes by keys, which the relay draws at random: no key is written twice. A key is 32 hexadecimal digits. */
export interface BlobStore {
  /** Most bytes of one blob. */
  readonly maxBytes: number;
  /**
   * Stores all bytes under a new key. What is stored by a call that fails is never read; the relay deletes it.
   *
   * @param bytes exactly `facts.size` bytes, with that digest. It throws instead of its last piece when they are others.
   * @throws what `bytes` throws
   */
  write(key: string, bytes: AsyncIterable<Uint8Array>, facts: BlobFacts): Promise<void>;
  /** The bytes from `offset` on, in pieces of any size, each read when it is asked for. The range is within the blob. */
  read(key: string, offset: number, length: number): AsyncIterable<Uint8Array>;
  /** Deletes what is there under a key, if anything. */
  delete(key: string): Promise<void>;
}

const CHUNK = 262_144;
/** Larger blobs make a database's backups and replicas slow. */
const MAX_BYTES = 1 << 26;

/** Options of {@link sqlBlobs}. */
export interface SqlBlobsOptions {
  /** Most bytes of a blob; default, and most, 64 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Keeps blobs in the database, in chunks of 256 KiB. @throws `INVALID_ARGUMENT` */
export function sqlBlobs(sql: Sql, options: SqlBlobsOptions = {}): BlobStore {
  const { maxBytes = MAX_BYTES } = checkOptions(options);
  checkCount("options.maxBytes", maxBytes);
  if (maxBytes > MAX_BYTES)
    throw new KeysteadError("INVALID_ARGUMENT", `options.maxBytes must be at most ${MAX_BYTES}; use another store`);
  const row = (key: string): Bytes => fromHex(key, { name: "key of a blob" });
  return {
    maxBytes,
    async write(key, bytes) {
      const pieces = bytes[Symbol.asyncIterator]();
      const source = pieceSource(async () => (await pieces.next()).value);
      for (let at = 0; ; at++) {
        const chunk = await source.take(CHUNK);
        if (chunk.length === 0) return;
        await sql.query(STATEMENTS.putChunk, [row(key), at, chunk]);
      }
    },
    async *read(key, offset, length) {
      const end = offset + length;
      for (let at = offset; at < end; ) {
        const number = Math.floor(at / CHUNK);
        const [chunk] = await sql.query<{ bytes: Bytes }>(STATEMENTS.chunk, [row(key), number]);
        if (!chunk)
          throw new KeysteadError("STORE_CORRUPT", "bytes of a blob are missing, or it was deleted meanwhile");
        const first = number * CHUNK;
        yield chunk.bytes.subarray(at - first, end - first);
        at = first + CHUNK;
      }
    },
    async delete(key) {
      await sql.query(STATEMENTS.dropChunks, [row(key)]);
    },
  };
}
