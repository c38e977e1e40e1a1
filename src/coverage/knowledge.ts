// What escrow really holds, as far as a view can know. Escrow holds only what was granted to the organisation's keys, and only a
// trusted escrow log says which keys those are. docs/spec.md sections 8 and 11.2 (ESC-4, ESC-11).

import { checkOptions } from "../arguments/options.js";
import { plainText } from "../bytes/plain-text.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import type { LogState } from "../log/state.js";
import { claimedRuns } from "../trust/claimed.js";
import { policyOf } from "../trust/escrow-needs.js";
import { judgePointer } from "../trust/pointer.js";
import { type Confirmation, type EscrowKnowledge, judgingLog } from "../trust/soundness.js";
import { type NameOf, nameMembers } from "./names.js";

/** What a view may know about escrow besides the log. */
export type KnownEscrow = Partial<Pick<EscrowKnowledge, "escrowLog"> & Confirmation>;

/** What escrow holds of a log. The log alone does not show it, since a thief's device can point escrow at keys of its own. */
export interface EscrowHoldings {
  /** Granted to keys that are the organisation's, by members of the log past and present; undefined when that is unknown. */
  readonly claimed: Runs | undefined;
  /** Granted in escrow's name, to keys that the given logs do not identify. Empty when `claimed` is known. */
  readonly unknown: Runs;
}

/** What escrow holds. For a log that never granted escrow anything, no escrow log is needed. @throws `INVALID_ARGUMENT` */
export function escrowHoldings(log: LogState, known: KnownEscrow): EscrowHoldings {
  const escrowLog = trustedEscrowLog(log, known);
  if (escrowLog) return { claimed: claimedRuns(log, escrowLog), unknown: NO_RUNS };
  let granted: Runs = NO_RUNS;
  for (const [, { runs }] of log.granted) granted = uniteRuns(granted, runs);
  return granted.length === 0 ? { claimed: NO_RUNS, unknown: NO_RUNS } : { claimed: undefined, unknown: granted };
}

/** The given escrow log, if it can judge acts in escrow's name. @throws `INVALID_ARGUMENT` */
export function trustedEscrowLog(log: LogState, known: KnownEscrow): LogState | undefined {
  const { escrowLog, ...confirmation } = checkOptions(known);
  if (typeof escrowLog !== "object") return undefined;
  policyOf(escrowLog);
  return log.kind === "escrow" ? undefined : judgingLog(log, { escrowLog, ...confirmation });
}

/** {@link nameMembers}, with the organisations that escrow members stand for as far as `known` shows them. @throws `INVALID_ARGUMENT` */
export function nameMembersWith(log: LogState, known: KnownEscrow): NameOf {
  const escrowLog = trustedEscrowLog(log, known);
  return nameMembers(log, ({ pointer }) =>
    escrowLog && pointer && ["newest", "older"].includes(judgePointer(pointer, escrowLog))
      ? plainText(escrowLog.subject)
      : undefined,
  );
}
