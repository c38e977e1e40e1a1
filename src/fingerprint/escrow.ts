// The fingerprint of an escrow log that users compare with what the admins published. Daily records do not change it.
// docs/spec.md sections 10 and 11.

import { KeysteadError } from "../errors.js";
import { assertLog, type LinkRecord, type LogState } from "../log/state.js";
import { compareSince, type FingerprintComparison } from "./compare.js";
import { type Fingerprint, fingerprintOf } from "./fingerprint.js";
import type { ParsedFingerprint } from "./parse.js";

/** Links that leave it to the admins' devices who they are, and so do not change what is published. */
const DAILY: ReadonlySet<string> = /* @__PURE__ */ new Set(["act", "access", "disown", "rename"]);

/**
 * The fingerprint of an escrow log for its users: that of the newest link other than `act`, `access`, `disown` and `rename`. It is
 * published anew when the admins' devices, their epoch or the policy changed, and not for every record.
 *
 * @throws `INVALID_ARGUMENT` for a user's log
 */
export function escrowFingerprint(escrowLog: LogState): Fingerprint {
  const { seq, hash } = newestLasting(escrowLog);
  return fingerprintOf({ log: escrowLog.head.log, seq, hash });
}

/**
 * Compares a fingerprint that admins published with an escrow log. One of an earlier head is a `match` where only links follow that
 * {@link escrowFingerprint} passes over; otherwise as `compareFingerprint`.
 *
 * @throws `FINGERPRINT_INVALID`, `INVALID_ARGUMENT`
 */
export function compareEscrowFingerprint(
  escrowLog: LogState,
  given: string | ParsedFingerprint,
): FingerprintComparison {
  const { seq } = newestLasting(escrowLog);
  return compareSince(escrowLog, given, seq);
}

function newestLasting(escrowLog: LogState): LinkRecord {
  assertLog(escrowLog);
  if (escrowLog.kind !== "escrow")
    throw new KeysteadError("INVALID_ARGUMENT", "escrowLog must be an escrow log, not a user's");
  // The first link counts, so there is one.
  return [...escrowLog.links].filter(({ type }) => !DAILY.has(type)).at(-1) as LinkRecord;
}
