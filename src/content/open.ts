// Opening sealed content with a keyring, as bytes or as a stream. docs/spec.md section 12.

import { nextTurn } from "../arguments/next-turn.js";
import { checkOptions } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { canOpen, type Keyring, partsOf } from "../keys/keyring.js";
import type { LogState } from "../log/state.js";
import { TAG_LENGTH } from "../primitives/aead.js";
import { arraySource, type ByteSource } from "./byte-source.js";
import { chunkCipher } from "./chunk-cipher.js";
import {
  type ContentCore,
  type ContentHeader,
  type HeaderParts,
  headerLength,
  headerOf,
  PREAMBLE_LENGTH,
  splitHeader,
} from "./format.js";
import { CHUNKS_A_TURN, checkLongWork, type LongWork } from "./long-work.js";
import { END_LENGTH, paddedLength, unpad } from "./padding.js";
import { type StreamPair, streamPair } from "./pair.js";
import { chunkCount, corruptChunk, openChunks, SEALED_CHUNK_LENGTH } from "./payload.js";
import { ahead } from "./read-ahead.js";
import { findRecipient, recipientAt } from "./recipient-list.js";
import { checkSenderOptions, expectSender, type Sender, type SenderOptions, type VerifiedSender } from "./sender.js";
import { Transcript, trailerLength } from "./signature.js";
import { checkExpected, type ExpectedContent, type RecipientHead, unlock } from "./unlock.js";

/** Progress of opening. */
export interface OpenProgress {
  /** Bytes of content that are opened. */
  readonly bytes: number;
}

/** What the reader expects of content, and options of opening. */
export interface OpenOptions extends ExpectedContent, SenderOptions, LongWork<OpenProgress> {}

/** What the reader expects of content that somebody signed. */
export interface OpenSignedOptions extends Omit<OpenOptions, "senderLog"> {
  /**
   * The newest log of the person whom the content should be from, verified. Content that none of its devices signed is refused.
   */
  readonly senderLog: LogState;
}

/** The content's statements about itself, once all of it has proved authentic. */
export interface Opened {
  readonly header: ContentHeader;
  readonly sender: Sender;
  /** Relation of the head of the reader's own log that the sender named to `options.log`. */
  readonly named: RecipientHead;
}

/** Content, and what it says of itself. */
export interface OpenedContent extends Opened {
  /** The caller wipes it. */
  readonly plaintext: Bytes;
}

/** Content that a device of the expected person signed. */
export interface OpenedSigned extends OpenedContent {
  readonly sender: VerifiedSender;
}

/**
 * The content, once all of it has proved authentic; with `options.senderLog`, once a device of that log has proved to have
 * signed it. Without that option nothing is known of a sender: see {@link openSigned} and {@link openWithDetails}.
 *
 * @param sealed from anywhere; not to be changed until the promise is settled.
 * @param keyring of a member of a log that the content is sealed to.
 * @returns the plaintext, which the caller wipes.
 * @throws
 * - `NO_ACCESS` when the keyring does not hold the epoch, `NOT_A_RECIPIENT`;
 * - `CORRUPT_CONTENT` when anything was changed or is not for this purpose or associated data;
 * - `INVALID_ENCODING` and `TOO_LARGE` when it is no sealed content;
 * - `INVALID_ARGUMENT`, `WIPED`, an aborted signal's reason;
 * - with `options.senderLog`, `INVALID_SIGNATURE` when it is not signed, or badly; `WRONG_SUBJECT` when it is signed by another log's
 *   device; `STALE_LOG` when senderLog ends before the head that the sender knew; `UNKNOWN_MEMBER` when the sender was no active device
 *   there; `FORKED` when the sender knew another history of its log;
 * - with `options.senderContact`, `CONTACT_CHANGED` when senderLog contradicts it
 */
export async function openContent(sealed: Uint8Array, keyring: Keyring, options?: OpenOptions): Promise<Bytes> {
  return (await openBytes(sealed, keyring, options)).plaintext;
}

/**
 * The content, once a device of `options.senderLog` has proved to have signed it, with what the reader should know of that device
 * before it believes it. Content that nobody signed is refused.
 *
 * @throws as {@link openContent} with `options.senderLog`; `INVALID_ARGUMENT` without it, so that content which is not checked
 * cannot pass for signed content
 */
export async function openSigned(
  sealed: Uint8Array,
  keyring: Keyring,
  options: OpenSignedOptions,
): Promise<OpenedSigned> {
  if (checkOptions(options).senderLog === undefined) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "openSigned needs options.senderLog, the log of the person whom the content should be from; openWithDetails opens without",
    );
  }
  const { sender, ...opened } = await openWithDetails(sealed, keyring, options);
  // expectSender gives no other where there is a sender's log; never let one through.
  if (sender.status !== "verified")
    throw new KeysteadError("INVALID_SIGNATURE", "nobody has proved to have signed the content");
  return { ...opened, sender };
}

/**
 * The content as {@link openContent} gives it, with its header, what is known of its sender, and how the reader's own log stands
 * to what the sender knew of it. It also opens content that is not signed, or whose signature was not checked: look at
 * `sender.status`.
 *
 * @throws as {@link openContent}
 */
export async function openWithDetails(
  sealed: Uint8Array,
  keyring: Keyring,
  options?: OpenOptions,
): Promise<OpenedContent> {
  const { core, ...opened } = await openBytes(sealed, keyring, options);
  return { ...opened, header: headerOf(core) };
}

/** A stream pair that opens content. */
export interface OpenStream extends StreamPair {
  /** Fulfilled when the readable end closes, and not before. Until then, the bytes that were read are only a prefix. */
  readonly opened: Promise<Opened>;
}

/**
 * Opens a stream of any length as {@link openContent} opens bytes, in flat memory: `source.pipeThrough(pair).pipeTo(sink)`.
 *
 * All bytes that the stream gives are authentic and stand where they were sealed. But **until the readable end closes, they are
 * only the beginning**: if content was cut off, extended or damaged, both ends error after the bytes before that were given. The
 * last bytes are held back until the end has come and, with `options.senderLog`, the signature has proved good. The bytes before
 * them are authenticated by the content key only. Do not act on them before the end.
 *
 * @throws at once, for its arguments, `INVALID_ARGUMENT`, `INVALID_ENCODING`, `WIPED`. Every other error that {@link openContent}
 * would throw errors the streams and `opened`. An error of the source is passed on unchanged.
 */
export function openStream(keyring: Keyring, options?: OpenOptions): OpenStream {
  return streamOf(checkOpening(keyring, options));
}

/** As {@link openStream}, with the first keyring that holds the epoch. @param keyrings of one log */
export function openStreamWithAny(keyrings: readonly [Keyring, ...Keyring[]], options?: OpenOptions): OpenStream {
  const job = checkOpening(keyrings[0], options);
  const choose = ({ core }: HeaderParts): Keyring => {
    const slot = findRecipient(core.recipients, partsOf(keyrings[0]).log);
    const holder = slot >= 0 && keyrings.find((each) => canOpen(each, recipientAt(core.recipients, slot).epoch));
    return holder || keyrings[0];
  };
  return streamOf({ ...job, choose });
}

function streamOf(job: OpenJob): OpenStream {
  const { readable, writable, result } = streamPair((source, signal) => open(job, source, signal), job.signal);
  const opened = result.then(({ core, ...opened }) => ({ ...opened, header: headerOf(core) }));
  // A caller that does not await it learns of a failure from the streams.
  opened.catch(() => {});
  return { readable, writable, opened };
}

/** The result at the end. The core stays packed until the caller reads it: it may name 10,000 recipients. */
interface End extends Omit<Opened, "header"> {
  readonly core: ContentCore;
}

async function openBytes(
  sealed: Uint8Array,
  keyring: Keyring,
  options: OpenOptions | undefined,
): Promise<End & { readonly plaintext: Bytes }> {
  assertBytes(sealed, undefined, "content");
  const job = checkOpening(keyring, options);
  let plaintext = new Uint8Array(0);
  let length = 0;
  const work = open(job, arraySource(sealed), job.signal, (atMost) => {
    plaintext = new Uint8Array(atMost);
  });
  for (;;) {
    const { done, value } = await work.next();
    if (done) return { ...value, plaintext: length === plaintext.length ? plaintext : plaintext.slice(0, length) };
    for (const part of value) {
      plaintext.set(part, length);
      length += part.length;
    }
  }
}

interface OpenJob extends LongWork<OpenProgress> {
  /** The keyring that opens content with this header. */
  readonly choose: (parts: HeaderParts) => Keyring;
  readonly expected: ReturnType<typeof checkExpected>;
  readonly senderOptions: SenderOptions;
}

function checkOpening(keyring: Keyring, options: OpenOptions = {}): OpenJob {
  partsOf(keyring);
  const expected = checkExpected(options, keyring);
  return { ...checkLongWork(options), choose: () => keyring, expected, senderOptions: checkSenderOptions(options) };
}

/**
 * The content in order. Gives all but the last part as it comes, and returns at the end of authentic content only.
 *
 * @param makeRoom called with the largest possible length of the content, where the source knows its length.
 */
async function* open(
  { choose, expected, senderOptions, onProgress }: OpenJob,
  source: ByteSource,
  signal: AbortSignalLike | undefined,
  makeRoom?: (atMost: number) => void,
): AsyncGenerator<readonly Bytes[], End> {
  const length = headerLength(await source.take(PREAMBLE_LENGTH));
  // A copy: the header is used to the end.
  const parts = splitHeader(new Uint8Array(await source.take(length)), length);
  const { core, named, headerHash, payloadKey } = unlock(parts, choose(parts), expected);
  try {
    const { sender, verify } = expectSender(core.sender, senderOptions);
    const transcript = verify && new Transcript(headerHash);
    const padded = core.padding !== undefined;
    const keep = trailerLength(core.sender);
    const { left } = source;
    const count = left === undefined ? undefined : chunkCount(left - keep, SEALED_CHUNK_LENGTH);
    if (left !== undefined && count !== undefined) makeRoom?.(Math.max(0, left - keep - count * TAG_LENGTH));
    const cipher = await chunkCipher(payloadKey);
    const chunks = openChunks(cipher, source, { padded, keep, count, transcript });

    // The held-back part is empty only for empty content. Otherwise all of a padded content could be given before its end came.
    let held: Bytes = new Uint8Array(0);
    let [index, data, bytes] = [0, 0, 0];
    for await (const { chunk } of ahead(chunks, cipher.inFlight)) {
      signal?.throwIfAborted();
      const opened = await chunk;
      const content = padded ? unpad(opened, index, bytes) : opened;
      if (!content) throw corruptChunk(index, count);
      data += opened.length - (padded ? END_LENGTH : 0);
      bytes += content.length;
      if (content.length > 0) {
        onProgress?.({ bytes: bytes - content.length });
        if (held.length > 0) yield [held];
        held = content;
      }
      if (++index % CHUNKS_A_TURN === 0) await nextTurn();
    }
    if (padded && data !== paddedLength(bytes)) throw corruptChunk(index - 1, count);
    const signature = await source.take(keep);
    const verified = transcript && verify?.(transcript, signature);
    onProgress?.({ bytes });
    if (held.length > 0) yield [held];
    return { core, named, sender: verified ?? sender };
  } finally {
    payloadKey.wipe();
  }
}
