// Where a sender for services keeps its pins and its queue: records by key, each with a compare-and-set of its own, so that several
// processes of a service share them.

import { type Bytes, equalBytes, isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { memoryStore } from "../storage/memory.js";
import type { Store, StoredRecords } from "../storage/store.js";

/**
 * Records of a sender. They hold no secret of a user: a pin is public, and what is queued is sealed. But somebody who can write to
 * them chooses whom the service believes. A failure throws, and the sender seals nothing.
 */
export interface SenderStore {
  /** The record of a key, as it was stored last by any process; undefined for none. A key has at most 257 characters. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Stores `value` in the place of `expected`, durably before the promise resolves. Undefined stands for no record.
   *
   * @returns false when another record stands there; nothing was stored.
   */
  replace(key: string, expected: Uint8Array | undefined, value: Uint8Array | undefined): Promise<boolean>;
  /** All keys that begin with `prefix`. */
  keys(prefix: string): Promise<readonly string[]>;
}

/**
 * A sender's records in a {@link Store}, such as `fileStore`. It keeps all of them in memory, and each change may write a list of all:
 * for services with some thousands of users. {@link sqlSenderStore} has no such limit.
 */
export function senderStoreOver(store: Store = memoryStore()): SenderStore {
  let loaded: Promise<StoredRecords> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const load = async (): Promise<StoredRecords> => {
    loaded ??= store.load();
    try {
      return await loaded;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
  async function replace(
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
  ): Promise<boolean> {
    for (;;) {
      const { revision, records } = await load();
      if (!isSame(records.get(key), expected)) {
        // Perhaps only the copy in memory is old.
        loaded = undefined;
        return isSame((await load()).records.get(key), expected) ? await replace(key, expected, value) : false;
      }
      try {
        await store.commit(revision, value ? { put: [[key, value]] } : { delete: [key] });
        const next = new Map(records);
        if (value) next.set(key, new Uint8Array(value));
        else next.delete(key);
        loaded = Promise.resolve({ revision: revision + 1, records: next });
        return true;
      } catch (error) {
        loaded = undefined;
        if (!KeysteadError.is(error) || error.code !== "STORE_STALE") throw error;
      }
    }
  }
  return {
    get: async (key) => (await load()).records.get(key),
    keys: async (prefix) => [...(await load()).records.keys()].filter((key) => key.startsWith(prefix)),
    replace(key, expected, value) {
      const done = turn.then(() => replace(key, expected, value));
      turn = done.catch(() => {});
      return done;
    },
  };
}

/** Makes the table of {@link sqlSenderStore}: run it in a migration of the service. */
export const senderTable =
  'create table if not exists keystead_sender (key text collate "C" primary key, value bytea not null)';

/** Runs one statement of PostgreSQL and gives its rows, as `openPostgres` of `keystead/relay` or `pg` does. */
export interface SenderSql {
  /** Runs a statement. @param parameters for `$1`, `$2` … @returns its rows */
  query(
    statement: string,
    parameters: readonly (string | Uint8Array)[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A sender's records in the table that {@link senderTable} makes. */
export function sqlSenderStore(sql: SenderSql): SenderStore {
  return {
    async get(key) {
      const [row] = await sql.query("select value from keystead_sender where key = $1", [key]);
      const value = row?.["value"];
      return isBytes(value) ? new Uint8Array(value) : undefined;
    },
    async keys(prefix) {
      const rows = await sql.query("select key from keystead_sender where starts_with(key, $1)", [prefix]);
      return rows.map(({ key }) => String(key));
    },
    async replace(key, expected, value) {
      const rows = await sql.query(...statementFor(key, expected, value));
      return rows.length > 0 || (!expected && !value);
    },
  };
}

function statementFor(
  key: string,
  expected: Uint8Array | undefined,
  value: Uint8Array | undefined,
): [string, readonly (string | Uint8Array)[]] {
  if (!value)
    return ["delete from keystead_sender where key = $1 and value = $2 returning key", [key, expected ?? NONE]];
  return expected
    ? ["update keystead_sender set value = $3 where key = $1 and value = $2 returning key", [key, expected, value]]
    : ["insert into keystead_sender values ($1, $2) on conflict (key) do nothing returning key", [key, value]];
}

const NONE: Bytes = new Uint8Array();

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a && b ? equalBytes(a, b) : a === b;
}
