// Checks how old a recipient's log may be. Without this check, a server decides how soon a removal takes effect for senders.
// docs/spec.md sections 12 and 13.4 (SVC-6).

import { checkOptions } from "../arguments/options.js";
import { checkMilliseconds, checkNow } from "../arguments/time.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { DEFAULT_SKEW } from "../log/clock.js";
import type { LogState } from "../log/state.js";
import { verifyStatement } from "../log/statement.js";

/** How fresh the recipients' logs must be. */
export interface Freshness {
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** Highest age of the service's statement of the log's head, in milliseconds. */
  readonly maxAge: number;
  /** How far ahead of `now` a statement may be, in milliseconds; default 10 minutes. */
  readonly skew?: number | undefined;
}

/** @throws `INVALID_ARGUMENT` */
export function checkFreshness(freshness: Freshness): Freshness {
  const { now, maxAge, skew = DEFAULT_SKEW } = checkOptions(freshness);
  checkNow("options.fresh.now", now);
  for (const [name, value] of Object.entries({ maxAge, skew })) {
    checkMilliseconds(`options.fresh.${name}`, value);
  }
  return { now, maxAge, skew };
}

/**
 * SVC-6: the log has all links that its service stated at most `maxAge` ago.
 *
 * @throws `STALE_LOG`; errors of `verifyStatement`
 */
export function requireFresh(log: LogState, statement: Uint8Array | undefined, freshness: Freshness): void {
  const { log: id } = log.head;
  if (!log.operator)
    throw stale(`log ${id} names no operator who could state its head; seal to it without fresh`, { log: id });
  if (statement === undefined) {
    throw stale(`no statement says how fresh log ${id} is; fetch the service's newest, and give { log, statement }`, {
      log: id,
    });
  }
  const { now, maxAge, skew } = freshness;
  const { head, at, named } = verifyStatement(statement, { log, now, skew });
  const details = { log: id, seq: head.seq, at, now, maxAge };
  if (named?.status === "ahead") {
    throw stale(
      `log ${id} ends ${named.links} links before the head that its service states; fetch its newest entries`,
      details,
    );
  }
  if (now - at > maxAge) {
    throw stale(
      `the service stated the head of log ${id} ${now - at} ms ago, and at most ${maxAge} are allowed; fetch a newer statement`,
      details,
    );
  }
}

function stale(message: string, details: ErrorDetails): KeysteadError {
  return new KeysteadError("STALE_LOG", message, { rule: "SVC-6", details });
}
