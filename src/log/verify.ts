// Verification of a whole log from bytes, and of what comes after, link by link. docs/spec.md sections 6 and 13.

import { eachEntry } from "../arguments/entries.js";
import { checkHead } from "../arguments/heads.js";
import { checkOptions, checkSubjectOption } from "../arguments/options.js";
import { equalBytes } from "../bytes/bytes.js";
import { lastOf } from "../bytes/present.js";
import { logIdOf, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { verifyLabelled } from "../primitives/sign.js";
import { ORIGIN } from "./advance.js";
import { type Clock, checkClock, UNCHECKED } from "./clock.js";
import type { TypedBody } from "./contract.js";
import { decodeEntry, decodeLink, matchAttachments, type UnverifiedEntry, type UnverifiedLink } from "./entry.js";
import { headOf, type Pin } from "./evidence.js";
import { checkExpected, checkLength, checkPinned, checkPins, type Expected, type Offered, offeredBy } from "./pins.js";
import { assertLog, type Head, type LinkRecord, type LogFacts, type LogState, verifiedState } from "./state.js";
import {
  claimedPosition,
  isUnsupported,
  located,
  readBody,
  reapplyLink,
  type VerifiedEntry,
  verifyEntry,
  verifyLink,
} from "./verify-link.js";

/** Options of {@link verifyLog}. */
export interface VerifyOptions extends Clock {
  /** The subject that the log must have (LOG-8). */
  readonly subject: string;
  /** What was verified for this subject before: its head, or better the whole state, which makes evidence complete. */
  readonly pinned?: Pin | undefined;
  /**
   * The head up to which this device verified the log before. It is a pin as well. Up to it the hashes are checked and the signatures
   * are not, which takes a third of the time or less. The caller authenticates it: the device sealed or authenticated the head with a
   * key of its own before it stored it. A head from a server, or from storage that others can write to, is not such a head: a false
   * one lets in links that nobody signed.
   */
  readonly verified?: Head | undefined;
}

/**
 * Verifies a log from its first link on.
 *
 * @param entries every entry in order, bytes from anywhere. Attachments may be absent; a link must commit to each one that is
 * there.
 * @returns the state that the log proves.
 * @throws {@link KeysteadError}: `INVALID_ENCODING`, `TOO_LARGE`, `INVALID_LINK`, `INVALID_SIGNATURE`, `INVALID_KEY` with the
 * rule and the position; `UNSUPPORTED` (LOG-1) and `NOT_YET` (LOG-3), which are no verdict on the log; `WRONG_SUBJECT`, and with
 * `details.evidence` `REPLACED`, `FORKED`, `ROLLED_BACK`.
 */
export function verifyLog(entries: Iterable<Uint8Array>, options: VerifyOptions): LogState {
  const { known, clock, ...expected } = checkVerifyOptions(options);
  const list = eachEntry(entries);
  let log: LogFacts = ORIGIN;
  for (const bytes of list) log = (log.head.seq < known ? takeKnown : take)(log, bytes, list, expected, clock);
  // Only what is signed contradicts.
  if (log.head.seq < known) verifyAgain(log);
  return endOf(log, expected);
}

/** The state of a whole log whose last link was verified. */
export function endOf(log: LogFacts, expected: Expected): LogState {
  checkLength(offeredBy(log), expected);
  if (log.head.seq > 0) return verifiedState(log);
  throw new KeysteadError("INVALID_ARGUMENT", "entries is empty; a log has at least its first link", { rule: "LOG-8" });
}

/** One more entry of a whole log. @param rest the entries after it */
export function take(
  log: LogFacts,
  bytes: Uint8Array,
  rest: Iterator<Uint8Array>,
  expected: Expected,
  clock: Clock,
): LogFacts {
  const entry = decodeEntry(bytes);
  let after: LogFacts;
  try {
    after = verifyEntry(log, entry, clock).log;
  } catch (error) {
    if (isUnsupported(error)) checkBehind(log, entry.link, rest, expected);
    throw error;
  }
  checkExpected(after, expected);
  return after;
}

/**
 * One more entry at or below a head that was verified before. The hashes from there back prove that these are the same links
 * that were verified; otherwise they are judged like all others: the outcome is that of {@link take} for every link.
 */
function takeKnown(
  log: LogFacts,
  bytes: Uint8Array,
  rest: Iterator<Uint8Array>,
  expected: Expected,
  clock: Clock,
): LogFacts {
  try {
    const after = reapplyLink(log, decodeEntry(bytes), clock);
    checkExpected(after, expected);
    return after;
  } catch (error) {
    take(verifyAgain(log), bytes, rest, expected, clock);
    throw error;
  }
}

/** Verifies the signatures of a log that was built without. @returns the same log, without names */
function verifyAgain({ links }: LogFacts): LogFacts {
  let log: LogFacts = ORIGIN;
  for (const { bytes } of links) log = verifyEntry(log, { link: decodeLink(bytes), attachments: [] }, UNCHECKED).log;
  return log;
}

/**
 * LOG-1, LOG-8: a link that this library cannot judge hides no contradiction. Otherwise `v: 99` would hide a fork. From there on
 * only hashes and positions are compared with what was pinned.
 *
 * @throws `FORKED`, `REPLACED`, `ROLLED_BACK` with evidence that is `claimed`
 */
function checkBehind(log: LogFacts, link: UnverifiedLink, rest: Iterator<Uint8Array>, expected: Expected): void {
  const links = [...log.links].map(({ bytes }) => bytes);
  const bytes = () => links;
  let head = log.head;
  let next: UnverifiedLink | undefined = link;
  const end = Math.max(0, ...expected.pins.map((pin) => headOf(pin).seq));
  while (next) {
    links.push(next.bytes);
    const { hash } = next;
    head = { log: head.seq === 0 ? logIdOf(hash) : head.log, seq: head.seq + 1, hash };
    const offered: Offered = { head, bytes };
    checkPins(offered, expected);
    const more: IteratorResult<Uint8Array> | undefined = head.seq < end ? rest.next() : undefined;
    next = more && !more.done ? decodeEntry(more.value).link : undefined;
  }
  checkLength({ head, bytes }, expected);
}

/** Options of {@link appendEntry}. */
export interface AppendOptions extends Clock {
  /**
   * Refuse an entry that comes without all of its attachments: a grant that nobody can deliver blocks every later approval by
   * its recipients. Servers use `acceptEntry`, which always asks for this.
   */
  readonly complete?: boolean | undefined;
}

/**
 * Verifies one more entry.
 *
 * @param log the state before; it is not changed.
 * @param entry the next entry. One that the log has already is accepted again and changes nothing.
 * @returns the state after.
 * @throws as {@link verifyLog}; `FORKED` when the entry is a valid other link for a position that the log has filled, if its
 * author's key is one of this log's; `GRANT_UNAVAILABLE` when the entry must be complete and is not.
 */
export function appendEntry(log: LogState, entry: Uint8Array, options: AppendOptions): LogState {
  assertLog(log);
  return appendUnverified(log, decodeEntry(entry), checkAppendOptions(options)).log;
}

/** {@link appendEntry} for an entry that was taken apart, with the record of its link. */
export function appendUnverified(
  log: LogState,
  entry: UnverifiedEntry,
  { complete, ...clock }: AppendOptions,
): AppendedEntry {
  const standing = standingLink(log, entry.link);
  if (standing && standing.hash !== entry.link.hash) throw conflict(log, entry, standing);
  const appended = standing ? againDelivered(log, standing, entry) : recorded(verifyEntry(log, entry, clock));
  if (complete) checkComplete(appended);
  return appended;
}

/** A log with an entry, the record of the entry's link, and the result for its attachments. */
export interface AppendedEntry extends VerifiedEntry {
  readonly log: LogState;
  readonly record: LinkRecord;
}

/** An entry that was found good, with the record of its link. */
export function recorded({ log, delivered }: VerifiedEntry): AppendedEntry {
  return { log: verifiedState(log), record: lastOf(log.links), delivered };
}

/** An entry that the log has already: only its attachments are new. */
function againDelivered(log: LogState, record: LinkRecord, { attachments }: UnverifiedEntry): AppendedEntry {
  return { log, record, delivered: matchAttachments(record.attachments, attachments) };
}

/** @throws `INVALID_ARGUMENT` */
export function checkAppendOptions(options: AppendOptions): AppendOptions {
  checkClock(checkOptions(options));
  return options;
}

/** @throws `GRANT_UNAVAILABLE` unless the entry has all attachments of its link */
export function checkComplete({ record: { seq }, delivered }: AppendedEntry): void {
  const absent = delivered.filter((attachment) => attachment === undefined).length;
  if (absent === 0) return;
  throw new KeysteadError(
    "GRANT_UNAVAILABLE",
    `${absent} of the ${delivered.length} attachments of link ${seq} are absent; accept it whole or not at all`,
    {
      details: { seq, absent },
    },
  );
}

/**
 * The link at the position that another link names as its own. Undefined when the log has none there, or the body cannot be read:
 * verification then gives the error with its reason and place.
 */
export function standingLink(log: LogFacts, link: UnverifiedLink): LinkRecord | undefined {
  try {
    return log.links.at((claimedPosition(link) ?? 0) - 1);
  } catch {
    return undefined;
  }
}

/**
 * The record of a link that the log has; undefined when it has another one or none there. An equal hash proves the link's shape, and so
 * do equal bytes.
 *
 * @param likely its position, if it is known which one comes next: comparing bytes costs less than reading and hashing them.
 */
export function recordOfLink(log: LogState, link: UnverifiedLink, likely?: number): LinkRecord | undefined {
  const guess = likely === undefined ? undefined : log.links.at(likely - 1);
  if (guess && equalBytes(guess.bytes, link.bytes)) return guess;
  const record = standingLink(log, link);
  return record?.hash === link.hash ? record : undefined;
}

/** The error for a different link at a filled position: a contradiction if it is valid there, otherwise only a bad link. */
function conflict(log: LogState, entry: UnverifiedEntry, { seq, prev }: LinkRecord): unknown {
  let typed: TypedBody;
  try {
    typed = readBody(entry.link);
  } catch (error) {
    if (isUnsupported(error)) return badLink(seq, "it is of a version or type that this library does not know");
    return located(error, "link", log.head.log, seq);
  }
  let before: LogFacts = ORIGIN;
  // A first link has no state before it: judging it costs no replay.
  if (typed.type.type !== "genesis") {
    const why = notToBeJudged(log, entry.link, typed, prev);
    if (why) return badLink(seq, why);
    for (const { bytes } of log.links) {
      if (before.head.seq === seq - 1) break;
      before = reapplyLink(before, { link: decodeLink(bytes), attachments: [] }, UNCHECKED);
    }
  }
  checkExpected(verifyLink(before, entry, UNCHECKED), { subject: log.subject, pins: [log] });
  return badLink(seq, "it is another log's");
}

/**
 * The reason not to build the state before a link for a filled position: anybody could have made the link. A join is signed by a
 * key of its own, so anybody can make one for any position; whole-log verification judges it.
 */
function notToBeJudged(
  log: LogState,
  { body: bytes, signatures }: UnverifiedLink,
  { type, body }: TypedBody,
  prev: LinkRecord["prev"],
): string | undefined {
  if (body.log !== log.head.log) return "it belongs to another log";
  if (body.prev !== prev) return "it follows another link than the one this log has before it";
  const author = type.author?.(body) ?? (type.type === "expel" ? log.operator : undefined);
  if (!author) return "nobody of this log signs it";
  const isOurs = body.by
    ? [...log.granted].some(([, pair]) => equalBytes(pair.signingKey, author))
    : log.seen.has(toHex(labelledHash(LABELS.publicKey, author)));
  if (!isOurs) return "its author's key is none of this log's";
  if (!signatures[0] || !equalBytes(signatures[0].key, author)) return "it is not signed by its author";
  return signatures.every(({ key, signature }) => verifyLabelled(LABELS.linkSignature, key, bytes, signature))
    ? undefined
    : "a signature is not valid";
}

/** A link for a filled position that is not the one that stands there, and contradicts nothing. */
export function badLink(seq: number, why: string): KeysteadError {
  return new KeysteadError("INVALID_LINK", `link ${seq} is not the one this log has: ${why}`, {
    rule: "LOG-2",
    details: { seq },
  });
}

/**
 * What a whole log is judged by; `known` is the position up to which it was verified before.
 *
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`, `WRONG_SUBJECT`
 */
export function checkVerifyOptions(options: VerifyOptions) {
  const { subject, pinned, verified, ...clock } = checkSubjectOption(options);
  if (pinned !== undefined) checkPinned(pinned, subject);
  if (verified !== undefined) checkHead(verified, "options.verified");
  checkClock(clock);
  const pins = [pinned, verified].filter((pin) => pin !== undefined);
  return { subject, pins, known: verified?.seq ?? 0, clock };
}
