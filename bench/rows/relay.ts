// The relay under load, on loopback: its process, PostgreSQL and the clients share the machine.

import { fromHex } from "../../src/bytes/text.js";
import { targetOf } from "../../src/transport/addresses.js";
import { readEntriesRoute } from "../../src/transport/wire.js";
import { PostgresServer } from "../../test/support/postgres-server.js";
import type { World } from "../../test/support/world.js";
import { type Bare, openBare, startBareServer } from "../support/bare.js";
import { median } from "../support/measure.js";
import {
  begun,
  grown,
  Lanes,
  load,
  type Prepared,
  p99,
  publishing,
  Streams,
  signed,
  type Timed,
} from "../support/relay-load.js";
import { startRelay } from "../support/relay-process.js";
import { type Line, type Row, ratio } from "../support/row.js";

export const relay: Row = {
  name: "relay",
  title: "the relay over HTTP, against bare statements in the same PostgreSQL, 32 clients",
  async *run(scale) {
    if (!PostgresServer.isInstalled) return yield { what: "PostgreSQL", value: undefined, unit: "" };
    const server = new PostgresServer();
    await server.start();
    try {
      const { rates, memory } = SIZES[scale.quick ? "quick" : scale.full ? "full" : "usual"];
      yield* throughput(server.url, rates);
      yield* flatness(server.url, memory);
    } finally {
      await server.remove();
    }
  },
};

/** Sizes of {@link throughput}, and of {@link flatness}. `links` are those of each log, and `reads` how often it is read. */
const SIZES = {
  quick: { rates: { logs: 8, links: 8, reads: 4, page: 4, rounds: 2 }, memory: { logs: 8, links: 10, streams: 16 } },
  usual: {
    rates: { logs: 64, links: 160, reads: 60, page: 40, rounds: 5 },
    memory: { logs: 60, links: 100, streams: 200 },
  },
  full: {
    rates: { logs: 256, links: 160, reads: 60, page: 40, rounds: 5 },
    memory: { logs: 1000, links: 100, streams: 1000 },
  },
} as const;
type Sizes = (typeof SIZES)[keyof typeof SIZES];

const [DIRECT, OVER_HTTP, RELAY] = ["bare statements", "bare statements over HTTP", "relay"] as const;

/** Entries with all attachments, or links alone. */
type What = "entries" | "links";

/** What does the work of a row: for each log, works that follow each other. */
interface Contestant {
  readonly name: string;
  append(world: World, at: number): () => Promise<unknown>;
  read(world: World, after: number, what: What): () => Promise<unknown>;
}

async function* throughput(
  url: string,
  { logs, links, reads, page, rounds }: Sizes["rates"],
): AsyncGenerator<Line, void> {
  const worlds = Array.from({ length: logs }, (_, at) => grown(begun(`load ${at}`), links, 4));
  const bare = await openBare(url, "direct");
  const server = await startBareServer(url);
  const process = await startRelay(url);
  const lanes = [new Lanes(server), new Lanes(process)] as const;
  try {
    const all = [direct(bare), overHttp(lanes[0]), keystead(lanes[1])];
    yield* contest("appends", all, { rounds, each: links, atLeast: 0.6, of: DIRECT }, ({ append }, from, until) =>
      worlds.map((world) => range(from, until).map((at) => append(world, at))),
    );
    for (const [title, length, what] of [
      [`pages of ${page} entries`, page, "entries"],
      [`pages of ${page} links`, page, "links"],
      ["pages of one entry", 1, "entries"],
    ] as const) {
      yield* contest(title, all, { rounds, each: reads, atLeast: 0.5, of: OVER_HTTP }, ({ read }, from, until) =>
        worlds.map((world) => range(from, until).map(() => read(world, links - length, what))),
      );
    }
  } finally {
    for (const each of lanes) each.close();
    await Promise.all([bare.close(), server.stop(), process.stop()]);
  }
}

function range(from: number, until: number): readonly number[] {
  return Array.from({ length: until - from }, (_, at) => from + at);
}

interface Rules {
  readonly rounds: number;
  /** How many works there are for each log. The first half warms up: a relay that has just started takes twice as long. */
  readonly each: number;
  readonly atLeast: number;
  /** The contestant whose rate counts for the target. The rate by the others is said too. */
  readonly of: string;
}

/** Rounds in which all do the same work, one after the other. */
async function* contest(
  what: string,
  all: readonly Contestant[],
  { rounds, each, atLeast, of }: Rules,
  works: (by: Contestant, from: number, until: number) => readonly (readonly (() => Promise<unknown>)[])[],
): AsyncGenerator<Line, void> {
  const timed = new Map<Contestant, Timed[]>(all.map((by) => [by, []]));
  const share = Math.floor(each / 2 / rounds);
  const warm = each - rounds * share;
  for (const by of all) await load(works(by, 0, warm));
  for (let at = warm; at < each; at += share)
    for (const [by, times] of timed) times.push(await load(works(by, at, at + share)));
  const medians = new Map<string, number>();
  for (const [{ name }, times] of timed)
    medians.set(name, median(times.map(({ all, each }) => (1000 * all) / each.length)));
  const base = medians.get(of);
  for (const [{ name }, times] of timed) {
    const value = medians.get(name);
    const target = { figure: ratio(base, value), atLeast, of: `of the rate of ${of}` };
    yield { what: `${what}: ${name}, one in`, value, unit: "µs", base, ...(name === RELAY && { target }) };
    yield { what: `${what}: ${name}, p99`, value: p99(times.flatMap(({ each }) => each)), unit: "ms" };
  }
  for (const [name, value] of medians)
    if (name !== of && name !== RELAY)
      yield { what: `${what}: relay, of the rate of ${name}`, value: ratio(value, medians.get(RELAY)), unit: "" };
}

function keyOf({ log }: World): Uint8Array {
  return fromHex(log.head.log, { name: "log", length: 32 });
}

function direct(bare: Bare): Contestant {
  return {
    name: DIRECT,
    append: (world, at) => () => bare.insert(keyOf(world), at + 1, world.entries[at] as Uint8Array),
    read: (world, after, what) => () => bare.select(what, keyOf(world), after),
  };
}

function overHttp(lanes: Lanes): Contestant {
  const target = ({ log }: World, what: What, seq: number) => `/${what}/${log.head.log}/${seq}`;
  return {
    name: OVER_HTTP,
    append(world, at) {
      const prepared = {
        method: "POST",
        target: target(world, "entries", at + 1),
        body: world.entries[at] as Uint8Array,
      };
      return () => lanes.send(prepared, 201);
    },
    read: (world, after, what) => () => lanes.send({ method: "GET", target: target(world, what, after) }, 200),
  };
}

function keystead(lanes: Lanes): Contestant {
  const sending = (prepared: Prepared, expected: number) => () => lanes.send(prepared, expected);
  return {
    name: RELAY,
    append: (world, at) => sending(publishing(world, at), 201),
    read(world, after, what) {
      const attachments = what === "entries" ? "all" : "none";
      const target = targetOf(readEntriesRoute, { log: world.log.head.log }, { after, attachments });
      return sending(signed(world, "GET", target), 200);
    },
  };
}

/** Memory of the relay while logs grow and streams are open. Its cache of states is so small that it is full before the middle. */
async function* flatness(url: string, { logs, links, streams }: Sizes["memory"]): AsyncGenerator<Line, void> {
  const process = await startRelay(url, 40 * logs * links);
  const lanes = new Lanes(process);
  const open = new Streams(process);
  const publish = async (worlds: readonly World[], from: number, until: number) =>
    await load(
      worlds.map((world) =>
        world.entries.slice(from, until).map((_, at) => () => lanes.send(publishing(world, from + at), 201)),
      ),
    );
  try {
    let worlds = Array.from({ length: logs }, (_, at) => begun(`memory ${at}`));
    await publish(worlds, 0, 1);
    for (let at = 0; at < streams; at++) await open.open(worlds[at % logs] as World);
    const used = [await process.memory()];
    for (const [from, until] of [
      [1, links / 2],
      [links / 2, links],
    ] as const) {
      worlds = worlds.map((world) => grown(world, until));
      await publish(worlds, from, until);
      await open.reach(until);
      used.push(await process.memory());
    }
    const what = `with ${streams} streams, after`;
    const count = (part: number) => Math.round(logs * links * part).toLocaleString("en");
    for (const [name, of] of [
      ["heap and buffers", ({ heapUsed, external }: NodeJS.MemoryUsage) => heapUsed + external],
      ["resident", ({ rss }: NodeJS.MemoryUsage) => rss],
    ] as const) {
      const [first = 0, middle = 0, end = 0] = used.map((usage) => of(usage) / 1e6);
      yield { what: `${name} ${what} ${logs} entries`, value: first, unit: "MB" };
      yield { what: `${name} ${what} ${count(0.5)}`, value: middle, unit: "MB", base: middle };
      const target = { figure: end / middle, atMost: 1.1, of: "of the middle" };
      yield { what: `${name} ${what} ${count(1)}`, value: end, unit: "MB", base: middle, target };
    }
  } finally {
    open.close();
    lanes.close();
    await process.stop();
  }
}
