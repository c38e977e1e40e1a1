// A store in the browser's IndexedDB: one database for each namespace, shared by the pages and workers of one origin.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { KeysteadError } from "../errors.js";
import {
  checkCommit,
  checkNamespace,
  closed,
  LastSeen,
  type Store,
  type StoreChange,
  type StoredRecords,
  unavailable,
} from "./store.js";

interface Tables extends DBSchema {
  records: { key: string; value: Uint8Array };
  /** The revision, and a random number that was drawn when the store was filled. */
  meta: { key: MetaKey; value: number };
  /** Keys of sealers. IndexedDB stores a CryptoKey as an object: a key that is not extractable stays so. */
  keys: { key: string; value: CryptoKey };
}

type MetaKey = "revision" | "filling";

const VERSION = 1;

/**
 * A store in IndexedDB, with strict durability: when a commit resolves, it is on the disk.
 *
 * @param namespace 1 to 128 letters, digits and `. _ -`: one for each app and subject of the origin.
 * @throws `INVALID_ARGUMENT`, `STORE_UNAVAILABLE` where there is no IndexedDB, as in some private windows
 */
export async function indexedDbStore(namespace: string): Promise<Store> {
  const database = await open(namespace);
  const seen = new LastSeen();
  let isOpen = true;

  async function transact<T>(doing: string, mode: IDBTransactionMode, run: (tables: Access) => Promise<T>): Promise<T> {
    if (!isOpen) throw closed();
    return await inTransaction(database, doing, mode, run);
  }

  return {
    load: () =>
      transact("be read", "readonly", async ({ records, meta }): Promise<StoredRecords> => {
        const [keys, values, revision = 0, filling] = await Promise.all([
          records.getAllKeys(),
          records.getAll(),
          meta.get("revision"),
          meta.get("filling"),
        ]);
        seen.saw(revision, filling);
        return { revision, records: new Map(keys.map((key, at) => [key, values[at] as Uint8Array])) };
      }),
    async commit(expected: number, change: StoreChange) {
      const { put, remove } = checkCommit(expected, change);
      const [made, filling] = await transact("be written", "readwrite", async ({ records, meta }) => {
        const [revision = 0, found] = await Promise.all([meta.get("revision"), meta.get("filling")]);
        seen.check(expected, revision, found);
        // It goes with the revision when the store is destroyed.
        const filling = found ?? randomNumber();
        await Promise.all([
          ...[...remove].map((key) => records.delete(key)),
          ...[...put].map(([key, value]) => records.put(value, key)),
          meta.put(revision + 1, "revision"),
          meta.put(filling, "filling"),
        ]);
        return [revision + 1, filling] as const;
      });
      seen.saw(made, filling);
      return made;
    },
    destroy: () =>
      transact("be deleted", "readwrite", async ({ records, meta }) => {
        await Promise.all([records.clear(), meta.clear()]);
      }),
    close() {
      isOpen = false;
      database.close();
    },
  };
}

/** Runs requests of one transaction. Nothing else may be awaited inside: Firefox would end the transaction. */
async function inTransaction<T>(
  database: IDBPDatabase<Tables>,
  doing: string,
  mode: IDBTransactionMode,
  run: (tables: Access) => Promise<T>,
): Promise<T> {
  try {
    const transaction = database.transaction(["records", "meta"], mode as "readonly", { durability: "strict" });
    // A transaction that fails rejects both; the first rejection is the one to report.
    transaction.done.catch(() => {});
    try {
      const result = await run({
        records: transaction.objectStore("records") as unknown as Access["records"],
        meta: transaction.objectStore("meta") as unknown as Access["meta"],
      });
      await transaction.done;
      return result;
    } catch (error) {
      abort(transaction);
      throw error;
    }
  } catch (error) {
    throw error instanceof KeysteadError ? error : unavailable(doing, error);
  }
}

interface Access {
  readonly records: {
    getAllKeys(): Promise<string[]>;
    getAll(): Promise<Uint8Array[]>;
    put(value: Uint8Array, key: string): Promise<string>;
    delete(key: string): Promise<void>;
    clear(): Promise<void>;
  };
  readonly meta: {
    get(key: MetaKey): Promise<number | undefined>;
    put(value: number, key: MetaKey): Promise<string>;
    clear(): Promise<void>;
  };
}

/**
 * The key of a sealer, kept in the namespace's database. If there is none, `make` makes it. Two tabs that ask at the same time
 * get the same key.
 *
 * @throws `STORE_UNAVAILABLE`
 */
export async function keptKey(namespace: string, name: string, make: () => Promise<CryptoKey>): Promise<CryptoKey> {
  const database = await open(namespace);
  try {
    const found = await database.get("keys", name);
    if (found) return found;
    // Before the transaction: WebCrypto must not be awaited inside one.
    const made = await make();
    const transaction = database.transaction("keys", "readwrite", { durability: "strict" });
    const first = await transaction.store.get(name);
    if (!first) await transaction.store.put(made, name);
    await transaction.done;
    return first ?? made;
  } catch (error) {
    throw unavailable("keep the key of its sealer", error);
  } finally {
    database.close();
  }
}

/** Deletes the database of a namespace and the keys of its sealers. Records that they sealed can never be opened again. */
export async function deleteIndexedDb(namespace: string): Promise<void> {
  const { deleteDB } = await import("idb");
  await deleteDB(databaseName(namespace)).catch((error) => {
    throw unavailable("be deleted", error);
  });
}

async function open(namespace: string): Promise<IDBPDatabase<Tables>> {
  const name = databaseName(namespace);
  try {
    const database: IDBPDatabase<Tables> = await openDB<Tables>(name, VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore("records");
        fresh.createObjectStore("meta");
        fresh.createObjectStore("keys");
      },
      // A newer version of the app in another tab, or a deletion, must not wait for this tab.
      blocking: () => database.close(),
    });
    return database;
  } catch (error) {
    throw unavailable("be opened", error);
  }
}

function randomNumber(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

function databaseName(namespace: string): string {
  return `keystead/${checkNamespace(namespace)}`;
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // The transaction ended by itself. In both cases nothing is written.
  }
}
