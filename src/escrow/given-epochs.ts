// What a review by escrow gives: what the keys in force and the earlier pairs that the admin can prove were granted, and opens.
// docs/spec.md section 11.3 (ESC-11).

import { present } from "../bytes/present.js";
import { containsRuns, hasEpoch, intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { MAX_PAIRS } from "../log/fields.js";
import { grantedInForce, kemDigest, pairKey } from "../log/pairs.js";
import { activeMember, currentEpoch, escrowMember, type LogState, type Member } from "../log/state.js";
import type { ProvablePair } from "./escrow-keys.js";

/** What one review by escrow gives, and what is left for further ones. */
export interface Gift {
  /** Runs that the review names. */
  readonly runs: Runs;
  /** The pairs that it names beside the one in force, in wire order. */
  readonly pairs: readonly ProvablePair[];
  /** What this admin could give beyond it: each further review needs its own act. */
  readonly left: Runs;
}

/** As many runs as fit into a link beside the most pairs, signatures, members and boxes that it can have. */
const MAX_RUNS = 1024;

/** A review that approves nobody gives nothing. */
export const NO_GIFT: Gift = { runs: NO_RUNS, pairs: [], left: NO_RUNS };

/**
 * The gift of a review that approves these members: the newest epochs first, if not all fits.
 *
 * @param provable every pair of the log that the admin can prove, in wire order.
 * @param opened what the admin opens of the log. What does not open, junk or withheld, is not named, and so harms nobody.
 */
export function giftFor(
  userLog: LogState,
  provable: readonly ProvablePair[],
  opened: Runs,
  approve: readonly Member["id"][],
): Gift {
  const { signingKey: sign, kemKey: kem } = present(escrowMember(userLog));
  const inForce = pairKey({ sign, kem: kemDigest(kem) });
  const force = grantedInForce(userLog);
  const others = provable.filter((pair) => pairKey(pair) !== inForce);
  const givable = intersectRuns(opened, uniteAll([force, ...others.map(({ runs }) => runs)]));
  const wanted = uniteAll(approve.map((id) => subtractRuns(givable, activeMember(userLog, id).held)));
  const pairs = choosePairs(force, others, wanted);
  const given = intersectRuns(opened, uniteAll([force, ...pairs.map(({ runs }) => runs)]));
  const current = currentEpoch(userLog);
  // Naming it where escrow passes it on saves a new epoch.
  const passed: Runs = hasEpoch(force, current) && hasEpoch(opened, current) ? [[current, current]] : NO_RUNS;
  const older = subtractRuns(intersectRuns(wanted, given), passed).slice(-MAX_RUNS + 1);
  const runs = uniteRuns(older, passed);
  return { runs, pairs: runs.length > 0 ? pairs : [], left: subtractRuns(wanted, runs) };
}

/** The pairs that add something wanted, those with the newest epochs first, each adding an epoch in wire order (ESC-11). */
function choosePairs(force: Runs, others: readonly ProvablePair[], wanted: Runs): readonly ProvablePair[] {
  const newest = new Map(
    others.map((pair) => [pair, lastEpochOf(subtractRuns(intersectRuns(pair.runs, wanted), force)) ?? 0]),
  );
  const useful = others.filter((pair) => newest.get(pair) !== 0);
  useful.sort((a, b) => (newest.get(b) as number) - (newest.get(a) as number));
  let chosen: readonly ProvablePair[] = [];
  for (const pair of useful) {
    const next = adding(
      force,
      others.filter((other) => other === pair || chosen.includes(other)),
    );
    if (next.length > MAX_PAIRS) break;
    chosen = next;
  }
  return chosen;
}

/** Those pairs of a list in wire order that were granted an epoch that none before was. */
function adding(force: Runs, pairs: readonly ProvablePair[]): readonly ProvablePair[] {
  let given = force;
  return pairs.filter(({ runs }) => {
    if (containsRuns(given, runs)) return false;
    given = uniteRuns(given, runs);
    return true;
  });
}

function lastEpochOf(runs: Runs): number | undefined {
  return runs.at(-1)?.[1];
}

function uniteAll(sets: readonly Runs[]): Runs {
  return sets.reduce(uniteRuns, NO_RUNS);
}
