// The chunks of a payload, and attacks of a server on them: docs/spec.md section 12.

import { gcm } from "@noble/ciphers/aes.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equalBytes } from "../../src/bytes/bytes.js";
import { Secret } from "../../src/bytes/secret.js";
import { chunkCipher, ownCipher, webCipher } from "../../src/content/chunk-cipher.js";
import { openContent } from "../../src/content/open.js";
import { chunkNonce, payloadLength } from "../../src/content/payload.js";
import { sealContent } from "../../src/content/seal.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import { flipped } from "../primitives/support.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import {
  CHUNK,
  chunksOf,
  content,
  expectSame,
  NO_BYTES,
  openPayload,
  person,
  SEALED_CHUNK,
  sealChunk,
  sealPayload,
} from "./support.js";

const key = new Secret(content(32));
const ciphers = [
  ["WebCrypto", () => webCipher(globalThis.crypto.subtle, key)],
  ["the portable one", async () => ownCipher(nobleAes, key)],
] as const;

async function seal(plaintext: Uint8Array, cipher = chunkCipher(key)): Promise<Uint8Array> {
  const payload = await sealPayload(await cipher, plaintext);
  expect(payload.length).toBe(payloadLength(plaintext.length));
  return payload;
}

describe.each(ciphers)("a payload sealed by %s", (_, cipher) => {
  const sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 3];

  it.each(sizes)("of %i bytes is what the specification says, byte for byte", async (size) => {
    const plaintext = content(size);
    const count = Math.max(1, Math.ceil(size / CHUNK));
    const expected = Array.from({ length: count }, (_, index) => {
      const nonce = new Uint8Array(12);
      nonce[10] = index;
      nonce[11] = index === count - 1 ? 1 : 0;
      return gcm(content(32), nonce).encrypt(plaintext.subarray(index * CHUNK, (index + 1) * CHUNK));
    });
    const payload = await seal(plaintext, cipher());
    expectSame(payload, concat(...expected));
    expectSame(await openPayload(await cipher(), payload), plaintext);
  });

  it("opens no chunk that was changed, and none under another nonce or key", async () => {
    const [own, other] = [await cipher(), ownCipher(nobleAes, new Secret(content(33).subarray(1)))];
    const sealed = await sealChunk(own, chunkNonce(1, false), content(40));
    expect(await own.open(chunkNonce(1, false), sealed)).toEqual(content(40));
    for (const at of [0, 39, 40, -1]) {
      expect(await own.open(chunkNonce(1, false), flipped(sealed, at))).toBeUndefined();
    }
    expect(await own.open(chunkNonce(1, true), sealed)).toBeUndefined();
    expect(await own.open(chunkNonce(2, false), sealed)).toBeUndefined();
    expect(await other.open(chunkNonce(1, false), sealed)).toBeUndefined();
  });

  it("has read what it is given when it returns: memory that is overwritten at once does not matter", async () => {
    const own = await cipher();
    const nonces = Array.from({ length: 20 }, (_, index) => chunkNonce(index, false));
    const memory = content(CHUNK);
    const sealing = nonces.map((nonce) => {
      memory.set(content(CHUNK));
      const sealed = sealChunk(own, nonce, memory);
      memory.fill(0);
      return sealed;
    });
    const sealed = await Promise.all(sealing);
    const opening = sealed.map((chunk, index) => {
      const opened = own.open(nonces[index] as Uint8Array, chunk);
      chunk.fill(0);
      return opened;
    });
    for (const opened of await Promise.all(opening)) expectSame(opened as Uint8Array, content(CHUNK));
  });

  it("accepts bytes in memory that can grow or is shared, which WebCrypto itself refuses", async () => {
    const Growing = ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    for (const buffer of [new Growing(56, { maxByteLength: 80 }), shared.buffer]) {
      const payload = await seal(new Uint8Array(buffer, 0, 40), cipher());
      expectSame(payload, await seal(new Uint8Array(40)));
      const sealed = new Uint8Array(buffer, 0, payload.length);
      sealed.set(payload);
      expectSame(await openPayload(await cipher(), sealed), new Uint8Array(40));
    }
  });
});

describe("every cipher", () => {
  it("opens what every other one seals, of sizes around the borders of chunks, padded or not", async () => {
    const size = fc.tuple(fc.nat(2), fc.integer({ min: -30, max: 30 })).map(([n, off]) => Math.max(0, n * CHUNK + off));
    await fc.assert(
      fc.asyncProperty(size, fc.boolean(), async (length, padded) => {
        const sealed = await Promise.all(
          ciphers.map(async ([, make]) => sealPayload(await make(), content(length), padded)),
        );
        expect(sealed[0]?.length).toBe(payloadLength(length, padded));
        for (const payload of sealed) {
          expectSame(payload, sealed[0] as Uint8Array);
          const opened = await Promise.all(ciphers.map(async ([, make]) => openPayload(await make(), payload, padded)));
          for (const chunks of opened) expectSame(chunks, opened[0] as Uint8Array);
          if (!padded) expectSame(opened[0] as Uint8Array, content(length));
        }
      }),
      slow(6),
    );
  });
});

describe("a chunk's nonce", () => {
  it("is the index in 11 bytes, most significant first, and the flag of the last chunk", () => {
    expect(chunkNonce(0, true)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    expect(chunkNonce(0x0102_0304_0506, false)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0));
  });

  it("differs for every place", () => {
    const place = fc.tuple(fc.maxSafeNat(), fc.boolean());
    fc.assert(
      fc.property(place, place, (a, b) => {
        const isSame = a[0] === b[0] && a[1] === b[1];
        expect(chunkNonce(...a).join() === chunkNonce(...b).join()).toBe(isSame);
      }),
    );
  });
});

describe("attacks of a server on the chunks", () => {
  const { log, keyring } = person("alice");
  const env = seededEnv("payload");
  const sealed = sealContent([log], content(4 * CHUNK + 100), { purpose: "note" }, env);
  const twin = sealContent([log], content(4 * CHUNK + 100), { purpose: "note" }, env);

  /** The error for content whose five chunks were changed. */
  async function refusal(change: (chunks: readonly Uint8Array[], others: readonly Uint8Array[]) => Uint8Array[]) {
    const [{ front, chunks }, other] = [chunksOf(await sealed), chunksOf(await twin)];
    const mutant = concat(front, ...change(chunks, other.chunks));
    expect(equalBytes(mutant, await sealed)).toBe(false);
    return rejection(openContent(mutant, keyring));
  }
  const corrupt = (chunk: number, chunks: number) => ({ code: "CORRUPT_CONTENT", details: { chunk, chunks } });

  it("reordered: the first one out of place is named", async () => {
    expect(await refusal(([a, b, c, d, e]) => [a, c, b, d, e] as Uint8Array[])).toMatchObject(corrupt(1, 5));
  });

  it("dropped: the one that came in its place is named", async () => {
    expect(await refusal(([a, b, , d, e]) => [a, b, d, e] as Uint8Array[])).toMatchObject(corrupt(2, 4));
  });

  it("repeated: the repetition is named", async () => {
    expect(await refusal(([a, b, c, d, e]) => [a, b, c, c, d, e] as Uint8Array[])).toMatchObject(corrupt(3, 6));
  });

  it("cut off behind a chunk: the one that is last now is named", async () => {
    expect(await refusal(([a, b, c]) => [a, b, c] as Uint8Array[])).toMatchObject(corrupt(2, 3));
    expect(await refusal(([a]) => [a] as Uint8Array[])).toMatchObject(corrupt(0, 1));
    expect(await refusal(() => [])).toMatchObject(corrupt(0, 1));
  });

  it("extended: by a chunk, by bytes, or by an empty chunk", async () => {
    expect(await refusal((chunks) => [...chunks, chunks[4] as Uint8Array])).toMatchObject(corrupt(4, 5));
    expect(await refusal((chunks) => [...chunks, new Uint8Array(1)])).toMatchObject(corrupt(4, 5));
    const full = chunksOf(await sealContent([log], content(CHUNK), { purpose: "note" }, env));
    for (const extra of [1, 15, 16, 17]) {
      const mutant = concat(full.front, ...full.chunks, new Uint8Array(extra));
      expect(await rejection(openContent(mutant, keyring))).toMatchObject({ code: "CORRUPT_CONTENT" });
    }
  });

  it("exchanged for the same chunk of another content to the same recipient", async () => {
    expect(await refusal(([a, b, c, , e], others) => [a, b, c, others[3], e] as Uint8Array[])).toMatchObject(
      corrupt(3, 5),
    );
    expect(await refusal((_, others) => [...others])).toMatchObject(corrupt(0, 5));
  });

  it("several changes at once: the first is named, in any order of checks", async () => {
    const cut = await refusal((chunks) => chunks.map((chunk, index) => (index >= 2 ? flipped(chunk, 0) : chunk)));
    expect(cut).toMatchObject(corrupt(2, 5));
  });

  it("changed in any one bit", async () => {
    const start = chunksOf(await sealed).front.length;
    const place = fc.integer({ min: start, max: (await sealed).length - 1 });
    await fc.assert(
      fc.asyncProperty(place, fc.nat(7), async (at, bit) => {
        const mutant = (await sealed).slice();
        mutant[at] = (mutant[at] as number) ^ (1 << bit);
        const chunk = Math.floor((at - start) / SEALED_CHUNK);
        expect(await rejection(openContent(mutant, keyring))).toMatchObject(corrupt(chunk, 5));
      }),
      slow(30),
    );
  });

  it("cut to any other length", async () => {
    const start = chunksOf(await sealed).front.length;
    const length = fc.integer({ min: start, max: (await sealed).length - 1 });
    await fc.assert(
      fc.asyncProperty(length, async (end) => {
        const cut = (await sealed).subarray(0, end);
        const last = Math.max(0, Math.ceil((end - start) / SEALED_CHUNK) - 1);
        expect(await rejection(openContent(cut, keyring))).toMatchObject(corrupt(last, last + 1));
      }),
      slow(30),
    );
  });
});

describe("a second framing of the same content", () => {
  it("is refused: an empty last chunk after a full one, although sealed with the right key", async () => {
    const cipher = ownCipher(nobleAes, key);
    const full = await sealChunk(cipher, chunkNonce(0, false), content(CHUNK));
    const empty = await sealChunk(cipher, chunkNonce(1, true), NO_BYTES);
    const payload = concat(full, empty);
    const details = { chunk: 1, chunks: 2 };
    expect(await rejection(openPayload(cipher, payload))).toMatchObject({ code: "CORRUPT_CONTENT", details });
    const one = await sealChunk(cipher, chunkNonce(1, true), content(1));
    expectSame(await openPayload(cipher, concat(full, one)), concat(content(CHUNK), content(1)));
  });

  it("is refused: a short chunk that is not the last", async () => {
    const cipher = ownCipher(nobleAes, key);
    const [short, rest] = [content(10), content(20)];
    const payload = concat(
      await sealChunk(cipher, chunkNonce(0, false), short),
      await sealChunk(cipher, chunkNonce(1, true), rest),
    );
    expect(await rejection(openPayload(cipher, payload))).toMatchObject({ code: "CORRUPT_CONTENT" });
  });
});
