// Two relays on one PostgreSQL: the event streams of one hint at what the other stored, before any heartbeat. Timers are the test's.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { Hints } from "../../src/relay/hints.js";
import type { RelaySettings } from "../../src/relay/options.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import { appendEntryRoute, CBOR, createLogRoute, eventsRoute } from "../../src/transport/wire.js";
import { postgres } from "../support/databases.js";
import { PostgresServer } from "../support/postgres-server.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld, type World } from "../support/world.js";

const ORIGIN = "https://keys.example";
const NOW = 1_750_000_000_000;
const log = (digit: string) => digit.repeat(64) as never;

/** Timers that run when the test says so. */
class Timers {
  readonly waiting = new Map<() => void, number>();
  every = (ms: number, run: () => void) => {
    this.waiting.set(run, ms);
    return () => void this.waiting.delete(run);
  };
  /** Runs the timers of 50 ms. */
  gathered(): void {
    for (const [run, ms] of [...this.waiting]) if (ms === 50) run();
  }
}

describe("hints", () => {
  const said: string[] = [];
  const timers = new Timers();
  const sql = { listen: async () => () => {}, notify: async (text: string) => void said.push(text) };
  const settings = { sql, env: { every: timers.every }, report: () => {} } as unknown as RelaySettings;

  it("are gathered, one for each log, and no message is too long", () => {
    const hints = new Hints(settings, () => {});
    hints.say({ log: log("a"), seq: 3 });
    hints.say({ log: log("a"), seq: 2 });
    expect(said).toEqual([]);
    expect([...timers.waiting.values()]).toEqual([50]);
    timers.gathered();
    expect(said.splice(0)).toEqual([`${log("a")}:3`]);
    expect(timers.waiting.size).toBe(0);
    for (let at = 0; at < 10_000; at++) hints.say({ log: at.toString(16).padStart(64, "0") as never, seq: 9e15 });
    timers.gathered();
    expect(said.length).toBe(100);
    expect(Math.max(...said.map(({ length }) => length))).toBeLessThan(8000);
    said.length = 0;
    hints.say({ log: log("b"), seq: 1 });
    hints.close();
    expect(said).toEqual([`${log("b")}:1`]);
    hints.say({ log: log("b"), seq: 2 });
    expect(timers.waiting.size).toBe(0);
  });

  it("of anybody else are left out when they are none", () => {
    let tell = (_: string) => {};
    const heard: unknown[] = [];
    const listen = async (hear: (text: string) => void) => {
      tell = hear;
      return () => {};
    };
    new Hints({ ...settings, sql: { ...sql, listen } } as unknown as RelaySettings, (watched) => heard.push(watched));
    tell(`x,${log("a")}:0,${log("a")}:1e3,${log("A")}:1,,${log("c")}:7`);
    expect(heard).toEqual([{ log: log("c"), seq: 7 }]);
  });
});

describe.skipIf(!PostgresServer.isInstalled)("two relays on one PostgreSQL", () => {
  const server = postgres();
  let databases: Sql[];
  let relays: Relay[];
  let timers: Timers;
  const reported: unknown[] = [];
  beforeEach(async () => {
    timers = new Timers();
    databases = [await openPostgres({ url: server().url }), await openPostgres({ url: server().url })];
    relays = databases.map((sql, at) =>
      createRelay({
        ...{ sql, origin: ORIGIN, authorize: () => true, report: (error: unknown) => void reported.push(error) },
        env: { ...seededEnv(`relay ${at}`), now: () => NOW, every: timers.every },
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await Promise.all(databases.map((sql) => sql.close()));
    expect(reported).toEqual([]);
  });

  const send = (relay: Relay | undefined, method: string, target: string, world: World, body?: Uint8Array) => {
    const signer = requestSigner(world.session("Laptop").keyring);
    const signed = signRequest({ method, target }, { signer, origin: ORIGIN, body, env: seededEnv(target, NOW) });
    const headers = { ...signed, ...(body && { "content-type": CBOR }) };
    return relay?.fetch(new Request(ORIGIN + target, { method, headers, ...(body && { body: body as BodyInit }) }));
  };

  it("hint each other's streams, and hear again after the connection broke", async () => {
    const [a, b] = relays;
    const world = openWorld("hints");
    await send(a, "PUT", targetOf(createLogRoute, { subject: world.log.subject }), world, world.last);
    const events = await send(b, "GET", targetOf(eventsRoute, {}, { log: [world.log.head.log] }), world);
    const reader = present(events?.body ?? undefined).getReader();
    const hears = async (seq: number) => {
      for (let text = ""; !text.includes(`"seq":${seq}}`); ) {
        const { value, done } = await reader.read();
        expect(done).toBe(false);
        text += new TextDecoder().decode(value);
      }
    };
    await hears(1);
    const target = targetOf(appendEntryRoute, { log: world.log.head.log });
    const second = world.rename("Laptop", "A");
    await send(a, "POST", target, second, second.last);
    timers.gathered();
    await hears(2);

    // Every connection that listens is cut off. Relays say it again until they are heard: the reader is what waits.
    const cut = "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen keystead'";
    await databases[0]?.query(cut);
    const third = second.rename("Laptop", "B");
    await send(a, "POST", target, third, third.last);
    const listening = "select count(*)::int as n from pg_stat_activity where query = 'listen keystead'";
    for (let n = 0; n < 2; ) n = ((await databases[0]?.query<{ n: number }>(listening)) ?? [])[0]?.n ?? 0;
    timers.gathered();
    await hears(3);
  });
});
