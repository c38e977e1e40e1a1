// Whom a device does not treat as approved although the log does: members whom acts of escrow brought in that are not believed.
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

/** Who looks at the others, and whom it knows to be the owner's. */
export interface Perspective {
  /** The member whose device asks: it knows itself, and whom it approved. */
  readonly me?: MemberId | undefined;
  /** Members whom the user, asked on this device, knows to be theirs. */
  readonly own?: readonly MemberId[] | undefined;
}

/**
 * Active devices and backup keys that a device does not treat as approved (ESC-8): members whom a review by escrow approved that is
 * not believed, whom such members approved in turn, and who reclaimed from them; but nobody who would be confirmed had those
 * reviews never happened. While the escrow log cannot judge, no review by escrow is believed.
 *
 * @param knowledge what the device knows of escrow; undefined when nothing.
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

/** Members that a device knows to be its owner's: itself, whom the user named, and whom these approved, in turn. */
export function ownClosure(log: LogState, { me, own = [] }: Perspective): ReadonlySet<MemberId> {
  return letInBy(log, { members: me === undefined ? own : [me, ...own] });
}

/** Whom the links at these positions brought in, had they better not happened (ESC-8). */
export function broughtIn(log: LogState, acts: ReadonlySet<number>, perspective: Perspective): readonly MemberId[] {
  const { own = [], me } = checkOptions(perspective);
  checkList("own", own, "members");
  if (me !== undefined && !findMember(log, me)) {
    throw new KeysteadError("UNKNOWN_MEMBER", "me is not a member of this log", { rule: "MEM-2" });
  }
  if (acts.size === 0) return [];
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const suspects = letInBy(log, { links: acts, reclaiming: true, except: ownClosure(log, perspective) });
  // Had the acts never happened, whom they and those whom they let in removed would still be here, and vouch.
  const still = members.filter(
    ({ removed }) => !removed || acts.has(removed.seq) || (removed.by !== "operator" && suspects.has(removed.by)),
  );
  // By the whole graph: what the list of removed members keeps is from when they went.
  const bare = foundersWithoutEscrow(log, { without: acts });
  const isFounding = ({ id }: Member) => bare.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: acts, escrowCounts: !still.some(isFounding) });
  const confirmed = still.reduce(
    (least, { id }) => Math.min(least, present(founders.get(id))),
    Number.POSITIVE_INFINITY,
  );
  return [...log.active.keys()].filter((id) => suspects.has(id) && founders.get(id) !== confirmed);
}
