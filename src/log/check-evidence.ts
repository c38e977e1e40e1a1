// Judging evidence as a third party: from its bytes alone, trusting neither side. docs/spec.md section 13.

import { KeysteadError } from "../errors.js";
import { ORIGIN } from "./advance.js";
import { decodeLink } from "./entry.js";
import { judgeStatements } from "./equivocation.js";
import { assertEvidence, type Evidence } from "./evidence.js";
import type { Head, LogFacts } from "./state.js";
import { verifyLink } from "./verify-link.js";

/** What evidence proves. */
export interface EvidenceVerdict {
  /**
   * `proven`: two histories of one log exist, both signed by its members. A member made them, or a server showed members
   * different heads; which of the two, no signature tells. A link that lost a race is such a history too, so pin only what the
   * server has accepted. Or two statements by the log's service contradict each other. `claimed`: the offered side is valid, but
   * that the other was served rests on the word of the side that pinned it.
   */
  readonly verdict: "proven" | "claimed";
  /** The heads of the two sides, both verified where there are links. */
  readonly pinned: Head;
  readonly offered: Head;
  /** First position at which the sides differ; for a rollback the first that is withheld. */
  readonly seq: number;
  /** For people, in English: what is shown, and what explains it without a lie. */
  readonly text: string;
}

const TEXTS = {
  forked:
    "The log has another valid history than the pinned one. A server showed different histories, or a member signed both; a link " +
    "that lost a race makes one too.",
  replaced:
    "The subject has another valid log. That it was served in place of the pinned one rests on the word of the side that pinned it.",
  "rolled-back":
    "A shorter log is valid. That it was served after the pinned head rests on the word of the side that pinned it.",
  equivocated:
    "The service signed two statements about one log that contradict each other: it showed two histories, or took back links. " +
    "Replicas that lag behind, a clock that was set back, a restored backup, or a stolen statement key explain it too.",
} as const satisfies Record<Evidence["kind"], string>;

/**
 * Judges evidence of a fork, a replacement, a rollback, or of statements that contradict each other.
 *
 * @throws `INVALID_ENCODING` for what is no evidence; `INVALID_ARGUMENT` when it does not show what it says; errors of
 * `verifyLog` when a side is no valid log.
 */
export function checkEvidence(evidence: Evidence): EvidenceVerdict {
  assertEvidence(evidence);
  const { kind, pinned, subject } = evidence;
  const theirs = replay(evidence.theirs, subject);
  const text = TEXTS[kind];
  if (kind === "equivocated") return { verdict: "proven", ...judgeStatements(evidence, theirs), text };
  if (evidence.statements) throw unproven("it has statements, which say nothing of this");
  const offered = theirs.head;
  const ours = evidence.ours.length > 0 ? replay(evidence.ours, subject) : undefined;
  // All three: a verdict that repeats a false log id or position would put words into the mouth of whoever pinned it.
  if (ours && !isHead(ours.head, pinned)) throw unproven("its own links do not end at the pinned head");
  const sameLog = offered.log === pinned.log;
  if (sameLog === (kind === "replaced"))
    throw unproven(sameLog ? "both sides are one log" : "the sides are different logs");
  const seq =
    kind === "rolled-back" ? offered.seq + 1 : kind === "replaced" ? 1 : firstDifference(ours, theirs, pinned, false);
  if (kind === "rolled-back" && (seq > pinned.seq || (ours && firstDifference(ours, theirs, pinned, true) !== seq))) {
    throw unproven("the offered log is not a shorter version of the pinned one");
  }
  // That a shorter log or another first link exists is no lie by itself: only its being served is, which no signature shows.
  return { verdict: kind === "forked" && ours ? "proven" : "claimed", pinned, offered, seq, text };
}

function replay(links: readonly Uint8Array[], subject: string): LogFacts {
  let log: LogFacts = ORIGIN;
  for (const link of links) log = verifyLink(log, { link: decodeLink(link), attachments: [] }, {});
  // No links are no log: their subject is empty, and evidence names one.
  if (log.subject !== subject) throw unproven("its links are not a log of the subject it names");
  return log;
}

function firstDifference(ours: LogFacts | undefined, theirs: LogFacts, pinned: Head, rolledBack: boolean): number {
  if (!ours) {
    if (theirs.head.seq !== pinned.seq || theirs.head.hash === pinned.hash)
      throw unproven("the offered links do not contradict the pinned head");
    return pinned.seq;
  }
  for (let index = 0; index < Math.min(ours.links.length, theirs.links.length); index++) {
    if (ours.links.at(index)?.hash !== theirs.links.at(index)?.hash) return index + 1;
  }
  // One side is the beginning of the other: for a rollback, to a shorter log, that is the contradiction, for a fork it is none.
  if (rolledBack) return theirs.links.length + 1;
  throw unproven("the sides do not contradict each other");
}

function isHead(a: Head, b: Head): boolean {
  return a.log === b.log && a.seq === b.seq && a.hash === b.hash;
}

function unproven(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `the evidence does not show what it says: ${message}`);
}
