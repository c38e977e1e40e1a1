// The second stage of the Dockerfile without Docker: its install of the packed tarball with production dependencies only, and its entry
// point on a PostgreSQL that is started for it, until its health check passes.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PostgresServer } from "../test/support/postgres-server.js";

/** @throws where a command fails, or the relay is not healthy within two minutes. @returns what to print */
export async function checkImage(tarball: string): Promise<string> {
  if (!PostgresServer.isInstalled) return "no PostgreSQL found, not tried";
  const stage = readFileSync("Dockerfile", "utf8").split(/^FROM /m)[2] ?? "";
  const argsOf = (name: string) =>
    JSON.parse(new RegExp(`^${name} (?:CMD )?(\\[.*\\])$`, "m").exec(stage)?.[1] ?? "[]") as string[];
  const install = /^RUN (npm install .*?) && rm/m
    .exec(stage)?.[1]
    ?.replaceAll(/\/tmp\/keystead\S*\.tgz/g, `./${basename(tarball)}`);
  if (install === undefined) throw new Error("the Dockerfile installs nothing");
  const folder = mkdtempSync(join(tmpdir(), "keystead-image-"));
  const server = new PostgresServer();
  try {
    await server.start();
    cpSync(tarball, join(folder, basename(tarball)));
    execFileSync("sh", ["-c", install], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    writeFileSync(join(folder, "app.mjs"), "export const authorize = () => false;");
    const [, ...entry] = argsOf("ENTRYPOINT");
    const given = ["--origin", "https://keys.example", "--app", join(folder, "app.mjs"), "--port", "0"];
    const args = [...entry.map((each) => each.replace(":9090", ":0")), ...given];
    const env = { PATH: process.env["PATH"], DATABASE_URL: server.url };
    const relay = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<number | null>((end) => relay.once("exit", end));
    try {
      const port = await new Promise<string>((listens, failed) => {
        void ended.then((code) => failed(new Error(`the relay ended with ${code}`)));
        let said = "";
        relay.stdout.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          const [, found] = /listening at http:\/\/0\.0\.0\.0:(\d+)/.exec(said) ?? [];
          if (found) listens(found);
        });
      });
      const [, ...probe] = argsOf("HEALTHCHECK");
      execFileSync(
        process.execPath,
        probe.map((each) => each.replace("8080", port)),
        { timeout: 120_000 },
      );
    } finally {
      relay.kill("SIGTERM");
    }
    if ((await ended) !== 0) throw new Error("the relay did not stop as it should");
    return "installed, started, healthy and stopped";
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
