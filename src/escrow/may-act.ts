// Who may act for escrow in a user's log: an admin with the role for it, that holds the epoch escrow stands for.
// docs/spec.md section 11 (ESC-3, MEM-8).

import { present } from "../bytes/present.js";
import { KeysteadError, type RuleId } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import { epochSeed } from "../keys/keyring.js";
import { activeMember, escrowMember, hasRole, isConfirmed, type LogState, type Member } from "../log/state.js";
import { policyOfArgument } from "../trust/escrow-needs.js";
import { judgePointer } from "../trust/pointer.js";

/** MEM-8: the admin is a device that may act for escrow. @throws `NOT_PERMITTED`, `INVALID_ARGUMENT` */
export function requireRecover({ log, keyring }: MemberState): void {
  policyOfArgument("admin.log", log);
  const member = activeMember(log, keyring.member);
  if (isConfirmed(log, member) && hasRole(member, "recover") && member.kind === "device") return;
  throw refused("MEM-8", "acting for escrow needs an admin's device with the role recover", {
    member: member.id,
  });
}

const VERDICTS = {
  none: "userLog has no escrow member: this organisation can do nothing in it until the user's device enrolls escrow",
  ahead: "userLog's escrow stands for an epoch that this escrow log does not have yet; fetch the newest escrow log",
  false: "userLog's escrow has keys of no epoch of this escrow log: its pointer is false, or admin.log is a fork",
  "other-log": "userLog's escrow stands for another organisation's escrow log",
} as const;

/** ESC-3: escrow in this log stands for an epoch of the admin's log. @throws `NOT_PERMITTED` */
export function requireEscrow(admin: MemberState, userLog: LogState): Member {
  const escrow = escrowMember(userLog);
  const pointer = escrow?.pointer;
  const verdict = pointer ? judgePointer(pointer, admin.log) : "none";
  if (verdict !== "newest" && verdict !== "older")
    throw refused("ESC-3", VERDICTS[verdict], { verdict, log: userLog.head.log });
  // Only the seed of this epoch can sign for it. Throw now if it is missing, before the admin announces the act.
  epochSeed(admin.keyring, present(pointer).epoch);
  return present(escrow);
}

/** The error for an act that a rule does not allow an admin. */
export function refused(rule: RuleId, message: string, details: Readonly<Record<string, unknown>>): KeysteadError {
  return new KeysteadError("NOT_PERMITTED", message, { rule, details });
}
