// What a server does with entries: it accepts an entry or gives the reason for a refusal, and reduces an entry to what a sender
// may see. docs/spec.md sections 6 and 13.

import { checkSubjectOption } from "../arguments/options.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { type SignatureCheck, verifyLabelled } from "../primitives/sign.js";
import type { VerifyLabelledLater } from "../primitives/verify-later.js";
import { ORIGIN } from "./advance.js";
import { type Clock, checkClock } from "./clock.js";
import { decodeEntry, encodeEntry, type UnverifiedEntry } from "./entry.js";
import { originOf } from "./links/genesis.js";
import { checkPinned, checkSubject } from "./pins.js";
import { assertLog, type LinkRecord, type LogState } from "./state.js";
import { badLink, checkComplete, recorded, standingLink } from "./verify.js";
import { readBody, verifyEntry } from "./verify-link.js";

/** Options of {@link acceptEntry}. A server gives its clock as `now`. */
export interface AcceptOptions extends Clock {
  /** The subject of the log, which the server takes from the account that publishes or reads it (LOG-8). */
  readonly subject: string;
}

/**
 * Result of {@link acceptEntry}.
 *
 * - `accepted`: the entry is good and complete. Store it at position `log.head.seq`, unless another entry was stored
 *   there meanwhile; in that case judge it again on the stored log, which gives `lost`.
 * - `same`: the log has this very link, at position `seq`. There is nothing to store: tell the author that it was accepted.
 * - `lost`: another link stands at the entry's position `seq`; the author fetches that link and writes its own again (GRT-6).
 * - `ahead`: the entry is dated ahead of the clock beyond the skew (`NOT_YET`, LOG-3); the author tries again later.
 * - `refused`: the entry is bad, incomplete, or of a version that this library does not verify. `error` names the rule.
 */
export type Acceptance =
  | { readonly verdict: "accepted"; readonly log: LogState }
  | { readonly verdict: "same" | "lost"; readonly seq: number }
  | { readonly verdict: "ahead" | "refused"; readonly error: KeysteadError };

/**
 * Judges an entry that somebody publishes. Every server does this before it stores an entry and gives it to others: by all rules,
 * by a clock, with all attachments, and only in versions that this library verifies.
 *
 * @param log the state of the log that is stored for the subject; undefined for the first entry.
 * @param entry bytes from anywhere.
 * @throws for wrong arguments of the caller only: `INVALID_ARGUMENT`, `WRONG_SUBJECT` for a log of another subject
 */
export function acceptEntry(log: LogState | undefined, entry: Uint8Array, options: AcceptOptions): Acceptance {
  return accept(log, entry, options, verifyLabelled);
}

/**
 * {@link acceptEntry}, with signatures verified beside this thread. An entry that is not accepted is judged again on this thread, so
 * that the reason is that of {@link acceptEntry}.
 *
 * @param entry must not change until the promise is settled.
 * @param later undefined: on this thread.
 */
export async function acceptEntryLater(
  log: LogState | undefined,
  entry: Uint8Array,
  options: AcceptOptions,
  later: VerifyLabelledLater | undefined,
): Promise<Acceptance> {
  if (!later) return acceptEntry(log, entry, options);
  const verdicts: Promise<boolean>[] = [];
  const judged = accept(log, entry, options, (...signed) => verdicts.push(later(...signed)) > 0);
  const isSigned = (await Promise.all(verdicts)).every(Boolean);
  // A verdict on a position that is filled says nothing of signatures.
  return "seq" in judged || ("log" in judged && isSigned) ? judged : acceptEntry(log, entry, options);
}

function accept(
  log: LogState | undefined,
  entry: Uint8Array,
  options: AcceptOptions,
  check: SignatureCheck,
): Acceptance {
  const { subject, ...clock } = checkAcceptOptions(log, options);
  assertBytes(entry, undefined, "entry");
  try {
    return judgeEntry(log, decodeEntry(entry), subject, clock, check);
  } catch (error) {
    if (!(error instanceof KeysteadError)) throw error;
    return { verdict: error.code === "NOT_YET" ? "ahead" : "refused", error };
  }
}

function judgeEntry(
  log: LogState | undefined,
  entry: UnverifiedEntry,
  subject: string,
  clock: Clock,
  check: SignatureCheck,
): Acceptance {
  const standing = log && standingLink(log, entry.link);
  if (standing) return judgeLate(log, entry, standing, subject);
  const after = recorded(verifyEntry(log ?? ORIGIN, entry, clock, check));
  checkSubject(after.log, subject);
  checkComplete(after);
  return { verdict: "accepted", log: after.log };
}

/**
 * An entry for a position that is filled. It is not judged whether the entry would be valid there: that would cost the server a
 * replay, and the author must write it again in both cases.
 */
function judgeLate(log: LogState, { link }: UnverifiedEntry, standing: LinkRecord, subject: string): Acceptance {
  const { seq } = standing;
  if (standing.hash === link.hash) return { verdict: "same", seq };
  const { type, body } = readBody(link);
  if (type.type === "genesis") checkSubject({ ...log, subject: originOf(body).subject }, subject);
  else if (body.log !== log.head.log) throw badLink(seq, "it belongs to another log");
  else if (body.prev !== standing.prev)
    throw badLink(seq, "it follows another link than the one this log has before it");
  return { verdict: "lost", seq };
}

/** @throws `INVALID_ARGUMENT`, `WRONG_SUBJECT` */
function checkAcceptOptions(log: unknown, options: AcceptOptions): AcceptOptions {
  checkClock(checkSubjectOption(options));
  if (log !== undefined) {
    assertLog(log);
    checkPinned(log, options.subject);
  }
  return options;
}

/**
 * An entry for a reader who only seals to its log: the link, which can be verified, without attachments. The names of devices are
 * in attachments, so that reader does not get them; the link still shows that there are devices, and when they came and went.
 *
 * @throws `INVALID_ENCODING`, `TOO_LARGE` for bytes that are no entry
 */
export function entryForSenders(entry: Uint8Array): Bytes {
  return encodeEntry(decodeEntry(entry).link.bytes, []);
}
