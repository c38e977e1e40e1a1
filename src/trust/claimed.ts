// The epochs that a user's log grants to escrow, counting only grants to keys that the organisation really has. docs/spec.md
// sections 8 and 11 (ESC-3, ESC-11).

import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { pairKey, pairOf } from "../log/pairs.js";
import type { LogState } from "../log/state.js";

const known = /* @__PURE__ */ new WeakMap<LogState, ReadonlySet<string>>();

/** The pairs of keys of an escrow log's epochs, as a set. Computed once for each log. */
export function epochPairs(escrowLog: LogState): ReadonlySet<string> {
  const pairs = known.get(escrowLog) ?? new Set([...escrowLog.epochs].map((epoch) => pairKey(pairOf(epoch))));
  known.set(escrowLog, pairs);
  return pairs;
}

/**
 * The epochs granted to pointers whose two keys both belong to an epoch of this escrow log. A thief's device can point escrow at
 * keys of its own, or at one true key and one of its own. No admin can open grants to such keys, although the log says that
 * escrow holds them. No link by escrow lowers this set.
 */
export function claimedRuns(log: LogState, escrowLog: LogState): Runs {
  const real = epochPairs(escrowLog);
  let runs: Runs = NO_RUNS;
  for (const [key, granted] of log.granted) if (real.has(key)) runs = uniteRuns(runs, granted.runs);
  return runs;
}
