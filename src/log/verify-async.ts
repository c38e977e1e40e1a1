// Verification of a whole log with its signatures verified by the platform, beside this thread: the outcome of verifyLog, error or
// state. docs/spec.md sections 6.4 and 13.

import { entryList } from "../arguments/entries.js";
import { nextTurn } from "../arguments/next-turn.js";
import { checkWork, type StepwiseWork } from "../arguments/work.js";
import { isBytes } from "../bytes/bytes.js";
import { platform } from "../primitives/current.js";
import type { Platform } from "../primitives/primitives.js";
import type { SignatureCheck } from "../primitives/sign.js";
import { exactVerifier, type VerifyLabelledLater } from "../primitives/verify-later.js";
import { ORIGIN } from "./advance.js";
import type { Clock } from "./clock.js";
import { decodeEntry, type UnverifiedEntry } from "./entry.js";
import { type HashAhead, hashingAhead } from "./hash-ahead.js";
import { checkExpected, type Expected } from "./pins.js";
import type { LogFacts, LogState } from "./state.js";
import { checkVerifyOptions, endOf, take, type VerifyOptions } from "./verify.js";
import { reapplyLink, verifyEntry } from "./verify-link.js";

/** Progress of {@link verifyLogAsync}, in links. It begins again when links at or below `verified` have to be verified. */
export interface VerifyProgress {
  /** Links with all their signatures verified. */
  readonly done: number;
  readonly total: number;
}

/** Options of {@link verifyLogAsync}. Its steps are batches of links. */
export interface VerifyAsyncOptions extends VerifyOptions, StepwiseWork<VerifyProgress> {}

/**
 * Verifies a log as {@link verifyLog} does, in turns, so that a screen can draw. A long log takes less time: the platform (Node's
 * thread pool, or WebCrypto) verifies signatures while this thread judges the next links. A platform that does not accept exactly
 * what the specification accepts is not used.
 *
 * @param entries as for {@link verifyLog}; the list is read once, at the call. Do not change the bytes until the promise is settled.
 * @returns the state that the log proves. Nothing of the log is returned before all its signatures are verified.
 * @throws as {@link verifyLog}, the same error for the same log; `INVALID_ARGUMENT`; the reason of `signal` when it was aborted.
 */
export async function verifyLogAsync(entries: Iterable<Uint8Array>, options: VerifyAsyncOptions): Promise<LogState> {
  return verifyBeside((links) => (links < FEWEST_LINKS ? NO_PLATFORM : platform), entries, options);
}

const NO_PLATFORM: Platform = { verifiers: [], hash: undefined };
/** Shorter logs do not pay for the trial of the platform's verifier. */
const FEWEST_LINKS = 64;
/** How many entries are hashed by the platform at a time, before they are judged. Large ones are hashed when they are judged. */
const HASHED_TOGETHER = 16;
/**
 * What a batch holds, in signatures; 2 KiB of an entry count as much as one. The first batches are smaller, so that a log whose
 * signatures are bad costs at most a few times what verifyLog needs to refuse it.
 */
const FIRST_BATCH = 4;
const LARGEST_BATCH = 64;
const BYTES_OF_A_SIGNATURE = 2048;

/** {@link verifyLogAsync} by this platform, for a log of so many links. */
export async function verifyBeside(
  platformFor: (links: number) => Platform,
  entries: Iterable<Uint8Array>,
  options: VerifyAsyncOptions,
): Promise<LogState> {
  const { known, clock, ...expected } = checkVerifyOptions(options);
  const { onProgress, signal } = checkWork(options);
  // A head is plain data, which the caller may change meanwhile.
  const pins = expected.pins.map((pin) => ("links" in pin ? pin : { ...pin }));
  const list = entryList(entries);
  const turn = async (done: number) => {
    await onProgress?.({ done, total: list.length });
    await nextTurn();
    signal?.throwIfAborted();
  };
  signal?.throwIfAborted();
  const { verifiers, hash } = platformFor(list.length);
  const later = await exactVerifier(verifiers);
  const hashAhead = hash && (await hashingAhead(hash));
  const work: Work = { list, expected: { ...expected, pins }, clock, later, hashAhead, turn };
  return endOf(await verifyAll(work, known), work.expected);
}

interface Work {
  readonly list: readonly Uint8Array[];
  readonly expected: Expected;
  readonly clock: Clock;
  /** Undefined: signatures are verified on this thread. */
  readonly later: VerifyLabelledLater | undefined;
  /** Undefined: links are hashed on this thread. */
  readonly hashAhead: HashAhead | undefined;
  /** Called between two batches. */
  readonly turn: (done: number) => Promise<void>;
}

/** A link that was judged, except for the signatures that are being verified. */
interface Ahead {
  readonly before: LogFacts;
  /** The library's own copy: judged again, it is the same link. */
  readonly entry: UnverifiedEntry;
  readonly verdicts: readonly Promise<boolean>[];
  /** Not to be trusted before the verdicts are there. */
  readonly after: LogFacts;
  readonly weight: number;
}

/**
 * All links of a log. While a batch is judged, the signatures of the one before it are verified.
 *
 * @param known the position up to which the caller verified the log before.
 * @returns the log, once every signature after `known` is verified.
 */
async function verifyAll(work: Work, known: number): Promise<LogFacts> {
  const list = work.list.values();
  let log: LogFacts = ORIGIN;
  let earlier: Ahead[] = [];
  let batch: Ahead[] = [];
  let weight = 0;
  let room = FIRST_BATCH;
  let hashed: readonly (UnverifiedEntry | undefined)[] = [];
  for (const bytes of list) {
    const { seq } = log.head;
    const isKnown = seq < known;
    const at = seq % HASHED_TOGETHER;
    if (work.hashAhead && at === 0) hashed = await work.hashAhead(work.list.slice(seq, seq + HASHED_TOGETHER));
    const ahead = judgeAhead(log, hashed[at] ?? bytes, work, isKnown, room);
    if (ahead) {
      batch.push(ahead);
      log = ahead.after;
      weight += ahead.weight;
    } else if (isKnown) {
      // These are not the links that were verified: all signatures count again.
      return verifyAll(work, 0);
    } else {
      await settle([...earlier, ...batch], work);
      [earlier, batch, weight] = [[], [], room];
      log = take(log, bytes, list, work.expected, work.clock);
    }
    if (weight < room) continue;
    await settle(earlier, work);
    [earlier, batch, weight, room] = [batch, [], 0, Math.min(2 * room, LARGEST_BATCH)];
    await work.turn(log.head.seq - earlier.length);
  }
  await settle([...earlier, ...batch], work);
  // Only what is signed contradicts.
  if (log.head.seq < known) return verifyAll(work, 0);
  await work.turn(log.head.seq);
  return log;
}

/**
 * Judges the next link and begins to verify its signatures.
 *
 * @returns undefined for a link that is bad even if its signatures are valid, or too large to be judged before they are: `take`
 * judges it, once all that stands before it is verified.
 */
function judgeAhead(
  before: LogFacts,
  given: Uint8Array | UnverifiedEntry,
  { expected, clock, later }: Work,
  isKnown: boolean,
  room: number,
): Ahead | undefined {
  const verdicts: Promise<boolean>[] = [];
  const begin = (verify: VerifyLabelledLater): SignatureCheck => {
    return (...signed) => verdicts.push(verify(...signed)) > 0;
  };
  const check = later && begin(later);
  try {
    const entry = isBytes(given) ? decodeEntry(given) : given;
    const bytes = entry.attachments.reduce((sum, { length }) => sum + length, entry.link.bytes.length);
    const weight = Math.max(isKnown ? 0 : entry.link.signatures.length, bytes / BYTES_OF_A_SIGNATURE);
    if (weight > room && !isKnown) return undefined;
    const after = isKnown ? reapplyLink(before, entry, clock) : verifyEntry(before, entry, clock, check).log;
    checkExpected(after, expected);
    return { before, entry, verdicts, after, weight };
  } catch {
    return undefined;
  }
}

/** Waits for the verdicts. A link with a bad verdict is judged again, so that the error is that of verifyLog. */
async function settle(links: readonly Ahead[], { clock }: Work): Promise<void> {
  for (const { before, entry, verdicts } of links) {
    const accepted = await Promise.all(verdicts);
    if (!accepted.every(Boolean)) verifyEntry(before, entry, clock);
  }
}
