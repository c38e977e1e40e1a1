// `npm start` as a process, with its flags.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "keystead-start-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it until it prints its address, or ends. */
async function start(...flags: readonly string[]) {
  const main = ["--import", "tsx", "demo/server/main.ts", "--port", "0", "--data", data];
  const env = { ...process.env, TSX_TSCONFIG_PATH: "bench/tsconfig.json" };
  const child = spawn(process.execPath, [...main, ...flags], { cwd: root, env });
  let said = "";
  const ended = new Promise<number | null>((done) => child.on("exit", done));
  const url = await new Promise<string | undefined>((found) => {
    const hear = (text: Buffer) => {
      said += text.toString();
      const [address] = /http:\/\/localhost:\d+/.exec(said) ?? [];
      if (address) found(address);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then(() => found(undefined));
  });
  const end = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { url, ended, end, said: () => said };
}

/** What the server says to somebody who signed in. */
async function ask<T>(url: string | undefined, account: string, path: string): Promise<T> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ account, password: PASSWORD });
  const signedIn = await fetch(`${url}/api/sign-in`, { method: "POST", headers, body });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return (await (await fetch(`${url}/api${path}`, { headers: { cookie } })).json()) as T;
}

type Items = readonly { readonly at: number }[];
/** A start builds the web app and lives through a year: in milliseconds. */
const SLOW = 600_000;

it(
  "--reset --seed begins anew in a made-up year, with an admin and escrow",
  async () => {
    mkdirSync(data);
    writeFileSync(join(data, "of-before"), "not a database");
    const demo = await start("--reset", "--seed");
    expect(demo.said()).toContain("Living through a year");
    const items = await ask<Items>(demo.url, "ada", "/items");
    expect(items.length).toBeGreaterThan(50);
    expect(Date.now() - Math.min(...items.map(({ at }) => at))).toBeGreaterThan(350 * 86_400_000);
    expect(await ask(demo.url, "ada", "/escrow/published")).toMatchObject({ by: "Farah Nasser" });
    const farah = await ask<{ escrowPapers: readonly { name: string }[] }>(demo.url, "farah", "/me");
    expect(farah.escrowPapers.map(({ name }) => name)).toEqual(["Safe, ground floor"]);
    expect((await ask<typeof farah>(demo.url, "ada", "/me")).escrowPapers).toEqual([]);
    await demo.end();
  },
  SLOW,
);

it(
  "--seed alone fills empty data only, and --reset alone begins with nothing",
  async () => {
    const refused = await start("--seed");
    expect([refused.url, await refused.ended]).toEqual([undefined, 1]);
    expect(refused.said()).toContain("--seed fills empty data: begin anew with --reset --seed");
    const again = await start();
    expect((await ask<Items>(again.url, "ada", "/items")).length).toBeGreaterThan(50);
    await again.end();
    const anew = await start("--reset");
    expect(await ask(anew.url, "ada", "/items")).toEqual([]);
    await anew.end();
  },
  SLOW,
);
