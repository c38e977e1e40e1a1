// Padded content: docs/spec.md section 12.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, uint64be } from "../../src/bytes/bytes.js";
import type { Secret } from "../../src/bytes/secret.js";
import { chunkCipher } from "../../src/content/chunk-cipher.js";
import { hashHeader, payloadKeyOf } from "../../src/content/content-key.js";
import { readContentHeader, splitContent } from "../../src/content/format.js";
import { openContent, openStream } from "../../src/content/open.js";
import { paddedLength } from "../../src/content/padding.js";
import { chunkNonce } from "../../src/content/payload.js";
import { openRandomAccess } from "../../src/content/random-access.js";
import { sealContent } from "../../src/content/seal.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { prefixOf, through } from "./stream-support.js";
import {
  CHUNK,
  content,
  contentKey,
  expectSame,
  forge,
  headerFor,
  kemOf,
  NO_BYTES,
  person,
  sealChunk,
} from "./support.js";

const alice = person("alice");
const env = seededEnv("padding");
const ROOM = CHUNK - 8;
const seal = (size: number) => sealContent([alice.log], content(size), { purpose: "note", pad: true }, env);

describe("a padded length", () => {
  it("is Padmé's, and at least 256", () => {
    // Padmé by its authors' definition, with shifts.
    const padme = (length: number) => {
      const exponent = Math.floor(Math.log2(length));
      const zeros = exponent - (Math.floor(Math.log2(exponent)) + 1);
      const mask = 2 ** zeros - 1;
      return length + ((2 ** zeros - (length & mask)) & mask);
    };
    for (const length of [0, 1, 2, 100, 255, 256]) expect(paddedLength(length)).toBe(256);
    expect([257, 1000, 4097, 100_000].map(paddedLength)).toEqual([272, 1024, 4352, 100_352]);
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 2 ** 31 - 1 }), (length) => {
        expect(paddedLength(length)).toBe(padme(length));
      }),
    );
  });

  it("is never shorter, at most 12 % longer, its own padded length, and exact up to 2^52", () => {
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 2 ** 52 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(length * 1.12);
        expect(paddedLength(padded)).toBe(padded);
        expect(paddedLength(length + 1)).toBeGreaterThanOrEqual(padded);
      }),
    );
  });
});

describe("padded content", () => {
  it("opens to its true length, and looks like all content of the same padded length", async () => {
    const size = fc.oneof(fc.nat(600), fc.integer({ min: ROOM - 5, max: ROOM + 20 }), fc.nat(5 * CHUNK));
    const { end } = splitContent(await seal(0));
    await fc.assert(
      fc.asyncProperty(size, async (length) => {
        const sealed = await seal(length);
        const data = paddedLength(length);
        expect(sealed.length).toBe(end + data + Math.ceil(data / ROOM) * 24);
        expectSame(await openContent(sealed, alice.keyring), content(length));
      }),
      slow(25),
    );
  });

  it("says in its header that it is padded, and content that is not does not", async () => {
    expect(readContentHeader(await seal(5)).padding).toBe("padme");
    const plain = await sealContent([alice.log], content(5), { purpose: "note" }, env);
    expect(readContentHeader(plain)).not.toHaveProperty("padding");
  });
});

describe("wrong padding by a sender with the key", () => {
  const key = contentKey(3);

  /** Content of these chunks (data and end each), correctly sealed. */
  async function padded(
    ...chunks: readonly (readonly [data: Uint8Array, end: number | bigint])[]
  ): Promise<Uint8Array> {
    const header = { ...headerFor([alice.log]), padding: "padme" as const };
    const front = await forge({ header, boxes: [[kemOf(alice.log), key]], contentKey: key, plaintext: NO_BYTES });
    const { end: start, headerBytes } = splitContent(front);
    const payloadKey: Secret = payloadKeyOf(key, hashHeader(headerBytes));
    const cipher = await chunkCipher(payloadKey);
    const sealed = chunks.map(async ([data, end], index) => {
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(end));
      return sealChunk(cipher, chunkNonce(index, index === chunks.length - 1), concat(data, length));
    });
    return concat(front.subarray(0, start), ...(await Promise.all(sealed)));
  }

  const zeros = (length: number) => new Uint8Array(length);
  const full = content(ROOM);
  const rest = paddedLength(ROOM + 10) - ROOM;

  it("opens when the padding is right: the twin of the refusals below", async () => {
    const right = await padded([full, ROOM], [concat(content(10), zeros(rest - 10)), ROOM + 10]);
    expectSame(await openContent(right, alice.keyring), concat(full, content(10)));
    const short = await padded([concat(content(10), zeros(246)), 10]);
    expectSame(await openContent(short, alice.keyring), content(10));
    const empty = await padded([zeros(256), 0]);
    expectSame(await openContent(empty, alice.keyring), NO_BYTES);
  });

  it("is refused, in bytes, streams and parts", async () => {
    const nearlyFull = concat(content(63_000), zeros(487), Uint8Array.of(1));
    const wrong: readonly (readonly [string, Promise<Uint8Array>, chunk?: number])[] = [
      ["bytes behind the end", padded([concat(content(10), zeros(245), Uint8Array.of(1)), 10])],
      ["bytes behind the end of a chunk that is nearly full", padded([nearlyFull, 63_000])],
      ["an end beyond the data", padded([zeros(256), 257])],
      ["an end beyond all numbers", padded([zeros(256), 2n ** 64n - 1n])],
      ["an end before the chunk", padded([full, ROOM], [zeros(rest), ROOM - 1]), 1],
      ["too little padding", padded([zeros(255), 10])],
      ["too much padding", padded([zeros(257), 10])],
      ["no data", padded([NO_BYTES, 0])],
      ["an empty last chunk", padded([full, ROOM], [NO_BYTES, ROOM]), 1],
      ["less than an end", sealedRaw(content(7))],
    ];
    for (const [what, bytes, chunk = 0] of wrong) {
      const corrupt = { code: "CORRUPT_CONTENT", details: { chunk } };
      expect(await rejection(openContent(await bytes, alice.keyring)), what).toMatchObject(corrupt);
      const { prefix, error } = await prefixOf(through(openStream(alice.keyring), await bytes));
      expect(error, what).toMatchObject(corrupt);
      expect(prefix.length, what).toBe(0);
      const read = openRandomAccess(new Blob([(await bytes) as Uint8Array<ArrayBuffer>]), alice.keyring);
      expect(await rejection(read), what).toMatchObject({ ...corrupt, details: { chunk, chunks: chunk + 1 } });
    }
  });

  it("is refused when content goes on after padding has begun", async () => {
    const length = paddedLength(2 * ROOM + 1) - 2 * ROOM;
    const right = await padded([full, ROOM], [full, 2 * ROOM], [zeros(length), 2 * ROOM + 1]);
    expect((await openContent(right, alice.keyring)).length).toBe(2 * ROOM + 1);
    const gap = concat(content(ROOM - 1), zeros(1));
    const wrong = await padded([full, ROOM], [gap, 2 * ROOM - 1], [zeros(length), 2 * ROOM + 1]);
    expect(await rejection(openContent(wrong, alice.keyring))).toMatchObject({ code: "CORRUPT_CONTENT" });
    // The last chunk alone looks right. The wrong one is refused when it is read.
    const reader = await openRandomAccess(new Blob([wrong as Uint8Array<ArrayBuffer>]), alice.keyring);
    expectSame(await reader.read(0, ROOM), full);
    expect(await rejection(reader.read(ROOM, 1))).toMatchObject({
      code: "CORRUPT_CONTENT",
      details: { chunk: 1, chunks: 3 },
    });
  });

  async function sealedRaw(chunk: Uint8Array): Promise<Uint8Array> {
    const header = { ...headerFor([alice.log]), padding: "padme" as const };
    return forge({ header, boxes: [[kemOf(alice.log), key]], contentKey: key, plaintext: chunk });
  }

  it("cannot pass for content without padding, or the other way round: the header says which", async () => {
    const plain = await forge({
      header: headerFor([alice.log]),
      boxes: [[kemOf(alice.log), key]],
      contentKey: key,
      plaintext: concat(zeros(256), uint64be(0)),
    });
    expectSame(await openContent(plain, alice.keyring), new Uint8Array(264));
    expectSame(await openContent(await sealedRaw(concat(zeros(256), uint64be(0))), alice.keyring), NO_BYTES);
  });
});
