// PGlite: PostgreSQL inside the process, with its data in a folder. It runs without fsync: what was acknowledged survives the end of
// the process, and can be lost when the machine loses power. So it is for development, demonstrations and small services.

import { checkOptions } from "../arguments/options.js";
import { checkPath } from "../arguments/paths.js";
import { fromHex, toHex } from "../bytes/text.js";
import { lockFolder } from "./folder-lock.js";
import { migrate } from "./migrate.js";
import { type Driver, type Sql, sqlOver } from "./sql.js";

/** Options of {@link openPglite}. */
export interface PgliteOptions {
  /** A folder for this database alone; made if it is not there. Without one, the data is in memory. */
  readonly folder?: string | undefined;
  /**
   * Opens the folder although a process that was killed left its lock behind. Danger: if that process still runs, on another machine
   * for instance, both destroy the data without an error. Default false.
   */
  readonly unsafeTakeLock?: boolean | undefined;
}

/**
 * Opens a PGlite database, and makes or updates its tables. A lock file in the folder refuses a second process. Needs the package
 * `@electric-sql/pglite`, and Node, Bun or Deno if there is a folder.
 *
 * @throws `INVALID_ARGUMENT`; `STORE_UNAVAILABLE` when the folder is locked or cannot be written; `UNSUPPORTED` when a newer relay
 * made the tables
 */
export async function openPglite(options: PgliteOptions = {}): Promise<Sql> {
  const { folder, unsafeTakeLock = false } = checkOptions(options);
  if (folder !== undefined) checkPath("options.folder", folder, "folder");
  const lock = folder === undefined ? undefined : await lockFolder(folder, unsafeTakeLock === true);
  const free = async (): Promise<void> => await lock?.release();
  let sql: Sql | undefined;
  try {
    sql = sqlOver(await start(lock?.folder, free));
    await migrate(sql);
    return sql;
  } catch (error) {
    await (sql ? sql.close() : free());
    throw error;
  }
}

/**
 * PostgreSQL fills its buffers with zeros when it starts. Its default of 128 MB takes two thirds of the time in which a database is opened,
 * and statements are no faster with it: the files are in this process or in the system's cache.
 */
const BUFFERS = ["-c", "shared_buffers=16MB"];

/** The number of PostgreSQL's type `bytea`. */
const BYTEA = 17;

/** @param free is called once the data is closed. */
async function start(folder: string | undefined, free: () => Promise<void>): Promise<Driver> {
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create(folder === undefined ? "memory://" : `file://${folder}/pglite`, {
    startParams: [...PGlite.defaultStartParams, ...BUFFERS],
    // As PGlite does by itself, six times as fast.
    serializers: { [BYTEA]: (bytes: Uint8Array) => `\\x${toHex(bytes)}` },
    parsers: { [BYTEA]: (text: string) => fromHex(text.slice(2), { name: "bytes of the database" }) },
  });
  const over =
    (queries: Pick<typeof database, "query">): Driver["query"] =>
    async (statement, parameters) =>
      (await queries.query<Readonly<Record<string, unknown>>>(statement, [...parameters])).rows;
  return {
    query: over(database),
    transaction: (run) => database.transaction((transaction) => run(over(transaction))),
    async close() {
      try {
        await database.close();
      } finally {
        await free();
      }
    },
  };
}
