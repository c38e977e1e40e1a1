// Verification of a whole log from bytes, and of what comes after, link by link. docs/spec.md sections 6 and 13.

import { isBytes } from "../bytes/bytes.js";
import { parseLinkHash, parseLogId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { LABELS } from "../primitives/labels.js";
import { verifyLabelled } from "../primitives/sign.js";
import { ORIGIN } from "./advance.js";
import { type Clock, checkClock } from "./checks.js";
import {
  decodeEntry,
  decodeLink,
  linkHash,
  matchAttachments,
  type UnverifiedEntry,
  type UnverifiedLink,
} from "./entry.js";
import { type EvidenceKind, headOf, makeEvidence, type Pin } from "./evidence.js";
import { assertLog, type Head, type LinkRecord, type LogFacts, LogState } from "./state.js";
import { readBody, verifyLink } from "./verify-link.js";

/** What {@link verifyLog} is told besides the bytes. */
export interface VerifyOptions extends Clock {
  /** Whose log this must be (LOG-8). */
  readonly subject: string;
  /** What was verified for this subject before: its head, or better the whole state, which makes evidence complete. */
  readonly pinned?: Pin | undefined;
}

/**
 * Verifies a log from its first link on.
 *
 * @param entries every entry in order, bytes from anywhere. Attachments may be absent; what is there must be committed to.
 * @returns the state that the log proves.
 * @throws {@link KeysteadError}: `INVALID_ENCODING`, `TOO_LARGE`, `INVALID_LINK`, `INVALID_SIGNATURE`, `INVALID_KEY` with the
 * rule and the position; `NOT_YET` (LOG-3), to be retried; `WRONG_SUBJECT`, `REPLACED`, `FORKED`, `ROLLED_BACK` with
 * `details.evidence`.
 */
export function verifyLog(entries: Iterable<Uint8Array>, options: VerifyOptions): LogState {
  const { subject, pinned, ...clock } = checkOptions(options);
  let log: LogFacts = ORIGIN;
  for (const entry of eachEntry(entries)) {
    log = verifyLink(log, decodeEntry(entry), clock);
    checkSubject(log, subject);
    if (pinned) checkPin(log, pinned);
  }
  if (!LogState.is(log))
    throw new KeysteadError("INVALID_ARGUMENT", "entries is empty; a log has at least its first link", {
      rule: "LOG-8",
    });
  if (pinned && log.head.seq < headOf(pinned).seq) {
    throw contradiction("rolled-back", "the log ends before a head that was verified earlier", log, pinned);
  }
  return log;
}

/** What {@link appendEntry} is told besides the bytes. */
export interface AppendOptions extends Clock {
  /**
   * Refuse an entry that comes without all of its attachments. Whoever accepts entries from members, the server first of all,
   * asks for this: a grant that nobody can deliver blocks every later approval by those whom it was for.
   */
  readonly complete?: boolean | undefined;
}

/**
 * Verifies one more entry.
 *
 * @param log the state before; it is not changed.
 * @param entry the next entry. One that the log has already is accepted again and changes nothing.
 * @returns the state after.
 * @param options give `now` wherever an entry comes in: without a clock, a device can date a link ahead, and everything after it
 * is refused as `NOT_YET` by those who have one.
 * @throws as {@link verifyLog}; `FORKED` when the entry is a valid other link for a position that the log has filled;
 * `GRANT_UNAVAILABLE` when the entry must be complete and is not.
 */
export function appendEntry(log: LogState, entry: Uint8Array, options: AppendOptions = {}): LogState {
  assertLog(log);
  return appendUnverified(log, decodeEntry(entry), checkAppendOptions(options)).log;
}

/** {@link appendEntry} for an entry that was taken apart, with the record of its link. */
export function appendUnverified(
  log: LogState,
  entry: UnverifiedEntry,
  { complete, ...clock }: AppendOptions,
): { readonly log: LogState; readonly record: LinkRecord } {
  const seq = claimedSeq(entry.link);
  const known = seq === undefined || seq > log.head.seq ? undefined : recordOfLink(log, entry.link);
  if (seq !== undefined && seq <= log.head.seq && !known) throw conflict(log, entry, seq);
  const after = known ? log : verifyLink(log, entry, clock);
  const record = known ?? (after.links.last() as LinkRecord);
  if (complete) checkComplete(record, entry);
  return { log: after, record };
}

/** @throws `INVALID_ARGUMENT` */
export function checkAppendOptions(options: AppendOptions): AppendOptions {
  if (typeof options !== "object" || options === null)
    throw new KeysteadError("INVALID_ARGUMENT", "options must be an object");
  checkClock(options);
  return options;
}

function checkComplete({ seq, attachments }: LinkRecord, entry: UnverifiedEntry): void {
  const absent = matchAttachments(attachments, entry.attachments).filter(
    (attachment) => attachment === undefined,
  ).length;
  if (absent === 0) return;
  throw new KeysteadError(
    "GRANT_UNAVAILABLE",
    `${absent} of the ${attachments.length} attachments of link ${seq} are absent; accept it whole or not at all`,
    {
      details: { seq, absent },
    },
  );
}

/** The position that a link claims; undefined when its body cannot be read, and verification is to say why and where. */
function claimedSeq(link: UnverifiedLink): number | undefined {
  try {
    return readBody(link).body.seq;
  } catch {
    return undefined;
  }
}

/** The record of a link that the log has; undefined when it has another one or none there. */
export function recordOfLink(log: LogState, link: UnverifiedLink): LinkRecord | undefined {
  const record = log.links.at(readBody(link).body.seq - 1);
  return record?.hash === linkHash(link.bytes) ? record : undefined;
}

/** What a different link for a filled position is: a fork if it is valid there, otherwise nothing but a bad link. */
function conflict(log: LogState, entry: UnverifiedEntry, seq: number): KeysteadError {
  // Before the log is replayed up to there: junk that nobody signed for this place must not cost that.
  const { prev } = readBody(entry.link).body;
  const isSigned = entry.link.signatures.every(({ key, signature }) =>
    verifyLabelled(LABELS.linkSignature, key, entry.link.body, signature),
  );
  if (prev !== log.links.at(seq - 1)?.prev)
    return badLink(seq, "it follows another link than the one this log has before it");
  if (!isSigned) return badLink(seq, "a signature is not valid");
  let before: LogFacts = ORIGIN;
  for (const { bytes } of log.links) {
    if (before.head.seq === seq - 1) break;
    before = verifyLink(before, { link: decodeLink(bytes), attachments: [] }, {});
  }
  const other = verifyLink(before, entry, {});
  checkSubject(other, log.subject);
  checkPin(other, log);
  return badLink(seq, "it is another log's");
}

function badLink(seq: number, why: string): KeysteadError {
  return new KeysteadError("INVALID_LINK", `link ${seq} is not the one this log has: ${why}`, {
    rule: "LOG-2",
    details: { seq },
  });
}

/** LOG-8: the log is the subject's. */
function checkSubject(log: LogFacts, subject: string): void {
  if (log.subject === subject) return;
  throw new KeysteadError(
    "WRONG_SUBJECT",
    "the log is about another subject than the one asked for; ask the server for the right log",
    {
      rule: "LOG-8",
      details: { expected: subject, actual: log.subject, log: log.head.log },
    },
  );
}

/** LOG-8: a pinned subject keeps its log, and the log keeps every link that was verified. */
function checkPin(log: LogFacts, pinned: Pin): void {
  const pin = headOf(pinned);
  if (log.head.log !== pin.log)
    throw contradiction("replaced", "another log is offered for a subject whose log is known", log, pinned);
  const ours =
    "links" in pinned ? pinned.links.at(log.head.seq - 1)?.hash : log.head.seq === pin.seq ? pin.hash : undefined;
  if (ours !== undefined && ours !== log.head.hash) {
    throw contradiction("forked", `two valid links claim position ${log.head.seq}`, log, pinned);
  }
}

const CODES = { forked: "FORKED", replaced: "REPLACED", "rolled-back": "ROLLED_BACK" } as const;

function contradiction(kind: EvidenceKind, message: string, theirs: LogFacts, pinned: Pin): KeysteadError {
  const evidence = makeEvidence(
    kind,
    theirs.subject,
    pinned,
    [...theirs.links].map(({ bytes }) => bytes),
  );
  return new KeysteadError(CODES[kind], `${message}; trust nothing new from this server, keep details.evidence`, {
    rule: "LOG-8",
    details: { pinned: headOf(pinned), offered: theirs.head, evidence },
  });
}

function checkOptions(options: VerifyOptions): VerifyOptions {
  if (
    typeof options !== "object" ||
    options === null ||
    typeof options.subject !== "string" ||
    options.subject === ""
  ) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.subject must say whose log this is (LOG-8)");
  }
  const { pinned } = options;
  if (pinned !== undefined && !LogState.is(pinned)) checkHead(pinned);
  checkClock(options);
  return options;
}

function checkHead(head: unknown): void {
  const { log, seq, hash } = (typeof head === "object" && head !== null ? head : {}) as Partial<Head>;
  parseLogId(log);
  parseLinkHash(hash);
  if (!Number.isSafeInteger(seq) || (seq as number) < 1)
    throw new KeysteadError("INVALID_ARGUMENT", "options.pinned.seq must be a whole number from 1");
}

/** The entries, each to be checked by whoever decodes it. @throws `INVALID_ARGUMENT` unless they are a list */
export function* eachEntry(entries: unknown): Generator<Uint8Array> {
  const iterable = entries as Iterable<Uint8Array>;
  if (isBytes(entries) || typeof iterable?.[Symbol.iterator] !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "entries must be a list of Uint8Arrays, one an entry");
  }
  yield* iterable;
}
