// A real PostgreSQL that a test starts in a temporary folder, where one is installed (Debian: `apt-get install postgresql`).

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
export function runner(): { readonly uid: number; readonly gid: number } | undefined {
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

  /** Runs one of PostgreSQL's programs, such as `pg_dump`. */
  run(program: string, ...args: readonly string[]): void {
    execFileSync(join(BIN ?? "", program), args, { ...runner(), cwd: this.folder, stdio: "pipe" });
  }

  /** Makes a standby a primary. */
  promote(): void {
    this.run("pg_ctl", "-D", join(this.folder, "data"), "-w", "promote");
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
