// What the service keeps of letters and voice messages: sealed, and closed to it. Recordings are blobs of the relay, which serves any part
// of them; the notes are small, and stand beside what the inbox lists.

import { type BlobTransport, newBlobId } from "keystead/blobs";
import type { Sql } from "keystead/relay";

/** What the service knows of an item: what anybody sees who reads its database. */
export interface SealedItem {
  readonly id: string;
  readonly kind: "mail" | "voicemail";
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  /** The blob of a voice message. */
  readonly recording: string | null;
  /** The newest change of the user's devices that the service knew when it sealed this; null for one that an older demo sealed. */
  readonly change: number | null;
}

/** A new item, sealed. */
export interface NewItem extends Omit<SealedItem, "recording"> {
  readonly subject: string;
  /** The letter, or what the inbox shows of a voice message. */
  readonly note: Uint8Array;
  readonly recording?: Uint8Array | undefined;
}

export class SealedItems {
  readonly #sql: Sql;
  readonly #blobs: BlobTransport;

  private constructor(sql: Sql, blobs: BlobTransport) {
    this.#sql = sql;
    this.#blobs = blobs;
  }

  static async open(sql: Sql, blobs: BlobTransport): Promise<SealedItems> {
    await sql.query(
      "create table if not exists demo.sealed (id text primary key, subject text not null, kind text not null, at bigint not null, note bytea not null, recording text)",
    );
    await sql.query("alter table demo.sealed add column if not exists change int");
    return new SealedItems(sql, blobs);
  }

  async put({ id, subject, kind, at, note, recording, change }: NewItem): Promise<void> {
    const blob = recording && newBlobId();
    if (blob) {
      const { verdict } = await this.#blobs.store(blob, recording, { owner: subject });
      if (verdict !== "accepted") throw new Error(`the relay did not keep the recording: ${verdict}`);
    }
    await this.#sql.query("insert into demo.sealed values ($1, $2, $3, $4, $5, $6, $7)", [
      ...[id, subject, kind, at, note],
      ...[blob ?? null, change],
    ]);
  }

  /** The items of a user, newest first. */
  list(subject: string): Promise<readonly SealedItem[]> {
    return this.#sql.query<SealedItem>(
      "select id, kind, at, recording, change from demo.sealed where subject = $1 order by at desc, id",
      [subject],
    );
  }

  /** The sealed note of an item; undefined when the user has no such item. */
  async note(subject: string, id: string): Promise<Uint8Array | undefined> {
    return (await this.notes(subject, [id])).get(id);
  }

  /** The sealed notes of items, by their ids; without those that the user does not have. */
  async notes(subject: string, ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (ids.length === 0) return new Map();
    const places = ids.map((_, index) => `$${index + 2}`).join(", ");
    const found = await this.#sql.query<{ id: string; note: Uint8Array }>(
      `select id, note from demo.sealed where subject = $1 and id in (${places})`,
      [subject, ...ids],
    );
    return new Map(found.map(({ id, note }) => [id, note]));
  }
}
