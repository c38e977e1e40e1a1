// What escrow really holds, as far as a view can know: by keys that are the organisation's, which only a trusted escrow log tells.
// docs/spec.md sections 8 and 11.2 (ESC-4, ESC-11).

import { checkOptions } from "../arguments/options.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import type { LogState } from "../log/state.js";
import { claimedRuns } from "../trust/claimed.js";
import { policyOf } from "../trust/escrow-needs.js";
import { type Confirmation, type EscrowKnowledge, judgingLog } from "../trust/soundness.js";

/** What a view may know about escrow besides the log. */
export type KnownEscrow = Partial<Pick<EscrowKnowledge, "escrowLog"> & Confirmation>;

/** What escrow holds of a log. A thief's device can point escrow at keys of its own, so the log alone does not tell. */
export interface EscrowHoldings {
  /** Granted to keys that are the organisation's, by members of the log past and present; undefined when that is unknown. */
  readonly claimed: Runs | undefined;
  /** Granted in escrow's name, to keys that nobody here can judge. Empty where `claimed` is known. */
  readonly unknown: Runs;
}

/** What escrow holds. A log that never granted escrow anything needs no escrow log to tell. @throws `INVALID_ARGUMENT` */
export function escrowHoldings(log: LogState, known: KnownEscrow): EscrowHoldings {
  const escrowLog = trustedEscrowLog(log, known);
  if (escrowLog) return { claimed: claimedRuns(log, escrowLog), unknown: NO_RUNS };
  let granted: Runs = NO_RUNS;
  for (const [, { runs }] of log.granted) granted = uniteRuns(granted, runs);
  return granted.length === 0 ? { claimed: NO_RUNS, unknown: NO_RUNS } : { claimed: undefined, unknown: granted };
}

/** The escrow log at hand, if it is to be trusted and the pointer in force does not contradict it. @throws `INVALID_ARGUMENT` */
export function trustedEscrowLog(log: LogState, known: KnownEscrow): LogState | undefined {
  const { escrowLog, ...confirmation } = checkOptions(known);
  if (typeof escrowLog !== "object") return undefined;
  policyOf(escrowLog);
  return log.kind === "escrow" ? undefined : judgingLog(log, { escrowLog, ...confirmation });
}
