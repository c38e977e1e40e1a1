// What a user's log says that escrow was granted, as far as it was sealed to keys that the organisation really has.
// docs/spec.md sections 8 and 11 (ESC-3, ESC-11).

import { present } from "../bytes/present.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { kemDigest, pairKey } from "../log/pairs.js";
import type { LogState } from "../log/state.js";

const known = /* @__PURE__ */ new WeakMap<LogState, ReadonlySet<string>>();

/** The pairs of keys of an escrow log's epochs, to be looked up; read off a log once. */
export function epochPairs(escrowLog: LogState): ReadonlySet<string> {
  const pairs =
    known.get(escrowLog) ??
    new Set(
      [...escrowLog.epochs].map(({ signingKey: sign, kemKey: kem }) =>
        pairKey({ sign: present(sign), kem: kemDigest(kem) }),
      ),
    );
  known.set(escrowLog, pairs);
  return pairs;
}

/**
 * What was granted to pointers whose two keys are those of an epoch of this escrow log. A thief's device can point escrow at keys
 * of its own, or at one true key beside its own: what is then granted, no admin opens, though the log says that escrow holds it.
 * No link by escrow lowers it.
 */
export function claimedRuns(log: LogState, escrowLog: LogState): Runs {
  const real = epochPairs(escrowLog);
  let runs: Runs = NO_RUNS;
  for (const [key, granted] of log.granted) if (real.has(key)) runs = uniteRuns(runs, granted.runs);
  return runs;
}
