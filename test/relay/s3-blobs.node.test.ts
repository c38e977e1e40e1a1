// Blobs in an S3-compatible store: s3rver stands in for it. It verifies no signatures of version 4 and no digests.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import type { BlobStore } from "../../src/relay/blob-store.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import { type S3BlobsOptions, s3Blobs } from "../../src/relay/s3-blobs.js";
import type { Sql } from "../../src/relay/sql.js";
import { fetchBlobs, newBlobId } from "../../src/transport/fetch-blobs.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { requestSigner } from "../../src/transport/request-signature.js";
import { expectSame } from "../content/support.js";
import { all } from "../support/all.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld } from "../support/world.js";
import { content } from "./support.js";

interface StandIn {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
const S3rver = createRequire(import.meta.url)("s3rver") as new (options: object) => StandIn;

const KEYS = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER", region: "us-east-1" };
const NOW = 1_750_000_000_000;
const KEY = "0123456789abcdef".repeat(2);

let folder: string;
let standIn: StandIn;
let url: string;
let store: BlobStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keystead-s3-"));
  standIn = new S3rver({
    ...{ address: "127.0.0.1", port: 0, silent: true, directory: folder },
    configureBuckets: [{ name: "sealed", configs: [] }],
  });
  url = `http://127.0.0.1:${(await standIn.run()).port}/sealed/`;
  store = await s3Blobs({ url, ...KEYS });
});
afterAll(async () => {
  await standIn.close();
  rmSync(folder, { recursive: true, force: true });
});

const digestOf = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
async function* inPieces(bytes: Uint8Array, length = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}
const collect = async (pieces: AsyncIterable<Uint8Array>) => new Uint8Array(Buffer.concat(await all(pieces)));
/** Files of the stand-in that hold objects. */
const objects = () =>
  existsSync(join(folder, "sealed"))
    ? readdirSync(join(folder, "sealed")).filter((name) => name.endsWith("_object"))
    : [];

describe("the store", () => {
  it("keeps bytes, gives ranges of them, and deletes them", async () => {
    const bytes = content(3_000_001);
    await store.write(KEY, inPieces(bytes), { size: bytes.length, digest: digestOf(bytes) });
    expect(objects()).toEqual([`${KEY}._S3rver_object`]);
    for (const [offset, length] of [
      [0, bytes.length],
      [0, 2],
      [1_000_000, 1_500_000],
      [bytes.length - 1, 1],
    ] as const)
      expectSame(await collect(store.read(KEY, offset, length)), bytes.subarray(offset, offset + length));
    await store.delete(KEY);
    await store.delete(KEY);
    expect(objects()).toEqual([]);
    const error = await rejection(collect(store.read(KEY, 0, 2)));
    expect(error.code).toBe("STORE_UNAVAILABLE");
    expect(error.message).toContain("404");
  });

  it("gives no other bytes than were asked for: the stand-in takes bytes=0-0 for all", async () => {
    const bytes = content(1000);
    await store.write(KEY, inPieces(bytes), { size: 1000, digest: digestOf(bytes) });
    expect((await rejection(collect(store.read(KEY, 0, 1)))).message).toContain("other bytes");
    await store.delete(KEY);
  });

  it("throws what the bytes throw, and has nothing then", async () => {
    const failure = new Error("the sender went away");
    async function* broken() {
      yield* inPieces(content(200_000));
      throw failure;
    }
    await expect(store.write(KEY, broken(), { size: 300_000, digest: new Uint8Array(32) })).rejects.toBe(failure);
    expect(objects()).toEqual([]);
  });

  it("names no secret when it is not reached or refuses", async () => {
    const wrong = await s3Blobs({ url, ...KEYS, accessKeyId: "nobody", secretAccessKey: "sesame" });
    const gone = await s3Blobs({ url: "http://127.0.0.1:1/sealed", ...KEYS, secretAccessKey: "sesame" });
    const bytes = content(10);
    for (const failing of [wrong, gone]) {
      const write = failing.write(KEY, inPieces(bytes), { size: 10, digest: digestOf(bytes) });
      for (const error of [await rejection(write), await rejection(failing.delete(KEY))]) {
        expect(error.code).toBe("STORE_UNAVAILABLE");
        expect(`${error.message} ${JSON.stringify(error.details)} ${error.cause}`).not.toContain("sesame");
      }
    }
  });

  it("sends length and digest of what it sends, so that a store can check both, and holds back while nobody reads", async () => {
    let seen: IncomingMessage | undefined;
    let arrived = () => {};
    const here = new Promise<void>((done) => {
      arrived = done;
    });
    const server: Server = createServer((request, response) => {
      seen = request;
      arrived();
      request.once("resume", () => {});
      request.on("end", () => response.end());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const slow = await s3Blobs({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/b`, ...KEYS });
    const size = 64 << 20;
    const piece = content(65_536);
    let sent = 0;
    async function* many() {
      while (sent < size) {
        sent += piece.length;
        yield piece;
      }
    }
    const digest = new Uint8Array(32).fill(5);
    const writing = slow.write(KEY, many(), { size, digest });
    await here;
    expect(seen?.headers["content-length"]).toBe(String(size));
    expect(seen?.headers["x-amz-content-sha256"]).toBe(toHex(digest));
    expect(seen?.headers["transfer-encoding"]).toBeUndefined();
    let most = 0;
    let got = 0;
    for await (const part of seen as IncomingMessage) {
      got += (part as Uint8Array).length;
      most = Math.max(most, sent - got);
    }
    await writing;
    expect(got).toBe(size);
    // Buffers of the two sockets are some MiB, whatever the size.
    expect(most).toBeLessThan(16 << 20);
    await new Promise((closed) => server.close(closed));
  });

  it.each<[string, Partial<S3BlobsOptions>]>([
    ["url", { url: "s3" }],
    ["url", { url: "https://s3.example/b?x" }],
    ["accessKeyId", { accessKeyId: "" }],
    ["secretAccessKey", { secretAccessKey: undefined as never }],
    ["region", { region: 5 as never }],
    ["maxBytes", { maxBytes: 5 * 2 ** 30 + 1 }],
    ["maxBytes", { maxBytes: -1 }],
  ])("refuses a wrong option %s", async (name, options) => {
    const error = await rejection(s3Blobs({ url, ...KEYS, ...options }));
    expect([error.code, error.message.includes(`options.${name}`)]).toEqual(["INVALID_ARGUMENT", true]);
  });
});

describe("a relay with the store", () => {
  let sql: Sql;
  let relay: Relay;
  const world = openWorld("blobs in S3");
  const owner = world.log.subject;
  const origin = "https://keys.example";
  const fetch = (address: string, init: object) => relay.fetch(new Request(address, init as RequestInit));
  beforeAll(async () => {
    sql = await openPglite();
    const env = { ...seededEnv("relay"), now: () => NOW, every: () => () => {} };
    relay = createRelay({ sql, origin, blobs: { ...store, maxBytes: 100 << 20 }, authorize: () => true, env });
    await fetchTransport({ url: origin, fetch }).publish(owner, world.entries[0] as Uint8Array, {});
  });
  afterAll(async () => await sql.close());
  const signer = requestSigner(world.session("Laptop").keyring);
  const blobs = () =>
    fetchBlobs({ url: origin, fetch, signer: () => signer, env: { ...seededEnv("device"), now: () => NOW } });

  it("stores more than the database takes, once, and reads it in parts", async () => {
    const [id, bytes] = [newBlobId(), content((64 << 20) + 5)];
    const before = objects().length;
    expect(await blobs().store(id, new Blob([bytes]), { owner })).toEqual({ verdict: "accepted" });
    expect(await blobs().store(id, new Blob([bytes]), { owner })).toEqual({ verdict: "accepted" });
    expect(await blobs().store(id, bytes.subarray(1), { owner })).toEqual({ verdict: "lost" });
    expect(objects().length).toBe(before + 1);
    const source = await blobs().open(id);
    expect(source?.size).toBe(bytes.length);
    const part = (await source?.read(64 << 20, 5)) as Uint8Array;
    expectSame(part, bytes.subarray(64 << 20));
    expect(await blobs().delete(id)).toBe(true);
    expect(objects().length).toBe(before);
  });

  it("keeps nothing of an upload that broke off or is another one than was announced", async () => {
    const before = objects();
    const bytes = content(200_000);
    const announced = { size: 200_000, stream: () => new Blob([bytes]).stream() };
    let calls = 0;
    const other = {
      size: 200_000,
      stream: () => new Blob([++calls === 1 ? bytes : content(200_000).fill(1, 5, 6)]).stream(),
    };
    expect(await blobs().store(newBlobId(), announced, { owner })).toEqual({ verdict: "accepted" });
    expect(await blobs().store(newBlobId(), other, { owner })).toMatchObject({
      verdict: "refused",
      code: "BODY_MISMATCH",
    });
    expect(objects().length).toBe(before.length + 1);
  });
});
