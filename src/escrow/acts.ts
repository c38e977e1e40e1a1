// What was done in a user's log in escrow's name: which of it to believe, and whom a client does not treat as approved although
// the log does. docs/spec.md section 11 (ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { foundersOf } from "../log/classes.js";
import { activeMember, allMembers, assertLog, FOUNDING, type LogState, type Member } from "../log/state.js";
import { type AdminVerdict, adminsOf } from "./admins.js";
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
  assertLog(log);
  const acts: EscrowAct[] = [];
  let pointed: string | undefined;
  for (const { seq, type, approved, removed, actor, pointer } of log.links) {
    if (actor) {
      // Judged by the pointer in force before the link: it may bring another.
      const other = { admin: undefined, verdict: "unverified", because: OTHER_LOG, needsNewerLog: false } as const;
      const verdict = pointed === escrowLog.head.log ? adminsOf(escrowLog).judge(actor) : other;
      acts.push({ seq, type, approved, removed, ...verdict });
    }
    pointed = pointer?.log ?? pointed;
  }
  return acts;
}

const OTHER_LOG = "escrow then stood for another log than the one at hand";

/** Who looks at the others, for whom it knows to be the owner's whatever the log says. */
export interface Perspective {
  /** The member whose device asks: it knows itself, and whom it approved. */
  readonly me?: MemberId | undefined;
  /** Members whom the user, asked on this device, knows to be theirs. */
  readonly own?: readonly MemberId[] | undefined;
}

/**
 * Active devices and backup keys whom a client does not treat as approved, though the log does (ESC-8): those whom an unverified act
 * approved, and whom such members approved in turn; but none that would be confirmed had the unverified acts never happened.
 *
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function unverifiedMembers(
  log: LogState,
  escrowLog: LogState,
  perspective: Perspective = {},
): readonly MemberId[] {
  const acts = escrowActs(log, escrowLog).filter(({ verdict }) => verdict === "unverified");
  return broughtIn(log, new Set(acts.map(({ seq }) => seq)), perspective);
}

/** Whom the links at these positions brought in, had they better not happened (ESC-8). */
export function broughtIn(log: LogState, acts: ReadonlySet<number>, perspective: Perspective): readonly MemberId[] {
  const { me, own = [] } = checkOptions(perspective);
  if (!Array.isArray(own)) throw new KeysteadError("INVALID_ARGUMENT", "own must be a list of members");
  const known = new Set(me === undefined ? own : [activeMember(log, me).id, ...own]);
  if (acts.size === 0) return [];
  const members = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const suspects = letIn(members, acts, NOBODY, letIn(members, NO_LINK, known));
  // Had the acts never happened, whom they and those whom they let in removed would still be here, and vouch.
  const still = members.filter(
    ({ removed }) => !removed || acts.has(removed.seq) || suspects.has(removed.by as MemberId),
  );
  // By the whole graph: what the list of removed members keeps is from when they went.
  const bare = foundersOf(log, { without: acts, escrowCounts: false });
  const isFounding = ({ id }: Member) => bare.get(id) === FOUNDING;
  const founders = foundersOf(log, { without: acts, escrowCounts: !still.some(isFounding) });
  const confirmed = Math.min(...still.map(({ id }) => founders.get(id) as number));
  return [...log.active.keys()].filter((id) => suspects.has(id) && founders.get(id) !== confirmed);
}

const NOBODY: ReadonlySet<MemberId> = /* @__PURE__ */ new Set();
const NO_LINK: ReadonlySet<number> = /* @__PURE__ */ new Set();

/** `these`, and whom they or the links at some positions approved, and whom those approved in turn, active or not. */
function letIn(
  members: readonly Member[],
  links: ReadonlySet<number>,
  these: ReadonlySet<MemberId>,
  except: ReadonlySet<MemberId> = NOBODY,
): ReadonlySet<MemberId> {
  const approvedBy = new Map<MemberId, MemberId[]>(members.map(({ id }) => [id, []]));
  const next = [...these];
  for (const { id, approvals } of members) {
    for (const { by, seq } of approvals) {
      approvedBy.get(by)?.push(id);
      if (links.has(seq)) next.push(id);
    }
  }
  const found = new Set<MemberId>();
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (found.has(id) || except.has(id)) continue;
    found.add(id);
    next.push(...(approvedBy.get(id) ?? []));
  }
  return found;
}
