// The blobs of a relay: sealed content, written once. A blob is there once its row is, and its row is written after all of its bytes.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { fromHex, toHex } from "../bytes/text.js";
import { drawRandom } from "../primitives/env.js";
import type { BlobFacts } from "./blob-store.js";
import type { RelaySettings } from "./options.js";
import { Refusal } from "./refusal.js";
import { STATEMENTS } from "./statements.js";
import { streamOf } from "./stream.js";

const DAY = 86_400_000;
/** Days that are searched for uploads which broke off. Longer than most relays stand still. */
const SEARCHED_DAYS = 60;
/** Rows of one query. */
const BATCH = 1000;

/** A blob that is there. */
export interface BlobRecord extends BlobFacts {
  readonly id: string;
  /** The subject that it belongs to. */
  readonly owner: string;
  readonly digest: Bytes;
  /** The key under which its bytes are stored. */
  readonly upload: Bytes;
}

/** The blobs in a database, with their bytes in a store. */
export class Blobs {
  readonly #settings: RelaySettings;
  #running = 0;
  /** The day on which uploads were cleaned up last. */
  #swept = 0;

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** Undefined for a blob that is not there, or not whole. */
  async find(id: string): Promise<BlobRecord | undefined> {
    const [row] = await this.#settings.sql.query<Omit<BlobRecord, "id">>(STATEMENTS.blob, [rowKey(id)]);
    return row && { id, ...row };
  }

  /**
   * Stores a blob.
   *
   * @returns false when another blob came first.
   * @throws what `bytes` throws, after which nothing of them is left; {@link Refusal} 408, 429; `STORE_UNAVAILABLE`, after which the
   * blob may have been stored
   */
  async store(
    { id, owner, size, digest }: Omit<BlobRecord, "upload">,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<boolean> {
    const { sql, env, limits, blobs } = this.#settings;
    if (this.#running >= limits.uploads)
      throw new Refusal(429, "RATE_LIMITED", "too many uploads run; try again", { retryAfter: 1000 });
    this.#running++;
    try {
      const day = this.#today();
      if (this.#swept !== day) {
        this.#swept = day;
        void this.sweep().catch(this.#settings.report);
      }
      const upload = new Uint8Array(drawRandom(env, 16));
      await sql.query(STATEMENTS.beginUpload, [day, upload, rowKey(id)]);
      try {
        await blobs.write(toHex(upload), bytes, { size, digest });
      } catch (error) {
        await this.#discard(day, upload);
        throw error;
      }
      // Another relay may have found that it broke off.
      if (this.#today() > day + 1) throw new Refusal(408, "TOO_SLOW", "the body came too slowly; send it again");
      const row = [rowKey(id), owner, size, digest, upload, env.now()];
      const isStored = (await sql.query(STATEMENTS.putBlob, row)).length > 0;
      if (isStored) await sql.query(STATEMENTS.endUpload, [day, upload]).catch(this.#settings.report);
      else await this.#discard(day, upload);
      return isStored;
    } finally {
      this.#running--;
    }
  }

  /** Bytes of a blob. Nothing is read before it is asked for. */
  read({ upload }: BlobRecord, offset: number, length: number): ReadableStream<Uint8Array> {
    const { blobs, report } = this.#settings;
    return streamOf(blobs.read(toHex(upload), offset, length), report);
  }

  /** Deletes a blob. @returns false when it is gone already */
  async delete({ id, upload }: BlobRecord): Promise<boolean> {
    const { sql } = this.#settings;
    const day = this.#today();
    // First, so that a sweep finds the bytes if the process ends right after this.
    await sql.query(STATEMENTS.beginUpload, [day, upload, rowKey(id)]);
    const rows = await sql.query(STATEMENTS.dropBlob, [rowKey(id), upload]);
    if (rows.length > 0) await this.#discard(day, upload);
    return rows.length > 0;
  }

  /** Deletes what uploads left behind that broke off two days ago, or before. */
  async sweep(): Promise<void> {
    const { sql } = this.#settings;
    const today = this.#today();
    for (let day = today - SEARCHED_DAYS; day < today - 1; day++) {
      for (;;) {
        const rows = await sql.query<{ id: Bytes; blob: Bytes }>(STATEMENTS.uploads, [day, BATCH]);
        for (const { id, blob } of rows) {
          const standing = await this.find(toHex(blob));
          if (standing && equalBytes(standing.upload, id)) await sql.query(STATEMENTS.endUpload, [day, id]);
          else await this.#drop(day, id);
        }
        if (rows.length < BATCH) break;
      }
    }
  }

  #today(): number {
    return Math.floor(this.#settings.env.now() / DAY);
  }

  async #drop(day: number, upload: Bytes): Promise<void> {
    await this.#settings.blobs.delete(toHex(upload));
    await this.#settings.sql.query(STATEMENTS.endUpload, [day, upload]);
  }

  /** As {@link #drop}. What fails is left to {@link sweep}. */
  async #discard(day: number, upload: Bytes): Promise<void> {
    await this.#drop(day, upload).catch(this.#settings.report);
  }
}

function rowKey(id: string): Bytes {
  return fromHex(id, { name: "blob id" });
}
