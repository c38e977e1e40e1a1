// PostgreSQL 15 and newer, through the package pg.

import type { Client } from "pg";
import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { migrate } from "./migrate.js";
import { CHANNEL, type Driver, exactNumber, type Sql, type SqlParameter, sqlOver } from "./sql.js";

/** Options of {@link openPostgres}. */
export interface PostgresOptions {
  /** Such as `postgresql://user:password@host/database`. */
  readonly url: string;
  /** Most connections at a time; default 10. */
  readonly connections?: number | undefined;
  /**
   * The address of the database itself, where `url` is that of a pooler in transaction mode: relays hear each other through one connection
   * that lasts. Default `url`. With `false` they do not, and event streams hint at entries of another relay only at their heartbeat.
   */
  readonly listenUrl?: string | false | undefined;
}

/** The types of bigint and of bytes. */
const INT8 = 20;
const BYTEA = 17;
/** Milliseconds to wait for a connection, and for a statement. A request that waits longer gets an answer, and tries again. */
const TIMEOUT = 30_000;

/**
 * Opens a PostgreSQL database with a pool of connections, and makes or updates its tables. Statements are not prepared by name, so that a
 * pooler in transaction mode can stand in front of the database. Needs the package `pg`.
 *
 * @throws `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`, `UNSUPPORTED` when a newer relay made the tables
 */
export async function openPostgres(options: PostgresOptions): Promise<Sql> {
  const { url, connections = 10, listenUrl = url } = checkOptions(options);
  if (listenUrl !== false && (typeof listenUrl !== "string" || listenUrl === ""))
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "options.listenUrl must be the address of a PostgreSQL database, or false",
    );
  if (typeof url !== "string" || url === "")
    throw new KeysteadError("INVALID_ARGUMENT", "options.url must be the address of a PostgreSQL database");
  checkCount("options.connections", connections);
  const sql = sqlOver(await connect(url, connections, listenUrl));
  try {
    await migrate(sql);
    return sql;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function connect(connectionString: string, max: number, listenUrl: string | false): Promise<Driver> {
  const { Pool, Client, types } = (await import("pg")).default;
  const ears = new Set<() => Promise<void>>();
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: TIMEOUT,
    query_timeout: TIMEOUT,
    // pg gives a bigint as text: "10" < "9", and "1" + 1 is "11".
    types: {
      getTypeParser: ((oid: number, format: "text") =>
        oid === INT8 ? exactNumber : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  });
  // An idle connection that breaks is an event of the pool, and ends the process if nobody listens. The next statement gets another
  // connection, and its own error if there is none.
  pool.on("error", () => {});
  const over =
    (client: Pick<typeof pool, "query">): Driver["query"] =>
    async (statement, parameters) =>
      (await client.query(statement, parameters.map(binary))).rows;
  return {
    query: over(pool),
    async transaction(run) {
      const client = await pool.connect();
      let failure: unknown;
      try {
        await client.query("begin");
        const result = await run(over(client));
        await client.query("commit");
        return result;
      } catch (error) {
        failure = await client.query("rollback").then(
          () => undefined,
          (broken) => broken,
        );
        throw error;
      } finally {
        // A connection that cannot roll back is thrown away with its transaction.
        client.release(failure !== undefined);
      }
    },
    ...(listenUrl !== false && {
      async listen(hear: (text: string) => void) {
        const ear = new Ear(() => new Client({ connectionString: listenUrl, keepAlive: true }), hear);
        await ear.open();
        const stop = () => ear.close();
        ears.add(stop);
        return () => void stop();
      },
    }),
    async close() {
      await Promise.all([...ears].map((stop) => stop()));
      await pool.end();
    },
  };
}

/** A list of bytes in PostgreSQL's binary form, which pg sends as it is. The text that pg would make is twice as long. */
function binary(parameter: SqlParameter): unknown {
  if (!Array.isArray(parameter) || !isBytes(parameter[0])) return parameter;
  const items: readonly Uint8Array[] = parameter;
  const form = new DataView(new ArrayBuffer(items.reduce((size, { length }) => size + 4 + length, 20)));
  // One dimension, no nulls, the type of an item, how many, counted from 1.
  for (const [at, value] of [1, 0, BYTEA, items.length, 1].entries()) form.setInt32(4 * at, value);
  const bytes = new Uint8Array(form.buffer);
  let at = 20;
  for (const item of items) {
    form.setInt32(at, item.length);
    bytes.set(item, at + 4);
    at += 4 + item.length;
  }
  return bytes;
}

/** Milliseconds until a connection that broke is made again. */
const AGAIN = 1000;

/** One connection that listens. It is made again when it breaks: what was said meanwhile is lost. */
class Ear {
  readonly #make: () => Client;
  readonly #hear: (text: string) => void;
  #client: Client | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(make: () => Client, hear: (text: string) => void) {
    this.#make = make;
    this.#hear = hear;
  }

  async open(): Promise<void> {
    const client = this.#make();
    client.on("notification", ({ payload }) => this.#hear(payload ?? ""));
    client.on("error", () => this.#again(client));
    client.on("end", () => this.#again(client));
    this.#client = client;
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  #again(broken: Client): void {
    if (this.#isClosed || this.#client !== broken) return;
    this.#client = undefined;
    this.#timer = setTimeout(() => {
      // A connection that cannot be made is an event of the client too, or fails here: both try again.
      void this.open().catch(() => this.#client && this.#again(this.#client));
    }, AGAIN);
    this.#timer.unref?.();
  }
}
