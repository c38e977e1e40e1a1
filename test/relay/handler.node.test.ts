// The relay's answers: what it stores, to whom it shows it, and the documented answer to each bad request, after which nothing is
// stored.

import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeCbor } from "../../src/bytes/cbor.js";
import type { LogId } from "../../src/bytes/ids.js";
import { toHex } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { decodeEntry, encodeEntry, MAX_ENTRY_BYTES } from "../../src/log/entry.js";
import { verifyStatement } from "../../src/log/statement.js";
import { verifyLog } from "../../src/log/verify.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import type { LogLine } from "../../src/relay/log-line.js";
import { openMetrics } from "../../src/relay/metrics.js";
import type { AccessRequest, News, RelayOptions } from "../../src/relay/options.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { STATEMENTS } from "../../src/relay/statements.js";
import { targetOf } from "../../src/transport/addresses.js";
import { EXPULSION } from "../../src/transport/portal-transport.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import {
  ASKED_HEADS,
  appendEntryRoute,
  type Body,
  CBOR,
  createLogRoute,
  eventsRoute,
  HEADS,
  PAGE,
  PUBLISHED,
  readBody,
  readEntriesRoute,
  readSubjectRoute,
  STANDING,
  SUBJECT,
  writeBody,
} from "../../src/transport/wire.js";
import { seededEnv } from "../support/seeded-env.js";
import { CERTIFICATE, NOON, STATEMENT_KEYS } from "../support/service.js";
import { statedInMemory } from "../support/stated.js";
import { thrownBy } from "../support/thrown.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";
import { refusal } from "./support.js";

const ORIGIN = "https://keys.example";

let sql: Sql;
beforeAll(async () => {
  sql = await openPglite();
});
afterAll(async () => await sql.close());

/** What the app of a test allows, and what it learns. */
let allowed: (ask: AccessRequest) => unknown;
let asked: AccessRequest[];
let news: News[];
let reported: unknown[];
let now: number;
let beats: Set<() => void>;
beforeEach(() => {
  allowed = () => true;
  asked = [];
  news = [];
  reported = [];
  now = NOON;
  beats = new Set();
});

/** A heartbeat of all streams. */
const beat = async () => {
  for (const run of [...beats]) run();
  await settled();
};
/** What runs after a request without waiting for it: one question to the database is one more round. */
const settled = async () => {
  for (let round = 0; round < 5; round++) await sql.query("select 1::int as one");
};

const relayWith = (options: Partial<RelayOptions> = {}): Relay =>
  createRelay({
    sql,
    origin: ORIGIN,
    operator: {
      signingKey: OPERATOR.signingKey,
      keys: OPERATOR,
      statements: { keys: STATEMENT_KEYS, certificate: CERTIFICATE, stated: statedInMemory() },
    },
    authorize: (ask) => {
      asked.push(ask);
      return allowed(ask) as boolean;
    },
    notify: (told) => void news.push(told),
    report: (error) => void reported.push(error),
    env: {
      ...seededEnv("relay"),
      now: () => now,
      every(_milliseconds, run) {
        beats.add(run);
        return () => beats.delete(run);
      },
    },
    ...options,
  });

let worlds = 0;
const newWorld = (): World => openWorld(`handler ${++worlds}`, { subject: `user/${worlds} é..`, operator: true });

interface Sent {
  readonly body?: Uint8Array | undefined;
  /** World and name of the member that signs. */
  readonly by?: readonly [World, string] | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function request(method: string, target: string, { body, by, headers = {} }: Sent = {}): Request {
  const signed = by
    ? signRequest(
        { method, target },
        { signer: requestSigner(by[0].session(by[1]).keyring), origin: ORIGIN, body, env: seededEnv(`${target}`, now) },
      )
    : {};
  return new Request(`http://127.0.0.1:8080${target}`, {
    method,
    headers: { ...(body && { "content-type": CBOR }), ...signed, ...headers },
    ...(body && { body: body as BodyInit }),
  });
}

const send = (relay: Relay, method: string, target: string, sent?: Sent) => relay.fetch(request(method, target, sent));

async function read<T>(response: Response, body: Body<T>): Promise<T> {
  expect(response.headers.get("content-type")).toBe(CBOR);
  return readBody(body, new Uint8Array(await response.arrayBuffer()));
}

const subjectOf = ({ log }: World) => targetOf(readSubjectRoute, { subject: log.subject });
const entriesOf = ({ log }: World, query: Parameters<typeof targetOf<typeof readEntriesRoute>>[2] = {}) =>
  targetOf(readEntriesRoute, { log: log.head.log }, query);
const create = (relay: Relay, world: World) =>
  send(relay, "PUT", targetOf(createLogRoute, { subject: world.log.subject }), { body: world.entries[0] });
const append = (relay: Relay, { log }: World, body: Uint8Array) =>
  send(relay, "POST", targetOf(appendEntryRoute, { log: log.head.log }), { body });

async function publish(relay: Relay, world: World, from = 1): Promise<void> {
  if (from === 1) expect((await create(relay, world)).status).toBe(201);
  for (const entry of world.entries.slice(Math.max(from, 2) - 1))
    expect((await append(relay, world, entry)).status).toBe(201);
}

describe("a log", () => {
  it("is made, grows, and is read by its members and by senders", async () => {
    const relay = relayWith();
    const world = newWorld()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .rotate("Phone");
    const { head, subject } = world.log;
    const made = await create(relay, world);
    expect(made.status).toBe(201);
    expect(await read(made, PUBLISHED)).toEqual({ log: head.log, seq: 1 });
    expect(asked).toEqual([{ action: "create", subject }]);
    await publish(relay, world, 2);
    expect(asked).toEqual([
      { action: "create", subject },
      { action: "join", subject },
    ]);
    expect(news.map(({ seq, type, entered }) => [seq, type, entered])).toEqual([
      [1, "genesis", world.id("Laptop")],
      [2, "join", world.id("Phone")],
      [3, "review", undefined],
      [4, "rotate", undefined],
    ]);
    expect(news[1]).toEqual({ subject, log: head.log, seq: 2, type: "join", entered: world.id("Phone") });

    allowed = () => false;
    const by = [world, "Phone"] as const;
    const found = await read(await send(relay, "GET", subjectOf(world), { by }), SUBJECT);
    expect(found).toMatchObject({ log: head.log, newest: 4, now: NOON });
    const stated = verifyStatement(found.statement as Uint8Array, { now, log: world.log });
    expect(stated).toMatchObject({ head, at: NOON });
    const page = await read(await send(relay, "GET", entriesOf(world, { after: 1, attachments: "all" }), { by }), PAGE);
    expect(page).toMatchObject({ entries: world.entries.slice(1), newest: 4 });
    const mine = await read(
      await send(relay, "GET", entriesOf(world, { attachments: "mine", limit: 3 }), { by }),
      PAGE,
    );
    expect(mine.entries.length).toBe(3);
    const digest = toHex(world.record.attachments[0] as Uint8Array);
    const attachment = await send(relay, "GET", `/v1/logs/${head.log}/attachments/${digest}`, { by });
    expect(new Uint8Array(await attachment.arrayBuffer())).toEqual(decodeEntry(world.last).attachments[0]);
    expect(attachment.headers.get("cache-control")).toContain("immutable");

    allowed = (ask) => ask.action === "read" && ask.attachments === "none";
    const links = await read(await send(relay, "GET", entriesOf(world)), PAGE);
    expect(verifyLog(links.entries, { subject, now }).head).toEqual(head);
    expect(await refusal(await send(relay, "GET", entriesOf(world, { attachments: "names" })))).toBe("403 FORBIDDEN");
    expect(reported).toEqual([]);
  });

  it("answers the same entry again with 200, and an entry for a filled place with the link that is there", async () => {
    const relay = relayWith();
    const world = newWorld();
    const [first, second] = [world.rename("Laptop", "A"), world.rename("Laptop", "B")];
    await publish(relay, first);
    expect((await create(relay, first)).status).toBe(200);
    expect((await append(relay, world, first.last)).status).toBe(200);
    const lost = await append(relay, world, second.last);
    expect(lost.status).toBe(409);
    expect(await read(lost, STANDING)).toEqual({
      log: world.log.head.log,
      seq: 2,
      link: decodeEntry(first.last).link.bytes,
    });
    expect(news).toHaveLength(2);
  });

  it("of a subject that has one is not replaced where the app allows everything but has no hook for a reset", async () => {
    const [first, second] = [openWorld("one", { subject: "kept" }), openWorld("two", { subject: "kept" })];
    const relay = relayWith({ authorize: () => true });
    await publish(relay, first);
    expect((await create(relay, second)).status).toBe(409);
    expect((await read(await send(relay, "GET", subjectOf(first)), SUBJECT)).log).toBe(first.log.head.log);
    const given: readonly unknown[] = ["yes", 1, undefined];
    for (const each of given) {
      const relay = relayWith({ authorizeReset: () => each as boolean });
      expect((await create(relay, second)).status).toBe(409);
    }
  });

  it("of a subject that has one is not replaced without a reset, and its author learns which one stands", async () => {
    const asked: unknown[] = [];
    let mayReset = false;
    const relay = relayWith({
      authorizeReset: (subject, { headers }) => {
        asked.push([subject, headers.get("content-type")]);
        return mayReset;
      },
    });
    const [first, second] = [openWorld("one", { subject: "reset" }), openWorld("two", { subject: "reset" })];
    await publish(relay, first);
    allowed = ({ action }) => action === "create";
    const lost = await create(relay, second);
    expect(lost.status).toBe(409);
    expect(await read(lost, STANDING)).toEqual({
      log: first.log.head.log,
      seq: 1,
      link: decodeEntry(first.last).link.bytes,
    });
    allowed = () => false;
    expect(await refusal(await create(relay, second))).toBe("403 FORBIDDEN");
    mayReset = true;
    expect((await create(relay, second)).status).toBe(201);
    expect(asked.at(-1)).toEqual(["reset", CBOR]);
    allowed = () => true;
    expect(await refusal(await send(relay, "GET", entriesOf(first), { by: [first, "Laptop"] }))).toBe("404 NO_LOG");
    expect((await read(await send(relay, "GET", subjectOf(second)), SUBJECT)).log).toBe(second.log.head.log);
  });

  it("has heads for services, with statements, and none for logs that are not there", async () => {
    const relay = relayWith();
    const [one, two] = [newWorld().rename("Laptop", "A"), openWorld(`no operator ${++worlds}`, { subject: "x" })];
    await publish(relay, one);
    await publish(relay, two);
    const absent = newWorld();
    const logs = [one, absent, two].map(({ log }) => log.head.log);
    const body = writeBody(ASKED_HEADS, { logs });
    const { heads } = await read(await send(relay, "POST", "/v1/heads", { body }), HEADS);
    expect(heads.map(({ log, newest }) => [log, newest])).toEqual([
      [logs[0], 2],
      [logs[1], undefined],
      [logs[2], 1],
    ]);
    expect(verifyStatement(heads[0]?.statement as Uint8Array, { now, log: one.log }).head).toEqual(one.log.head);
    expect(heads[2]?.statement).toBeUndefined();
    expect(asked.at(-1)).toEqual({ action: "heads", logs });
    allowed = () => false;
    expect(await refusal(await send(relay, "POST", "/v1/heads", { body }))).toBe("403 FORBIDDEN");
  });

  it("never has statements that contradict each other, when the clock is set back or the certificate ends", async () => {
    const relay = relayWith();
    const world = newWorld();
    await publish(relay, world);
    const state = async () => (await read(await send(relay, "GET", subjectOf(world)), SUBJECT)).statement;
    const first = verifyStatement((await state()) as Uint8Array, { now, log: world.log });
    now -= 100_000;
    const second = verifyStatement((await state()) as Uint8Array, { now: NOON, log: world.log });
    expect([first.at, second.at]).toEqual([NOON, NOON]);
    now = NOON + 10 * 86_400_000;
    expect(await state()).toBeUndefined();
    expect(reported).toEqual([expect.objectContaining({ code: "INVALID_ARGUMENT", rule: "SVC-2" })]);
  });

  it("loses devices that the portal expels, if the app allows it and the relay has the operator's keys", async () => {
    const relay = relayWith();
    const world = newWorld().enroll("Laptop", "Phone");
    await publish(relay, world);
    const remove = [world.id("Phone")];
    const body = writeBody(EXPULSION, { subject: world.log.subject, remove });
    const expel = (by: Relay) => send(by, "POST", "/v1/portal/expel", { body });
    allowed = () => false;
    expect(await refusal(await expel(relay))).toBe("403 FORBIDDEN");
    allowed = () => true;
    expect(await refusal(await expel(relayWith({ operator: undefined })))).toBe("403 FORBIDDEN");
    const done = await expel(relay);
    expect(done.status).toBe(201);
    expect(await read(done, PUBLISHED)).toEqual({ log: world.log.head.log, seq: 3 });
    expect(asked.at(-1)).toEqual({ action: "expel", subject: world.log.subject, remove });
    expect(news.at(-1)).toMatchObject({ type: "expel", seq: 3 });
    expect(await refusal(await expel(relay))).toBe("422 UNKNOWN_MEMBER MEM-4");
    const nobody = writeBody(EXPULSION, { subject: "nobody", remove });
    expect(await refusal(await send(relay, "POST", "/v1/portal/expel", { body: nobody }))).toBe("404 NO_LOG");
  });
});

describe("authorize", () => {
  it.each([false, undefined, null, 1, "yes", {}])("denies what gives %j", async (given) => {
    const relay = relayWith();
    const world = newWorld().join("Phone");
    await publish(relay, openWorld(world.seed, { subject: world.log.subject, operator: true }));
    allowed = () => given;
    const other = newWorld();
    expect(await refusal(await create(relay, other))).toBe("403 FORBIDDEN");
    expect(await refusal(await append(relay, world, world.last))).toBe("403 FORBIDDEN");
    expect(await refusal(await send(relay, "GET", subjectOf(world)))).toBe("403 FORBIDDEN");
    expect(await refusal(await send(relay, "GET", entriesOf(world)))).toBe("403 FORBIDDEN");
    // That a subject has no log is not shown either.
    expect(await refusal(await send(relay, "GET", subjectOf(other)))).toBe("403 FORBIDDEN");
    allowed = () => true;
    expect(await refusal(await send(relay, "GET", subjectOf(other)))).toBe("404 NO_LOG");
    expect((await read(await send(relay, "GET", subjectOf(world)), SUBJECT)).newest).toBe(1);
  });

  it("that fails is reported, and is no leave", async () => {
    const failure = new TypeError("no session store, sesame");
    const relay = relayWith({ authorize: () => Promise.reject(failure) });
    const response = await create(relay, newWorld());
    expect(await response.clone().text()).not.toContain("sesame");
    expect(await refusal(response)).toBe("503 UNAVAILABLE");
    expect(reported).toEqual([failure]);
  });

  it("is not asked what a link proves itself", async () => {
    const relay = relayWith();
    const world = newWorld().enroll("Laptop", "Phone").rename("Phone", "P").rotate("Laptop").leave("Phone");
    await publish(relay, world);
    expect(asked.map(({ action }) => action)).toEqual(["create"]);
  });
});

describe("a signed request", () => {
  let relay: Relay;
  let world: World;
  beforeEach(async () => {
    relay = relayWith();
    world = newWorld()
      .enroll("Laptop", "Phone")
      .enroll("Laptop", "Lost")
      .review("Laptop", { remove: ["Lost"] });
    await publish(relay, world);
    allowed = () => false;
  });
  const target = () => entriesOf(world, { after: 1 });
  const signed = (sent: Sent = {}) => request("GET", target(), { by: [world, "Phone"], ...sent });
  const withHeader = (name: string, change: (value: string) => string) => {
    const { headers, url } = signed();
    const changed = new Headers(headers);
    changed.set(name, change(headers.get(name) ?? ""));
    return relay.fetch(new Request(url, { headers: changed }));
  };

  it("is answered", async () => {
    expect((await relay.fetch(signed())).status).toBe(200);
  });

  it.each<[string, (value: string) => string]>([
    ["created", (input) => input.replace(/created=\d+/, (text) => `created=${Number(text.slice(8)) - 1}`)],
    ["expires", (input) => input.replace(/expires=\d+/, (text) => `expires=${Number(text.slice(8)) - 1}`)],
    ["nonce", (input) => input.replace(/nonce="../, 'nonce="AA')],
    ["keyid", (input) => input.replace(/keyid="\w+"/, `keyid="${world.id("Laptop")}"`)],
    ["fewer components", (input) => input.replace(' "content-digest"', "")],
  ])("with another %s is refused", async (_what, change) => {
    expect(await refusal(await withHeader("signature-input", change))).toBe("401 INVALID_SIGNATURE");
  });

  it("with another digest, signature, path or query is refused", async () => {
    const digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    expect(await refusal(await withHeader("content-digest", () => digest))).toBe("401 INVALID_SIGNATURE");
    const signature = (value: string) => value.replace(/:../, ":AA");
    expect(await refusal(await withHeader("signature", signature))).toBe("401 INVALID_SIGNATURE");
    const { headers } = signed();
    for (const other of [subjectOf(world), entriesOf(world, { after: 2 }), entriesOf(world)]) {
      const moved = await relay.fetch(new Request(`http://127.0.0.1${other}`, { headers }));
      expect([other, moved.status]).toEqual([other, 401]);
    }
  });

  it("for another service is refused, and the header Host is not believed", async () => {
    const other = relayWith({ origin: "https://other.example" });
    const response = await other.fetch(signed({ headers: { host: "keys.example" } }));
    expect(await refusal(response)).toBe("401 INVALID_SIGNATURE");
  });

  it("is refused before its time and after it, with a reason that says clock", async () => {
    const made = [signed(), signed()] as const;
    now += 121_000;
    const late = await relay.fetch(made[0]);
    expect(await late.clone().text()).toContain("clock");
    expect(await refusal(late)).toBe("401 INVALID_SIGNATURE");
    now = NOON - 61_000;
    expect(await refusal(await relay.fetch(made[1]))).toBe("401 INVALID_SIGNATURE");
  });

  it("by a member of another log is none: the app decides", async () => {
    const other = newWorld();
    expect(await refusal(await relay.fetch(signed({ by: [other, "Laptop"] })))).toBe("403 FORBIDDEN");
    expect(asked.at(-1)).toEqual({ action: "read", subject: world.log.subject, attachments: "none" });
  });

  it("by a removed member reads its log, and gets no events", async () => {
    expect((await relay.fetch(signed({ by: [world, "Lost"] }))).status).toBe(200);
    const events = targetOf(eventsRoute, {}, { log: [world.log.head.log] });
    expect(await refusal(await send(relay, "GET", events, { by: [world, "Lost"] }))).toBe("401 UNSIGNED");
    expect(await refusal(await send(relay, "GET", events))).toBe("401 UNSIGNED");
  });

  it("by one of the last four keys that a member replaced reads its log, and gets no events", async () => {
    let fresh = world;
    for (let keys = 0; keys < 4; keys++) fresh = fresh.rekey("Phone");
    for (const entry of fresh.entries.slice(world.entries.length)) await append(relay, world, entry);
    expect((await relay.fetch(signed())).status).toBe(200);
    expect((await relay.fetch(signed({ by: [fresh, "Phone"] }))).status).toBe(200);
    const events = targetOf(eventsRoute, {}, { log: [world.log.head.log] });
    expect(await refusal(await send(relay, "GET", events, { by: [world, "Phone"] }))).toBe("401 INVALID_SIGNATURE");
    await append(relay, world, fresh.rekey("Phone").last);
    expect(await refusal(await relay.fetch(signed()))).toBe("401 INVALID_SIGNATURE");
  });
});

describe("a bad request", () => {
  let relay: Relay;
  let world: World;
  beforeAll(() => {
    world = newWorld();
  });
  beforeEach(async () => {
    relay = relayWith();
    await create(relay, world);
    news = [];
  });

  it("with an entry that is bad, incomplete, ahead or of another log says why, and stores nothing", async () => {
    const next = world.join("Phone");
    const bare = encodeEntry(decodeEntry(next.last).link.bytes, []);
    expect(await refusal(await append(relay, world, bare))).toBe("422 GRANT_UNAVAILABLE");
    expect(await refusal(await append(relay, world, next.rename("Phone", "later").last))).toMatch(
      /^422 INVALID_LINK LOG-/,
    );
    expect(await refusal(await append(relay, world, newWorld().rename("Laptop", "x").last))).toMatch(
      /^422 INVALID_LINK LOG-/,
    );
    expect(await refusal(await append(relay, world, Uint8Array.of(0x82, 0x41)))).toMatch(/^422 INVALID_ENCODING ENC-/);
    expect(await refusal(await append(relay, world, new Uint8Array()))).toMatch(/^422 INVALID_ENCODING ENC-/);
    now = 1_000_000_000_000;
    expect(await refusal(await append(relay, world, next.last))).toBe("425 NOT_YET LOG-3");
    now = NOON;
    const other = newWorld();
    const wrong = send(relay, "PUT", targetOf(createLogRoute, { subject: "me" }), { body: other.last });
    expect(await refusal(await wrong)).toBe("422 WRONG_SUBJECT LOG-8");
    expect(await refusal(await append(relay, other, other.rename("Laptop", "x").last))).toBe("404 NO_LOG");
    expect((await read(await send(relay, "GET", subjectOf(world)), SUBJECT)).newest).toBe(1);
    expect(news).toEqual([]);
    expect(reported).toEqual([]);
  });

  it("with 4 MiB of attachments in the wrong form is refused, and one byte more than an entry can have is not read", async () => {
    const large = encodeCbor([decodeEntry(world.last).link.bytes, [new Uint8Array(4_194_305)]]);
    expect(await refusal(await append(relay, world, large))).toBe("422 TOO_LARGE ENC-3");
    expect(await refusal(await append(relay, world, new Uint8Array(MAX_ENTRY_BYTES + 1)))).toBe("413 TOO_LARGE ENC-3");
  });

  it("with an endless body is answered without reading it all", async () => {
    let pulled = 0;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(1 << 20));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const endless = new Request(`${ORIGIN}${targetOf(appendEntryRoute, { log: world.log.head.log })}`, {
      method: "POST",
      headers: { "content-type": CBOR, "content-length": "5" },
      body,
      duplex: "half",
    } as RequestInit);
    expect(await refusal(await relay.fetch(endless))).toBe("413 TOO_LARGE ENC-3");
    expect(pulled).toBeLessThan(8);
    expect(isCancelled).toBe(true);
  });

  it.each(["application/json", "text/plain", "application/cbor; charset=x", ""])(
    "of type “%s” is refused",
    async (type) => {
      const headers = { "content-type": type };
      const sent = { body: world.last, headers };
      const response = await send(relay, "POST", targetOf(appendEntryRoute, { log: world.log.head.log }), sent);
      expect(await refusal(response)).toBe("415 CONTENT_TYPE");
    },
  );

  it.each<[string, string]>([
    ["/v1/logs/AB/entries", "400 INVALID_ENCODING ENC-2"],
    [`/v1/logs/${"0".repeat(64)}/entries`, "404 NO_LOG"],
    ["/v1/logs/../../etc/passwd", "404 NO_ROUTE"],
    ["/v1/logs/%2e%2e%2f%2e%2e/entries", "400 INVALID_ENCODING ENC-2"],
    ["/v1/subjects/%00", "400 INVALID_ENCODING"],
    ["/v1/subjects/a", "400 INVALID_ENCODING"],
    [`/v1/subjects/${"A".repeat(400)}`, "400 INVALID_ENCODING"],
    ["/v1/subjects/_w", "400 INVALID_ENCODING ENC-1"],
    ["/v1/", "404 NO_ROUTE"],
    ["/V1/heads", "404 NO_ROUTE"],
    ["/v1/heads", "404 NO_ROUTE"],
    ["//v1/heads", "404 NO_ROUTE"],
    ["/v1/events", "400 INVALID_ENCODING"],
    [`/v1/logs/${"0".repeat(64)}/attachments/00`, "400 INVALID_ENCODING ENC-2"],
    [`/v1/logs/${"0".repeat(64)}/entries?after=-1`, "400 INVALID_ENCODING"],
    [`/v1/logs/${"0".repeat(64)}/entries?limit=1001`, "400 INVALID_ENCODING"],
    [`/v1/logs/${"0".repeat(64)}/entries?limit=1&limit=1`, "400 INVALID_ENCODING"],
    [`/v1/logs/${"0".repeat(64)}/entries?admin=1`, "400 INVALID_ENCODING"],
  ])("for %s is %s", async (target, expected) => {
    expect(await refusal(await send(relay, "GET", target))).toBe(expected);
    expect(reported).toEqual([]);
  });

  it("for a page after the end of all positions is an empty page", async () => {
    const { entries, newest } = await read(
      await send(relay, "GET", entriesOf(world, { after: Number.MAX_SAFE_INTEGER })),
      PAGE,
    );
    expect([entries.length, newest]).toEqual([0, 1]);
  });

  it("for heads or an expulsion in broken CBOR is refused", async () => {
    for (const target of ["/v1/heads", "/v1/portal/expel"])
      expect(await refusal(await send(relay, "POST", target, { body: Uint8Array.of(0xa1) }))).toMatch(
        /^400 INVALID_ENCODING/,
      );
  });
});

describe("limits", () => {
  it("stop unconfirmed members after 10 joins, 20 epochs and 60 links together, and no confirmed one", async () => {
    const relay = relayWith();
    let world = newWorld();
    await publish(relay, world);
    for (let at = 0; at < 10; at++) world = world.join(`Stranger ${at}`);
    await publish(relay, world, 2);
    const eleventh = world.join("Stranger 10");
    const refused = await append(relay, world, eleventh.last);
    expect(Number(refused.headers.get("retry-after"))).toBe(86_400);
    expect(await refusal(refused)).toBe("429 RATE_LIMITED");

    // A join makes an epoch too.
    const from = world.entries.length + 1;
    for (let at = 0; at < 10; at++) world = world.rotate(`Stranger ${at % 3}`);
    await publish(relay, world, from);
    expect(await refusal(await append(relay, world, world.rotate("Stranger 1").last))).toBe("429 RATE_LIMITED");

    const again = world.entries.length + 1;
    for (let at = 0; at < 40; at++) world = world.rename(`Stranger ${at % 10}`, `S${at}`);
    await publish(relay, world, again);
    expect(await refusal(await append(relay, world, world.rename("Stranger 1", "x").last))).toBe("429 RATE_LIMITED");

    const last = world.entries.length + 1;
    world = world
      .rename("Laptop", "Mine")
      .rotate("Laptop")
      .review("Laptop", { remove: ["Stranger 0"] });
    await publish(relay, world, last);
    now += 3_600_001;
    await publish(relay, world.rename("Stranger 1", "y"), world.entries.length + 1);
    now += 86_400_000;
    await publish(relay, world.rename("Stranger 1", "y").join("Stranger 11"), world.entries.length + 2);
  });

  it("give the head for two seconds to a member that lost three races in a row", async () => {
    const relay = relayWith();
    let world = newWorld().enroll("Laptop", "Slow");
    await publish(relay, world);
    const race = async (): Promise<Uint8Array> => {
      const slow = world.rename("Slow", `slow ${world.entries.length}`).last;
      world = world.rename("Laptop", `fast ${world.entries.length}`);
      await publish(relay, world, world.entries.length);
      expect((await append(relay, world, slow)).status).toBe(409);
      return slow;
    };
    const first = await race();
    // Sent again, or for an old place, it is no other race.
    expect((await append(relay, world, first)).status).toBe(409);
    await race();
    expect((await append(relay, world, first)).status).toBe(409);
    await race();
    const fast = world.rename("Laptop", "fast");
    const refused = await append(relay, world, fast.last);
    expect(refused.headers.get("retry-after")).toBe("2");
    expect(await refusal(refused)).toBe("429 HEAD_RESERVED");
    world = world.rename("Slow", "at last");
    await publish(relay, world, world.entries.length);
    // It wrote: the others go on at once.
    await publish(relay, world.rename("Laptop", "fast"), world.entries.length + 1);
  });

  it("give the head to nobody for entries that it did not sign, and not for longer than two seconds", async () => {
    const relay = relayWith();
    let world = newWorld().enroll("Laptop", "Slow");
    await publish(relay, world);
    const race = async (change: (entry: Uint8Array) => Uint8Array) => {
      const slow = world.rename("Slow", `slow ${world.entries.length}`).last;
      world = world.rename("Laptop", `fast ${world.entries.length}`);
      await publish(relay, world, world.entries.length);
      expect((await append(relay, world, change(slow))).status).toBe(409);
    };
    const forged = (entry: Uint8Array) => {
      const { link, attachments } = decodeEntry(entry);
      const key = link.signatures[0]?.key as Uint8Array;
      return encodeEntry(encodeCbor([link.body, [[key, new Uint8Array(64)]]]), attachments);
    };
    for (let at = 0; at < 4; at++) await race(forged);
    for (let at = 0; at < 3; at++) await race((entry) => entry);
    const next = world.rename("Laptop", "next");
    expect(await refusal(await append(relay, world, next.last))).toBe("429 HEAD_RESERVED");
    now += 2000;
    await publish(relay, next, next.entries.length);
  });

  it("count the requests of an address in a minute", async () => {
    const relay = relayWith({ limits: { requests: 3 }, address: (_request, server) => server as string });
    const ask = (address: string | undefined) => relay.fetch(request("GET", "/v1/subjects/YQ"), address);
    for (let at = 0; at < 3; at++) expect((await ask("10.0.0.1")).status).toBe(404);
    expect(await refusal(await ask("10.0.0.1"))).toBe("429 RATE_LIMITED");
    expect((await ask("10.0.0.2")).status).toBe(404);
    for (let at = 0; at < 5; at++) expect((await ask(undefined)).status).toBe(404);
    now += 60_000;
    expect((await ask("10.0.0.1")).status).toBe(404);
  });
});

describe("event streams", () => {
  const open = (relay: Relay, by: readonly [World, string], ...others: readonly World[]) =>
    send(relay, "GET", targetOf(eventsRoute, {}, { log: [by[0], ...others].map(({ log }) => log.head.log) }), { by });
  const reading = (response: Response) => {
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    return {
      next: async () => {
        const { value } = await reader.read();
        return value && new TextDecoder().decode(value);
      },
      cancel: () => reader.cancel(),
    };
  };
  const event = (log: LogId, seq: number) => `data: {"log":"${log}","seq":${seq}}\n\n`;

  it("say that a log has grown, once for each position, and comment at each heartbeat", async () => {
    const relay = relayWith();
    const world = newWorld();
    await publish(relay, world);
    const stream = reading(await open(relay, [world, "Laptop"]));
    expect(await stream.next()).toBe(`:\n\n${event(world.log.head.log, 1)}`);
    const grown = world.rename("Laptop", "A").rename("Laptop", "B");
    await append(relay, world, grown.entries[1] as Uint8Array);
    expect(await stream.next()).toBe(event(world.log.head.log, 2));
    await append(relay, world, grown.entries[1] as Uint8Array);
    await beat();
    expect(await stream.next()).toBe(":\n\n");
    await append(relay, world, grown.last);
    expect(await stream.next()).toBe(event(world.log.head.log, 3));
    await stream.cancel();
    expect(beats.size).toBe(0);
  });

  it("learn at a heartbeat what another relay stored, and hold one hint for each log however slowly they are read", async () => {
    const [relay, other] = [relayWith(), relayWith()];
    const world = newWorld();
    await publish(relay, world);
    const stream = reading(await open(relay, [world, "Laptop"]));
    await publish(other, world.rename("Laptop", "A").rename("Laptop", "B").rename("Laptop", "C"), 2);
    await settled();
    for (let at = 0; at < 3; at++) await beat();
    expect(await stream.next()).toBe(`:\n\n${event(world.log.head.log, 1)}`);
    expect(await stream.next()).toBe(`:\n\n${event(world.log.head.log, 4)}`);
    await relay.close();
    expect(await stream.next()).toBeUndefined();
  });

  it("ask for the heads alone at a heartbeat before which nothing was stored", async () => {
    const statements: string[] = [];
    const query: Sql["query"] = (statement, parameters) => {
      statements.push(statement);
      return sql.query(statement, parameters);
    };
    const relay = relayWith({ sql: { ...sql, query } });
    const [world, second] = [newWorld(), newWorld()];
    for (const each of [world, second]) await publish(relay, each);
    const stream = reading(await open(relay, [world, "Laptop"], second));
    await settled();
    const atBeat = async () => {
      statements.length = 0;
      await beat();
      return [...statements];
    };
    expect(await atBeat()).toEqual([STATEMENTS.heads]);
    await publish(relayWith(), second.rename("Laptop", "A"), 2);
    expect(await atBeat()).toEqual([STATEMENTS.heads, STATEMENTS.links, STATEMENTS.links]);
    expect(await atBeat()).toEqual([STATEMENTS.heads]);
    await stream.cancel();
  });

  it("end at the heartbeat after the member was removed", async () => {
    const relay = relayWith();
    const world = newWorld().enroll("Laptop", "Phone");
    await publish(relay, world);
    const stream = reading(await open(relay, [world, "Phone"]));
    await publish(relay, world.review("Laptop", { remove: ["Phone"] }), 3);
    await beat();
    expect(await stream.next()).toBe(`:\n\n${event(world.log.head.log, 2)}`);
    expect(await stream.next()).toContain('"seq":3');
    expect(await stream.next()).toBeUndefined();
    expect(beats.size).toBe(0);
  });

  it("of other people's logs need the app's permission", async () => {
    const relay = relayWith();
    const [world, other] = [newWorld(), newWorld()];
    await publish(relay, world);
    await publish(relay, other);
    allowed = () => false;
    expect(await refusal(await open(relay, [world, "Laptop"], other))).toBe("403 FORBIDDEN");
    allowed = ({ action }) => action === "read";
    const stream = reading(await open(relay, [world, "Laptop"], other));
    await stream.next();
    await publish(relay, other.rename("Laptop", "A"), 2);
    expect(await stream.next()).toBe(event(other.log.head.log, 2));
    await stream.cancel();
  });

  it("end with the membership, also of a device that has a log of its own with the same keys", async () => {
    const relay = relayWith();
    const shared = openWorld("twice", { subject: "twice", operator: true }).enroll("Laptop", "Phone");
    const own = openWorld("twice", { subject: "twice/own", operator: true });
    expect(shared.id("Laptop")).toBe(own.id("Laptop"));
    await publish(relay, shared);
    await publish(relay, own);
    const stream = reading(await open(relay, [shared, "Laptop"], own));
    await publish(relay, shared.review("Phone", { remove: ["Laptop"] }), 3);
    await beat();
    expect(beats.size).toBe(0);
    await stream.cancel();
  });

  it("are limited for each member and in all, and one that ends makes room", async () => {
    const relay = relayWith({ limits: { streamsOfMember: 2, streams: 3 } });
    const [world, other] = [newWorld(), newWorld()];
    await publish(relay, world);
    await publish(relay, other);
    const first = reading(await open(relay, [world, "Laptop"]));
    await open(relay, [world, "Laptop"]);
    expect(await refusal(await open(relay, [world, "Laptop"]))).toBe("429 RATE_LIMITED");
    await open(relay, [other, "Laptop"]);
    expect(await refusal(await open(relay, [other, "Laptop"]))).toBe("429 RATE_LIMITED");
    await first.cancel();
    expect((await open(relay, [other, "Laptop"])).status).toBe(200);
    await relay.close();
    expect(beats.size).toBe(0);
    expect(await refusal(await open(relay, [other, "Laptop"]))).toBe("503 UNAVAILABLE");
  });
});

describe("operations", () => {
  it("are healthy while the process answers, and ready while the database does", async () => {
    const relay = relayWith();
    expect(await (await send(relay, "GET", "/health")).json()).toEqual({ status: "ok" });
    expect(await (await send(relay, "GET", "/ready")).json()).toEqual({ status: "ready" });
    await sql.query("update keystead.migration set version = -version");
    expect(await refusal(await send(relay, "GET", "/ready"))).toBe("503 UNAVAILABLE");
    await sql.query("update keystead.migration set version = -version");
    expect((await send(relay, "GET", "/ready")).status).toBe(200);
    await relay.close();
    expect(await refusal(await send(relay, "GET", "/ready"))).toBe("503 UNAVAILABLE");
    expect((await send(relay, "GET", "/health")).status).toBe(200);
  });

  it("stop once the requests that run have their answers", async () => {
    let allow = (_: boolean) => {};
    const relay = relayWith({ authorize: () => new Promise<boolean>((resolve) => (allow = resolve)) });
    const world = newWorld();
    const answer = create(relay, world);
    await settled();
    const order: string[] = [];
    const stopped = relay.close().then(() => order.push("stopped"));
    allow(true);
    order.push(String((await answer).status));
    await stopped;
    expect(order).toEqual(["201", "stopped"]);
  });

  it("are logged in lines without subjects, names and secrets", async () => {
    const lines: LogLine[] = [];
    const failure = new KeysteadError("STORE_UNAVAILABLE", "no", { cause: { code: "57P01", message: "secret" } });
    const relay = relayWith({ log: (line) => void lines.push(line), notify: () => Promise.reject(failure) });
    const world = newWorld();
    await publish(relay, world);
    const log = world.log.head.log;
    const events = targetOf(eventsRoute, {}, { log: [log] });
    await (await send(relay, "GET", events, { by: [world, "Laptop"] })).body?.cancel();
    allowed = () => false;
    await send(relay, "GET", subjectOf(world));
    await send(relay, "GET", entriesOf(world).replace(log, "x".repeat(64)));
    await send(relay, "GET", "/nowhere");
    await settled();
    const request = { at: now, event: "request", took: 0, log: undefined, code: undefined };
    expect(lines).toEqual([
      { at: now, event: "entry", log, seq: 1, type: "genesis" },
      { at: now, event: "error", code: "STORE_UNAVAILABLE", cause: "57P01" },
      { ...request, route: "createLog", method: "PUT", status: 201 },
      { at: now, event: "streams", open: 1 },
      { ...request, route: "events", method: "GET", status: 200 },
      { at: now, event: "streams", open: 0 },
      { ...request, route: "readSubject", method: "GET", status: 403, code: "FORBIDDEN" },
      { ...request, route: "readEntries", method: "GET", status: 400, code: "INVALID_ENCODING" },
      { ...request, route: undefined, method: "GET", status: 404 },
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
    expect(reported).toEqual([failure]);
  });

  it("are counted for Prometheus", async () => {
    const metrics = await openMetrics(new Registry());
    const relay = relayWith({ log: metrics.log });
    const world = newWorld();
    await publish(relay, world.rename("Laptop", "A"));
    await relay.fetch(new Request(`${ORIGIN}/x`, { method: "PROPFIND" }));
    allowed = () => false;
    await send(relay, "GET", subjectOf(world));
    const text = await metrics.text();
    expect(metrics.contentType).toContain("text/plain");
    for (const line of [
      'keystead_requests_total{route="createLog",method="PUT",status="201"} 1',
      'keystead_requests_total{route="none",method="other",status="404"} 1',
      'keystead_request_seconds_count{route="appendEntry"} 1',
      'keystead_refusals_total{code="FORBIDDEN"} 1',
      'keystead_entries_total{type="rename"} 1',
      "keystead_event_streams 0",
    ])
      expect(text).toContain(line);
  });

  it("go on when the app's log fails", async () => {
    const failure = new Error("the disk is full");
    const relay = relayWith({
      log: () => {
        throw failure;
      },
    });
    expect((await send(relay, "GET", "/health")).status).toBe(200);
    expect(reported).toEqual([failure]);
  });

  it("say nothing of the database to clients when it fails", async () => {
    const failure = new KeysteadError("STORE_UNAVAILABLE", "host 10.0.0.5 is down");
    const failing = relayWith({ sql: { ...sql, query: () => Promise.reject(failure) } });
    for (const target of ["/ready", subjectOf(newWorld())]) {
      const response = await send(failing, "GET", target);
      expect(await response.clone().text()).not.toContain("10.0.0.5");
      expect(response.headers.get("retry-after")).toBe("1");
      expect(await refusal(response)).toBe("503 UNAVAILABLE");
    }
    expect(reported).toEqual([failure, failure]);
  });

  it("report a failing notify, and the entry stands", async () => {
    const failure = new Error("no mail today");
    const relay = relayWith({ notify: () => Promise.reject(failure) });
    await publish(relay, newWorld());
    await settled();
    expect(reported).toEqual([failure]);
  });

  it("serve an OpenAPI document with every route", async () => {
    const relay = relayWith({ path: "/keys" });
    const document = (await (await send(relay, "GET", "/keys/openapi.json")).json()) as {
      servers: unknown;
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    expect(document.servers).toEqual([{ url: `${ORIGIN}/keys` }]);
    expect(
      Object.entries(document.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path}`))
        .sort(),
    ).toEqual([
      "delete /v1/blobs/{blob}",
      "get /v1/blobs/{blob}",
      "get /v1/events",
      "get /v1/logs/{log}/attachments/{digest}",
      "get /v1/logs/{log}/entries",
      "get /v1/logs/{log}/messages",
      "get /v1/subjects/{subject}",
      "head /v1/blobs/{blob}",
      "post /v1/heads",
      "post /v1/logs/{log}/entries",
      "post /v1/logs/{log}/messages",
      "post /v1/portal/expel",
      "put /v1/blobs/{blob}",
      "put /v1/subjects/{subject}",
    ]);
    expect(Object.keys(document.paths["/v1/logs/{log}/entries"]?.["post"]?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "201", "409", "422", "425", "429"]),
    );
  });

  it("let nothing be cached that can change", async () => {
    const response = await send(relayWith(), "GET", "/health");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each<[string, object]>([
    ["sql", { sql: {} }],
    ["origin", { origin: "https://keys.example/" }],
    ["origin", { origin: "keys.example" }],
    ["path", { path: "keys" }],
    ["authorize", { authorize: true }],
    ["authorizeReset", { authorizeReset: true }],
    ["limits.link", { limits: { link: 1 } }],
    ["limits.links", { limits: { links: -1 } }],
    ["operator.signingKey", { operator: { signingKey: new Uint8Array(5) } }],
    ["operator.keys", { operator: { signingKey: new Uint8Array(32), keys: OPERATOR } }],
  ])("refuse a wrong option %s", (name, options) => {
    const error = thrownBy(() => relayWith(options));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toContain(`options.${name}`);
  });
});
