// Bad requests of every kind, at every route: each gets its documented answer, in bounded memory and time, and nothing is stored.

import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { primitives } from "../../src/primitives/current.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import type { RelayOptions } from "../../src/relay/options.js";
import { openPglite } from "../../src/relay/pglite.js";
import { RELAY_ROUTES, type RelayRoute } from "../../src/relay/routes.js";
import type { Sql } from "../../src/relay/sql.js";
import { PARAMETERS, targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest, writeDigest } from "../../src/transport/request-signature.js";
import {
  appendEntryRoute,
  CBOR,
  createLogRoute,
  deleteBlobRoute,
  eventsRoute,
  OCTETS,
  PAGE,
  PAGE_BYTES,
  readBlobRoute,
  readBody,
  readEntriesRoute,
  storeBlobRoute,
} from "../../src/transport/wire.js";
import { seededEnv } from "../support/seeded-env.js";
import { NOON } from "../support/service.js";
import { openWorld } from "../support/world.js";
import { refusal } from "./support.js";

const ORIGIN = "https://keys.example";
const world = openWorld("bad input", { subject: "bad input", operator: true }).enroll("Laptop", "Phone");
const { subject } = world.log;
const { log } = world.log.head;

let sql: Sql;
let relay: Relay;
let reported: unknown[] = [];
let timers: Set<() => void>;
const relayWith = (options: Partial<RelayOptions> = {}): Relay =>
  createRelay({
    ...{ sql, origin: ORIGIN, authorize: () => true, report: (error) => void reported.push(error) },
    env: {
      ...seededEnv("relay"),
      now: () => NOON,
      every(_milliseconds, run) {
        timers.add(run);
        return () => timers.delete(run);
      },
    },
    ...options,
  });
beforeAll(async () => {
  sql = await openPglite();
  timers = new Set();
  relay = relayWith();
  const [first, second] = world.entries as [Uint8Array, Uint8Array];
  await send("PUT", targetOf(createLogRoute, { subject }), { body: first, type: CBOR });
  await send("POST", targetOf(appendEntryRoute, { log }), { body: second, type: CBOR });
});
afterAll(async () => await sql.close());
beforeEach(() => {
  reported = [];
  timers = new Set();
  relay = relayWith();
});

interface Sent {
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const send = (method: string, target: string, { body, type, headers = {} }: Sent = {}) =>
  relay.fetch(
    new Request(`http://127.0.0.1${target}`, {
      method,
      headers: { ...(type !== undefined && { "content-type": type }), ...headers },
      ...(body && { body, duplex: "half" }),
    } as RequestInit),
  );

/** What the database holds, to see that nothing was stored. */
const rows = async () =>
  await sql.query(
    `select (select count(*) from keystead.entry)::int as entries, (select count(*) from keystead.attachment)::int as attachments,
      (select count(*) from keystead.subject)::int as subjects, (select count(*) from keystead.blob)::int as blobs,
      (select count(*) from keystead.blob_chunk)::int as chunks, (select count(*) from keystead.upload)::int as uploads`,
  );

const ID = "00".repeat(16);
const owner = PARAMETERS.subject.write(subject);
/** A good address of each route. */
const addressOf = ({ path, query }: RelayRoute): string => {
  const values: Readonly<Record<string, string>> = { subject: owner, log, blob: ID, digest: "11".repeat(32) };
  const asked = query.includes("size") ? `?owner=${owner}&size=10` : query.includes("log") ? `?log=${log}` : "";
  return path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? "") + asked;
};
const ROUTES = Object.entries<RelayRoute>(RELAY_ROUTES);
const WITH_BODY = ROUTES.filter(([, { body, streams }]) => body || streams);

describe.each(WITH_BODY)("the body of %s", (_name, route) => {
  const good = route.streams ? OCTETS : CBOR;
  const digest = writeDigest(primitives.sha256(new Uint8Array(10)));
  const put = (sent: Sent) => send(route.method, addressOf(route), { ...sent, headers: { "content-digest": digest } });

  it("that is of another content type is refused, before it is read", async () => {
    let pulled = 0;
    const body = () => new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, { highWaterMark: 0 });
    for (const type of ["application/json", "text/plain", `${good}; charset=utf-8`, "multipart/form-data", ""])
      expect(await refusal(await put({ body: body(), type }))).toBe("415 CONTENT_TYPE");
    expect(pulled).toBe(0);
  });

  it("that stalls is refused when its time is over, and nothing of it stays", async () => {
    const before = await rows();
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Uint8Array.of(0xa1)),
      cancel: () => {
        isCancelled = true;
      },
    });
    const waiting = put({ body, type: good });
    while (timers.size === 0) await sql.query("select 1::int as one");
    for (const run of [...timers]) run();
    expect(await refusal(await waiting)).toBe("408 TOO_SLOW");
    expect([isCancelled, timers.size, await rows()]).toEqual([true, 0, before]);
  });

  it("that breaks off is refused, and is no failure of the relay", async () => {
    const before = await rows();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.of(0xa1));
      },
      pull: (controller) => controller.error(new Error("reset")),
    });
    expect(await refusal(await put({ body, type: good }))).toBe("400 BODY_MISMATCH");
    expect([reported, await rows()]).toEqual([[], before]);
  });

  it("that never ends is read no further than its limit", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1 << 20;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const most = route.body?.maxBytes ?? 10;
    expect(await refusal(await put({ body, type: good }))).toBe(
      route.streams ? "400 BODY_MISMATCH" : "413 TOO_LARGE ENC-3",
    );
    expect(sent).toBeLessThan(most + (4 << 20));
  });

  test.prop([fc.uint8Array({ maxLength: 200 })], { numRuns: 60 })("that is any bytes is refused", async (body) => {
    const before = await rows();
    const status = Number((await refusal(await put({ body: new Uint8Array(body), type: good }))).slice(0, 3));
    // 401: only members send messages, and this request is not signed.
    expect([400, 422, ...(route.proofs.join() === "member" ? [401] : [])]).toContain(status);
    expect([reported, await rows()]).toEqual([[], before]);
  });
});

describe("an address", () => {
  const part = fc.oneof(
    fc.constantFrom("v1", "subjects", "logs", "entries", "attachments", "heads", "events", "blobs", "portal", "expel"),
    fc.constantFrom(
      "..",
      ".",
      "",
      "%2e%2e",
      "%2f",
      "%00",
      "%ff",
      "%",
      "%c0%af",
      "\\",
      ";",
      "a".repeat(5000),
      owner,
      log,
      ID,
    ),
    fc.string({ maxLength: 10 }).map(encodeURIComponent),
  );
  const query = fc.oneof(
    fc.constant(""),
    fc.constantFrom(
      "?",
      "?after=-1",
      "?after=1e3",
      "?limit=0",
      "?attachments=ALL",
      "?log=x",
      "?owner",
      "?size=1",
      "?a[b]=c",
      "?%",
    ),
  );
  const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS");
  test.prop([method, fc.array(part, { minLength: 1, maxLength: 6 }), query], { numRuns: 300 })(
    "of any kind is answered or refused, and is no failure",
    async (method, parts, query) => {
      const before = await rows();
      const { status } = await send(method, `/${parts.join("/")}${query}`);
      expect(status).toBeLessThan(500);
      if (method !== "GET" && method !== "HEAD") expect(status).toBeGreaterThanOrEqual(400);
      expect([reported, await rows()]).toEqual([[], before]);
    },
  );

  it("of a route is none with any other method", async () => {
    for (const [name, { path, method }] of ROUTES) {
      const own = new Set(ROUTES.flatMap(([, other]) => (other.path === path ? other.method : [])));
      for (const other of ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"].filter((each) => !own.has(each as never)))
        expect([name, method, other, (await send(other, addressOf(RELAY_ROUTES[name as never]))).status]).toEqual([
          ...[name, method, other, 404],
        ]);
    }
  });
});

describe("a signed request for a blob", () => {
  const body = new Uint8Array(10).fill(3);
  const sign = (method: string, target: string, { origin = ORIGIN, by = "Phone" } = {}) => {
    const signer = requestSigner(world.session(by).keyring);
    const digest = method === "PUT" ? primitives.sha256(body) : undefined;
    return signRequest({ method, target }, { signer, origin, digest, env: seededEnv(`${method} ${target}`, NOON) });
  };
  const store = (id: string, size: number, of: string) =>
    targetOf(storeBlobRoute, { blob: id }, { owner: PARAMETERS.subject.write(of), size });

  it("to store it covers place, owner, size and body, and which service it is for", async () => {
    const target = store(ID, 10, subject);
    const headers = sign("PUT", target);
    const sent = { body, type: OCTETS, headers };
    const before = await rows();
    for (const other of [store("11".repeat(16), 10, subject), store(ID, 11, subject), `${target}&`])
      expect((await send("PUT", other, sent)).status).toBeGreaterThanOrEqual(400);
    const forged = { ...headers, "content-digest": writeDigest(primitives.sha256(new Uint8Array(10))) };
    expect(await refusal(await send("PUT", target, { ...sent, body: new Uint8Array(10), headers: forged }))).toBe(
      "401 INVALID_SIGNATURE",
    );
    expect(await refusal(await send("PUT", target, { ...sent, body: new Uint8Array(10) }))).toBe("400 BODY_MISMATCH");
    const elsewhere = sign("PUT", target, { origin: "https://other.example" });
    expect(await refusal(await send("PUT", target, { ...sent, headers: elsewhere }))).toBe("401 INVALID_SIGNATURE");
    expect(await rows()).toEqual(before);
    expect((await send("PUT", target, sent)).status).toBe(201);
  });

  it("to read it deletes nothing: the method is covered", async () => {
    const denying = relayWith({ authorize: () => false });
    const target = targetOf(readBlobRoute, { blob: ID });
    relay = denying;
    expect((await send("GET", target, { headers: sign("GET", target) })).status).toBe(200);
    expect(await refusal(await send("DELETE", target, { headers: sign("GET", target) }))).toBe("401 INVALID_SIGNATURE");
    expect((await send("GET", target, { headers: sign("GET", target) })).status).toBe(200);
  });

  it.each<[string, (input: string) => string]>([
    ["created", (input) => input.replace(/created=\d+/, (text) => `created=${Number(text.slice(8)) - 1}`)],
    ["expires", (input) => input.replace(/expires=\d+/, (text) => `expires=${Number(text.slice(8)) - 1}`)],
    ["nonce", (input) => input.replace(/nonce="../, 'nonce="AA')],
    ["keyid", (input) => input.replace(/keyid="\w+"/, `keyid="${world.id("Laptop")}"`)],
    ["fewer components", (input) => input.replace(' "content-digest"', "")],
    [
      "a later time",
      (input) => input.replace(/(created|expires)=(\d+)/g, (_, name, at) => `${name}=${Number(at) + 3600}`),
    ],
  ])("to delete it is refused with another %s", async (_what, change) => {
    const target = targetOf(deleteBlobRoute, { blob: ID });
    const headers = sign("DELETE", target);
    const changed = { ...headers, "signature-input": change(headers["signature-input"] ?? "") };
    expect(await refusal(await send("DELETE", target, { headers: changed }))).toBe("401 INVALID_SIGNATURE");
    expect((await send("GET", target)).status).toBe(200);
  });
});

describe("much at once", () => {
  it("a page stays small however much a log has, and the reader comes to its end", async () => {
    let large = openWorld("large", { subject: "large" });
    await send("PUT", targetOf(createLogRoute, { subject: "large" }), {
      body: large.entries[0] as Uint8Array,
      type: CBOR,
    });
    for (let at = 0; at < 40; at++) {
      large = large.rename("Laptop", `${at} ${"x".repeat(100)}`);
      const target = targetOf(appendEntryRoute, { log: large.log.head.log });
      expect((await send("POST", target, { body: large.last, type: CBOR })).status).toBe(201);
    }
    // As if each link were large: the pages are cut by their bytes, in the database.
    await sql.query("update keystead.attachment set bytes = $2 where log = $1", [
      Uint8Array.from(Buffer.from(large.log.head.log, "hex")),
      new Uint8Array(200_000),
    ]);
    let after = 0;
    for (let pages = 0; after < 41; pages++) {
      const target = targetOf(readEntriesRoute, { log: large.log.head.log }, { after, attachments: "all" });
      const bytes = new Uint8Array(await (await send("GET", target)).arrayBuffer());
      expect(bytes.length).toBeLessThan(PAGE_BYTES + 8192);
      const { entries } = readBody(PAGE, bytes);
      expect(entries.length).toBeGreaterThan(0);
      after += entries.length;
      expect(pages).toBeLessThan(42);
    }
    expect(after).toBe(41);
  });

  it("five hundred idle event streams hold one hint each, and all end when the relay does", async () => {
    relay = relayWith({ limits: { streamsOfMember: 500 } });
    const target = targetOf(eventsRoute, {}, { log: [log] });
    const signer = requestSigner(world.session("Phone").keyring);
    const open = (at: number) =>
      send("GET", target, {
        headers: signRequest(
          { method: "GET", target },
          { signer, origin: ORIGIN, env: seededEnv(`stream ${at}`, NOON) },
        ),
      });
    const streams = await Promise.all(Array.from({ length: 500 }, (_, at) => open(at)));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    expect(await refusal(await open(500))).toBe("429 RATE_LIMITED");
    for (let beat = 0; beat < 20; beat++) for (const run of [...timers]) run();
    await relay.close();
    for (const stream of streams.slice(0, 20)) {
      const text = await stream.text();
      expect(text.match(/data:/g)).toHaveLength(1);
      expect(text.length).toBeLessThan(300);
    }
    expect(timers.size).toBe(0);
  });

  it("a thousand entries at once by a device that nobody approved store no more than its limit", async () => {
    const own = openWorld("flood", { subject: "flood" }).join("Stranger");
    for (const [at, entry] of own.entries.entries())
      await send(
        at === 0 ? "PUT" : "POST",
        at === 0
          ? targetOf(createLogRoute, { subject: "flood" })
          : targetOf(appendEntryRoute, { log: own.log.head.log }),
        { body: entry, type: CBOR },
      );
    relay = relayWith({ limits: { links: 5, requests: 600 }, address: () => "10.0.0.1" });
    const entries = Array.from({ length: 10 }, (_, at) => own.rename("Stranger", `S${at}`).last);
    const target = targetOf(appendEntryRoute, { log: own.log.head.log });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, at) =>
        send("POST", target, { body: entries[at % 10] as Uint8Array, type: CBOR }),
      ),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(count(201)).toBe(1);
    expect(count(201) + count(200) + count(409)).toBe(600);
    expect(count(429)).toBe(400);
    expect(reported).toEqual([]);
  });
});
