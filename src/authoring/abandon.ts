// Giving up on epochs whose grants were never delivered. docs/spec.md section 6 (MEM-9).

import { checkRuns } from "../arguments/runs.js";
import { containsRuns, epochsIn, formatRuns, intersectRuns, type Runs, runsOf, subtractRuns } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { changedKeyring, partsOf } from "../keys/keyring.js";
import { activeMember } from "../log/state.js";

/**
 * Lets this member's next link declare certain epochs missing: the log says that it holds them, but the server never
 * delivered their grants. Until then it can approve and enroll nobody, since it would have to pass those on. Fetch again first,
 * and ask people: this member loses what it gives up, unless another member regrants it.
 *
 * @param epochs runs from the epochs that `resume` or `receive` reported as withheld.
 * @throws `INVALID_ARGUMENT` for epochs that are not lacking, `UNKNOWN_MEMBER` when this member was removed
 */
export function abandonEpochs(state: MemberState, epochs: Runs): MemberState {
  const { log, keyring } = checkMemberState(state);
  const { member, seeds } = partsOf(keyring);
  const lacking = subtractRuns(activeMember(log, member).held, runsOf(seeds.keys()));
  const given = checkRuns("epochs", epochs);
  if (!containsRuns(lacking, given)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `epochs must be out of those that were never delivered: ${formatRuns(lacking)}`,
      {
        rule: "MEM-9",
      },
    );
  }
  return { log, keyring: changedKeyring(keyring, { junk: epochsIn(intersectRuns(given, lacking)) }) };
}
