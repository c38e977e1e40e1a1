// Two statements of a service that contradict each other: found by a reader, and judged by a third party from bytes alone.
// docs/spec.md sections 13.2 and 13.4 (SVC-5).

import { firstOf } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import type { Evidence } from "./evidence.js";
import { isSameHead } from "./heads.js";
import { assertLog, type Head, type LogFacts, type LogState } from "./state.js";
import { operatorOf, readStatement } from "./statement.js";

type Stated = ReturnType<typeof readStatement>;

/**
 * Whether two statements about one log contradict each other: two hashes for one position, or fewer links at a later time. Call
 * it with the newest statement that was kept and the next one, before the next one is kept in its place.
 *
 * @param log the verified log that both name. It need not have the heads that they state.
 * @returns evidence for a third party (`checkEvidence`); undefined when they do not contradict each other.
 * @throws `INVALID_ENCODING`, `TOO_LARGE`; `INVALID_SIGNATURE` (SVC-1, SVC-2); `WRONG_SUBJECT` (SVC-4) when one names another
 * log; `INVALID_ARGUMENT`
 */
export function compareStatements(log: LogState, first: Uint8Array, second: Uint8Array): Evidence | undefined {
  assertLog(log);
  const [one, other] = [readOwn(log, first), readOwn(log, second)];
  const inOrder = one.at <= other.at;
  const [earlier, later] = inOrder ? [one, other] : [other, one];
  if (contradictionAt(earlier, later) === undefined) return undefined;
  const genesis = firstOf(log.links);
  return {
    v: 1,
    kind: "equivocated",
    subject: log.subject,
    pinned: earlier.head,
    ours: [],
    theirs: [genesis.bytes],
    statements: inOrder ? [first, second] : [second, first],
  };
}

/**
 * What a third party sees in evidence of the kind `equivocated`: the heads that were stated, and where they contradict each
 * other.
 */
export interface Equivocation {
  readonly pinned: Head;
  readonly offered: Head;
  readonly seq: number;
}

/**
 * SVC-5: judges two statements. The log here is its first link alone, which names the operator and whose hash is the log's id.
 *
 * @throws `INVALID_ARGUMENT` when the evidence does not show what it claims; errors of `compareStatements`
 */
export function judgeStatements({ statements, pinned, ours }: Evidence, log: LogFacts): Equivocation {
  if (!statements || ours.length > 0 || log.head.seq !== 1)
    throw unproven("it must have two statements and a first link");
  const [earlier, later] = [readOwn(log, statements[0]), readOwn(log, statements[1])];
  const seq = contradictionAt(earlier, later);
  if (seq === undefined) throw unproven("the statements do not contradict each other in this order");
  if (!isSameHead(earlier.head, pinned)) throw unproven("its first statement is not about the pinned head");
  return { pinned, offered: later.head, seq };
}

/** A statement about this log. */
function readOwn(log: Pick<LogFacts, "head" | "operator">, statement: Uint8Array): Stated {
  const stated = readStatement(statement, operatorOf(log));
  if (stated.head.log === log.head.log) return stated;
  throw new KeysteadError("WRONG_SUBJECT", "the statement names another log than the one given", {
    rule: "SVC-4",
    details: { expected: log.head.log, actual: stated.head.log },
  });
}

/** The first position at which the later statement contradicts the earlier one; undefined where it does not. */
function contradictionAt(earlier: Stated, later: Stated): number | undefined {
  const [before, after] = [earlier.head, later.head];
  if (later.at < earlier.at) return undefined;
  if (after.seq === before.seq) return after.hash === before.hash ? undefined : after.seq;
  return after.seq < before.seq && later.at > earlier.at ? after.seq + 1 : undefined;
}

function unproven(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `the evidence does not show what it says: ${message}`);
}
