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
  if (partsOf(keyring).log !== log.head.log)
    throw new KeysteadError("INVALID_ARGUMENT", "keyring belongs to another log");
  requireContinued(log, keyring);
  return { log, keyring: meet(log, keyring) };
}
