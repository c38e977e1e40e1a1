// The relay as a process of its own, as `keystead relay` starts it, on a PostgreSQL of its own with that database's defaults.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CACHE } from "./long-log.js";

/** Devices reach the relay under this name: requests are signed for it. */
export const ORIGIN = "https://keys.example";

/** A relay that runs. */
export interface RelayProcess {
  readonly port: number;
  /** What the relay's process holds, in bytes, after its garbage was collected. */
  memory(): Promise<NodeJS.MemoryUsage>;
  stop(): Promise<void>;
}

/** @param cacheBytes the limit of this name; default as everywhere. All limits of rates are lifted. */
export async function startRelay(database: string, cacheBytes?: number): Promise<RelayProcess> {
  const script = await bundled("src/cli/main.ts", "relay");
  const app = file(`relay-app-${process.pid}.mjs`);
  const limits = { requests: 1e9, links: 1e9, ...(cacheBytes && { cacheBytes }) };
  writeFileSync(
    app,
    `${MEASURED}\nexport const authorize = () => true;\nexport const limits = ${JSON.stringify(limits)};`,
  );
  const args = ["relay", "--port", "0", "--origin", ORIGIN, "--app", app, "--database", database];
  const child = spawn(process.execPath, ["--expose-gc", script, ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const port = await listening(child);
  return {
    port,
    async memory() {
      child.send("memory");
      const [usage] = await once(child, "message");
      return usage as NodeJS.MemoryUsage;
    },
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      rmSync(app);
    },
  };
}

/** The app's module runs in the relay's process, so that it can answer how much memory that has. */
const MEASURED = `process.on("message", () => { gc(); gc(); process.send(process.memoryUsage()); });`;

function file(name: string): string {
  mkdirSync(CACHE, { recursive: true });
  return fileURLToPath(new URL(name, CACHE));
}

/** A program of this project in one file, with the native backend. @param source its path. @returns the file, in bench/.cache */
export async function bundled(source: string, name: string): Promise<string> {
  const outfile = file(`${name}-${process.pid}.mjs`);
  const path = (of: string) => fileURLToPath(new URL(`../../${of}`, import.meta.url));
  await build({
    ...{ entryPoints: [path(source)], outfile, bundle: true, format: "esm", platform: "node", logLevel: "silent" },
    ...{ packages: "external", alias: { "#primitives": path("src/primitives/node.ts") } },
  });
  process.once("exit", () => rmSync(outfile, { force: true }));
  return outfile;
}

async function listening(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, port] = /listening at \S+:(\d+)\n/.exec(said) ?? [];
      if (port) resolve(Number(port));
    });
  });
}
