// Seals content to logs. It needs no secret, so a server or another user can do it. docs/spec.md section 12.

import { nextTurn } from "../arguments/next-turn.js";
import { checkFlag, checkOptions } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { lastOf } from "../bytes/present.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import { currentEpoch, type LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { arraySource, type ByteSource } from "./byte-source.js";
import { chunkCipher } from "./chunk-cipher.js";
import { BOX_LENGTH, commit, drawContentKey, hashCore, hashHeader, payloadKeyOf, sealBox } from "./content-key.js";
import { checkPurpose, encodeCore, encodeHeader, frameHeader } from "./format.js";
import { checkFreshness, type Freshness } from "./freshness.js";
import { BOXES_A_TURN, CHUNKS_A_TURN, checkLongWork, type LongWork } from "./long-work.js";
import { type StreamPair, streamPair } from "./pair.js";
import { payloadLength, sealChunks } from "./payload.js";
import { ahead } from "./read-ahead.js";
import { checkRecipients, type Recipient } from "./recipients.js";
import { type Signer, signerOf, Transcript, trailerLength } from "./signature.js";

/** Progress of sealing. */
export interface SealProgress {
  /** Number of recipients that the content is sealed to already. */
  readonly recipients: number;
  /** Bytes of content that are sealed already. */
  readonly bytes: number;
}

/** Options of sealing: what the content is bound to, and how it is sealed. */
export interface SealOptions extends LongWork<SealProgress> {
  /** The purpose of the content, such as `voicemail`: 1 to 128 bytes of UTF-8, which everybody can read. */
  readonly purpose: string;
  /**
   * The place of the content, such as the id of its record. The reader must give the same, so that a server cannot put one
   * content in the place of another. The content does not contain it. Default none, which is the same as no bytes.
   */
  readonly associatedData?: Uint8Array | undefined;
  /**
   * Hides the length: pads content to one of few lengths (Padmé), by at most 12 %, and always to at least 256 bytes. Everybody
   * can see that it is padded.
   */
  readonly pad?: boolean | undefined;
  /** Refuses recipients whose `contact` does not say that the user has compared fingerprints. By default they are accepted. */
  readonly verifiedOnly?: boolean | undefined;
  /**
   * Refuses recipients whose log no statement of its service shows to be fresh (`statement` beside each log). Without this
   * option, a server can hide a removal from senders for as long as it likes.
   */
  readonly fresh?: Freshness | undefined;
  /**
   * Signs as this device. Everybody can see which device of which log sealed the content, and every reader can prove it to
   * others. Do not wipe the state before the content is sealed.
   */
  readonly signer?: MemberState | undefined;
}

/**
 * Seals `plaintext` to the newest epoch of every recipient's log, as you verified it: get the newest logs first.
 *
 * @param recipients 1 to 10,000 logs in any order; no log twice, and no two logs of one subject.
 * @param plaintext must not change until the promise is settled; the caller wipes it.
 * @param env fresh randomness; the clock is not read. With the randomness of `systemEnv`, the runtime's own ML-KEM, where it has one, draws
 * coins itself; any other env determines every byte.
 * @returns the sealed content: the plaintext's length, 16 bytes for each 64 KiB of it, and a header of some 1,250 bytes for
 * each recipient.
 * @throws
 * - `ROTATION_DUE` (MEM-7);
 * - `CONTACT_CHANGED` and `WRONG_SUBJECT` for a recipient that contradicts its `contact`, `CONTACT_UNVERIFIED`;
 * - with `options.fresh`, `STALE_LOG` (SVC-6) and the errors of `verifyStatement`;
 * - `UNKNOWN_MEMBER` for a signer that was removed;
 * - `INVALID_ENCODING` for a purpose with an unpaired surrogate, or a malformed `contact`; `TOO_LARGE` (ENC-3) for too many recipients;
 * - `INVALID_ARGUMENT`, an aborted signal's reason
 */
export async function sealContent(
  recipients: readonly Recipient[],
  plaintext: Uint8Array,
  options: SealOptions,
  env: Env,
): Promise<Bytes> {
  assertBytes(plaintext, undefined, "plaintext");
  const job = checkSealing(recipients, options);
  const behindFront = payloadLength(plaintext.length, job.padded) + trailerLength(job.signer?.sender);
  let sealed: Bytes = new Uint8Array(0);
  let at = 0;
  for await (const parts of seal(job, env, arraySource(plaintext), job.signal)) {
    for (const part of parts) {
      if (at === 0) sealed = new Uint8Array(part.length + behindFront);
      sealed.set(part, at);
      at += part.length;
    }
  }
  // If the memory shrank meanwhile, zeros would be left at the end, and the content would never open.
  if (at !== sealed.length)
    throw new KeysteadError("INVALID_ARGUMENT", "plaintext changed its length while it was sealed; seal a copy");
  return sealed;
}

/**
 * Seals a stream of any length as {@link sealContent} seals bytes, in flat memory: `source.pipeThrough(pair).pipeTo(sink)`. The
 * result has the same form; the reader need not know how it was sealed.
 *
 * No work is done before somebody reads. Any failure errors both ends with the same reason and leaves no key behind; the bytes
 * given until then do not open.
 *
 * @throws at once, for its arguments, as {@link sealContent}. Every other error errors the streams.
 */
export function sealStream(recipients: readonly Recipient[], options: SealOptions, env: Env): StreamPair {
  const job = checkSealing(recipients, options);
  const { readable, writable } = streamPair((source, signal) => seal(job, env, source, signal), job.signal);
  return { readable, writable };
}

interface SealJob extends LongWork<SealProgress> {
  readonly purpose: string;
  readonly associatedData: Uint8Array;
  readonly logs: readonly LogState[];
  readonly padded: boolean;
  readonly signer: Signer | undefined;
}

function checkSealing(recipients: readonly Recipient[], options: SealOptions): SealJob {
  const {
    purpose,
    associatedData = new Uint8Array(0),
    pad = false,
    verifiedOnly = false,
    fresh,
    signer,
  } = checkOptions(options);
  checkPurpose(purpose);
  assertBytes(associatedData, undefined, "options.associatedData");
  checkFlag("options.pad", pad);
  checkFlag("options.verifiedOnly", verifiedOnly);
  return {
    ...checkLongWork(options),
    purpose,
    // A copy: a stream uses it later.
    associatedData: new Uint8Array(associatedData),
    logs: checkRecipients(recipients, { verifiedOnly, fresh: fresh === undefined ? undefined : checkFreshness(fresh) }),
    padded: pad,
    signer: signer === undefined ? undefined : signerOf(signer),
  };
}

/** The whole content in order: the part before the payload, the chunks, the signature. */
async function* seal(
  job: SealJob,
  env: Env,
  source: ByteSource,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<readonly Bytes[], void> {
  const { front, headerHash, payloadKey } = await sealHeader(job, env, signal);
  try {
    yield [front];
    const transcript = job.signer && new Transcript(headerHash);
    const { onProgress, logs } = job;
    const recipients = logs.length;
    let turn = 0;
    const cipher = await chunkCipher(payloadKey);
    for await (const { sealed, end } of ahead(sealChunks(cipher, source, job.padded), cipher.inFlight)) {
      signal?.throwIfAborted();
      const parts = await sealed;
      transcript?.add(...parts);
      // Called without `this`: the job object has the signer's keys, and nobody else may see it.
      onProgress?.({ recipients, bytes: end });
      yield parts;
      if (++turn % CHUNKS_A_TURN === 0) await nextTurn();
    }
    if (transcript && job.signer) yield [new Uint8Array(transcript.sign(job.signer.keys))];
  } finally {
    payloadKey.wipe();
  }
}

/** Everything before the payload, and the payload's key, which the caller wipes. */
async function sealHeader(
  { purpose, associatedData, logs, padded, signer, onProgress }: SealJob,
  env: Env,
  signal: AbortSignalLike | undefined,
): Promise<{ readonly front: Bytes; readonly headerHash: Uint8Array; readonly payloadKey: Secret }> {
  const core = encodeCore({
    purpose,
    recipients: logs.map((log) => ({ head: log.head, epoch: currentEpoch(log) })),
    sender: signer?.sender,
    padding: padded ? "padme" : undefined,
  });
  const coreHash = hashCore(core);
  const contentKey = drawContentKey(env);
  try {
    const boxes = new Uint8Array(logs.length * BOX_LENGTH);
    for (const [index, log] of logs.entries()) {
      boxes.set(await sealBox(lastOf(log.epochs).kemKey, coreHash, contentKey, env), index * BOX_LENGTH);
      if ((index + 1) % BOXES_A_TURN !== 0) continue;
      onProgress?.({ recipients: index + 1, bytes: 0 });
      await nextTurn();
      signal?.throwIfAborted();
    }
    const header = encodeHeader(core, commit(contentKey, coreHash, associatedData), boxes);
    const headerHash = hashHeader(header);
    return { front: frameHeader(header), headerHash, payloadKey: payloadKeyOf(contentKey, headerHash) };
  } finally {
    contentKey.wipe();
  }
}
