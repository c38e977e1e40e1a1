// Real processes, killed with kill -9 at points that a seed chooses: the relay, PostgreSQL, or both, while devices append. What a relay
// acknowledged is there afterwards, at its place. KEYSTEAD_RUNS sets at how many moments; the default is for CI.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { verifyLog } from "../../src/log/verify.js";
import { systemEnv } from "../../src/primitives/env.js";
import { targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import { appendEntryRoute, CBOR, createLogRoute, PAGE, readBody, readEntriesRoute } from "../../src/transport/wire.js";
import { PostgresServer } from "../support/postgres-server.js";
import { numRuns, timeout } from "../support/runs.js";
import { openWorld, type World } from "../support/world.js";

const folder = mkdtempSync(join(tmpdir(), "keystead-kills-"));
/** Inside the project, so that its packages are found. */
const cli = resolve(`.cache/kills-${process.pid}.mjs`);
const app = join(folder, "app.mjs");
const KILLS = numRuns(60);
/** Moments in one set of logs, which have twice as many entries. */
const KILLS_A_ROUND = 150;

beforeAll(async () => {
  mkdirSync(".cache", { recursive: true });
  writeFileSync(app, "export const authorize = () => true; export const limits = { requests: 1e9, links: 1e6 };");
  await build({
    ...{ entryPoints: ["src/cli/main.ts"], outfile: cli, bundle: true, format: "esm", platform: "node" },
    ...{ packages: "external", alias: { "#primitives": resolve("src/primitives/node.ts") }, logLevel: "silent" },
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(cli, { force: true });
});

/** Seeded numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A relay as a process. */
class RelayProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  url = "";

  constructor(...args: readonly string[]) {
    this.#args = args;
  }

  /** Resolves when it listens, rejects when it ends before. */
  async start(): Promise<void> {
    const args = [cli, "relay", "--port", "0", "--app", app, "--origin", ORIGIN, ...this.#args];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    this.#child = child;
    this.url = await new Promise((listens, failed) => {
      child.once("exit", (code) => failed(new Error(`the relay ended with ${code}`)));
      let said = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [, url] = /listening at (\S+)\n/.exec(said) ?? [];
        if (url) listens(url);
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((end) => child.once("exit", end));
    child.kill("SIGKILL");
    await ended;
  }
}

const ORIGIN = "https://keys.example";
const LOGS = 6;
const LINKS = 60;

/** Logs whose every entry is made before, so that the devices only send. */
const worldsOf = (round: number): readonly World[] =>
  Array.from({ length: LOGS }, (_, at) => {
    let world = openWorld(`kills ${round} ${at}`, { subject: `kills ${round} ${at}` });
    for (let link = 1; link < LINKS; link++) world = world.rename("Laptop", `${link}`);
    return world;
  });

async function send(url: string, world: World, method: string, target: string, body?: Uint8Array): Promise<Response> {
  const signer = requestSigner(world.session("Laptop").keyring);
  const signed = signRequest({ method, target }, { signer, origin: ORIGIN, body, env: systemEnv() });
  const headers = { ...signed, ...(body && { "content-type": CBOR }) };
  return await fetch(url + target, { method, headers, ...(body && { body: body as BodyInit }) });
}

/**
 * Devices append, each to its log, and send the same bytes again when no answer came. At seeded numbers of acknowledged entries,
 * `kill` ends something and starts it again.
 *
 * @returns how often no answer came
 */
async function appendUnder(
  worlds: readonly World[],
  url: () => string,
  kill: (random: (below: number) => number) => Promise<void>,
  kills: number,
) {
  const random = numbers(inject("seed") + kills);
  let acknowledged = 0;
  let unanswered = 0;
  let left = kills;
  let next = 1 + random(LINKS);
  let killing: Promise<void> = Promise.resolve();
  const count = () => {
    acknowledged++;
    if (acknowledged < next || left === 0) return;
    left--;
    next = acknowledged + 1 + random((LOGS * LINKS - acknowledged) / (left + 1));
    killing = killing.then(() => kill(random));
  };
  const device = async (world: World): Promise<void> => {
    for (const [at, entry] of world.entries.entries()) {
      const target =
        at === 0
          ? targetOf(createLogRoute, { subject: world.log.subject })
          : targetOf(appendEntryRoute, { log: world.log.head.log });
      for (;;) {
        const status = await send(url(), world, at === 0 ? "PUT" : "POST", target, entry).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 200 || status === 201) break;
        expect([0, 503]).toContain(status);
        unanswered++;
        await killing;
      }
      count();
    }
  };
  await Promise.all(worlds.map(device));
  await killing;
  expect(left).toBe(0);
  return unanswered;
}

/** Every log is whole: each entry was acknowledged, so each must be there, and nothing else. */
async function checkAll(worlds: readonly World[], url: string): Promise<void> {
  for (const world of worlds) {
    const target = targetOf(readEntriesRoute, { log: world.log.head.log }, { attachments: "all" });
    const response = await send(url, world, "GET", target);
    const { entries } = readBody(PAGE, new Uint8Array(await response.arrayBuffer()));
    const log = verifyLog(entries, { subject: world.log.subject, now: "unchecked" });
    expect(log.head).toEqual(world.log.head);
  }
}

describe.skipIf(!PostgresServer.isInstalled)("relays and PostgreSQL", () => {
  it(`are killed at ${KILLS} moments, and nothing acknowledged is lost`, { timeout: timeout(KILLS) }, async () => {
    const server = new PostgresServer();
    const relays = [0, 1].map(() => new RelayProcess("--database", server.url));
    let turn = 0;
    const killed = { relay: 0, database: 0 };
    try {
      await server.start();
      await Promise.all(relays.map((relay) => relay.start()));
      const kill = async (random: (below: number) => number) => {
        const what = random(3);
        const relay = present(relays[random(2)]);
        if (what > 0) {
          killed.database++;
          await server.stop("SIGKILL");
        }
        if (what < 2) {
          killed.relay++;
          await relay.kill();
        }
        // A relay that was not killed has to find the database again by itself.
        if (what > 0) await server.restart();
        if (what < 2) await relay.start();
      };
      for (let left = KILLS, round = 0; left > 0; left -= KILLS_A_ROUND, round++) {
        const worlds = worldsOf(round);
        const url = () => present(relays[turn++ % relays.length]).url;
        await appendUnder(worlds, url, kill, Math.min(left, KILLS_A_ROUND));
        await checkAll(worlds, present(relays[0]).url);
      }
      console.log(`seed ${inject("seed")}: killed relays ${killed.relay}, PostgreSQL ${killed.database} times`);
      expect(killed.relay + killed.database).toBeGreaterThanOrEqual(KILLS);
    } finally {
      await Promise.all(relays.map((relay) => relay.kill()));
      await server.remove();
    }
  });
});

/** Each start of PGlite takes seconds. */
const PGLITE_KILLS = Math.min(Math.ceil(KILLS / 20), KILLS_A_ROUND);

it(`a relay on PGlite is killed ${PGLITE_KILLS} times, its lock is taken, and what it acknowledged survives the end of the process`, {
  timeout: timeout(PGLITE_KILLS),
}, async () => {
  const relay = new RelayProcess("--data", join(folder, "data"), "--unsafe-take-lock");
  const worlds = worldsOf(0);
  let killed = 0;
  const kill = async () => {
    killed++;
    await relay.kill();
    await relay.start();
  };
  try {
    await relay.start();
    await appendUnder(worlds, () => relay.url, kill, PGLITE_KILLS);
    await checkAll(worlds, relay.url);
    expect(killed).toBe(PGLITE_KILLS);
  } finally {
    await relay.kill();
  }
});
