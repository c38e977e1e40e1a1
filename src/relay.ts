// keystead/relay: a server that stores logs, and is trusted with nothing. docs/spec.md section 13.5.

export { openPglite, type PgliteOptions } from "./relay/pglite.js";
export { openPostgres, type PostgresOptions } from "./relay/postgres.js";
export type { Sql, SqlParameter, SqlQueries, SqlRow, SqlValue } from "./relay/sql.js";
