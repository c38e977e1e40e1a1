// A state: what one member knows of one log and holds for it. Every action takes one and proposes the next.
// docs/spec.md section 6.

import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { assertLog, type LogState } from "../log/state.js";
import { meet, requireContinued } from "./seed-check.js";

/** A member's view of a log, with its own secrets. Actions leave it as it is and propose the next one. */
export interface MemberState {
  readonly log: LogState;
  readonly keyring: Keyring;
}

/** @throws `INVALID_ARGUMENT` unless the keyring is for this log, `WIPED` */
export function requireOwnLog(log: LogState, keyring: Keyring): void {
  const { log: own, member } = partsOf(keyring);
  if (own === log.head.log) return;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `the keyring is for log ${own}, and the log given is ${log.head.log} of ${JSON.stringify(log.subject)}; give the keyring and the log of one device`,
    { details: { expected: own, actual: log.head.log, member } },
  );
}

/**
 * A state whose seeds all passed the quick check against its log (GRT-4).
 *
 * @throws `INVALID_ARGUMENT` unless log and keyring are what they should be and belong together; `ROLLED_BACK` and `FORKED` unless the
 * log goes on from where the keyring was stored
 */
export function checkMemberState(state: MemberState): MemberState {
  if (typeof state !== "object" || state === null) {
    throw new KeysteadError("INVALID_ARGUMENT", "the first argument must be a state, { log, keyring }");
  }
  const { log, keyring } = state;
  assertLog(log);
  requireOwnLog(log, keyring);
  requireContinued(log, keyring);
  return { log, keyring: meet(log, keyring) };
}
