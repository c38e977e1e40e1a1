// Judging evidence as a third party: from its bytes alone, trusting neither side. docs/spec.md section 13.

import type { LinkHash, LogId } from "../bytes/ids.js";
import { firstOf, lastOf } from "../bytes/present.js";
import { logIdOf } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { ORIGIN } from "./advance.js";
import { UNCHECKED } from "./clock.js";
import { decodeLink, linkHash } from "./entry.js";
import { judgeStatements } from "./equivocation.js";
import { assertEvidence, type Evidence } from "./evidence.js";
import { isSameHead } from "./heads.js";
import type { Head, LogFacts } from "./state.js";
import { isUnsupported, verifyEntry } from "./verify-link.js";

/** What evidence proves. */
export interface EvidenceVerdict {
  /** The kind of the evidence; `evidence-unjudged` where a side has a link that this library cannot judge. */
  readonly code: `evidence-${Evidence["kind"]}` | "evidence-unjudged";
  /**
   * `proven`: two histories of one log exist, both signed by its members. A member made them, or a server showed members
   * different heads; no signature shows which of the two happened. A link that lost a race is such a history too, so pin only
   * what the server has accepted. `claimed`: the offered side is valid, but only those who pinned the other side say that it was
   * served; or a side has a link of a version that this library cannot judge (LOG-1). Two statements by the log's service that
   * contradict each other are `proven`.
   */
  readonly verdict: "proven" | "claimed";
  /** The heads of the two sides, both verified where there are links. `offered` has position 0 if nothing was offered. */
  readonly pinned: Head;
  readonly offered: Head;
  /** First position at which the sides differ; for a rollback the first that is withheld. */
  readonly seq: number;
}

/**
 * Judges evidence of a fork, a replacement, a rollback, or of statements that contradict each other.
 *
 * @throws `INVALID_ENCODING` for bytes that are no evidence; `INVALID_ARGUMENT` when it does not show what it claims; errors of
 * `verifyLog` when a side is no valid log.
 */
export function checkEvidence(evidence: Evidence): EvidenceVerdict {
  assertEvidence(evidence);
  const { kind, pinned, subject } = evidence;
  const theirs = replay(evidence.theirs, subject, kind === "rolled-back" ? pinned.log : undefined);
  if (kind === "equivocated")
    return { code: "evidence-equivocated", verdict: "proven", ...judgeStatements(evidence, theirs.log) };
  if (evidence.statements) throw unproven("it has statements, which say nothing of this");
  const offered = theirs.head;
  const ours = evidence.ours.length > 0 ? replay(evidence.ours, subject) : undefined;
  // Checks all three: a verdict that repeats a false log id or position would claim what those who pinned it never said.
  if (ours && !isSameHead(ours.head, pinned)) throw unproven("its own links do not end at the pinned head");
  const sameLog = offered.log === pinned.log;
  if (sameLog === (kind === "replaced"))
    throw unproven(sameLog ? "both sides are one log" : "the sides are different logs");
  const seq =
    kind === "rolled-back" ? offered.seq + 1 : kind === "replaced" ? 1 : firstDifference(ours, theirs, pinned, false);
  if (kind === "rolled-back" && (seq > pinned.seq || (ours && firstDifference(ours, theirs, pinned, true) !== seq))) {
    throw unproven("the offered log is not a shorter version of the pinned one");
  }
  // A shorter log or another first link is no lie by itself. The lie is that a server served it, and no signature shows that.
  const isJudged = theirs.isJudged && ours?.isJudged !== false;
  const isProven = kind === "forked" && ours && isJudged;
  const code = isJudged ? (`evidence-${kind}` as const) : "evidence-unjudged";
  return { code, verdict: isProven ? "proven" : "claimed", pinned, offered, seq };
}

/** One side: the result of its links, as far as this library can judge them. */
interface Side {
  readonly head: Head;
  readonly hashes: readonly LinkHash[];
  /** The state after its links, up to the first link that cannot be judged. */
  readonly log: LogFacts;
  /** Whether this library knows the versions and types of all its links. After the first unknown one, only hashes count. */
  readonly isJudged: boolean;
}

/** @param log the log to which an empty list of links belongs; without it there must be links */
function replay(links: readonly Uint8Array[], subject: string, log?: LogId): Side {
  if (log && links.length === 0) return { head: { ...ORIGIN.head, log }, hashes: [], log: ORIGIN, isJudged: true };
  let state: LogFacts = ORIGIN;
  let isJudged = true;
  const hashes: LinkHash[] = [];
  for (const bytes of links) {
    const link = decodeLink(bytes);
    hashes.push(linkHash(bytes));
    try {
      if (isJudged) state = verifyEntry(state, { link, attachments: [] }, UNCHECKED).log;
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      isJudged = false;
    }
  }
  // An empty list is no log: it has no subject, and evidence names one. A first link that cannot be judged gives no subject.
  if ((isJudged || state !== ORIGIN) && state.subject !== subject)
    throw unproven("its links are not a log of the subject it names");
  const head = { log: logIdOf(firstOf(hashes)), seq: hashes.length, hash: lastOf(hashes) };
  return { head, hashes, log: state, isJudged };
}

function firstDifference(ours: Side | undefined, theirs: Side, pinned: Head, rolledBack: boolean): number {
  if (!ours) {
    if (theirs.head.seq !== pinned.seq || theirs.head.hash === pinned.hash)
      throw unproven("the offered links do not contradict the pinned head");
    return pinned.seq;
  }
  const shorter = Math.min(ours.hashes.length, theirs.hashes.length);
  for (let index = 0; index < shorter; index++) if (ours.hashes[index] !== theirs.hashes[index]) return index + 1;
  // One side is the beginning of the other: for a rollback to a shorter log, that is the contradiction; for a fork, it is none.
  if (rolledBack) return theirs.hashes.length + 1;
  throw unproven("the sides do not contradict each other");
}

function unproven(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `the evidence does not show what it says: ${message}`);
}
