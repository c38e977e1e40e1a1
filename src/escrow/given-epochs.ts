// The epochs that a review by escrow gives: those that were granted to the keys in force, or to earlier pairs that the admin can
// prove, and that the admin opens.
// docs/spec.md section 11.3 (ESC-11).

import { present } from "../bytes/present.js";
import { containsRuns, hasEpoch, intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { MAX_PAIRS } from "../log/fields.js";
import { grantedInForce, pairKey, pairOf } from "../log/pairs.js";
import { activeMember, currentEpoch, escrowMember, type LogState, type Member } from "../log/state.js";
import type { ProvablePair } from "./escrow-keys.js";

/** The epochs that one review by escrow gives, and those that are left for further reviews. */
export interface Gift {
  /** Runs that the review names. */
  readonly runs: Runs;
  /** The pairs that it names besides the pair in force, in wire order. */
  readonly pairs: readonly ProvablePair[];
  /** Further epochs that this admin could give: each further review needs its own act. */
  readonly left: Runs;
}

/** The number of runs that fit into a link with the largest number of pairs, signatures, members and boxes. */
const MAX_RUNS = 1024;

/** A review that approves nobody gives nothing. */
export const NO_GIFT: Gift = { runs: NO_RUNS, pairs: [], left: NO_RUNS };

/**
 * The gift of a review that approves these members. If not all epochs fit, it has the newest.
 *
 * @param provable every pair of the log that the admin can prove, in wire order.
 * @param opened the epochs of the log that the admin opens. A review does not name junk or withheld epochs, so they harm nobody.
 */
export function giftFor(
  userLog: LogState,
  provable: readonly ProvablePair[],
  opened: Runs,
  approve: readonly Member["id"][],
): Gift {
  const inForce = pairKey(pairOf(present(escrowMember(userLog))));
  const force = grantedInForce(userLog);
  const others = provable.filter((pair) => pairKey(pair) !== inForce);
  const givable = intersectRuns(opened, uniteAll([force, ...others.map(({ runs }) => runs)]));
  const wanted = uniteAll(approve.map((id) => subtractRuns(givable, activeMember(userLog, id).held)));
  const pairs = choosePairs(force, others, wanted);
  const given = intersectRuns(opened, uniteAll([force, ...pairs.map(({ runs }) => runs)]));
  const current = currentEpoch(userLog);
  // If escrow can pass on the current epoch, the review names it, so that no new epoch is needed.
  const passed: Runs = hasEpoch(force, current) && hasEpoch(opened, current) ? [[current, current]] : NO_RUNS;
  const older = subtractRuns(intersectRuns(wanted, given), passed).slice(-MAX_RUNS + 1);
  const runs = uniteRuns(older, passed);
  return { runs, pairs: runs.length > 0 ? pairs : [], left: subtractRuns(wanted, runs) };
}

/**
 * The pairs that add wanted epochs; pairs with the newest epochs have priority. In wire order, each pair adds an epoch that the
 * pairs before it lack (ESC-11).
 */
function choosePairs(force: Runs, others: readonly ProvablePair[], wanted: Runs): readonly ProvablePair[] {
  const newest = new Map(
    others.map((pair) => [pair, lastEpochOf(subtractRuns(intersectRuns(pair.runs, wanted), force)) ?? 0]),
  );
  const useful = others.filter((pair) => newest.get(pair) !== 0);
  useful.sort((a, b) => present(newest.get(b)) - present(newest.get(a)));
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

/** The pairs of a list in wire order that have an epoch which no pair before has. */
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
