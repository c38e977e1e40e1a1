// What was done in a user's log in escrow's name: which of it to believe, and whom a client does not treat as approved although
// the log does. docs/spec.md section 11 (ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { foundersOf } from "../log/classes.js";
import { allMembers, assertLog, FOUNDING, type LogState, type Member } from "../log/state.js";
import { Admins, type AdminVerdict } from "./admins.js";
import { policyOf } from "./escrow-log.js";

/** One of escrow's acts in a user's log, and whether to believe the admin behind it (ESC-8). */
export interface EscrowAct extends AdminVerdict {
  readonly seq: number;
  readonly type: string;
  readonly approved: readonly MemberId[];
  readonly removed: readonly MemberId[];
}

/**
 * ESC-8: every act of escrow in a user's log, judged by the newest escrow log. A client treats members whom unverified acts brought
 * in as if they were not approved: it grants them nothing, and removes them first.
 *
 * @param escrowLog the newest escrow log, verified.
 * @throws `INVALID_ARGUMENT`
 */
export function escrowActs(log: LogState, escrowLog: LogState): readonly EscrowAct[] {
  policyOf(escrowLog);
  return actsBy(log, escrowLog, new Admins(escrowLog));
}

/** {@link escrowActs} for many logs and one escrow log, whose admins are looked up once. */
export function actsBy(log: LogState, escrowLog: LogState, admins: Admins): readonly EscrowAct[] {
  assertLog(log);
  const acts: EscrowAct[] = [];
  let pointed: string | undefined;
  for (const { seq, type, approved, removed, actor, pointer } of log.links) {
    if (actor) {
      // Judged by the pointer in force before the link: it may bring another.
      const other = { admin: undefined, verdict: "unverified", because: OTHER_LOG } as const;
      const verdict = pointed === escrowLog.head.log ? admins.judge(actor) : other;
      acts.push({ seq, type, approved, removed, ...verdict });
    }
    pointed = pointer?.log ?? pointed;
  }
  return acts;
}

const OTHER_LOG = "escrow then stood for another log than the one at hand";

/**
 * Active devices and backup keys whom a client does not treat as approved, though the log does (ESC-8): those whom an unverified act
 * approved, and whom such members approved in turn; but none that would be confirmed had the unverified acts never happened.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function unverifiedMembers(log: LogState, escrowLog: LogState): readonly MemberId[] {
  const acts = escrowActs(log, escrowLog).filter(({ verdict }) => verdict === "unverified");
  if (acts.length === 0) return [];
  const doubted = new Set(acts.map(({ seq }) => seq));
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const suspects = letIn(members, doubted, new Set());
  // Had the acts never happened, whom they and those whom they let in removed would still be here, and vouch.
  const still = members.filter(
    ({ removed }) => !removed || doubted.has(removed.seq) || suspects.has(removed.by as MemberId),
  );
  // By the whole graph: what the list of removed members keeps is from when they went.
  const own = foundersOf(log, { without: doubted, escrowCounts: false });
  const isFounding = ({ id }: Member) => own.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: doubted, escrowCounts: !still.some(isFounding) });
  const confirmed = Math.min(...still.map(({ id }) => founders.get(id) as number));
  const trusted = new Set(members.flatMap(({ id }) => (founders.get(id) === confirmed ? [id] : [])));
  const unverified = letIn(members, doubted, trusted);
  return [...log.active.keys()].filter((id) => unverified.has(id));
}

/** Whom doubted links approved, and whom those approved in turn, active or not; but nobody who is trusted. */
function letIn(
  members: readonly Member[],
  doubted: ReadonlySet<number>,
  trusted: ReadonlySet<MemberId>,
): ReadonlySet<MemberId> {
  const found = new Set<MemberId>();
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { id, approvals } of members) {
      if (!trusted.has(id) && approvals.some(({ by, seq }) => doubted.has(seq) || found.has(by))) found.add(id);
    }
  }
  return found;
}
