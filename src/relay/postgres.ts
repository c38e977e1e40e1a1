// PostgreSQL 15 and newer, through the package pg.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import { KeysteadError } from "../errors.js";
import { migrate } from "./migrate.js";
import { type Driver, exactNumber, type Sql, sqlOver } from "./sql.js";

/** Options of {@link openPostgres}. */
export interface PostgresOptions {
  /** Such as `postgresql://user:password@host/database`. */
  readonly url: string;
  /** Most connections at a time; default 10. */
  readonly connections?: number | undefined;
}

/** The type of bigint. */
const INT8 = 20;
/** Milliseconds to wait for a connection, and for a statement. A request that waits longer gets an answer, and tries again. */
const TIMEOUT = 30_000;

/**
 * Opens a PostgreSQL database with a pool of connections, and makes or updates its tables. Statements are not prepared by name, so that a
 * pooler in transaction mode can stand in front of the database. Needs the package `pg`.
 *
 * @throws `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`, `UNSUPPORTED` when a newer relay made the tables
 */
export async function openPostgres(options: PostgresOptions): Promise<Sql> {
  const { url, connections = 10 } = checkOptions(options);
  if (typeof url !== "string" || url === "")
    throw new KeysteadError("INVALID_ARGUMENT", "options.url must be the address of a PostgreSQL database");
  checkCount("options.connections", connections);
  const sql = sqlOver(await connect(url, connections));
  try {
    await migrate(sql);
    return sql;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function connect(connectionString: string, max: number): Promise<Driver> {
  const { Pool, types } = (await import("pg")).default;
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
      (await client.query(statement, [...parameters])).rows;
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
    close: () => pool.end(),
  };
}
