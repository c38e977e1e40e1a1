// Pointers: the escrow epoch that a user's escrow member stands for, and whether to trust it. docs/spec.md section 11 (ESC-3,
// ESC-4).

import { checkHead } from "../arguments/heads.js";
import { equalBytes } from "../bytes/bytes.js";
import { lastOf, present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import type { Pointer } from "../log/fields.js";
import { currentEpoch, type LogState } from "../log/state.js";
import { escrowNeeds, policyOf } from "./escrow-needs.js";

const LACKING = {
  device: "a device that holds epoch 1 and has the role manage",
  "backup-key": "a backup key that holds epoch 1 and has the role manage",
  enabled: "a policy that enables escrow (setPolicy)",
} as const;

/** The pointer to the newest epoch of an escrow log. @throws `NOT_PERMITTED` (ESC-1) while it is not ready, `INVALID_ARGUMENT` */
export function newestPointer(escrowLog: LogState): Pointer {
  const lacking = escrowNeeds(escrowLog);
  if (lacking.length > 0) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      `the escrow log is not ready for users: it lacks ${lacking.map((need) => LACKING[need]).join(", and ")}; an admin must see to that first`,
      {
        rule: "ESC-1",
        details: { lacking },
      },
    );
  }
  return pointerTo(escrowLog);
}

/**
 * The pointer to the newest epoch, even when escrow is not ready. A renewal uses it: a removed admin must not go on reading while
 * the organisation looks for a new device (ESC-6).
 */
export function pointerTo(escrowLog: LogState): Pointer {
  policyOf(escrowLog);
  const { number, signingKey, kemKey } = lastOf(escrowLog.epochs);
  return { ...escrowLog.head, epoch: number, signingKey: present(signingKey), kemKey };
}

/**
 * The verdict on a pointer, judged by a verified escrow log. The keys decide, not the head: a pointer that names a head far ahead
 * must not turn an old epoch into one that nobody renews. For the question whether the log has that head, see `escrowIsSound`.
 *
 * - `newest`: the newest epoch of this escrow log.
 * - `older`: a real epoch, but not the newest: an admin removed since may hold it.
 * - `ahead`: an epoch that this escrow log does not have yet: load the newest.
 * - `false`: keys that are not those of the epoch: its author lied, or this escrow log is a fork.
 * - `other-log`: it points into another escrow log.
 */
export type PointerVerdict = "newest" | "older" | "ahead" | "false" | "other-log";

/** Judges a pointer by the newest escrow log at hand. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function judgePointer(pointer: Pointer, escrowLog: LogState): PointerVerdict {
  checkHead(pointer, "pointer");
  policyOf(escrowLog);
  if (pointer.log !== escrowLog.head.log) return "other-log";
  const epoch = escrowLog.epochs.at(pointer.epoch - 1);
  if (!epoch) return "ahead";
  const isEpochs =
    equalBytes(epoch.kemKey, pointer.kemKey) && equalBytes(present(epoch.signingKey), pointer.signingKey);
  if (!isEpochs) return "false";
  return pointer.epoch === currentEpoch(escrowLog) ? "newest" : "older";
}

/** Whether this escrow log has the head that a pointer names. If not, one of the two is false, or the log is a fork. */
export function namesHead(pointer: Pointer, escrowLog: LogState): boolean {
  return escrowLog.links.at(pointer.seq - 1)?.hash === pointer.hash;
}
