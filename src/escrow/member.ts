// A user's device enrolls escrow, and renews it when the admins' epoch changes. docs/spec.md section 11 (ESC-3 to ESC-6).

import { KeysteadError } from "../errors.js";
import { writeLink } from "../grants/author.js";
import { type Proposal, proposeSession } from "../grants/proposal.js";
import { checkSession, type Session } from "../grants/session.js";
import { partsOf } from "../keys/keyring.js";
import { escrowMember, type Head, type LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { extendsHead } from "../trust/head.js";
import { newestPointer, pointerTo } from "../trust/pointer.js";

/**
 * Enrolls the organisation's escrow with everything that this device holds. No secret is made: the member's keys are the
 * newest escrow epoch's (ESC-3).
 *
 * @param escrowLog the newest escrow log, verified.
 * @param confirmed the head whose fingerprint the user compared with what the admins published: escrow must extend it (ESC-4).
 * @throws `NOT_PERMITTED` with the rule; ESC-4 when the escrow log does not extend what was confirmed
 */
export function enrollEscrow(session: Session, escrowLog: LogState, confirmed: Head, env: Env): Proposal<Session> {
  const { log, keyring } = checkSession(session);
  if (!extendsHead(escrowLog, confirmed)) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "this escrow log does not extend the one whose fingerprint was confirmed; ask the user again",
      {
        rule: "ESC-4",
        details: { confirmed, escrow: escrowLog.head },
      },
    );
  }
  const { keys } = partsOf(keyring);
  const fields = { author: keys.sign, escrow: newestPointer(escrowLog) };
  const written = writeLink({ before: log, type: "enroll", fields, keyring, signers: [keys] }, env);
  return proposeSession(keyring, written);
}

/**
 * Points escrow at its newest epoch, and makes a new epoch of the user's log, which removed admins do not get (ESC-6).
 *
 * @throws `NOT_PERMITTED` with the rule; `INVALID_ARGUMENT` when there is no escrow member
 */
export function renewEscrow(session: Session, escrowLog: LogState, env: Env): Proposal<Session> {
  const { log, keyring } = checkSession(session);
  if (!escrowMember(log))
    throw new KeysteadError("INVALID_ARGUMENT", "this log has no escrow member to renew; enroll it");
  const { keys } = partsOf(keyring);
  const fields = { author: keys.sign, escrow: pointerTo(escrowLog) };
  const written = writeLink({ before: log, type: "renew-escrow", fields, keyring, signers: [keys] }, env);
  return proposeSession(keyring, written);
}
