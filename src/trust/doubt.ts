// Members that a device does not treat as approved although the log does: acts of escrow that are not believed brought them in.
// docs/spec.md section 11.3 (ESC-8).

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { foundersOf } from "../log/classes.js";
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
 * Active devices and backup keys that a device does not treat as approved (ESC-8): members that a review by escrow approved which
 * is not believed, members that these approved in turn, and members that reclaimed from them. Members that would be confirmed
 * without those reviews are not among them. While the escrow log cannot judge, no review by escrow is believed.
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
  return letIn(log, NO_LINK, new Set(me === undefined ? own : [me, ...own]), { reclaiming: false });
}

/** Members that the links at these positions brought in and that would not be confirmed without those links (ESC-8). */
export function broughtIn(log: LogState, acts: ReadonlySet<number>, perspective: Perspective): readonly MemberId[] {
  const { own = [], me } = checkOptions(perspective);
  if (!Array.isArray(own)) throw new KeysteadError("INVALID_ARGUMENT", "own must be a list of members");
  if (me !== undefined && !findMember(log, me)) {
    throw new KeysteadError("UNKNOWN_MEMBER", "me is not a member of this log", { rule: "MEM-2" });
  }
  if (acts.size === 0) return [];
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const suspects = letIn(log, acts, NOBODY, { reclaiming: true, except: ownClosure(log, perspective) });
  // Without the acts, members that were removed by the acts or by a suspect would still be here and could vouch.
  const still = members.filter(
    ({ removed }) => !removed || acts.has(removed.seq) || suspects.has(removed.by as MemberId),
  );
  // Uses the whole graph: the list of removed members keeps their state from the time of the removal.
  const bare = foundersOf(log, { without: acts, escrowCounts: false });
  const isFounding = ({ id }: Member) => bare.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: acts, escrowCounts: !still.some(isFounding) });
  const confirmed = still.reduce(
    (least, { id }) => Math.min(least, founders.get(id) as number),
    Number.POSITIVE_INFINITY,
  );
  return [...log.active.keys()].filter((id) => suspects.has(id) && founders.get(id) !== confirmed);
}

const NOBODY: ReadonlySet<MemberId> = /* @__PURE__ */ new Set();
const NO_LINK: ReadonlySet<number> = /* @__PURE__ */ new Set();

interface Spread {
  /** Whether it spreads to members that reclaimed from others, too. */
  readonly reclaiming: boolean;
  readonly except?: ReadonlySet<MemberId>;
}

/** `these`, and whom they or the links at some positions approved, and whom those approved in turn, active or not. */
function letIn(
  log: LogState,
  links: ReadonlySet<number>,
  these: ReadonlySet<MemberId>,
  { reclaiming, except = NOBODY }: Spread,
): ReadonlySet<MemberId> {
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const leadsTo = new Map<MemberId, MemberId[]>(members.map(({ id }) => [id, []]));
  const next = [...these];
  for (const { id, approvals } of members) {
    for (const { by, seq } of approvals) {
      leadsTo.get(by)?.push(id);
      if (links.has(seq)) next.push(id);
    }
  }
  if (reclaiming) {
    for (const { reclaimedFrom, author } of log.links) {
      if (reclaimedFrom !== undefined) leadsTo.get(reclaimedFrom)?.push(author as MemberId);
    }
  }
  const found = new Set<MemberId>();
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (found.has(id) || except.has(id)) continue;
    found.add(id);
    // One by one: a thief decides how many there are, and a call takes only so many arguments.
    for (const each of leadsTo.get(id) ?? []) next.push(each);
  }
  return found;
}
