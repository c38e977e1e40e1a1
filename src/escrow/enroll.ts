// A user's device enrolls escrow, and renews it when the admins' epoch changes. docs/spec.md section 11 (ESC-3 to ESC-6).

import { checkOptions } from "../arguments/options.js";
import { type Proposal, proposeState } from "../authoring/proposal.js";
import { writeLink } from "../authoring/write-link.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { partsOf } from "../keys/keyring.js";
import { extendsHead } from "../log/heads.js";
import type { LinkTypeName } from "../log/registry.js";
import { escrowMember, type LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { policyOf } from "../trust/escrow-needs.js";
import { newestPointer, pointerTo } from "../trust/pointer.js";
import { assertUserLog, checkAtHand, type EscrowKnowledge, escrowTrust, isContradicted } from "../trust/soundness.js";

/**
 * Enrolls the organisation's escrow with everything that this device holds. No secret is made: the member's keys are the
 * newest escrow epoch's (ESC-3).
 *
 * @param knowledge the newest escrow log, and the head whose fingerprint the user compared with what the admins published.
 * @throws `NOT_PERMITTED` with the rule; `ESCROW_UNKNOWN` (ESC-4) when the escrow log is not trusted or does not extend what the
 * user confirmed
 */
export function enrollEscrow(state: MemberState, knowledge: EscrowKnowledge, env: Env): Proposal<MemberState> {
  const { log } = checkMemberState(state);
  assertUserLog(log, "state.log");
  const { escrowLog: given, confirmed } = checkOptions(knowledge);
  const pointer = typeof given === "object" ? newestPointer(given) : undefined;
  const escrowLog = trustedLog(log, knowledge);
  if (confirmed === undefined || !extendsHead(escrowLog, confirmed)) {
    throw untrusted("this escrow log does not extend one whose fingerprint the user confirmed; ask the user");
  }
  return point(state, "enroll", pointer ?? newestPointer(escrowLog), knowledge, env);
}

/**
 * Points escrow at its newest epoch, and makes a new epoch of the user's log, which removed admins do not get (ESC-6).
 *
 * @throws `NOT_PERMITTED` with the rule; `ESCROW_UNKNOWN` (ESC-4) when the escrow log is not trusted; `INVALID_ARGUMENT` when there is
 * no escrow member
 */
export function renewEscrow(state: MemberState, knowledge: EscrowKnowledge, env: Env): Proposal<MemberState> {
  const { log } = checkMemberState(state);
  assertUserLog(log, "state.log");
  const pointer = escrowMember(log)?.pointer;
  if (!pointer)
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "this log has no escrow member to renew; enroll escrow first, by enrollEscrow",
    );
  const escrowLog = trustedLog(log, knowledge);
  if (isContradicted(pointer, escrowLog, knowledge.confirmed)) {
    throw untrusted("the pointer and this escrow log contradict each other; ask the user to compare fingerprints");
  }
  return point(state, "renew-escrow", pointerTo(escrowLog), knowledge, env);
}

/** ESC-4: a thief's or a server's escrow log gets nothing, whatever an app does with what `agenda` says. */
function trustedLog(log: LogState, knowledge: EscrowKnowledge): LogState {
  const { escrowLog, confirmed } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  if (typeof escrowLog !== "object") throw untrusted("the newest escrow log is not at hand; fetch it");
  if (!policyOf(escrowLog).enabled) throw untrusted("the organisation's policy disables escrow");
  if (escrowTrust(log, escrowLog, confirmed) === "sound") return escrowLog;
  throw untrusted("neither the user nor a founding device vouches for this escrow log; fetch it anew, or ask the user");
}

function untrusted(message: string): KeysteadError {
  return new KeysteadError("ESCROW_UNKNOWN", message, { rule: "ESC-4" });
}

function point(
  state: MemberState,
  type: LinkTypeName,
  escrow: ReturnType<typeof pointerTo>,
  knowledge: EscrowKnowledge,
  env: Env,
): Proposal<MemberState> {
  const { log, keyring } = state;
  const { keys } = partsOf(keyring);
  const fields = { author: keys.sign, escrow };
  const draft = { before: log, type, fields, keyring, signers: [keys], guard: { escrow: knowledge } };
  return proposeState(keyring, writeLink(draft, env));
}
