// A device in a real process, on a real folder with a real fsync, over real HTTP to the real relay, is killed at random points:
// before a request arrived, before its answer came, and anywhere else. Nothing that was done is lost, nothing is done twice, and no
// second member appears.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { build } from "esbuild";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { checkBackupKey } from "../../src/backup/open.js";
import { present } from "../../src/bytes/present.js";
import { systemClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { fileStore } from "../../src/storage/file.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { Store } from "../../src/storage/store.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { timeout } from "../support/runs.js";
import { shortTurns } from "../support/turns.js";
import { checkHistory } from "./history.js";
import type { Deed, ProcessOrders, Said } from "./orders.js";
import { approve } from "./sessions.js";

const KILLS = inject("runs") ?? 120;
/** Kills of one device, before the next account begins. */
const KILLS_OF_LIFE = 10;
/** Accounts at a time: most of a kill is the start of the next process. */
const LANES = 2;

let root: string;
let program: string;
let sql: Sql;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keystead-processes-"));
  program = join(root, "child.mjs");
  sql = await openPglite();
  await build({
    ...{
      entryPoints: ["test/client/processes-child.ts"],
      outfile: program,
      bundle: true,
      format: "esm",
      platform: "node",
    },
    alias: { "#primitives": join(import.meta.dirname, "../../src/primitives/node.ts") },
  });
});
afterAll(async () => {
  await sql?.close();
  await rm(root, { recursive: true, force: true });
});

/** When to kill, and what another device does meanwhile. */
interface Moment {
  /** The number of a request of the process, and when: before the relay sees it, before its answer leaves, or so many turns later. */
  readonly request: number;
  readonly when: "unheard" | "unanswered" | "later";
  readonly turns: number;
  /** The number of a request before which the other device writes. */
  readonly race: number;
  readonly other: "rename" | "guest";
  /** Whether a session in this process settles what is pending afterwards, instead of the next process. */
  readonly look: boolean;
  readonly deeds: readonly Deed[];
}
const deed = fc.constantFrom<Deed>("rename", "rename", "rekey", "backup-key", "seal", "leave");
const moment: fc.Arbitrary<Moment> = fc.record({
  request: fc.integer({ min: 1, max: 16 }),
  when: fc.constantFrom("unheard", "unanswered", "later"),
  turns: fc.nat(300),
  race: fc.integer({ min: 1, max: 16 }),
  other: fc.constantFrom("rename", "guest"),
  look: fc.boolean(),
  // One at least that sends something: otherwise its requests come to an end.
  deeds: fc.array(deed, { minLength: 2, maxLength: 2 }).map((more) => ["rename", ...more] as const),
});

/** Where devices reach the relay: one device's process at a time. */
class Lane {
  readonly #server = createAdaptorServer({ fetch: (request) => this.#heard(request) });
  #heard: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  url = "";
  relay: Relay | undefined;

  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const plenty = { links: 100_000, epochs: 100_000, joins: 100_000, requests: 1_000_000 };
    this.relay = createRelay({ sql, origin: this.url, authorize: () => true, limits: plenty });
  }

  async close(): Promise<void> {
    await this.relay?.close();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** A device in this process reaches the relay without HTTP, and is not counted. */
  transport() {
    const fetch = (to: string, init: unknown) => present(this.relay).fetch(new Request(to, init as RequestInit));
    return fetchTransport({ url: this.url, fetch });
  }

  /** Runs the process until it is killed. @returns what it said */
  async killed(
    orders: ProcessOrders,
    { request, when, turns, race }: Moment,
    other: () => Promise<void>,
  ): Promise<Said[]> {
    const child = spawn(process.execPath, [program, JSON.stringify(orders)], { stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    let count = 0;
    let others: Promise<void> | undefined;
    this.#heard = async (asked) => {
      const number = ++count;
      if (number === race) {
        others = other();
        await others;
      }
      if (number === request && when === "unheard") {
        kill();
        return new Response(null, { status: 503 });
      }
      const answer = await present(this.relay).fetch(asked);
      if (number === request && when === "unanswered") kill();
      if (number === request && when === "later") {
        void (async () => {
          await shortTurns(turns);
          kill();
        })();
      }
      return answer;
    };
    const said = await saidBy(child);
    // The process can be killed while the other device writes: what is judged afterwards must not change meanwhile.
    await others;
    return said;
  }
}

/** Fails unless the process was killed, and wrote no error. */
async function saidBy(child: ChildProcess): Promise<Said[]> {
  let said = "";
  let errors = "";
  child.stdout?.on("data", (bytes) => {
    said += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    errors += bytes;
  });
  // Not `exit`: what the process wrote before is read only then.
  const signal = await new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
  expect([signal, errors]).toEqual(["SIGKILL", ""]);
  return said
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Said);
}

/** One account: a device that is killed, and another one in this process. */
class Life {
  readonly said: Said[] = [];
  readonly subject: string;
  readonly #lane: Lane;
  readonly #folder: string;
  readonly #creates: boolean;
  readonly #others = new Set<string>();
  #tablet: Session | undefined;
  #names = 0;

  constructor(lane: Lane, folder: string, number: number) {
    this.#lane = lane;
    this.#folder = folder;
    this.subject = `account ${number}`;
    this.#creates = number % 2 === 0;
  }

  async #open(store: Store): Promise<Session> {
    return await openSession({
      ...{ subject: this.subject, store, transport: this.#lane.transport(), background: false },
      env: { ...systemClientEnv(), announce: () => {}, hear: () => () => {} },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
    });
  }

  async #enter(): Promise<Session> {
    const session = await this.#open(memoryStore());
    const name = `o${++this.#names}`;
    await (this.#creates || this.#tablet ? session.join({ name }) : session.create({ name }));
    this.#others.add(present(session.getSnapshot().devices).me.member);
    return session;
  }

  async #other(what: Moment["other"]): Promise<void> {
    if (!this.#tablet) {
      if (this.#creates && !(await this.entries()).length) return;
      this.#tablet = await this.#enter();
    }
    if (what === "guest") {
      const guest = await this.#enter();
      await guest.leave();
      guest.close();
      return;
    }
    // It resolves at the next sync at the latest, unless the relay keeps the head for the other device.
    this.#tablet.rename({ name: `o${++this.#names}` }).catch(() => {});
    await this.#tablet.sync();
  }

  async kill(moment: Moment, run: number): Promise<void> {
    if (!this.#creates) this.#tablet ??= await this.#enter();
    const deeds = this.#creates ? moment.deeds.filter((each) => each !== "leave") : moment.deeds;
    const orders: ProcessOrders = {
      ...{ folder: this.#folder, url: this.#lane.url, subject: this.subject, creates: this.#creates },
      ...{ names: `c${run}`, deeds },
    };
    this.said.push(...(await this.#lane.killed(orders, moment, () => this.#other(moment.other))));
    const device = await this.#open(fileStore(this.#folder));
    try {
      if (moment.look) await device.sync();
      await this.#check(device, moment.look);
    } finally {
      device.close();
    }
  }

  async entries(): Promise<Uint8Array[]> {
    const entries: Uint8Array[] = [];
    for (;;) {
      const page = await this.#lane.transport().read(this.subject, { after: entries.length, attachments: "all" });
      entries.push(...(page?.entries ?? []));
      if (entries.length >= (page?.newest ?? 0)) return entries;
    }
  }

  async #check(device: Session, isSettled: boolean): Promise<void> {
    const { alarms, asks, evidenceCount: evidence, pending, devices } = device.getSnapshot();
    expect({ alarms, evidence }).toEqual({ alarms: [], evidence: 0 });
    expect(asks.filter(({ question }) => question === "copied" || question === "interrupted")).toEqual([]);
    if (isSettled) expect(pending).toBeUndefined();
    const entries = await this.entries();
    const ours = checkHistory({ subject: this.subject, entries, said: this.said, others: this.#others });
    const me = devices?.me;
    expect(ours.length).toBeLessThanOrEqual(1);
    if (isSettled) expect(ours).toEqual(me?.standing === "active" ? [me.member] : []);
  }

  /** What the device sealed opens, and what its user wrote down too. */
  async end(): Promise<void> {
    const device = await this.#open(fileStore(this.#folder));
    try {
      await device.sync();
      await this.#check(device, true);
      if (device.getSnapshot().status === "waiting") {
        const tablet = present(this.#tablet);
        // Each does what it owes, which moves the head: the fingerprint that is compared comes after that.
        for (const each of [tablet, device, tablet, device, tablet]) await each.sync();
        await approve(tablet, device);
        expect(device.getSnapshot().status).toBe("ready");
      }
      // A device that left and joined again does not reach back, before somebody approves it.
      const reader = this.#creates ? device : present(this.#tablet);
      await reader.sync();
      for (const said of this.said) {
        if ("sealed" in said) await reader.open(Uint8Array.from(atob(said.sealed), (each) => each.charCodeAt(0)));
        if ("paper" in said) expect(checkBackupKey(device.log, said.paper).standing).toBe("active");
      }
    } finally {
      device.close();
      this.#tablet?.close();
    }
  }
}

it(`does what was asked for once, and loses nothing, over ${KILLS} kills`, { timeout: timeout(KILLS) }, async () => {
  const moments = fc.sample(moment, KILLS);
  let lives = 0;
  const live = async (lane: Lane) => {
    await lane.open();
    try {
      while (moments.length > 0) {
        const number = lives++;
        const life = new Life(lane, join(root, `device-${number}`), number);
        for (let run = 0; run < KILLS_OF_LIFE; run++) {
          const next = moments.pop();
          if (next) await life.kill(next, run);
        }
        await life.end();
      }
    } finally {
      await lane.close();
    }
  };
  const lanes = Array.from({ length: LANES }, () => live(new Lane()));
  try {
    await Promise.all(lanes);
  } finally {
    // A failure ends the other lanes too, before their folders are removed.
    moments.length = 0;
    await Promise.allSettled(lanes);
  }
});
