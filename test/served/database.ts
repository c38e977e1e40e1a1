// A database for many handlers of tests.

import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { PostgresServer } from "../support/postgres-server.js";

/** PGlite in memory, or a PostgreSQL server that is started for it. */
export async function openDatabase(
  kind: "pglite" | "postgres",
): Promise<{ readonly sql: Sql; close(): Promise<void> }> {
  if (kind === "pglite") {
    const sql = await openPglite();
    return { sql, close: () => sql.close() };
  }
  const server = new PostgresServer();
  await server.start();
  const sql = await openPostgres({ url: server.url, listenUrl: false });
  return {
    sql,
    async close() {
      await sql.close();
      await server.remove();
    },
  };
}
