// Sealed content at the relay: written once, read by members in parts, streamed in bounded memory, and never there half.

import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { type BlobStore, sqlBlobs } from "../../src/relay/blob-store.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import type { AccessRequest, RelayOptions } from "../../src/relay/options.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { PARAMETERS, targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest, writeDigest } from "../../src/transport/request-signature.js";
import {
  appendEntryRoute,
  CBOR,
  createLogRoute,
  deleteBlobRoute,
  OCTETS,
  readBlobRoute,
  readEntriesRoute,
  storeBlobRoute,
} from "../../src/transport/wire.js";
import { onEveryDatabase } from "../support/databases.js";
import { seededEnv } from "../support/seeded-env.js";
import { NOON } from "../support/service.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { content, refusal } from "./support.js";

const ORIGIN = "https://keys.example";
const DAY = 86_400_000;
const KIB = 1024;

let allowed: (ask: AccessRequest) => boolean;
let asked: AccessRequest[];
let reported: unknown[];
let now: number;
let timers: Set<() => void>;
beforeEach(() => {
  allowed = () => true;
  asked = [];
  reported = [];
  now = NOON;
  timers = new Set();
});

let envs = 0;
const relayOn = (sql: Sql, options: Partial<RelayOptions> = {}): Relay =>
  createRelay({
    sql,
    origin: ORIGIN,
    authorize: (ask) => {
      asked.push(ask);
      return allowed(ask);
    },
    report: (error) => void reported.push(error),
    env: {
      ...seededEnv(`relay of blobs ${++envs}`),
      now: () => now,
      every(_milliseconds, run) {
        timers.add(run);
        return () => timers.delete(run);
      },
    },
    ...options,
  });

let worlds = 0;
async function published(relay: Relay, change: (world: World) => World = (world) => world): Promise<World> {
  const world = change(openWorld(`blobs ${++worlds}`, { subject: `blob owner ${worlds}` }));
  const [first, ...others] = world.entries as [Uint8Array, ...Uint8Array[]];
  const send = async (method: string, target: string, body: Uint8Array) =>
    expect((await relay.fetch(request(method, target, { body, type: CBOR }))).status).toBe(201);
  await send("PUT", targetOf(createLogRoute, { subject: world.log.subject }), first);
  for (const entry of others) await send("POST", targetOf(appendEntryRoute, { log: world.log.head.log }), entry);
  return world;
}

interface Sent {
  readonly body?: Uint8Array | ReadableStream<Uint8Array> | undefined;
  readonly digest?: Uint8Array | undefined;
  readonly by?: readonly [World, string] | undefined;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let nonces = 0;
function request(method: string, target: string, { body, digest, by, type, headers = {} }: Sent = {}): Request {
  const signed = by
    ? signRequest(
        { method, target },
        {
          ...{ signer: requestSigner(by[0].session(by[1]).keyring), origin: ORIGIN, digest },
          env: seededEnv(`nonce ${++nonces}`, now),
        },
      )
    : { ...(digest && { "content-digest": writeDigest(digest) }) };
  const sent = { ...(body && { body, duplex: "half" }), ...(type !== undefined && { type }) };
  return new Request(`http://127.0.0.1${target}`, {
    ...{ method, ...sent },
    headers: { ...(type !== undefined && { "content-type": type }), ...signed, ...headers },
  } as RequestInit);
}

const digestOf = (...pieces: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return new Uint8Array(hash.digest());
};

let ids = 0;
const newId = (): string => toHex(digestOf(new TextEncoder().encode(`blob ${++ids}`)));

interface Put extends Sent {
  readonly id?: string;
  readonly owner?: string;
  readonly size?: number;
}

async function put(relay: Relay, { log: { subject } }: World, body: Uint8Array, options: Put = {}): Promise<Response> {
  const { id = newId(), owner = subject, size = body.length, ...sent } = options;
  const query = { owner: PARAMETERS.subject.write(owner), size };
  return await relay.fetch(
    request("PUT", targetOf(storeBlobRoute, { blob: id }, query), {
      body,
      digest: digestOf(body),
      type: OCTETS,
      ...sent,
    }),
  );
}

const get = (relay: Relay, id: string, sent: Sent = {}, method = "GET") =>
  relay.fetch(request(method, targetOf(readBlobRoute, { blob: id }), sent));

/** Stands for bytes in comparisons: the runner compares long arrays slowly. */
const summaryOf = (bytes: Uint8Array): string => `${bytes.length} bytes, ${toHex(digestOf(bytes))}`;
const read = async (response: Response) => summaryOf(new Uint8Array(await response.arrayBuffer()));

onEveryDatabase((database) => {
  it("stores a blob once, and gives it back whole, in parts and not at all to a reader that has it", async () => {
    const relay = relayOn(database());
    const world = await published(relay);
    const by = [world, "Laptop"] as const;
    const bytes = content(600 * KIB);
    const id = newId();
    expect((await put(relay, world, bytes, { id, by })).status).toBe(201);
    const { subject } = world.log;
    const member = world.id("Laptop");
    expect(asked.at(-1)).toEqual({ action: "storeBlob", subject, blob: id, size: bytes.length, member });
    allowed = () => false;

    const whole = await get(relay, id, { by });
    expect(whole.status).toBe(200);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      ...{ "content-type": OCTETS, "accept-ranges": "bytes", "cache-control": "private, no-cache" },
      ...{ "content-length": String(bytes.length), etag: `"${toHex(digestOf(bytes))}"` },
    });
    expect(await read(whole)).toBe(summaryOf(bytes));

    const etag = whole.headers.get("etag") ?? "";
    const ranged = async (range: string, more: Record<string, string> = {}) => {
      const response = await get(relay, id, { by, headers: { range, ...more } });
      return [response.status, response.headers.get("content-range"), await read(response)];
    };
    const part = (from: number, to: number) => [
      206,
      `bytes ${from}-${to - 1}/${bytes.length}`,
      summaryOf(bytes.subarray(from, to)),
    ];
    const chunk = 256 * KIB;
    for (const [from, to] of [
      [0, 1],
      [chunk - 1, chunk + 1],
      [chunk, 2 * chunk],
      [1, bytes.length],
    ] as const)
      expect(await ranged(`bytes=${from}-${to - 1}`)).toEqual(part(from, to));
    expect(await ranged("bytes=614399-9999999")).toEqual(part(614_399, bytes.length));
    expect(await ranged("bytes=-5")).toEqual(part(bytes.length - 5, bytes.length));
    expect(await ranged("bytes=-9999999")).toEqual(part(0, bytes.length));
    expect(await ranged("bytes=600000-")).toEqual(part(600_000, bytes.length));
    expect(await ranged("bytes=0-4", { "if-range": etag })).toEqual(part(0, 5));
    for (const [range, more] of [
      ["bytes=0-4", { "if-range": '"another"' }],
      ["bytes=0-4", { "if-range": `W/${etag}` }],
      ["bytes=5-4", {}],
      ["bytes=0-1,4-5", {}],
      ["bytes=-", {}],
      ["items=0-1", {}],
    ] as const)
      expect(await ranged(range, more)).toEqual([200, null, summaryOf(bytes)]);
    for (const range of ["bytes=614400-", "bytes=9999999-", "bytes=-0"]) {
      const response = await get(relay, id, { by, headers: { range } });
      expect(response.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
      expect(await refusal(response)).toBe("416 RANGE");
    }
    for (const has of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const unchanged = await get(relay, id, { by, headers: { "if-none-match": has, range: "bytes=0-1" } });
      expect([unchanged.status, await unchanged.text()]).toEqual([304, ""]);
    }
    expect((await get(relay, id, { by, headers: { "if-none-match": '"x"' } })).status).toBe(200);
    const head = await get(relay, id, { by }, "HEAD");
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(bytes.length),
      "",
    ]);
    expect(reported).toEqual([]);
  });

  it("takes the same blob again, and no other one under its id", async () => {
    const relay = relayOn(database());
    const [world, other] = [await published(relay), await published(relay)];
    const id = newId();
    const bytes = content(1000);
    expect((await put(relay, world, bytes, { id })).status).toBe(201);
    expect((await put(relay, world, bytes, { id })).status).toBe(200);
    expect(await refusal(await put(relay, world, content(1000, 2), { id }))).toBe("409 BLOB_EXISTS");
    expect(await refusal(await put(relay, world, content(999), { id }))).toBe("409 BLOB_EXISTS");
    expect(await refusal(await put(relay, other, bytes, { id }))).toBe("409 BLOB_EXISTS");
    expect(await read(await get(relay, id))).toBe(summaryOf(bytes));
  });

  it("keeps one of many uploads under one id, whole", async () => {
    const relay = relayOn(database());
    const world = await published(relay);
    const id = newId();
    const bodies = Array.from({ length: 8 }, (_, at) => content(300 * KIB, at % 4));
    const statuses = await Promise.all(bodies.map(async (body) => (await put(relay, world, body, { id })).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    const kept = bodies[statuses.indexOf(201)] as Uint8Array;
    expect(await read(await get(relay, id))).toBe(summaryOf(kept));
    expect(statuses.filter((status) => status !== 201).every((status) => status === 200 || status === 409)).toBe(true);
    // Nothing of the others is left.
    const [{ n } = { n: -1 }] = await database().query<{ n: number }>(
      "select count(*)::int as n from keystead.blob_chunk where bytes is not null and id not in (select upload from keystead.blob)",
    );
    expect(n).toBe(0);
  });

  it("deletes a blob for a confirmed member once, and not again when the request comes again", async () => {
    const relay = relayOn(database());
    const world = await published(relay, (world) => world.enroll("Laptop", "Phone").join("Stranger"));
    const id = newId();
    const bytes = content(300 * KIB);
    expect((await put(relay, world, bytes, { id })).status).toBe(201);
    allowed = () => false;
    const target = targetOf(deleteBlobRoute, { blob: id });
    const remove = (name: string) => request("DELETE", target, { by: [world, name] });
    expect(await refusal(await relay.fetch(remove("Stranger")))).toBe("403 FORBIDDEN");
    expect(asked.at(-1)).toMatchObject({ action: "deleteBlob", blob: id, member: world.id("Stranger") });
    expect(await refusal(await relay.fetch(request("DELETE", target)))).toBe("403 FORBIDDEN");
    const recorded = remove("Phone");
    expect((await relay.fetch(recorded.clone())).status).toBe(204);
    expect(await refusal(await relay.fetch(recorded.clone()))).toBe("404 NO_BLOB");
    allowed = () => true;
    expect((await put(relay, world, bytes, { id })).status).toBe(201);
    expect(await refusal(await relay.fetch(recorded.clone()))).toBe("401 REPLAYED");
    // Another relay on the same database knows the nonce too.
    expect(await refusal(await relayOn(database()).fetch(recorded.clone()))).toBe("401 REPLAYED");
    expect(await read(await get(relay, id))).toBe(summaryOf(bytes));
    now += 121_000;
    expect(await refusal(await relay.fetch(recorded.clone()))).toBe("401 INVALID_SIGNATURE");
    expect((await relay.fetch(remove("Laptop"))).status).toBe(204);
    const left = await database().query("select nonce from keystead.nonce where member = $1", [
      Uint8Array.from(Buffer.from(world.id("Phone"), "hex")),
    ]);
    expect(left).toHaveLength(1);
    expect((await put(relay, world, bytes, { id })).status).toBe(201);
    expect((await relay.fetch(request("DELETE", target))).status).toBe(204);
    expect(await refusal(await get(relay, id))).toBe("404 NO_BLOB");
  });

  it("finds what an upload left behind when its process ended, two days later", async () => {
    const sql = database();
    const store = sqlBlobs(sql);
    const dead: BlobStore = {
      ...store,
      async write(key, bytes, facts) {
        await store.write(key, bytes, facts);
        throw new Error("the process ends here");
      },
      delete: () => new Promise(() => {}),
    };
    const relay = relayOn(sql);
    const world = await published(relay);
    const id = newId();
    void put(relayOn(sql, { blobs: dead }), world, content(300 * KIB), { id });
    const chunks = async () =>
      (
        await sql.query(
          "select n from keystead.blob_chunk where id in (select id from keystead.upload where blob = $1)",
          [Uint8Array.from(Buffer.from(id, "hex"))],
        )
      ).length;
    while ((await chunks()) < 2);
    expect(await refusal(await get(relay, id))).toBe("404 NO_BLOB");
    const swept = async () => {
      const fresh = relayOn(sql);
      expect((await put(fresh, world, content(10))).status).toBe(201);
      // The sweep runs beside; each question to the database is a round of it.
      for (let round = 0; round < 300; round++) await sql.query("select 1::int as one");
    };
    now += DAY;
    await swept();
    expect(await chunks()).toBe(2);
    now += DAY;
    const kept = newId();
    expect((await put(relay, world, content(10), { id: kept })).status).toBe(201);
    await swept();
    expect(await chunks()).toBe(0);
    expect((await get(relay, kept)).status).toBe(200);
    expect((await put(relay, world, content(300 * KIB), { id })).status).toBe(201);
    expect(reported).toEqual([]);
  });
});

describe("a blob", () => {
  let sql: Sql;
  let relay: Relay;
  beforeAll(async () => {
    sql = await openPglite();
  });
  afterAll(async () => await sql.close());
  beforeEach(() => {
    relay = relayOn(sql);
  });

  it("is read by active members of its owner's log, and by those that the app allows", async () => {
    const removed = (world: World) =>
      world
        .enroll("Laptop", "Phone")
        .enroll("Laptop", "Lost")
        .join("New")
        .review("Laptop", { remove: ["Lost"] });
    const [world, other] = [await published(relay, removed), await published(relay)];
    const id = newId();
    expect((await put(relay, world, content(10), { id })).status).toBe(201);
    allowed = () => false;
    for (const name of ["Laptop", "Phone", "New"])
      expect((await get(relay, id, { by: [world, name] })).status).toBe(200);
    expect(await refusal(await get(relay, id))).toBe("403 FORBIDDEN");
    expect(asked.at(-1)).toEqual({ action: "readBlob", subject: world.log.subject, blob: id });
    expect(await refusal(await get(relay, id, { by: [other, "Laptop"] }))).toBe("403 FORBIDDEN");
    // The head was signed for, and not the body.
    const { headers } = request("HEAD", targetOf(readBlobRoute, { blob: id }), { by: [world, "Laptop"] });
    expect(await refusal(await get(relay, id, { headers: Object.fromEntries(headers) }))).toBe("401 INVALID_SIGNATURE");
    allowed = () => true;
    expect((await get(relay, id)).status).toBe(200);
    expect((await get(relay, id, { by: [other, "Laptop"] })).status).toBe(200);
    for (const method of ["GET", "HEAD", "DELETE"])
      expect((await get(relay, id, { by: [world, "Lost"] }, method)).status).toBe(403);
    expect((await put(relay, world, content(10), { by: [world, "Lost"] })).status).toBe(403);
  });

  it("is not stored without the app's permission, also by a member, and not for a subject without a log", async () => {
    const world = await published(relay);
    const id = newId();
    allowed = ({ action }) => action !== "storeBlob";
    expect(await refusal(await put(relay, world, content(10), { id, by: [world, "Laptop"] }))).toBe("403 FORBIDDEN");
    expect(await refusal(await put(relay, world, content(10), { id, owner: "nobody" }))).toBe("403 FORBIDDEN");
    allowed = () => true;
    expect(await refusal(await put(relay, world, content(10), { id, owner: "nobody" }))).toBe("404 NO_LOG");
    expect(await refusal(await get(relay, id))).toBe("404 NO_BLOB");
  });

  it.each<[string, Put, string]>([
    ["another body than was signed", { body: content(10, 9) }, "400 BODY_MISMATCH"],
    ["more bytes than the query says", { size: 9 }, "400 BODY_MISMATCH"],
    ["fewer bytes than the query says", { size: 11 }, "400 BODY_MISMATCH"],
    ["no body", { body: undefined }, "400 BODY_MISMATCH"],
    ["no digest", { digest: undefined, by: undefined }, "400 INVALID_ENCODING"],
    ["CBOR", { type: CBOR }, "415 CONTENT_TYPE"],
    ["no content type", { type: "" }, "415 CONTENT_TYPE"],
    ["a size of none", { size: 0 }, "400 INVALID_ENCODING"],
    ["a size in another form", { size: 1e21 }, "400 INVALID_ENCODING"],
    ["64 MiB and one byte", { size: 64 * KIB * KIB + 1 }, "413 TOO_LARGE"],
  ])("with %s is refused, and nothing is stored", async (_what, options, expected) => {
    const world = await published(relay);
    const id = newId();
    const response = await put(relay, world, content(10), { id, by: [world, "Laptop"], ...options });
    expect(await refusal(response)).toBe(expected);
    expect(await refusal(await get(relay, id))).toBe("404 NO_BLOB");
    const left = "select n from keystead.blob_chunk where id not in (select upload from keystead.blob)";
    expect(await sql.query(left)).toEqual([]);
    expect(timers.size).toBe(0);
    expect(reported).toEqual([]);
  });

  it("needs an owner and a size in the query", async () => {
    for (const query of [
      "",
      "?size=10",
      "?owner=YQ",
      "?owner=YQ&size=10&size=10",
      "?owner=%2e&size=10",
      "?owner=a&size=1",
    ])
      expect(await refusal(await relay.fetch(request("PUT", `/v1/blobs/${newId()}${query}`, { type: OCTETS })))).toBe(
        "400 INVALID_ENCODING",
      );
  });

  it.each([
    ["/v1/blobs/../../etc/passwd", "404 NO_ROUTE"],
    ["/v1/blobs/%2e%2e%2f%2e%2e", "400 INVALID_ENCODING"],
    [`/v1/blobs/${"A0".repeat(16)}`, "400 INVALID_ENCODING"],
    [`/v1/blobs/${"00".repeat(33)}`, "400 INVALID_ENCODING"],
    [`/v1/blobs/${"0".repeat(33)}`, "400 INVALID_ENCODING"],
    [`/v1/blobs/${"00".repeat(16)}?owner=YQ`, "400 INVALID_ENCODING"],
    [`/v1/blobs/${"00".repeat(16)}`, "404 NO_BLOB"],
    ["/v1/blobs/", "404 NO_ROUTE"],
    ["/v1/blobs", "404 NO_ROUTE"],
  ])("at %s is %s", async (target, expected) => {
    for (const method of ["GET", "DELETE"])
      expect([method, await refusal(await relay.fetch(request(method, target)))]).toEqual([method, expected]);
    expect((await relay.fetch(request("HEAD", target))).status).toBe(Number(expected.slice(0, 3)));
    expect(reported).toEqual([]);
  });

  it("whose sender goes away is not there, and its upload leaves nothing", async () => {
    const world = await published(relay);
    const id = newId();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(content(300 * KIB));
        controller.error(new Error("the connection broke"));
      },
    });
    const response = await put(relay, world, content(600 * KIB), { id, body });
    expect(await refusal(response)).toBe("400 BODY_MISMATCH");
    expect(await refusal(await get(relay, id))).toBe("404 NO_BLOB");
    expect(
      await sql.query("select day from keystead.upload where blob = $1", [Uint8Array.from(Buffer.from(id, "hex"))]),
    ).toEqual([]);
    expect(reported).toEqual([]);
  });

  it("that comes too slowly is refused when its time is over, and one that never ends when it is too long", async () => {
    const world = await published(relay);
    let wasCancelled = false;
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(content(10)),
      cancel: () => {
        wasCancelled = true;
      },
    });
    const waiting = put(relay, world, content(20), { body: slow });
    while (timers.size === 0) await sql.query("select 1::int as one");
    for (const run of [...timers]) run();
    expect(await refusal(await waiting)).toBe("408 TOO_SLOW");
    expect([wasCancelled, timers.size]).toEqual([true, 0]);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(content(64 * KIB));
      },
    });
    expect(await refusal(await put(relay, world, content(128 * KIB), { body: endless }))).toBe("400 BODY_MISMATCH");
    expect(pulled).toBeLessThan(8);
  });

  it("waits for others to be stored when there are too many uploads", async () => {
    const small = relayOn(sql, { limits: { uploads: 1 } });
    const world = await published(small);
    let send: (piece: Uint8Array) => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = (piece) => {
          controller.enqueue(piece);
          controller.close();
        };
      },
    });
    const running = put(small, world, content(20), { body });
    while (timers.size === 0) await sql.query("select 1::int as one");
    const refused = await put(small, world, content(20));
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refusal(refused)).toBe("429 RATE_LIMITED");
    send(content(20));
    expect((await running).status).toBe(201);
    expect((await put(small, world, content(20))).status).toBe(201);
  });

  it("whose bytes are gone breaks off, and the operator learns it", async () => {
    const world = await published(relay);
    const id = newId();
    await put(relay, world, content(300 * KIB), { id });
    const response = await get(relay, id);
    await relay.fetch(request("DELETE", targetOf(deleteBlobRoute, { blob: id })));
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(reported).toEqual([expect.objectContaining({ code: "STORE_CORRUPT" })]);
  });

  it("is refused by a relay without a store of its own kind", () => {
    for (const blobs of [{}, { ...sqlBlobs(sql), maxBytes: -1 }, { ...sqlBlobs(sql), read: 5 }])
      expect(thrownBy(() => relayOn(sql, { blobs: blobs as BlobStore })).message).toContain("options.blobs");
    expect(thrownBy(() => sqlBlobs(sql, { maxBytes: 64 * KIB * KIB + 1 })).code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => sqlBlobs(sql, { maxBytes: 1.5 })).code).toBe("INVALID_ARGUMENT");
  });
});

describe("64 MiB", () => {
  const SIZE = 64 * KIB * KIB;
  const PIECE = 64 * KIB;
  const PATTERN = content(PIECE);
  /** Pieces differ in their first bytes. */
  const piece = (at: number) => {
    const bytes = new Uint8Array(PATTERN);
    new DataView(bytes.buffer).setUint32(0, at);
    return bytes;
  };

  it("go up and down with less than 1 MiB between sender, database and reader", async () => {
    const inner = await openPglite();
    let stored = 0;
    let loaded = 0;
    const sql: Sql = {
      ...inner,
      async query(statement, parameters = []) {
        const [, , chunk] = parameters;
        const rows = await inner.query(statement, parameters);
        if (statement.includes("into keystead.blob_chunk")) stored += (chunk as Uint8Array).length;
        if (statement.startsWith("select bytes")) loaded += (rows[0] as unknown as { bytes: Uint8Array }).bytes.length;
        return rows as never;
      },
    };
    const relay = relayOn(sql);
    const world = await published(relay);
    const hash = createHash("sha256");
    for (let at = 0; at < SIZE / PIECE; at++) hash.update(piece(at));
    const digest = new Uint8Array(hash.digest());
    let sent = 0;
    let most = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === SIZE) return controller.close();
          controller.enqueue(piece(sent / PIECE));
          sent += PIECE;
          most = Math.max(most, sent - stored);
        },
      },
      { highWaterMark: 0 },
    );
    const id = newId();
    const up = await put(relay, world, new Uint8Array(), { id, size: SIZE, body, digest, by: [world, "Laptop"] });
    expect(up.status).toBe(201);
    expect([stored, most < KIB * KIB]).toEqual([SIZE, true]);

    const down = await get(relay, id, { by: [world, "Laptop"] });
    const read = createHash("sha256");
    let got = 0;
    most = 0;
    for await (const part of down.body as unknown as AsyncIterable<Uint8Array>) {
      got += part.length;
      most = Math.max(most, loaded - got);
      read.update(part);
    }
    expect([got, most < KIB * KIB]).toEqual([SIZE, true]);
    expect(new Uint8Array(read.digest())).toEqual(digest);
    await inner.close();
  });
});

describe("a page of entries", () => {
  it("is not sent again while the log has not grown, and only to those who may read it", async () => {
    const sql = await openPglite();
    const relay = relayOn(sql);
    const world = await published(relay);
    const target = targetOf(readEntriesRoute, { log: world.log.head.log });
    const by = [world, "Laptop"] as const;
    const ask = (headers: Record<string, string>, signed: Sent = { by }) =>
      relay.fetch(request("GET", target, { ...signed, headers }));
    allowed = () => false;
    const etag = (await ask({})).headers.get("etag") ?? "";
    const unchanged = await ask({ "if-none-match": etag });
    expect([unchanged.status, unchanged.headers.get("etag"), await unchanged.text()]).toEqual([304, etag, ""]);
    expect(await refusal(await ask({ "if-none-match": etag }, {}))).toBe("403 FORBIDDEN");
    const grown = world.rename("Laptop", "A");
    await relay.fetch(
      request("POST", targetOf(appendEntryRoute, { log: world.log.head.log }), { body: grown.last, type: CBOR }),
    );
    const changed = await ask({ "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
    expect((await relay.fetch(request("HEAD", target, { by }))).status).toBe(404);
    await sql.close();
  });
});
