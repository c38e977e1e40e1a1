// Sealing and opening streams: docs/spec.md section 12.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { openContent, openStream } from "../../src/content/open.js";
import { sealContent, sealStream } from "../../src/content/seal.js";
import type { KeysteadError } from "../../src/errors.js";
import { flipped } from "../primitives/support.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { turns } from "../support/turns.js";
import { collect, pieces, prefixOf, rejected, through } from "./stream-support.js";
import { CHUNK, chunksOf, content, expectSame, NO_BYTES, person } from "./support.js";

const [alice, bob] = [person("alice"), person("bob")];
const env = seededEnv("streams");
const purpose = "note";
const logs = [alice.log, bob.log];

const aroundBorders = fc.oneof(
  fc.nat(300),
  fc.tuple(fc.nat(3), fc.integer({ min: -20, max: 20 })).map(([chunks, off]) => Math.max(0, chunks * CHUNK + off)),
);
/** Lengths of pieces: empty, a few bytes, more than several chunks. */
const splits = fc.array(fc.oneof(fc.nat(3), fc.nat(1000), fc.nat(3 * CHUNK)), { maxLength: 12 });

describe("streams and bytes", () => {
  it("are one format: each opens what the other seals, for every split of the input, padded or not", async () => {
    const scene = fc.record({ size: aroundBorders, sealing: splits, opening: splits, pad: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(scene, async ({ size, sealing, opening, pad }) => {
        const options = { purpose, pad, associatedData: content(3) };
        const whole = await sealContent(logs, content(size), options, seededEnv("one"));
        const streamed = await collect(
          pieces(content(size), sealing).pipeThrough(sealStream(logs, options, seededEnv("one"))),
        );
        expectSame(streamed, whole);
        const opened = pieces(whole, opening).pipeThrough(openStream(bob.keyring, options));
        expectSame(await collect(opened), content(size));
        expectSame(await openContent(streamed, alice.keyring, options), content(size));
      }),
      slow(25),
    );
  });

  it("carry more chunks than are in progress at a time, with growing progress, to the last byte", async () => {
    const size = 40 * CHUNK + 7;
    const [sealing, opening]: number[][] = [[], []];
    const sealed = await collect(
      pieces(content(size), [size]).pipeThrough(
        sealStream([alice.log], { purpose, onProgress: ({ bytes }) => sealing?.push(bytes) }, env),
      ),
    );
    const pair = openStream(alice.keyring, { onProgress: ({ bytes }) => opening?.push(bytes) });
    expectSame(await collect(pieces(sealed, [1]).pipeThrough(pair)), content(size));
    for (const told of [sealing, opening] as number[][]) {
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBe(size);
      expect(told.length).toBeGreaterThan(40);
    }
    const { header, sender } = await pair.opened;
    expect(header).toMatchObject({ purpose, recipients: [{ head: alice.log.head }] });
    expect(sender).toEqual({ status: "unsigned" });
  });

  /** What comes out of a pair, for bytes in pieces of these lengths, all of them in one memory that is overwritten after each write. */
  async function reusing(pair: ReturnType<typeof sealStream>, bytes: Uint8Array, lengths: readonly number[]) {
    const given = collect(pair.readable);
    const writer = pair.writable.getWriter();
    const memory = new Uint8Array(Math.max(1, bytes.length));
    for (let [at, index] = [0, 0]; at < bytes.length; index++) {
      const part = bytes.subarray(at, at + (lengths[index] ?? bytes.length));
      memory.set(part);
      await writer.write(memory.subarray(0, part.length));
      memory.fill(255);
      at += part.length;
    }
    await writer.close();
    return given;
  }

  it("take pieces whose memory is used again as soon as the write is settled, large or small, padded or signed", async () => {
    const scene = fc.record({
      size: aroundBorders,
      sealing: splits,
      opening: splits,
      pad: fc.boolean(),
      signed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ size, sealing, opening, pad, signed }) => {
        const options = { purpose, pad, signer: signed ? alice : undefined };
        const whole = await sealContent(logs, content(size), options, seededEnv("one"));
        expectSame(await reusing(sealStream(logs, options, seededEnv("one")), content(size), sealing), whole);
        const opener = openStream(bob.keyring, { senderLog: signed ? alice.log : undefined });
        expectSame(await reusing(opener, whole, opening), content(size));
      }),
      slow<[{ size: number; sealing: number[]; opening: number[]; pad: boolean; signed: boolean }]>(20, [
        {
          ...{ size: 3 * CHUNK + 5, sealing: [100, 2 * CHUNK, CHUNK], opening: [2000, 2 * CHUNK, CHUNK + 16] },
          ...{ pad: false, signed: true },
        },
      ]),
    );
  });

  it("give a chunk as soon as it is authentic, without waiting for sixteen more", async () => {
    const sealed = await sealContent([alice.log], content(5 * CHUNK), { purpose }, env);
    const { front, chunks } = chunksOf(sealed);
    const pair = openStream(alice.keyring);
    const [writer, reader] = [pair.writable.getWriter(), pair.readable.getReader()];
    const first = reader.read();
    // One more chunk is read ahead, since the last chunk is sealed differently; one is held back.
    await writer.write(concat(front, ...chunks.slice(0, 3)));
    const begun = writer.write(NO_BYTES);
    expectSame((await first).value as Uint8Array, content(CHUNK));
    await reader.cancel();
    await rejected(begun);
  });

  it("give no empty piece, even for empty content", async () => {
    for (const [size, pad] of [
      [0, false],
      [0, true],
      [5, true],
    ] as const) {
      const sealed = await sealContent([alice.log], content(size), { purpose, pad }, env);
      const reader = through(openStream(alice.keyring), sealed).getReader();
      if (size > 0) expect(await reader.read()).toEqual({ done: false, value: content(size) });
      expect(await reader.read()).toEqual({ done: true, value: undefined });
    }
  });

  it("do no work before somebody reads", async () => {
    let drawn = 0;
    const counting = {
      ...env,
      random: (length: number) => {
        drawn++;
        return env.random(length);
      },
    };
    const pair = sealStream([alice.log], { purpose }, counting);
    await turns(5);
    expect(drawn).toBe(0);
    expectSame(await openContent(await collect(through(pair, content(5))), alice.keyring), content(5));
    expect(drawn).toBe(2);
  });

  it("ask for no input that nobody reads: the writer has to wait", async () => {
    const pair = sealStream([alice.log], { purpose }, env);
    let written = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        written += CHUNK;
        controller.enqueue(new Uint8Array(CHUNK));
      },
    });
    const reader = source.pipeThrough(pair).getReader();
    for (let i = 0; i < 30; i++) await reader.read();
    // The bytes that were read, are in progress, or are held by pipes.
    expect(written).toBeLessThanOrEqual((30 + 24) * CHUNK);
    await reader.cancel();
  });
});

describe("a damaged stream", () => {
  const size = 4 * CHUNK + 100;
  const sealed = sealContent([alice.log], content(size), { purpose }, env);
  const twin = sealContent([alice.log], content(size), { purpose }, env);

  /** The bytes given of damaged content, which must be the beginning of it, and the error that ends it. */
  async function damaged(change: (chunks: readonly Uint8Array[], others: readonly Uint8Array[]) => Uint8Array[]) {
    const [{ front, chunks }, others] = [chunksOf(await sealed), chunksOf(await twin)];
    const mutant = concat(front, ...change(chunks, others.chunks));
    const pair = openStream(alice.keyring);
    const { prefix, error } = await prefixOf(pieces(mutant, [1000, 100_000]).pipeThrough(pair));
    expectSame(prefix, content(size).subarray(0, prefix.length));
    expect(await rejected(pair.opened)).toBe(error);
    return { prefix, error };
  }

  it("gives the authentic beginning, and errors where it was changed, cut off, extended or mixed up", async () => {
    const cases: readonly (readonly [chunk: number, change: Parameters<typeof damaged>[0]])[] = [
      [0, (chunks) => [flipped(chunks[0] as Uint8Array, 9), ...chunks.slice(1)]],
      [2, ([a, b, c, d, e]) => [a, b, d, c, e] as Uint8Array[]],
      [2, ([a, b, , d, e]) => [a, b, d, e] as Uint8Array[]],
      [3, ([a, b, c, d, e]) => [a, b, c, c, d, e] as Uint8Array[]],
      [2, ([a, b, c]) => [a, b, c] as Uint8Array[]],
      [4, ([a, b, c, d]) => [a, b, c, d, content(3)] as Uint8Array[]],
      [4, (chunks) => [...chunks, new Uint8Array(1)]],
      [4, (chunks) => [...chunks, ...chunks]],
      [3, ([a, b, c, , e], others) => [a, b, c, others[3], e] as Uint8Array[]],
      [0, () => []],
    ];
    for (const [chunk, change] of cases) {
      const { prefix, error } = await damaged(change);
      expect(error).toMatchObject({ code: "CORRUPT_CONTENT" });
      // The number of chunks of a stream is not known.
      expect((error as KeysteadError).details).toEqual({ chunk });
      // One authentic chunk is always held back.
      expect(prefix.length).toBe(Math.max(0, chunk - 1) * CHUNK);
    }
  });

  it("errors with the source's own error, when the source fails: that is no verdict on the content", async () => {
    const reason = new Error("connection lost");
    for (const after of [0, 6, 500, 2000, 3 * CHUNK]) {
      let at = 0;
      const source = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          if (at >= after) controller.error(reason);
          else controller.enqueue((await sealed).subarray(at, at + 400));
          at += 400;
        },
      });
      const pair = openStream(alice.keyring);
      const { prefix, error } = await prefixOf(source.pipeThrough(pair));
      expect(error).toBe(reason);
      expectSame(prefix, content(prefix.length));
      expect(await rejected(pair.opened)).toBe(reason);
    }
  });

  it("errors before it gives any byte, when the header is junk, cut off, another's, or for another purpose", async () => {
    const bytes = await sealed;
    const refusals = [
      [content(500), alice, {}, "INVALID_ENCODING"],
      [bytes.subarray(0, 7), alice, {}, "INVALID_ENCODING"],
      [bytes.subarray(0, 700), alice, {}, "INVALID_ENCODING"],
      [NO_BYTES, alice, {}, "INVALID_ENCODING"],
      [bytes, bob, {}, "NOT_A_RECIPIENT"],
      [bytes, alice, { purpose: "letter" }, "CORRUPT_CONTENT"],
      [bytes, alice, { associatedData: content(1) }, "CORRUPT_CONTENT"],
    ] as const;
    for (const [input, reader, options, code] of refusals) {
      const { prefix, error } = await prefixOf(through(openStream(reader.keyring, options), input));
      expect(error).toMatchObject({ code });
      expect(prefix.length).toBe(0);
    }
  });

  it("errors both ends with INVALID_ARGUMENT when a written value is not bytes", async () => {
    for (const make of [() => sealStream([alice.log], { purpose }, env), () => openStream(alice.keyring)]) {
      const { writable, readable } = make();
      const given = collect(readable);
      const writer = writable.getWriter();
      expect(await rejected(writer.write("text" as unknown as Uint8Array))).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await rejected(given)).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await rejected(writer.closed)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("plain JavaScript callers of streams", () => {
  const junk: readonly unknown[] = [null, "text", 7, Number.NaN];

  it("get INVALID_ARGUMENT at once, and not in the stream", () => {
    const codes = (run: (value: never) => unknown, values = junk) =>
      values.map((value) => {
        try {
          run(value as never);
        } catch (error) {
          return (error as KeysteadError).code;
        }
        return undefined;
      });
    const invalid = junk.map(() => "INVALID_ARGUMENT");
    expect(codes((value) => sealStream(value, { purpose }, env))).toEqual(invalid);
    expect(codes((value) => sealStream([alice.log], value, env))).toEqual(invalid);
    expect(codes((pad) => sealStream([alice.log], { purpose, pad }, env))).toEqual(invalid);
    expect(codes((signal) => sealStream([alice.log], { purpose, signal }, env))).toEqual(invalid);
    expect(codes((onProgress) => sealStream([alice.log], { purpose, onProgress }, env))).toEqual(invalid);
    expect(codes((signer) => sealStream([alice.log], { purpose, signer }, env))).toEqual(invalid);
    expect(codes((value) => openStream(value))).toEqual(invalid);
    expect(codes((value) => openStream(alice.keyring, value))).toEqual(invalid);
    expect(codes((senderLog) => openStream(alice.keyring, { senderLog }))).toEqual(invalid);
    expect(codes((signal) => openStream(alice.keyring, { signal }))).toEqual(invalid);
  });

  it("get an error of the stream for an invalid env", async () => {
    const pair = sealStream([alice.log], { purpose }, {} as never);
    expect(await rejection(collect(through(pair, content(5))))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
