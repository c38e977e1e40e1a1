// Renewal in escrow's name: an admin points escrow to the newest epoch in the log of a user whose devices stay offline.
// docs/spec.md section 11 (ESC-6, ESC-10).

import { checkOptions } from "../arguments/options.js";
import { type Proposal, proposeLog } from "../authoring/proposal.js";
import { writeLink } from "../authoring/write-link.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { partsOf } from "../keys/keyring.js";
import type { LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { pointerTo } from "../trust/pointer.js";
import { renewalReasons } from "../trust/renewal.js";
import { assertUserLog } from "../trust/soundness.js";
import { escrowKeys } from "./escrow-keys.js";
import { requireEscrow, requireRecover } from "./may-act.js";

/**
 * An admin with the role `recover` renews escrow in the log of a user whose devices stay offline. The link points escrow to the newest
 * epoch of the escrow log. It makes a new epoch of the user's log, known only to those who may know it (ESC-6, ESC-10). The new pointer
 * may equal the one in force.
 *
 * @returns a proposal of the user's log, for the server to accept.
 * @throws `NOT_PERMITTED` with the rule: MEM-8 without the role, ESC-3 when the log's escrow is not this one or its pointer is
 * false, MEM-2 when no reason for a renewal exists that an admin can settle (`renewalReasons`)
 */
export function renewEscrowForUser(
  admin: MemberState,
  options: { readonly userLog: LogState },
  env: Env,
): Proposal<LogState> {
  const { userLog } = checkOptions(options);
  assertUserLog(userLog, "userLog");
  const state = checkMemberState(admin);
  requireRecover(state);
  const escrow = requireEscrow(state, userLog);
  if (renewalReasons(userLog, state.log).every((reason) => reason === "founder")) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "escrow's pointer is not due to be renewed by an admin: nothing would change",
      {
        rule: "MEM-2",
        details: { log: userLog.head.log },
      },
    );
  }
  const keys = escrowKeys(state, escrow);
  const device = partsOf(state.keyring).keys;
  const { seq, hash } = state.log.head;
  const fields = { author: keys.signingKey, by: { admin: device.signingKey, seq, hash }, escrow: pointerTo(state.log) };
  const draft = { before: userLog, type: "renew-escrow", fields, signers: [keys, device] } as const;
  return proposeLog(writeLink({ ...draft, guard: "not-a-users-device" }, env));
}
