// Sealed content between a client and a service: over fetch to the relay, and over the double for the tests of apps.

import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRandomAccess } from "../../src/content/random-access.js";
import { sealContent } from "../../src/content/seal.js";
import { KeysteadError } from "../../src/errors.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import type { AccessRequest } from "../../src/relay/options.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayBlobs } from "../../src/testing/relay-blobs.js";
import { fetchBlobs, newBlobId } from "../../src/transport/fetch-blobs.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import type { FetchInit, FetchLike } from "../../src/transport/http.js";
import { requestSigner } from "../../src/transport/request-signature.js";
import type { BlobProgress, BlobTransport } from "../../src/transport/transport.js";
import { expectSame } from "../content/support.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { withResolvers } from "../transport/conformance.js";
import { content } from "./support.js";

const NOW = 1_750_000_000_000;
const world = openWorld("blob transport").enroll("Laptop", "Phone").join("New");
const { subject: owner } = world.log;
const SIZE = 700_001;
const bytes = content(SIZE);
const whole = async (stream: ReadableStream<Uint8Array> | undefined) =>
  new Uint8Array(await new Response(stream as unknown as BodyInit).arrayBuffer());

let sql: Sql;
let relay: Relay;
let server: Server;
let url: string;
let allowed: (ask: AccessRequest) => boolean = () => true;
let deviceNow = NOW;
beforeAll(async () => {
  sql = await openPglite();
  let fetch: Relay["fetch"] = async () => new Response();
  server = createAdaptorServer({ fetch: (request) => fetch(request), createServer }) as Server;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...seededEnv("relay"), now: () => NOW, every: () => () => {} };
  relay = createRelay({ sql, origin: url, authorize: (ask) => allowed(ask), env });
  fetch = relay.fetch;
  const device = fetchTransport({ url });
  for (const entry of world.entries) await device.publish(owner, entry, {});
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await sql.close();
});

const signerOf = (from: World, name: string) => {
  const signer = requestSigner(from.session(name).keyring);
  return () => signer;
};
let devices = 0;
const overFetch = (name: string | undefined = "Phone", fetch?: FetchLike): BlobTransport =>
  fetchBlobs({
    ...{ url, fetch, env: { ...seededEnv(`device ${++devices}`), now: () => deviceNow } },
    ...(name && { signer: signerOf(world, name) }),
  });

const inMemory = new MaliciousRelay();

describe.each<[string, () => BlobTransport]>([
  ["fetch and a relay over HTTP", overFetch],
  ["the double", () => relayBlobs(inMemory, "Phone")],
])("over %s", (_where, transport) => {
  it("content goes up once and comes down, whole and in parts", async () => {
    const [blobs, id] = [transport(), newBlobId()];
    expect(await blobs.load(id)).toBeUndefined();
    expect(await blobs.open(id)).toBeUndefined();
    expect(await blobs.delete(id)).toBe(false);
    const up: BlobProgress[] = [];
    const onProgress = (progress: BlobProgress) => void up.push(progress);
    expect(await blobs.store(id, bytes, { owner, onProgress })).toEqual({ verdict: "accepted" });
    expect(up).toEqual([{ done: SIZE, size: SIZE }]);
    expect(await blobs.store(id, new Blob([bytes]), { owner })).toEqual({ verdict: "accepted" });
    expect(await blobs.store(id, bytes.subarray(1), { owner })).toEqual({ verdict: "lost" });

    const down: BlobProgress[] = [];
    const got = await whole(await blobs.load(id, { onProgress: (progress) => void down.push(progress) }));
    expectSame(got, bytes);
    expect(down.at(-1)).toEqual({ done: SIZE, size: SIZE });

    const source = await blobs.open(id);
    expect(source?.size).toBe(SIZE);
    for (const [offset, length] of [
      [0, 10],
      [16_000, 2000],
      [262_140, 10],
      [SIZE - 1, 1],
      [0, SIZE],
    ] as const)
      expectSame((await source?.read(offset, length)) as Uint8Array, bytes.subarray(offset, offset + length));
    expect(await blobs.delete(id)).toBe(true);
    expect(await blobs.load(id)).toBeUndefined();
    expect((await rejection(source?.read(300_000, 5) as Promise<never>)).code).toBe("OFFLINE");
  });

  it("a stream and a file go up, and a stream that gives other bytes than its size does not", async () => {
    const blobs = transport();
    const [one, two, three] = [newBlobId(), newBlobId(), newBlobId()];
    const source = (size: number) => ({
      size,
      stream: () =>
        new ReadableStream<Uint8Array>({
          start(controller) {
            for (let at = 0; at < SIZE; at += 50_000) controller.enqueue(bytes.slice(at, at + 50_000));
            controller.close();
          },
        }),
    });
    const up: BlobProgress[] = [];
    const onProgress = (progress: BlobProgress) => void up.push(progress);
    expect(await blobs.store(one, source(SIZE), { owner, onProgress })).toEqual({ verdict: "accepted" });
    expect(up.at(-1)).toEqual({ done: SIZE, size: SIZE });
    const folder = await mkdtemp(join(tmpdir(), "keystead-blob-"));
    await writeFile(join(folder, "sealed"), bytes);
    expect(await blobs.store(two, await openAsBlob(join(folder, "sealed")), { owner })).toEqual({
      verdict: "accepted",
    });
    await rm(folder, { recursive: true });
    for (const id of [one, two]) expectSame(await whole(await blobs.load(id)), bytes);
    expect((await rejection(blobs.store(three, source(SIZE - 1), { owner }))).code).toBe("INVALID_ARGUMENT");
    expect(await blobs.load(three)).toBeUndefined();
  });

  it("sealed content is opened in parts", async () => {
    const [blobs, id] = [transport(), newBlobId()];
    const sealed = await sealContent([world.log], bytes, { purpose: "voicemail" }, seededEnv("voicemail"));
    await blobs.store(id, sealed, { owner });
    const source = await blobs.open(id);
    const reader = await openRandomAccess(source as NonNullable<typeof source>, world.session("Phone").keyring);
    expect(reader.size).toBe(SIZE);
    expectSame(await reader.read(500_000, 100_000), bytes.subarray(500_000, 600_000));
    reader.wipe();
  });

  it("wrong arguments are the caller's mistake, and a signal that was aborted ends it", async () => {
    const blobs = transport();
    const id = newBlobId();
    const source = { size: 5 };
    for (const call of [
      () => blobs.load("AB"),
      () => blobs.open(`${id}00`),
      () => blobs.delete(undefined as never),
      () => blobs.store(id, new Uint8Array(), { owner }),
      () => blobs.store(id, source as never, { owner }),
      () => blobs.store(id, bytes, { owner: "" }),
      () => blobs.store(id, bytes, undefined as never),
      () => blobs.load(id, { onProgress: 5 } as never),
      () => blobs.load(id, { signal: {} } as never),
    ])
      expect((await rejection(call())).code).toBe("INVALID_ARGUMENT");
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    for (const call of [
      () => blobs.load(id, { signal }),
      () => blobs.open(id, { signal }),
      () => blobs.delete(id, { signal }),
      () => blobs.store(id, bytes, { owner, signal }),
    ])
      await expect(call()).rejects.toBe(reason);
  });
});

describe("over fetch", () => {
  it("members read by their signature, and others do not; a refusal to store says why", async () => {
    const id = newBlobId();
    expect(await overFetch().store(id, bytes, { owner })).toEqual({ verdict: "accepted" });
    allowed = () => false;
    expectSame(await whole(await overFetch("New").load(id)), bytes);
    const stranger = fetchBlobs({ url, signer: () => undefined });
    expect((await rejection(stranger.load(id))).code).toBe("FORBIDDEN");
    expect((await rejection(stranger.open(id))).code).toBe("FORBIDDEN");
    expect((await rejection(stranger.delete(id))).code).toBe("FORBIDDEN");
    expect((await rejection(overFetch("New").delete(id))).code).toBe("FORBIDDEN");
    expect(await overFetch().store(newBlobId(), bytes, { owner })).toEqual({ verdict: "refused", code: "FORBIDDEN" });
    allowed = () => true;
    deviceNow = NOW - 200_000;
    expect((await rejection(overFetch().load(id))).details).toMatchObject({ status: 401, code: "INVALID_SIGNATURE" });
    deviceNow = NOW;
  });

  it("a blob that is there already is accepted however large it is: the bytes need not be read", async () => {
    const id = newBlobId();
    const large = new Uint8Array(8 << 20).fill(7);
    for (let round = 0; round < 3; round++)
      expect(await overFetch().store(id, large, { owner })).toEqual({ verdict: "accepted" });
  });

  it("a download that is aborted fails with the reason, and one that is cancelled ends its request", async () => {
    const id = newBlobId();
    await overFetch().store(id, bytes, { owner });
    let ended = withResolvers<void>();
    const watched: FetchLike = (address, init: FetchInit) => {
      const signal = init.signal as AbortSignal;
      signal.addEventListener("abort", () => ended.resolve());
      return fetch(address, init as RequestInit);
    };
    const aborting = new AbortController();
    const stream = await overFetch("Phone", watched).load(id, { signal: aborting.signal });
    const reader = (stream as ReadableStream<Uint8Array>).getReader();
    expect((await reader.read()).value?.length).toBeGreaterThan(0);
    const reason = new Error("enough");
    aborting.abort(reason);
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toBe(reason);
    await ended.promise;
    ended = withResolvers<void>();
    const other = await overFetch("Phone", watched).load(id);
    await other?.cancel();
    await expect(ended.promise).resolves.toBeUndefined();
  });

  const answering = (response: () => Response) => overFetch("Phone", async () => response());
  const stream = (...pieces: (Uint8Array | Error)[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (!piece) controller.close();
        else if (piece instanceof Error) controller.error(piece);
        else controller.enqueue(piece);
      },
    });

  it("a download that breaks off fails, and is never taken for the end", async () => {
    const blobs = answering(() => new Response(stream(bytes.subarray(0, 9), new Error("reset"))));
    const loaded = (await blobs.load(newBlobId())) as ReadableStream<Uint8Array>;
    const reader = loaded.getReader();
    expect((await reader.read()).value?.length).toBe(9);
    expect((await rejection(reader.read())).code).toBe("OFFLINE");
  });

  it.each<[string, () => Response]>([
    ["a whole page in place of a part", () => new Response(bytes)],
    ["no range", () => new Response(bytes.slice(0, 10), { status: 206 })],
    [
      "another range",
      () => new Response(bytes.slice(0, 10), { status: 206, headers: { "content-range": "bytes 1-10/50" } }),
    ],
    [
      "less than it says",
      () => new Response(bytes.slice(0, 9), { status: 206, headers: { "content-range": "bytes 0-9/10" } }),
    ],
    [
      "more than it says",
      () => new Response(bytes.slice(0, 11), { status: 206, headers: { "content-range": "bytes 0-9/10" } }),
    ],
    [
      "a proxy's 404",
      () => new Response("<h1>not found</h1>", { status: 404, headers: { "content-type": "text/html" } }),
    ],
    ["a failure", () => new Response(null, { status: 502 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://evil.example" } })],
  ])("%s is no answer", async (_what, response) => {
    expect((await rejection(answering(response).open(newBlobId()))).code).toBe("OFFLINE");
  });

  it("the answers of a proxy are none, to whatever was asked", async () => {
    const portal = answering(() => new Response("<h1>sign in</h1>", { status: 404 }));
    const id = newBlobId();
    expect((await rejection(portal.load(id))).code).toBe("OFFLINE");
    expect((await rejection(portal.delete(id))).code).toBe("OFFLINE");
    expect(await portal.store(id, bytes, { owner })).toEqual({ verdict: "refused", code: "HTTP_404" });
    const failing = overFetch("Phone", () => Promise.reject(new TypeError("no network")));
    expect((await rejection(failing.store(id, bytes, { owner }))).code).toBe("OFFLINE");
    expect(() => fetchBlobs({ url, signer: {} as never })).toThrow(KeysteadError);
  });
});

describe("the double", () => {
  it("lies about content, refuses, and loses what the test says", async () => {
    const double = new MaliciousRelay();
    const faults: object[] = [];
    const blobs = relayBlobs(double, "Phone", { fault: () => faults.shift() });
    const id = newBlobId();
    faults.push({ lost: "answer" });
    expect((await rejection(blobs.store(id, bytes, { owner }))).code).toBe("OFFLINE");
    expect(double.has(id)).toBe(true);
    faults.push({ refuse: "FORBIDDEN" }, { refuse: "FORBIDDEN", retryAfter: 5 });
    expect((await rejection(blobs.load(id))).code).toBe("FORBIDDEN");
    expect(await blobs.store(id, bytes, { owner })).toEqual({ verdict: "refused", code: "FORBIDDEN", retryAfter: 5 });
    const stop = double.tellContent(id, () => undefined, { to: ["Phone"] });
    expect(await blobs.open(id)).toBeUndefined();
    stop();
    expect((await blobs.open(id))?.size).toBe(SIZE);
  });
});
