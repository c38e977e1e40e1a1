// Stores a keyring together with the head of its log. docs/spec.md section 5.

import type { Bytes } from "../bytes/bytes.js";
import { runsOf } from "../bytes/runs.js";
import { encodeKeyring } from "../keys/keyring-bytes.js";
import { checkMemberState, type MemberState } from "./member-state.js";
import { fullyChecked } from "./seed-check.js";

/**
 * Serialises the keyring of a state, with the head of its log, for the device's own protected storage. **These bytes are the
 * secrets**: encrypt them at rest where the platform can, and never send them anywhere. The caller wipes them. `parseKeyring` and
 * `resume` read them back.
 *
 * @param state the state that the server has accepted.
 */
export function unsafeSerializeKeyring(state: MemberState): Bytes {
  const { log, keyring } = checkMemberState(state);
  return encodeKeyring(keyring, log.head, runsOf(fullyChecked(log, keyring)));
}
