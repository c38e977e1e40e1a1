// Where the service keeps what it sealed. It cannot open any of it. One small interface, so that a store of blobs can take its place.

import { randomUUID } from "node:crypto";
import type { Sql } from "keystead/relay";

/** What the service knows of an item: what anybody sees who reads its database. */
export interface SealedItem {
  readonly id: string;
  readonly kind: "mail" | "voicemail";
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  /** Bytes of the sealed recording; 0 for a mail. */
  readonly recording: number;
}

/** The parts of an item: the letter, or the note of a voicemail and its recording. */
export type Part = "note" | "recording";

/** A new item, sealed. */
export interface NewItem extends Omit<SealedItem, "recording"> {
  readonly subject: string;
  readonly note: Uint8Array;
  readonly recording?: Uint8Array | undefined;
}

export interface SealedItems {
  newId(): string;
  put(item: NewItem): Promise<void>;
  /** The items of a user, newest first. */
  list(subject: string): Promise<readonly SealedItem[]>;
  /** Bytes of a part from one offset to another, or all of it; undefined when the user has no such item. */
  read(subject: string, id: string, part: Part, range?: readonly [number, number]): Promise<Uint8Array | undefined>;
}

export async function sealedItems(sql: Sql): Promise<SealedItems> {
  await sql.query(
    "create table if not exists demo.item (id text primary key, subject text not null, kind text not null, at bigint not null, note bytea not null, recording bytea)",
  );
  return {
    newId: randomUUID,
    async put({ id, subject, kind, at, note, recording }) {
      await sql.query("insert into demo.item values ($1, $2, $3, $4, $5, $6)", [
        ...[id, subject, kind, at, note],
        recording ?? null,
      ]);
    },
    list: (subject) =>
      sql.query<SealedItem>(
        "select id, kind, at, coalesce(length(recording), 0) as recording from demo.item where subject = $1 order by at desc, id",
        [subject],
      ),
    async read(subject, id, part, range) {
      const [from, to] = range ?? [0, 2 ** 31 - 2];
      const [found] = await sql.query<{ bytes: Uint8Array | null }>(
        `select substring(${part === "note" ? "note" : "recording"} from $3::int for $4::int) as bytes from demo.item where subject = $1 and id = $2`,
        [subject, id, from + 1, to - from],
      );
      return found?.bytes ?? undefined;
    },
  };
}
