// Heads: whether two are equal, whether a log has one, and how a head that somebody else named compares with the same log as
// this device verified it. docs/spec.md sections 11.2, 12.3 and 13.4.

import { checkHead } from "../arguments/heads.js";
import type { Head } from "../bytes/ids.js";
import { assertLog, type LogFacts, type LogState, linkAt } from "./state.js";

/** A head that somebody named, compared with a log. */
export type NamedHead =
  | {
      /** It is the log's head. */
      readonly status: "current";
      readonly head: Head;
    }
  | {
      /** `behind`: it is an earlier head of the log. `ahead`: the log given ends before it, and it cannot be judged. */
      readonly status: "behind" | "ahead";
      readonly head: Head;
      /** By how many links. */
      readonly links: number;
    }
  | {
      /** At that position the log has another link: there are two histories of one log, or the one who named the head lies. */
      readonly status: "forked";
      readonly head: Head;
      /** The head that the log had there. */
      readonly known: Head;
    };

/** Compares a head of this same log, which somebody else named, with the log. */
export function compareHead({ head: newest, links }: Pick<LogFacts, "head" | "links">, head: Head): NamedHead {
  const behind = newest.seq - head.seq;
  if (behind < 0) return { status: "ahead", head, links: -behind };
  const { hash } = linkAt({ links }, head.seq);
  if (hash !== head.hash) return { status: "forked", head, known: { ...head, hash } };
  return behind === 0 ? { status: "current", head } : { status: "behind", head, links: behind };
}

/**
 * Relation of a log to an earlier head, such as the one with which a keyring was stored. `continued`: the log has that head, or there
 * was none. `forked`: it has another link there. `rolled-back`: it ends before that head.
 */
export type Continuity = "continued" | "forked" | "rolled-back";

/** The relation of a log to a head of the same log. */
export function continuityOf(
  { head, links }: Pick<LogFacts, "head" | "links">,
  { seq, hash }: Pick<Head, "seq" | "hash">,
): Continuity {
  if (head.seq < seq) return "rolled-back";
  return linkAt({ links }, seq).hash === hash ? "continued" : "forked";
}

/** Whether two heads are equal. */
export function isSameHead(a: Head, b: Head): boolean {
  return a.log === b.log && a.seq === b.seq && a.hash === b.hash;
}

/** Whether a log has a head, as its newest or as an ancestor. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function extendsHead(log: LogState, head: Head): boolean {
  assertLog(log);
  const checked = checkHead(head);
  return log.head.log === checked.log && continuityOf(log, checked) === "continued";
}
