// The one interface through which the relay reaches a database: PGlite in the process (pglite.ts), or PostgreSQL (postgres.ts).

import { type Bytes, isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** A parameter of a statement. */
export type SqlParameter = Uint8Array | readonly Uint8Array[] | string | readonly string[] | number | null;

/** A value of a column: bytes, text, a whole number that is exact in JavaScript, or a list of these. */
export type SqlValue = Bytes | string | number | boolean | null | readonly SqlValue[];

/** A row, by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Runs statements. */
export interface SqlQueries {
  /**
   * Runs one statement.
   *
   * @param statement SQL of PostgreSQL 15, with `$1`, `$2` … for the parameters.
   * @returns the rows that it selects or returns. A bigint is a number here, whatever the driver makes of it.
   * @throws `STORE_UNAVAILABLE` when the database failed or was not reached: the statement may have been executed
   */
  query<R = SqlRow>(statement: string, parameters?: readonly SqlParameter[]): Promise<readonly R[]>;
}

/** A database of the relay: open one with `openPglite` or `openPostgres`. */
export interface Sql extends SqlQueries {
  /**
   * Runs statements in one transaction: all of them, or none when `run` throws. A transaction names one log only.
   *
   * @throws what `run` throws, `STORE_UNAVAILABLE`
   */
  transaction<T>(run: (queries: SqlQueries) => Promise<T>): Promise<T>;
  /**
   * Calls a function with each text that any relay on this database gives to `notify` from now on. Some can get lost. Absent where no
   * other process can use the database.
   *
   * @returns ends it. @throws `STORE_UNAVAILABLE`
   */
  listen?(hear: (text: string) => void): Promise<() => void>;
  /** Tells a text of at most 7,999 bytes to all who listen. @throws `STORE_UNAVAILABLE` */
  notify?(text: string): Promise<void>;
  /** Waits for statements that run, and closes the database. Later calls throw `STORE_UNAVAILABLE`. May be called again. */
  close(): Promise<void>;
}

/** What an adapter gets from its driver. */
export interface Driver {
  query(statement: string, parameters: readonly SqlParameter[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  transaction<T>(run: (query: Driver["query"]) => Promise<T>): Promise<T>;
  listen?(hear: (text: string) => void): Promise<() => void>;
  close(): Promise<void>;
}

/** The channel of PostgreSQL on which relays hear each other. */
export const CHANNEL = "keystead";

/** A driver as the relay uses it: with plain values, and errors of this library. */
export function sqlOver(driver: Driver): Sql {
  let closing: Promise<void> | undefined;
  const queriesOver = (query: Driver["query"]): SqlQueries => ({
    async query<R>(statement: string, parameters: readonly SqlParameter[] = []) {
      const rows = await answered(() => query(statement, parameters));
      return rows.map(plainRow) as readonly unknown[] as readonly R[];
    },
  });
  async function answered<T>(ask: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new KeysteadError("STORE_UNAVAILABLE", "the database is closed; open it again");
    try {
      return await ask();
    } catch (error) {
      throw error instanceof KeysteadError ? error : databaseFailed(error);
    }
  }
  const { listen } = driver;
  return {
    ...queriesOver(driver.query),
    ...(listen && {
      listen: (hear: (text: string) => void) => answered(() => listen(hear)),
      async notify(text: string) {
        await answered(() => driver.query("select pg_notify($1, $2)", [CHANNEL, text]));
      },
    }),
    transaction: (run) => answered(() => driver.transaction((query) => run(queriesOver(query)))),
    close: () => {
      closing ??= driver.close();
      return closing;
    },
  };
}

/** The driver's own error is the cause. It is not part of the message, which can reach clients of the relay. */
function databaseFailed(cause: unknown): KeysteadError {
  return new KeysteadError(
    "STORE_UNAVAILABLE",
    "the database failed or was not reached; see the cause, and try again",
    {
      cause,
    },
  );
}

function plainRow(row: Readonly<Record<string, unknown>>): SqlRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): SqlValue {
  // A Buffer is a Uint8Array whose slice() shares memory: nothing else of it may depend on the driver.
  if (isBytes(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.length);
  if (typeof value === "bigint") return exactNumber(value);
  return Array.isArray(value) ? value.map(plain) : (value as SqlValue);
}

/** A bigint column as a number. PGlite gives a number or a BigInt, and pg a text. @throws `STORE_CORRUPT` */
export function exactNumber(value: string | bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new KeysteadError("STORE_CORRUPT", "the database holds a number that the relay never wrote: restore a backup");
}
