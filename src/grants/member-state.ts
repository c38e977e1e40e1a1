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

/**
 * Checks a state, and sets aside seeds that fail the quick check against its log (GRT-4).
 *
 * @throws `INVALID_ARGUMENT` unless log and keyring have their types and belong together; `ROLLED_BACK` and `FORKED` unless the
 * log extends the head with which the keyring was stored
 */
export function checkMemberState(state: MemberState): MemberState {
  if (typeof state !== "object" || state === null) {
    throw new KeysteadError("INVALID_ARGUMENT", "the first argument must be a state, { log, keyring }");
  }
  const { log, keyring } = state;
  assertLog(log);
  if (partsOf(keyring).log !== log.head.log)
    throw new KeysteadError("INVALID_ARGUMENT", "keyring belongs to another log");
  requireContinued(log, keyring);
  return { log, keyring: meet(log, keyring) };
}
