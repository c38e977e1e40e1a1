// Pointers: which escrow epoch a user's escrow member stands for, and whether to trust that. docs/spec.md section 11 (ESC-3,
// ESC-4).

import { equalBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import type { Pointer } from "../log/fields.js";
import { currentEpoch, type Epoch, type LogState } from "../log/state.js";
import { escrowNeeds, policyOf } from "./escrow-needs.js";
import { checkHead } from "./head.js";

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
 * The pointer to the newest epoch, ready or not. A renewal takes it: while the organisation looks for a new device, a removed
 * admin must not go on reading because of it (ESC-6).
 */
export function pointerTo(escrowLog: LogState): Pointer {
  policyOf(escrowLog);
  const { number, kemKey: kem, signingKey: sign } = escrowLog.epochs.last() as Epoch;
  const { log, seq, hash } = escrowLog.head;
  return { log, seq, hash, epoch: number, kem, sign: sign as Uint8Array };
}

/**
 * What a pointer turns out to be, seen from a verified escrow log. Its keys decide: a pointer that names a head far ahead must not turn
 * an old epoch into one that nobody renews. Whether the log has the head that the pointer names is another question: see `escrowIsSound`.
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
  checkHead(pointer);
  policyOf(escrowLog);
  if (pointer.log !== escrowLog.head.log) return "other-log";
  const epoch = escrowLog.epochs.at(pointer.epoch - 1);
  if (!epoch) return "ahead";
  const isEpochs = equalBytes(epoch.kemKey, pointer.kem) && equalBytes(epoch.signingKey as Uint8Array, pointer.sign);
  if (!isEpochs) return "false";
  return pointer.epoch === currentEpoch(escrowLog) ? "newest" : "older";
}

/** Whether this escrow log has the head that a pointer names: otherwise one of the two lies, or the log is a fork. */
export function namesHead(pointer: Pointer, escrowLog: LogState): boolean {
  return escrowLog.links.at(pointer.seq - 1)?.hash === pointer.hash;
}
