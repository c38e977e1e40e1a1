// Requirements that an escrow log does not meet yet, before users may entrust their data to it. docs/spec.md section 11.1
// (ESC-1).

import { hasEpoch } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import type { Policy } from "../log/fields.js";
import { assertLog, hasRole, type LogState, type MemberKind } from "../log/state.js";

/** A requirement that escrow does not meet yet. */
export type EscrowNeed = "device" | "backup-key" | "enabled";

/**
 * ESC-1: requirements that an escrow log does not meet yet. It needs an active device and an active backup key that both hold epoch 1
 * and have the role `manage`, so that no single loss locks the organisation out. It needs an enabled policy. Empty when escrow is ready.
 *
 * @throws `INVALID_ARGUMENT` for a user's log
 */
export function escrowNeeds(escrowLog: LogState): readonly EscrowNeed[] {
  const policy = policyOf(escrowLog);
  const has = (kind: MemberKind) =>
    [...escrowLog.active.values()].some(
      (member) => member.kind === kind && hasEpoch(member.held, 1) && hasRole(member, "manage"),
    );
  return [
    ...(has("device") ? [] : (["device"] as const)),
    ...(has("backup") ? [] : (["backup-key"] as const)),
    ...(policy.enabled ? [] : (["enabled"] as const)),
  ];
}

/** The policy in force. @throws `INVALID_ARGUMENT` for a user's log */
export function policyOf(escrowLog: LogState): Policy {
  return policyOfArgument("escrowLog", escrowLog);
}

/** As {@link policyOf}, for a log that the caller passed under another name. */
export function policyOfArgument(argument: string, escrowLog: LogState): Policy {
  assertLog(escrowLog, argument);
  if (escrowLog.policy === undefined)
    throw new KeysteadError("INVALID_ARGUMENT", `${argument} must be an escrow log, not a user's log`);
  return escrowLog.policy;
}
