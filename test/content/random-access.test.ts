// Reading parts of content: docs/spec.md section 12.

import { gcm } from "@noble/ciphers/aes.js";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { concat, uint64be } from "../../src/bytes/bytes.js";
import { hashHeader, payloadKeyOf } from "../../src/content/content-key.js";
import { readContentHeader, splitContent } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import { ContentReader, openRandomAccess } from "../../src/content/random-access.js";
import type { RandomAccessSource } from "../../src/content/random-access-source.js";
import { sealContent } from "../../src/content/seal.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { flipped } from "../primitives/support.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import {
  CHUNK,
  chunksOf,
  content,
  contentKey,
  expectSame,
  forge,
  headerFor,
  kemOf,
  NO_BYTES,
  person,
  SEALED_CHUNK,
} from "./support.js";

const [alice, bob] = [person("alice"), person("bob")];
const env = seededEnv("random access");
const purpose = "note";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A source over bytes, and the ranges that were read. */
function source(bytes: Uint8Array): RandomAccessSource & { readonly ranges: (readonly [number, number])[] } {
  const ranges: (readonly [number, number])[] = [];
  return {
    size: bytes.length,
    ranges,
    read(offset, length) {
      ranges.push([offset, length]);
      expect(offset >= 0 && offset + length <= bytes.length).toBe(true);
      return bytes.slice(offset, offset + length);
    },
  };
}

describe("random access", () => {
  it("gives every range of content of any size, padded or not, from a Blob or any other source", async () => {
    const sizes = [
      0,
      1,
      100,
      CHUNK - 9,
      CHUNK - 8,
      CHUNK - 1,
      CHUNK,
      CHUNK + 1,
      3 * CHUNK - 24,
      3 * CHUNK,
      20 * CHUNK + 5,
    ];
    const scene = fc.record({
      size: fc.constantFrom(...sizes),
      pad: fc.boolean(),
      isBlob: fc.boolean(),
      at: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ size, pad, isBlob, at }) => {
        const sealed = await sealContent([bob.log, alice.log], content(size), { purpose, pad }, env);
        const from = isBlob ? new Blob([sealed as Uint8Array<ArrayBuffer>]) : source(sealed);
        const reader = await openRandomAccess(from, alice.keyring, { purpose });
        expect(reader.size).toBe(size);
        for (const [a, b] of [[0, 1], ...at] as const) {
          const [start, end] = [Math.floor(Math.min(a, b) * size), Math.ceil(Math.max(a, b) * size)];
          expectSame(await reader.read(start, end - start), content(size).subarray(start, end));
        }
        reader.wipe();
      }),
      slow(25),
    );
  });

  it("reads header, last chunk and the chunks of the range, and nothing else, wherever the range is", async () => {
    const sealed = await sealContent([alice.log], content(30 * CHUNK), { purpose }, env);
    const from = source(sealed);
    const reader = await openRandomAccess(from, alice.keyring);
    const { end } = splitContent(sealed);
    const last = end + 29 * SEALED_CHUNK;
    expect(from.ranges).toEqual([
      [0, 8],
      [8, end - 8],
      [last, SEALED_CHUNK],
    ]);
    for (const [offset, first, count] of [
      [0, 0, 1],
      [12 * CHUNK + 9, 12, 1],
      [13 * CHUNK - 1, 12, 2],
    ] as const) {
      from.ranges.length = 0;
      await reader.read(offset, 5);
      expect(from.ranges).toEqual([[end + first * SEALED_CHUNK, count * SEALED_CHUNK]]);
    }
    // Sixteen chunks at a time, and each chunk once.
    from.ranges.length = 0;
    expectSame(await reader.read(2 * CHUNK, 20 * CHUNK), content(22 * CHUNK).subarray(2 * CHUNK));
    expect(from.ranges).toEqual([
      [end + 2 * SEALED_CHUNK, 16 * SEALED_CHUNK],
      [end + 18 * SEALED_CHUNK, 4 * SEALED_CHUNK],
    ]);
    from.ranges.length = 0;
    expect(await reader.read(7, 0)).toEqual(NO_BYTES);
    expect(await reader.read(30 * CHUNK, 0)).toEqual(NO_BYTES);
    expect(from.ranges).toEqual([]);
  });

  it("refuses ranges that are not within the content with INVALID_ARGUMENT", async () => {
    const sealed = await sealContent([alice.log], content(100), { purpose, pad: true }, env);
    const reader = await openRandomAccess(source(sealed), alice.keyring);
    expect(await reader.read(90, 10)).toEqual(content(100).subarray(90));
    const wrong: readonly unknown[][] = [
      [90, 11],
      [101, 0],
      [0, 101],
      [-1, 5],
      [5, -1],
      [0.5, 1],
      [0, 1.5],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
      [2 ** 53, 1],
      ["0", 5],
      [0],
      [],
      [null, 1],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ];
    expect(await rejection(reader.read(90, 11))).toMatchObject({ details: { offset: 90, length: 11, size: 100 } });
    for (const [offset, length] of wrong) {
      const read = reader.read(offset as number, length as number);
      expect(await rejection(read)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("refuses content cut off, extended or damaged at its end before it gives any byte", async () => {
    const sealed = await sealContent([alice.log], content(3 * CHUNK + 50), { purpose }, env);
    const { front, chunks } = chunksOf(sealed);
    const [a, b, c, d] = chunks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const mutants = [
      sealed.subarray(0, -1),
      sealed.subarray(0, -70),
      concat(front, a, b, c),
      concat(front, a),
      front,
      concat(sealed, Uint8Array.of(0)),
      concat(sealed, d),
      concat(front, a, b, d),
      concat(front, a, b, c, flipped(d, 3)),
    ];
    for (const mutant of mutants) {
      const from = source(mutant);
      const opened = openRandomAccess(from, alice.keyring);
      expect(await rejection(opened)).toMatchObject({ code: "CORRUPT_CONTENT" });
      // HTTP has no empty range, so an empty range must not reach a source.
      expect(from.ranges.every(([, length]) => length > 0)).toBe(true);
    }
  });

  it("finds signed content that was cut off inside its signature", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose, signer: bob }, env);
    const { end } = splitContent(sealed);
    for (const length of [end, end + 1, end + 63, end + 64, sealed.length - 1]) {
      const opened = openRandomAccess(source(sealed.subarray(0, length)), alice.keyring);
      expect(await rejection(opened)).toMatchObject({ code: "CORRUPT_CONTENT", details: { chunk: 0, chunks: 1 } });
    }
  });

  it("gives ranges outside a damaged chunk, and names the chunk for ranges with it", async () => {
    const sealed = await sealContent([alice.log], content(6 * CHUNK), { purpose }, env);
    const { front, chunks } = chunksOf(sealed);
    const [a, b, c, d, e, f] = chunks as Uint8Array[];
    const swapped = concat(front, ...([a, c, b, d, e, f] as Uint8Array[]));
    const reader = await openRandomAccess(source(swapped), alice.keyring);
    expectSame(await reader.read(0, CHUNK), content(CHUNK));
    expectSame(await reader.read(3 * CHUNK, 3 * CHUNK), content(6 * CHUNK).subarray(3 * CHUNK));
    for (const [offset, chunk] of [
      [CHUNK, 1],
      [3 * CHUNK - 1, 2],
      [CHUNK - 1, 1],
    ] as const) {
      expect(await rejection(reader.read(offset, 2))).toMatchObject({ code: "CORRUPT_CONTENT", details: { chunk } });
    }
  });

  it("refuses headers as openContent does", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose, associatedData: content(2) }, env);
    const { end } = splitContent(sealed);
    const cases = [
      [sealed, bob, {}, "NOT_A_RECIPIENT"],
      [sealed, alice, {}, "CORRUPT_CONTENT"],
      [sealed, alice, { associatedData: content(2), purpose: "x" }, "CORRUPT_CONTENT"],
      [sealed.subarray(0, 5), alice, {}, "INVALID_ENCODING"],
      [sealed.subarray(0, end - 1), alice, {}, "INVALID_ENCODING"],
      [NO_BYTES, alice, {}, "INVALID_ENCODING"],
    ] as const;
    for (const [bytes, { keyring }, options, code] of cases) {
      expect(await rejection(openRandomAccess(source(bytes), keyring, options))).toMatchObject({ code });
    }
    const reader = await openRandomAccess(source(sealed), alice.keyring, { associatedData: content(2), purpose });
    expect(await reader.read(0, 5)).toEqual(content(5));
  });

  it("refuses an invalid source, and a source that gives another number of bytes (INVALID_ARGUMENT)", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose }, env);
    const good = source(sealed);
    const wrong: readonly unknown[] = [
      undefined,
      null,
      "text",
      7,
      sealed,
      {},
      { size: 5 },
      { ...good, size: -1 },
      { ...good, size: 0.5 },
      { ...good, size: "5" },
      { ...good, read: 5 },
      { size: good.size, slice: () => new Uint8Array(8) },
      { size: good.size, arrayBuffer: async () => new ArrayBuffer(8) },
      { ...good, read: () => undefined },
      { ...good, read: (offset: number, length: number) => sealed.slice(offset, offset + length + 1) },
      { ...good, read: async (offset: number, length: number) => sealed.slice(offset, offset + length - 1) },
    ];
    for (const junk of wrong) {
      const opened = openRandomAccess(junk as RandomAccessSource, alice.keyring);
      expect(await rejection(opened)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    // Nothing was read from a source with an invalid size.
    expect(good.ranges).toEqual([]);
    const short = { ...good, read: () => NO_BYTES };
    expect(await rejection(openRandomAccess(short, alice.keyring))).toMatchObject({
      details: { offset: 0, length: 8 },
    });
    expect(await rejection(openRandomAccess(good, {} as never))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await rejection(openRandomAccess(good, alice.keyring, 5 as never))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("reads by read() if a source also has slice()", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose }, env);
    const from = source(sealed);
    const both = { ...from, slice: () => new Blob(), arrayBuffer: async () => new ArrayBuffer(0) };
    const reader = await openRandomAccess(both, alice.keyring);
    expect(await reader.read(0, 5)).toEqual(content(5));
    expect(from.ranges.length).toBe(4);
  });

  it("passes on errors of the source", async () => {
    const sealed = await sealContent([alice.log], content(2 * CHUNK), { purpose }, env);
    let fails = false;
    const reason = new Error("connection lost");
    const good = source(sealed);
    const read = (offset: number, length: number) => {
      if (fails) throw reason;
      return good.read(offset, length);
    };
    const reader = await openRandomAccess({ size: good.size, read }, alice.keyring);
    fails = true;
    await expect(reader.read(0, 1)).rejects.toBe(reason);
    fails = false;
    expect(await reader.read(0, 1)).toEqual(content(1));
  });

  it("ends when the reader is wiped, and prints no key", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose }, env);
    const reader = await openRandomAccess(source(sealed), alice.keyring);
    expect(reader).toBeInstanceOf(ContentReader);
    expect(Object.keys(JSON.parse(JSON.stringify(reader)))).toEqual(["sender", "named", "size"]);
    expect(reader.header).toEqual(readContentHeader(sealed));
    reader.wipe();
    expect(await rejection(reader.read(0, 5))).toMatchObject({ code: "WIPED" });
  });

  it("reads nothing when it was wiped before, and gives nothing when it is wiped while it reads", async () => {
    const sealed = await sealContent([alice.log], content(5), { purpose }, env);
    const good = source(sealed);
    let duringRead = () => {};
    const read = (offset: number, length: number) => {
      duringRead();
      return good.read(offset, length);
    };
    const reader = await openRandomAccess({ size: good.size, read }, alice.keyring);
    duringRead = () => reader.wipe();
    expect(await rejection(reader.read(0, 5))).toMatchObject({ code: "WIPED" });
    good.ranges.length = 0;
    for (const length of [0, 5]) expect(await rejection(reader.read(0, length))).toMatchObject({ code: "WIPED" });
    expect(good.ranges).toEqual([]);
  });
});

describe("content of more than 2^32 chunks", () => {
  /** A source that makes its chunks when they are read: 2^33 and some. */
  async function sparse(padded: boolean) {
    const key = contentKey(9);
    const header = { ...headerFor([alice.log]), ...(padded ? { padding: "padme" as const } : {}) };
    const front = await forge({ header, boxes: [[kemOf(alice.log), key]], contentKey: key, plaintext: NO_BYTES });
    const { end, headerBytes } = splitContent(front);
    const payloadKey = payloadKeyOf(key, hashHeader(headerBytes)).bytes().slice();
    const room = padded ? CHUNK - 8 : CHUNK;
    // Its own padded length; and one that ends inside a chunk.
    const size = padded ? 2 ** 49 : (2 ** 33 + 2) * room + 9;
    const count = Math.ceil(size / room);
    const byteAt = (index: number) => index % 251;
    const read = (offset: number, length: number): Uint8Array => {
      if (offset < end) return front.slice(offset, offset + length);
      const chunks = Array.from({ length: Math.ceil(length / SEALED_CHUNK) }, (_, i) => {
        const index = (offset - end) / SEALED_CHUNK + i;
        const data = new Uint8Array(Math.min(room, size - index * room)).fill(byteAt(index));
        const nonce = concat(new Uint8Array(3), uint64be(index), Uint8Array.of(index === count - 1 ? 1 : 0));
        const ends = uint64be(Math.min(size, (index + 1) * room));
        return gcm(payloadKey, nonce).encrypt(padded ? concat(data, ends) : data);
      });
      return concat(...chunks);
    };
    return { size, byteAt, room, from: { size: end + size + count * (padded ? 24 : 16), read } };
  }

  it("is read anywhere, each chunk under the nonce of its place", async () => {
    for (const padded of [false, true]) {
      const { from, size, byteAt, room } = await sparse(padded);
      const reader = await openRandomAccess(from, alice.keyring);
      expect(reader.size).toBe(size);
      for (const index of [0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 7, 2 ** 33 - 2]) {
        const bytes = await reader.read(index * room + room - 2, 4);
        expect([...bytes]).toEqual([byteAt(index), byteAt(index), byteAt(index + 1), byteAt(index + 1)]);
      }
      expect((await reader.read(size - 2, 2)).length).toBe(2);
    }
  });
});

describe("random access to signed content", () => {
  it("says that the sender was not checked, and accepts no sender's log", async () => {
    const sealed = await sealContent([alice.log], content(2 * CHUNK), { purpose, signer: bob }, env);
    const reader = await openRandomAccess(source(sealed), alice.keyring);
    const claimed = { member: bob.keyring.member, head: bob.log.head };
    expect(reader.sender).toEqual({ status: "unchecked", claimed });
    expectSame(await reader.read(CHUNK, CHUNK), content(2 * CHUNK).subarray(CHUNK));
    // A part cannot show a change that the signature would have refused.
    const unsigned = await openRandomAccess(source(flipped(sealed, -1)), alice.keyring);
    expectSame(await unsigned.read(0, 5), content(5));
    expect(await rejection(openContent(flipped(sealed, -1), alice.keyring, { senderLog: bob.log }))).toMatchObject({
      code: "INVALID_SIGNATURE",
    });
    const options = { senderLog: bob.log } as object;
    for (const given of [options, { senderContact: trackContact(bob.log) } as object]) {
      expect(await rejection(openRandomAccess(source(sealed), alice.keyring, given))).toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
    const plain = await openRandomAccess(
      source(await sealContent([alice.log], NO_BYTES, { purpose }, env)),
      alice.keyring,
    );
    expect(plain.sender).toEqual({ status: "unsigned" });
  });
});
