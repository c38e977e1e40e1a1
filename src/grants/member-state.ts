// MemberState: one member's view of one log, and its secrets for it. Every action takes a state and proposes the next one.
// docs/spec.md section 6.

import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { assertLog, type LogState } from "../log/state.js";
import { meet, requireContinued } from "./seed-check.js";

/** A member's view of a log, with its own secrets. Actions do not change it; they propose the next state. */
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
    `the keyring is for log ${own}, not for log ${log.head.log} of ${JSON.stringify(log.subject)}; give the keyring and the log of one device`,
    { details: { expected: own, actual: log.head.log, member } },
  );
}

/**
 * Checks a state, and sets aside seeds that fail the quick check against its log (GRT-4).
 *
 * @throws as {@link checkOwnState}
 */
export function checkMemberState(state: MemberState): MemberState {
  const { log, keyring } = checkOwnState(state);
  return { log, keyring: meet(log, keyring) };
}

/**
 * Checks a state for a caller that uses the member's own keys, and no seed of an epoch.
 *
 * @throws `INVALID_ARGUMENT` unless log and keyring have their types and belong together; `ROLLED_BACK` and `FORKED` unless the
 * log extends the head with which the keyring was stored
 */
export function checkOwnState(state: MemberState): MemberState {
  if (typeof state !== "object" || state === null) {
    throw new KeysteadError("INVALID_ARGUMENT", "the first argument must be a state, { log, keyring }");
  }
  const { log, keyring } = state;
  assertLog(log);
  requireOwnLog(log, keyring);
  requireContinued(log, keyring);
  return { log, keyring };
}
