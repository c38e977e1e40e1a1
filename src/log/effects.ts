// What a link does to the members and which grants it owes: one engine for every type. docs/spec.md section 6 (order of
// effects, MEM-1, MEM-6) and section 7 (GRT-1).

import type { MemberId } from "../bytes/ids.js";
import { memberIdOf } from "../keys/member-keys.js";
import type { Effect } from "./contract.js";
import { hasEpoch, NO_RUNS, type Run, type Runs, subtractRuns, uniteRuns } from "./runs.js";
import { confirmedFounder, currentEpoch, type LogFacts, type Member, NOTHING, type Removal } from "./state.js";

/** A grant that a link owes. */
export interface DueGrant {
  readonly from: number;
  readonly to: number;
  /** Sorted by member id. */
  readonly recipients: readonly { readonly id: MemberId; readonly kem: Uint8Array }[];
}

/** Members and duties after a link's effects. */
export interface Transition {
  readonly active: ReadonlyMap<MemberId, Member>;
  readonly gone: readonly Member[];
  readonly lockdown: boolean;
  readonly rotationDue: boolean;
  /** Number of the new epoch. */
  readonly epoch: number | undefined;
  /** GRT-1: sorted by (from, to). */
  readonly due: readonly DueGrant[];
  readonly entered: MemberId | undefined;
}

/** Position of a link: where what it does is recorded. */
export interface Position {
  readonly seq: number;
  readonly time: number;
}

/** Until its name is opened: nothing of an old name stays when the opening of a new one is withheld. */
const UNNAMED = { name: undefined, platform: undefined, details: undefined };

/** Applies an admitted effect, in the order of section 6: missing, removals, keys, approvals, new epoch. */
export function applyEffect(before: LogFacts, author: Member | undefined, effect: Effect, at: Position): Transition {
  const active = new Map(before.active);
  const due = new Map<string, { run: Run; recipients: Set<MemberId> }>();
  const owe = (member: MemberId, runs: Runs) => {
    for (const run of runs) {
      const grant = due.get(`${run}`) ?? { run, recipients: new Set<MemberId>() };
      grant.recipients.add(member);
      due.set(`${run}`, grant);
    }
  };
  const update = (id: MemberId, change: Partial<Member>) => {
    const member = { ...(active.get(id) as Member), ...change };
    active.set(id, member);
    return member;
  };

  if (author && effect.missing) update(author.id, { held: subtractRuns(author.held, effect.missing) });

  const gone = remove(active, effect.remove ?? [], { seq: at.seq, time: at.time, by: author?.id ?? "operator" });

  let entered: MemberId | undefined;
  if (effect.enter) {
    const { kind, sign, kem, name } = effect.enter;
    entered = memberIdOf(effect.enter);
    const none = { ...UNNAMED, approvals: [], removed: undefined };
    active.set(entered, {
      ...{ id: entered, kind, sign, kem, nameCommitment: name, position: at.seq, added: at.time, founder: at.seq },
      ...{ ...none, ...NOTHING, approvers: new Set<MemberId>() },
    });
  }
  if (effect.rekey) {
    const { member, sign, kem } = effect.rekey;
    owe(member, update(member, { sign, kem }).held);
  }
  if (effect.rename) update(effect.rename.member, { nameCommitment: effect.rename.name, ...UNNAMED });

  for (const id of effect.approve ?? []) {
    const approver = active.get((author as Member).id) as Member;
    owe(id, subtractRuns(approver.held, (active.get(id) as Member).held));
    approve(active, approver, id, at.seq);
  }
  for (const { member, run } of effect.regrant ?? []) owe(member, [run]);

  const lockdown = effect.lockdown ?? before.lockdown;
  const epoch = effect.newEpoch ? currentEpoch(before) + 1 : undefined;
  if (epoch !== undefined) {
    for (const id of recipientsOfNewEpoch(active, lockdown)) owe(id, [[epoch, epoch]]);
  }

  for (const { run, recipients } of due.values()) {
    for (const id of recipients) {
      const { reach, held } = active.get(id) as Member;
      update(id, { reach: uniteRuns(reach, [run]), held: uniteRuns(held, [run]) });
    }
  }

  return {
    ...{ active, gone, lockdown, epoch, entered },
    rotationDue: epoch === undefined && (before.rotationDue || effect.leavesRotationDue === true),
    due: [...due.values()]
      .sort((a, b) => a.run[0] - b.run[0] || a.run[1] - b.run[1])
      .map(({ run: [from, to], recipients }) => ({
        ...{ from, to },
        recipients: [...recipients].sort().map((id) => ({ id, kem: (active.get(id) as Member).kem })),
      })),
  };
}

/** MEM-6: the active members; in lockdown the active confirmed ones. */
function recipientsOfNewEpoch(active: ReadonlyMap<MemberId, Member>, lockdown: boolean): readonly MemberId[] {
  const confirmed = confirmedFounder({ active });
  return [...active.values()].filter(({ founder }) => !lockdown || founder === confirmed).map(({ id }) => id);
}

function remove(active: Map<MemberId, Member>, ids: readonly MemberId[], removed: Removal): readonly Member[] {
  const gone = ids.map((id) => ({ ...(active.get(id) as Member), removed }));
  for (const id of ids) active.delete(id);
  // What a removed approver passed on has been passed on already, so it can leave the sets that approvals travel along.
  for (const member of gone.length > 0 ? [...active.values()] : []) {
    active.set(member.id, { ...member, approvers: new Set([...member.approvers].filter((id) => active.has(id))) });
  }
  return gone;
}

/**
 * MEM-1: an approval is directed. The approved member and, recursively, everyone it ever approved take the approver's
 * founder if that is older; the approver never moves.
 */
function approve(active: Map<MemberId, Member>, approver: Member, approved: MemberId, seq: number): void {
  for (const member of [...active.values()]) {
    if (member.id !== approved && !member.approvers.has(approved)) continue;
    // The sets are closed, so whoever has the approver has all of its approvers and their founder already: without this, 256
    // members that approve each other crosswise would take minutes to verify.
    if (member.id !== approved && member.approvers.has(approver.id)) continue;
    const approvers = new Set([...member.approvers, approver.id, ...approver.approvers]);
    approvers.delete(member.id);
    const founder = Math.min(member.founder, approver.founder);
    const approvals = member.id === approved ? [...member.approvals, { by: approver.id, seq }] : member.approvals;
    active.set(member.id, { ...member, approvers, founder, approvals });
  }
}

/** MEM-7: whether a removal takes the current epoch's secret along. */
export function takesCurrentEpoch(before: LogFacts, removed: readonly MemberId[]): boolean {
  const current = currentEpoch(before);
  return removed.some((id) => hasEpoch(before.active.get(id)?.reach ?? NO_RUNS, current));
}
