// Decides whether escrow's pointer in a user's log must be renewed, and why. docs/spec.md section 11.2 (ESC-6, ESC-10).

import { assertLog, confirmedFounder, escrowMember, type LogState } from "../log/state.js";
import { type EscrowAct, escrowActs } from "./acts.js";
import { judgePointer } from "./pointer.js";

/**
 * Why a pointer must be renewed:
 *
 * - `older`: it stands for an older epoch, which a removed admin may hold.
 * - `known-to-former-admin`: somebody who is not to be believed made the current epoch in escrow's name, and so knows it
 * (ESC-10).
 * - `founder`: an unconfirmed device set it, and escrow's approvals would have that device's class. A confirmed device renews it; an
 *   admin's renewal would keep the class.
 */
export type RenewalReason = "older" | "known-to-former-admin" | "founder";

/**
 * Why escrow's pointer in a user's log must be renewed; empty when it need not, or stands for another escrow log.
 *
 * @param escrowLog the newest escrow log, verified.
 * @throws `INVALID_ARGUMENT`
 */
export function renewalReasons(log: LogState, escrowLog: LogState): readonly RenewalReason[] {
  assertLog(log);
  return renewalReasonsBy(escrowActs(log, escrowLog), log, escrowLog);
}

/** {@link renewalReasons}, for a caller that has judged the acts of escrow already. */
export function renewalReasonsBy(
  acts: readonly EscrowAct[],
  log: LogState,
  escrowLog: LogState,
): readonly RenewalReason[] {
  const escrow = escrowMember(log);
  const verdict = escrow?.pointer && judgePointer(escrow.pointer, escrowLog);
  if (!escrow || (verdict !== "newest" && verdict !== "older")) return [];
  return [
    ...(verdict === "older" ? (["older"] as const) : []),
    ...(isKnownToFormerAdmin(acts, log) ? (["known-to-former-admin"] as const) : []),
    ...(escrow.founder > confirmedFounder(log) ? (["founder"] as const) : []),
  ];
}

/** ESC-10: whether somebody who is not to be believed made the current epoch in escrow's name, and so knows it. */
export function currentEpochIsKnownToFormerAdmin(log: LogState, escrowLog: LogState): boolean {
  return isKnownToFormerAdmin(escrowActs(log, escrowLog), log);
}

/** Whether an act that is not to be believed made the current epoch. */
function isKnownToFormerAdmin(acts: readonly EscrowAct[], log: LogState): boolean {
  const made = log.epochs.last()?.seq;
  return acts.some(({ seq, believed }) => seq === made && !believed);
}
