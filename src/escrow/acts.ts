// What was done in a user's log in escrow's name: which of it to believe, and whom a client does not treat as approved although
// the log does. docs/spec.md section 11 (ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { checkOptions } from "../grants/session.js";
import { foundersOf } from "../log/classes.js";
import { activeMember, allMembers, assertLog, FOUNDING, type LogState, type Member } from "../log/state.js";
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
 * @param options.me the member whose device asks: it knows itself, and whom it approved.
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function unverifiedMembers(
  log: LogState,
  escrowLog: LogState,
  options: { readonly me?: MemberId | undefined } = {},
): readonly MemberId[] {
  const { me } = checkOptions(options);
  const own = me === undefined ? NOBODY : new Set([activeMember(log, me).id]);
  const acts = escrowActs(log, escrowLog).filter(({ verdict }) => verdict === "unverified");
  if (acts.length === 0) return [];
  const doubted = new Set(acts.map(({ seq }) => seq));
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const vouched = letIn(members, NO_LINK, own);
  const suspects = letIn(members, doubted, NOBODY, vouched);
  // Had the acts never happened, whom they and those whom they let in removed would still be here, and vouch.
  const still = members.filter(
    ({ removed }) => !removed || doubted.has(removed.seq) || suspects.has(removed.by as MemberId),
  );
  // By the whole graph: what the list of removed members keeps is from when they went.
  const bare = foundersOf(log, { without: doubted, escrowCounts: false });
  const isFounding = ({ id }: Member) => bare.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: doubted, escrowCounts: !still.some(isFounding) });
  const confirmed = Math.min(...still.map(({ id }) => founders.get(id) as number));
  const trusted = members.flatMap(({ id }) => (founders.get(id) === confirmed ? [id] : []));
  const unverified = letIn(members, doubted, NOBODY, new Set([...vouched, ...trusted]));
  return [...log.active.keys()].filter((id) => unverified.has(id));
}

const NOBODY: ReadonlySet<MemberId> = /* @__PURE__ */ new Set();
const NO_LINK: ReadonlySet<number> = /* @__PURE__ */ new Set();

/** These, and whom they or certain links approved, and whom those approved in turn, active or not; but nobody who is trusted. */
function letIn(
  members: readonly Member[],
  links: ReadonlySet<number>,
  these: ReadonlySet<MemberId>,
  trusted: ReadonlySet<MemberId> = NOBODY,
): ReadonlySet<MemberId> {
  const found = new Set(these);
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { id, approvals } of members) {
      if (!trusted.has(id) && approvals.some(({ by, seq }) => links.has(seq) || found.has(by))) found.add(id);
    }
  }
  return found;
}
