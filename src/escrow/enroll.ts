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
import { assertUserLog, checkAtHand, confirmationOf, type EscrowKnowledge, escrowTrust } from "../trust/soundness.js";

/**
 * Enrolls the organisation's escrow, and grants it everything that this device holds. It makes no secret: the escrow member has
 * the keys of the newest escrow epoch (ESC-3).
 *
 * @param knowledge the newest escrow log, and the proof that the user compared its fingerprint with what the admins published:
 * the token of `compareFingerprint`, or the token's head as the app stored it.
 * @throws `NOT_PERMITTED` with the rule; `ESCROW_UNKNOWN` (ESC-4) when the escrow log is not trusted or does not extend the head
 * that the user confirmed
 */
export function enrollEscrow(state: MemberState, knowledge: EscrowKnowledge, env: Env): Proposal<MemberState> {
  const { log } = checkMemberState(state);
  assertUserLog(log, "state.log");
  const { escrowLog: given } = checkOptions(knowledge);
  const confirmed = confirmationOf(knowledge);
  const pointer = typeof given === "object" ? newestPointer(given) : undefined;
  const escrowLog = trustedLog(log, knowledge);
  if (confirmed === undefined || !extendsHead(escrowLog, confirmed)) {
    throw untrusted("this escrow log does not extend one whose fingerprint the user confirmed; ask the user");
  }
  return point(state, "enroll", pointer ?? newestPointer(escrowLog), knowledge, env);
}

/**
 * Points escrow at the newest epoch of its log, and makes a new epoch of the user's log. Removed admins do not get it (ESC-6).
 *
 * @throws `NOT_PERMITTED` with the rule; `ESCROW_UNKNOWN` (ESC-4) when the escrow log is not trusted; `INVALID_ARGUMENT` when
 * there is no escrow member
 */
export function renewEscrow(state: MemberState, knowledge: EscrowKnowledge, env: Env): Proposal<MemberState> {
  const { log } = checkMemberState(state);
  assertUserLog(log, "state.log");
  if (!escrowMember(log))
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "this log has no escrow member to renew; enroll escrow first, by enrollEscrow",
    );
  const escrowLog = trustedLog(log, knowledge);
  return point(state, "renew-escrow", pointerTo(escrowLog), knowledge, env);
}

/** ESC-4: an escrow log of a thief or of a server gets nothing, even if an app ignores the advice of `agenda`. */
function trustedLog(log: LogState, knowledge: EscrowKnowledge): LogState {
  const { escrowLog } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  if (typeof escrowLog !== "object") throw untrusted("the newest escrow log is not at hand; fetch it");
  if (!policyOf(escrowLog).enabled) throw untrusted("the organisation's policy disables escrow");
  if (escrowTrust(log, escrowLog, knowledge) === "sound") return escrowLog;
  throw untrusted(
    "neither the user nor a founding device vouches for this escrow log, or it lacks a head that a pointer names; fetch it, or compare fingerprints",
  );
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
  const fields = { author: keys.signingKey, escrow };
  const draft = { before: log, type, fields, keyring, signers: [keys], guard: { escrow: knowledge } };
  return proposeState(keyring, writeLink(draft, env));
}
