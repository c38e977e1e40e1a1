// What an offered log contradicts: its subject, and what was verified for this subject before. docs/spec.md sections 6 (LOG-8)
// and 13.1.

import { checkHead } from "../arguments/heads.js";
import { isDisguised, LOG_STATE } from "../arguments/instances.js";
import { KeysteadError } from "../errors.js";
import { type ContradictionKind, headOf, makeEvidence, type Pin } from "./evidence.js";
import { assertLog, type Head, type LogFacts, LogState } from "./state.js";

/** What a whole log is compared with. */
export interface Expected {
  readonly subject: string;
  readonly pins: readonly Pin[];
}

/** An offered log, as far as it was read: its head, and for evidence the bytes of its links up to there. */
export interface Offered {
  readonly head: Head;
  readonly bytes: () => readonly Uint8Array[];
}

/** The offered log that a state is. */
export function offeredBy(log: LogFacts): Offered {
  return { head: log.head, bytes: () => [...log.links].map(({ bytes }) => bytes) };
}

/** LOG-8: the log is the subject's, and contradicts no pin. Call it after each link. */
export function checkExpected(log: LogFacts, expected: Expected): void {
  checkSubject(log, expected.subject);
  checkPins(offeredBy(log), expected);
}

/** LOG-8: the newest link is the one that stands at its position in every pin that knows it. */
export function checkPins(offered: Offered, { subject, pins }: Expected): void {
  for (const pin of pins) {
    const kind = contradictionOf(pin, offered.head);
    if (kind) throw contradiction(kind, subject, pin, offered);
  }
}

/** LOG-8: the log is the subject's. */
export function checkSubject(log: LogFacts, subject: string): void {
  if (log.subject !== subject)
    throw wrongSubject("the log is of another subject than the one asked for", "ask the server for the right log", {
      expected: subject,
      actual: log.subject,
      log: log.head.log,
    });
}

/**
 * The kind of contradiction when another link stands at a position of a pinned log; undefined if the pin has no other link there.
 */
function contradictionOf(pin: Pin, { log, seq, hash }: Head): "replaced" | "forked" | undefined {
  const pinned = headOf(pin);
  if (log !== pinned.log) return "replaced";
  const ours = "links" in pin ? pin.links.at(seq - 1)?.hash : seq === pinned.seq ? pinned.hash : undefined;
  return ours !== undefined && ours !== hash ? "forked" : undefined;
}

/** LOG-8: the log does not end before a head that was verified. Call it after the last link. */
export function checkLength({ head, bytes }: Offered, { subject, pins }: Expected): void {
  for (const pin of pins) {
    const { log, seq } = headOf(pin);
    // Its links were found to be of this log; an empty one is the beginning of every log.
    if (head.seq < seq) throw contradiction("rolled-back", subject, pin, { head: { ...head, log }, bytes });
  }
}

const CONTRADICTIONS = {
  forked: ["FORKED", "another link is offered for a position that is known"],
  replaced: ["REPLACED", "another log is offered for a subject whose log is known"],
  "rolled-back": ["ROLLED_BACK", "the log ends before a head that was verified earlier"],
} as const;

/** The error for an offered log that contradicts a pin, with the evidence. */
function contradiction(kind: ContradictionKind, subject: string, pin: Pin, offered: Offered): KeysteadError {
  const [code, message] = CONTRADICTIONS[kind];
  const evidence = makeEvidence(kind, subject, pin, offered.bytes());
  return new KeysteadError(code, `${message}; trust nothing new from this server, keep details.evidence`, {
    rule: "LOG-8",
    details: { pinned: headOf(pin), offered: offered.head, evidence },
  });
}

/** @throws `INVALID_ARGUMENT`; `WRONG_SUBJECT` for a pinned state of another subject, which is the caller's mistake */
export function checkPinned(pinned: unknown, subject: string): void {
  if (isDisguised(LOG_STATE, pinned)) assertLog(pinned, "options.pinned");
  if (!LogState.is(pinned)) checkHead(pinned as Head, "options.pinned");
  else if (pinned.subject !== subject)
    throw wrongSubject("options.pinned is a log about another subject than options.subject", "look up the right pin", {
      expected: subject,
      actual: pinned.subject,
      log: pinned.head.log,
    });
}

/**
 * LOG-8: the error for a log of somebody else. Where two subjects differ only in how they are written, the app is wrong more often
 * than the server lies: the library compares texts byte for byte; people and databases often do not.
 *
 * @param remedy what to do where the subjects differ in more than that
 */
export function wrongSubject(
  problem: string,
  remedy: string,
  details: { readonly expected: string; readonly actual: string; readonly log?: string },
): KeysteadError {
  const bare = (subject: string) => subject.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  const todo =
    bare(details.expected) === bare(details.actual)
      ? "the two differ only in case, white space or Unicode normal form: give the subject exactly as createLog was given it"
      : remedy;
  return new KeysteadError("WRONG_SUBJECT", `${problem}; ${todo}`, { rule: "LOG-8", details });
}
