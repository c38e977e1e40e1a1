// Members that a device does not treat as approved although the log does: acts of escrow that are not believed brought them in.
// docs/spec.md section 11.3 (ESC-8).

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { foundersOf, foundersWithoutEscrow, letInBy } from "../log/approvals.js";
import { allMembers, assertLog, FOUNDING, findMember, type LogState, type Member } from "../log/state.js";
import { escrowActs } from "./acts.js";
import { type EscrowKnowledge, judgingLog } from "./soundness.js";

/** The viewpoint of a device: its own member, and the members that it knows to be the owner's. */
export interface Perspective {
  /** The member of this device. It knows itself, and the members that it approved. */
  readonly me?: MemberId | undefined;
  /** Members that the user, asked on this device, recognised as theirs. */
  readonly own?: readonly MemberId[] | undefined;
}

/**
 * Active devices and backup keys that a device does not treat as approved (ESC-8). An unbelieved review by escrow approved them,
 * or one of these members did, or they reclaimed from one. Members that would be confirmed without those reviews are not among
 * them. While the escrow log cannot judge, no review by escrow is believed.
 *
 * @param knowledge the device's knowledge of escrow; undefined when it has none.
 * @param me the member whose device asks.
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function doubtedMembers(
  log: LogState,
  knowledge: EscrowKnowledge | undefined,
  me?: MemberId,
): readonly MemberId[] {
  return broughtIn(log, unbelievedReviews(log, knowledge), { me, own: knowledge?.own });
}

/** Positions of the reviews by escrow that are not believed. */
export function unbelievedReviews(log: LogState, knowledge: EscrowKnowledge | undefined): ReadonlySet<number> {
  assertLog(log);
  const judge = knowledge && judgingLog(log, knowledge);
  const reviews = judge
    ? escrowActs(log, judge).filter(({ type, believed }) => type === "review" && !believed)
    : [...log.links].filter(({ type, actor }) => type === "review" && actor !== undefined);
  return new Set(reviews.map(({ seq }) => seq));
}

/** Members that a device knows to be its owner's: itself, members that the user named, and all that these approved, in turn. */
export function ownClosure(log: LogState, { me, own = [] }: Perspective): ReadonlySet<MemberId> {
  return letInBy(log, { members: me === undefined ? own : [me, ...own] });
}

/** Members that the links at these positions brought in and that would not be confirmed without those links (ESC-8). */
export function broughtIn(log: LogState, acts: ReadonlySet<number>, perspective: Perspective): readonly MemberId[] {
  const { own = [], me } = checkOptions(perspective);
  checkList("own", own, "members");
  if (me !== undefined && !findMember(log, me)) {
    throw new KeysteadError("UNKNOWN_MEMBER", "me is not a member of this log", { rule: "MEM-2" });
  }
  if (acts.size === 0) return [];
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  // Without the acts, members that were removed by the acts or by a suspect would still be here and could vouch.
  const suspects = letInBy(log, { links: acts, reclaiming: true, except: ownClosure(log, perspective) });
  const still = members.filter(
    ({ removed }) => !removed || acts.has(removed.seq) || (removed.by !== "operator" && suspects.has(removed.by)),
  );
  // Uses the whole graph: the list of removed members keeps their state from the time of the removal.
  const bare = foundersWithoutEscrow(log);
  const isFounding = ({ id }: Member) => bare.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: acts, escrowCounts: !still.some(isFounding) });
  const confirmed = still.reduce(
    (least, { id }) => Math.min(least, present(founders.get(id))),
    Number.POSITIVE_INFINITY,
  );
  return [...log.active.keys()].filter((id) => suspects.has(id) && founders.get(id) !== confirmed);
}
