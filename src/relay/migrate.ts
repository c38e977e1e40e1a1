// Brings a database to the newest schema.

import { KeysteadError } from "../errors.js";
import type { Sql, SqlQueries } from "./sql.js";
import { MIGRATIONS } from "./statements.js";

/** Any number, the same for all relays. */
const LOCK = 1_801_812_339;

/**
 * Makes the tables, or runs the migrations that a database lacks. Relays that start at the same time wait for each other. The lock
 * belongs to the transaction and not to the connection, so that it also holds behind a pooler that gives each transaction another one.
 *
 * @throws `STORE_UNAVAILABLE`; `UNSUPPORTED` when a newer relay made the tables
 */
export async function migrate(sql: Sql, migrations: readonly (readonly string[])[] = MIGRATIONS): Promise<void> {
  await sql.transaction(async (queries) => {
    await queries.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
    await queries.query("create schema if not exists keystead");
    await queries.query("create table if not exists keystead.migration (version int primary key)");
    const done = await schemaOf(queries);
    if (done > migrations.length) {
      throw new KeysteadError(
        "UNSUPPORTED",
        `the database has schema ${done}, and this relay knows ${migrations.length}; update the relay`,
        { details: { schema: done, known: migrations.length } },
      );
    }
    for (const [index, statements] of migrations.entries()) {
      if (index < done) continue;
      for (const statement of statements) await queries.query(statement);
      await queries.query("insert into keystead.migration values ($1)", [index + 1]);
    }
  });
}

/** Whether the database is reached, and has what the statements of this relay need. A newer relay may have added to it. */
export async function isReady(sql: SqlQueries): Promise<boolean> {
  return (await schemaOf(sql)) >= MIGRATIONS.length;
}

async function schemaOf(queries: SqlQueries): Promise<number> {
  const [row] = await queries.query<{ done: number }>(
    "select coalesce(max(version), 0)::int as done from keystead.migration",
  );
  return row?.done ?? 0;
}
