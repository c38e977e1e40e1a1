// The databases that the relay is tested on: PGlite in memory, and a real PostgreSQL that is started in a temporary folder where
// one is installed (Debian: `apt-get install postgresql`).

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";

/** The folder of the server's programs; undefined where none is installed. */
const BIN = programs();

function programs(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":"),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** Root may not run the server: then the user nobody does. */
function runner(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option: string) => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A PostgreSQL server in a temporary folder. It listens on a socket in that folder only. */
export class PostgresServer {
  readonly folder: string;
  readonly url: string;
  #process: ChildProcess | undefined;

  static get isInstalled(): boolean {
    return BIN !== undefined;
  }

  /** @param primary the new server is its standby, with a copy of its data. */
  constructor(primary?: PostgresServer) {
    this.folder = mkdtempSync(join(tmpdir(), "keystead-pg-"));
    const as = runner();
    if (as) chownSync(this.folder, as.uid, as.gid);
    const options = [
      "-D",
      join(this.folder, "data"),
      "-U",
      "relay",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
    ];
    if (primary) {
      const copy = [
        "-D",
        join(this.folder, "data"),
        "-h",
        primary.folder,
        "-U",
        "relay",
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
      ];
      execFileSync(join(BIN ?? "", "pg_basebackup"), copy, { ...as, cwd: this.folder, stdio: "ignore" });
    } else {
      execFileSync(join(BIN ?? "", "initdb"), options, { ...as, cwd: this.folder, stdio: "ignore" });
    }
    this.url = `postgresql://relay@/postgres?host=${encodeURIComponent(this.folder)}`;
  }

  /** Makes a standby a primary. */
  promote(): void {
    execFileSync(join(BIN ?? "", "pg_ctl"), ["-D", join(this.folder, "data"), "-w", "promote"], {
      ...runner(),
      cwd: this.folder,
      stdio: "ignore",
    });
  }

  /** Starts again after {@link stop}: processes of a server that was killed can hold its memory for a moment. */
  async restart(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (tries === 100) throw error;
      }
    }
  }

  /** Resolves when the server accepts connections. @param settings such as `fsync=on` */
  async start(...settings: readonly string[]): Promise<void> {
    const set = ["listen_addresses=", ...settings].flatMap((each) => ["-c", each]);
    const options = ["-D", join(this.folder, "data"), "-k", this.folder, ...set];
    const server = spawn(join(BIN ?? "", "postgres"), options, {
      ...runner(),
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = server;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.on("exit", () => reject(new Error(`PostgreSQL did not start: ${said}`)));
      server.stderr.setEncoding("utf8").on("data", (text: string) => {
        said = `${said}${text}`.slice(-2000);
        if (/ready to accept (?:read-only )?connections/.test(said)) resolve();
      });
    });
  }

  /** Ends the server: at once, as kill -9 does, or after it wrote what it has. */
  async stop(signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<void> {
    const server = this.#process;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

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
