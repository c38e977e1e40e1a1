// Finds the epochs that escrow really got: a device recomputes the grants, where it can (GRT-3). Admins notice junk only when
// they recover somebody, and then perhaps nobody is left who could give the epoch again. docs/spec.md sections 7 and 11.2.

import type { MemberId } from "../bytes/ids.js";
import { epochsIn, NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { faultsOf } from "../grants/check.js";
import type { MemberState } from "../grants/member-state.js";
import { rightSeed } from "../grants/seed-check.js";
import { pairKey, pairOf } from "../log/pairs.js";
import type { GrantRecord, LogState } from "../log/state.js";
import { epochPairs } from "../trust/claimed.js";

/** Whether a grant's boxes to escrow are right, for a device with its seeds. The result is kept: each costs an encapsulation. */
const verdicts = /* @__PURE__ */ new WeakMap<GrantRecord, boolean>();

/**
 * Epochs with a right grant to true keys of escrow, as recomputed. Epochs that the device cannot judge, without a seed, are left
 * out.
 */
export function rightlyGrantedToEscrow({ log, keyring }: MemberState, escrowLog: LogState): Runs {
  const real = epochPairs(escrowLog);
  let runs: Runs = NO_RUNS;
  let isReal = false;
  let escrow: MemberId | undefined;
  for (const record of log.links) {
    if (record.pointer) {
      isReal = real.has(pairKey(pairOf(record.pointer)));
      escrow = record.pointed;
    }
    if (!isReal) continue;
    for (const grant of record.grants) {
      const boxes = grant.boxes.filter(({ member }) => member === escrow);
      if (boxes.length === 0 || !canJudge(log, keyring, grant)) continue;
      if (!verdicts.has(grant)) {
        const faults = faultsOf(log, record, { ...grant, boxes }, keyring);
        if (faults) verdicts.set(grant, faults.size === 0);
      }
      if (verdicts.get(grant)) runs = uniteRuns(runs, grant.epochs);
    }
  }
  return runs;
}

/** Whether the keyring has every seed of a grant. A result that another keyring found before does not count. */
function canJudge(log: LogState, keyring: MemberState["keyring"], { epochs }: GrantRecord): boolean {
  for (const epoch of epochsIn(epochs)) if (!rightSeed(log, keyring, epoch)) return false;
  return true;
}
