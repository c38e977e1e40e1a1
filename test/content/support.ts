// Helpers of the tests of src/content/: people with logs, and content that is taken apart and put together by hand.

import { expect } from "vitest";
import { concat, equalBytes } from "../../src/bytes/bytes.js";
import { Secret } from "../../src/bytes/secret.js";
import { arraySource } from "../../src/content/byte-source.js";
import { type ChunkCipher, chunkCipher } from "../../src/content/chunk-cipher.js";
import { commit, hashCore, hashHeader, payloadKeyOf, sealBox } from "../../src/content/content-key.js";
import { type ContentHeader, encodeCore, encodeHeader, frameHeader, splitContent } from "../../src/content/format.js";
import { openChunks, sealChunks } from "../../src/content/payload.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { currentEpoch, type Epoch, type LogState } from "../../src/log/state.js";
import { createLog } from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";

/** The values needed to read the chunks of a payload. */
export const CHUNK = 65_536;
export const SEALED_CHUNK = CHUNK + 16;

export const NO_BYTES = new Uint8Array(0);

/** Somebody with a log of one device. */
export function person(name: string): MemberState {
  return createLog({ subject: `${name}@example.org`, device: { name: "Laptop" } }, seededEnv(name));
}

/** `length` bytes that differ from chunk to chunk. */
export function content(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >>> 16)) & 0xff);
}

/** Expects equal bytes. `toEqual` takes seconds for a few chunks. */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(equalBytes(actual, expected)).toBe(true);
}

/** A sealed chunk, its parts joined. */
export async function sealChunk(cipher: ChunkCipher, nonce: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
  return concat(...(await cipher.seal(nonce, plaintext)));
}

/** The payload of a content. */
export async function sealPayload(cipher: ChunkCipher, plaintext: Uint8Array, padded = false): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const { sealed } of sealChunks(cipher, arraySource(plaintext), padded)) chunks.push(...(await sealed));
  return concat(...chunks);
}

/** The chunks of a payload, opened and joined, including any padding. */
export async function openPayload(cipher: ChunkCipher, payload: Uint8Array, padded = false): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const options = { padded, keep: 0, count: Math.max(1, Math.ceil(payload.length / SEALED_CHUNK)) };
  for await (const { chunk } of openChunks(cipher, arraySource(payload), options)) chunks.push(await chunk);
  return concat(...chunks);
}

/** The values that a liar uses in place of `sealContent`. */
export interface Forgery {
  readonly header: ContentHeader;
  /** The KEM key and the content key of each box. */
  readonly boxes: readonly (readonly [Uint8Array, Secret])[];
  /** The values that the commitment and the payload are made with. */
  readonly contentKey: Secret;
  readonly plaintext: Uint8Array;
  readonly associatedData?: Uint8Array;
}

/** Content with a header of the caller's own, otherwise correct. */
export async function forge({ header, boxes, contentKey, plaintext, associatedData = NO_BYTES }: Forgery) {
  const core = encodeCore(header);
  const env = seededEnv("forger");
  const sealed = concat(...(await Promise.all(boxes.map(([kem, key]) => sealBox(kem, hashCore(core), key, env)))));
  const bytes = encodeHeader(core, commit(contentKey, hashCore(core), associatedData), sealed);
  const cipher = await chunkCipher(payloadKeyOf(contentKey, hashHeader(bytes)));
  return concat(frameHeader(bytes), await sealPayload(cipher, plaintext));
}

/** A content key that is not random. */
export function contentKey(value: number): Secret {
  return new Secret(new Uint8Array(32).fill(value));
}

/** The current KEM key of a log. */
export function kemOf(log: LogState): Uint8Array {
  return (log.epochs.last() as Epoch).kemKey;
}

/** The header of honest content for these logs, in the right order. */
export function headerFor(logs: readonly LogState[], purpose = "note"): ContentHeader {
  const sorted = [...logs].sort((a, b) => (a.head.log < b.head.log ? -1 : 1));
  return { purpose, recipients: sorted.map((log) => ({ head: log.head, epoch: currentEpoch(log) })) };
}

/** The same content with another header around its payload. */
export function withHeader(sealed: Uint8Array, header: Uint8Array): Uint8Array {
  return concat(frameHeader(header), sealed.subarray(splitContent(sealed).end));
}

/** The part before the payload, and the sealed chunks. */
export function chunksOf(sealed: Uint8Array): { readonly front: Uint8Array; readonly chunks: readonly Uint8Array[] } {
  const { end } = splitContent(sealed);
  const chunks: Uint8Array[] = [];
  for (let at = end; at < sealed.length; at += SEALED_CHUNK) chunks.push(sealed.slice(at, at + SEALED_CHUNK));
  return { front: sealed.slice(0, end), chunks };
}
