// The databases that the relay is tested on: PGlite in memory, and a real PostgreSQL that is started in a temporary folder where
// one is installed (Debian: `apt-get install postgresql`).

import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { PostgresServer, runner } from "./postgres-server.js";

/** PgBouncer in transaction mode before a server; undefined where it is not installed (Debian: `apt-get install pgbouncer`). */
export async function pooler(server: PostgresServer): Promise<{ readonly url: string; stop(): void } | undefined> {
  const program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));
  if (!program) return undefined;
  const folder = join(server.folder, "pooler");
  mkdirSync(folder);
  const lines = [
    ...["[databases]", `postgres = host=${server.folder} user=relay pool_size=3`],
    ...["[pgbouncer]", "pool_mode = transaction", `unix_socket_dir = ${folder}`, "listen_port = 6432"],
    ...["auth_type = any", "max_client_conn = 200"],
  ];
  writeFileSync(join(folder, "pooler.ini"), `${lines.join("\n")}\n`);
  const as = runner();
  if (as) chownSync(folder, as.uid, as.gid);
  const child = spawn(program, [join(folder, "pooler.ini")], {
    ...as,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.on("exit", () => reject(new Error(`PgBouncer did not start: ${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-2000);
      if (said.includes("process up")) resolve();
    });
  });
  const url = `postgresql://relay@/postgres?host=${encodeURIComponent(folder)}&port=6432`;
  return { url, stop: () => void child.kill("SIGKILL") };
}

/** Runs tests on every kind of database. `database()` is one that other tests of the file have used before. */
export function onEveryDatabase(tests: (database: () => Sql, kind: "PGlite" | "PostgreSQL") => void): void {
  describe("on PGlite", () => {
    tests(
      opened(() => openPglite()),
      "PGlite",
    );
  });
  if (!PostgresServer.isInstalled) {
    it.skipIf(true)("skipped: no PostgreSQL", () => {});
    return;
  }
  describe("on PostgreSQL", () => {
    const server = postgres();
    tests(
      opened(() => openPostgres({ url: server().url })),
      "PostgreSQL",
    );
  });
}

/** A server that runs during the tests of a suite. */
export function postgres(): () => PostgresServer {
  let server: PostgresServer;
  beforeAll(async () => {
    server = new PostgresServer();
    await server.start();
  });
  afterAll(async () => await server?.remove());
  return () => server;
}

function opened(open: () => Promise<Sql>): () => Sql {
  let sql: Sql;
  beforeAll(async () => {
    sql = await open();
  });
  afterAll(async () => await sql?.close());
  return () => sql;
}
