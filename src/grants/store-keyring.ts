// Storing a keyring together with the head that it belongs to. docs/spec.md section 5.

import { runsOf } from "../bytes/runs.js";
import { encodeKeyring } from "../keys/keyring-bytes.js";
import { checkMemberState, type MemberState } from "./member-state.js";
import { fullyChecked } from "./seed-check.js";

/**
 * The keyring of a state as bytes, for the device's own protected storage, with the head of its log. **These bytes are the
 * secrets**: encrypt them at rest where the platform can, never send them anywhere. The caller wipes them. They come back by
 * `parseKeyring` and `resume`.
 *
 * @param state as the server has accepted it.
 */
export function unsafeSerializeKeyring(state: MemberState): Uint8Array {
  const { log, keyring } = checkMemberState(state);
  return encodeKeyring(keyring, log.head, runsOf(fullyChecked(log, keyring)));
}
