// What a link does to the members and which grants it owes: one engine for every type. docs/spec.md section 6 (order of
// effects, MEM-1, MEM-6) and section 7 (GRT-1).

import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import type { PersistentMap } from "../bytes/persistent-map.js";
import { firstOf, lastOf, present } from "../bytes/present.js";
import { countEpochs, hasEpoch, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { memberIdOf } from "../keys/member-keys.js";
import { approve, forget, settleFounders, unapproved } from "./approvals.js";
import type { Effect } from "./contract.js";
import { escrowIdOf } from "./escrow-id.js";
import type { NewMember, Pointer, Policy } from "./fields.js";
import { pairKey, pairOf } from "./pairs.js";
import {
  confirmedFounder,
  currentEpoch,
  escrowMember,
  type LogFacts,
  type Member,
  memberOf,
  type PairGrants,
  type Removal,
} from "./state.js";

/** A grant that a link owes: a set of epochs, for all members that are owed exactly this set. */
export interface DueGrant {
  readonly epochs: Runs;
  /** Sorted by member id. */
  readonly recipients: readonly { readonly id: MemberId; readonly kemKey: Bytes }[];
}

/** Members and duties after a link's effects. */
export interface Transition {
  readonly active: ReadonlyMap<MemberId, Member>;
  readonly gone: readonly Member[];
  readonly lockdown: boolean;
  readonly rotationDue: boolean;
  readonly policy: Policy | undefined;
  /** Number of the new epoch. */
  readonly epoch: number | undefined;
  /** GRT-1: sorted by smallest epoch, largest, how many, then the first recipient. */
  readonly due: readonly DueGrant[];
  readonly entered: MemberId | undefined;
  /** The escrow member that got a pointer. */
  readonly pointed: MemberId | undefined;
  /** Whether the new epoch was kept from an escrow member that would have had it (MEM-6). */
  readonly withheld: boolean;
  readonly granted: PersistentMap<PairGrants>;
}

/** Position of a link: its effects are recorded under it. */
export interface Position {
  readonly seq: number;
  readonly time: number;
}

/** The member until its name is opened: nothing of the old name stays when the opening of the new one is withheld. */
const UNNAMED = { name: undefined, platform: undefined, details: undefined };

/** Applies an admitted effect, in the order of section 6: missing, removals, keys and pointers, approvals, new epoch. */
export function applyEffect(before: LogFacts, author: Member | undefined, effect: Effect, at: Position): Transition {
  const active = new Map(before.active);
  const due = new DueGrants();
  const update = (id: MemberId, change: Partial<Member>) => {
    const member = { ...memberOf({ active }, id), ...change };
    active.set(id, member);
    return member;
  };

  if (author && effect.missing) update(author.id, { held: subtractRuns(author.held, effect.missing) });

  const gone = remove(active, effect.remove ?? [], { seq: at.seq, time: at.time, by: author?.id ?? "operator" });

  const entered = effect.enter ? enterMember(active, effect.enter, at) : undefined;
  const pointed = effect.pointer && pointEscrow(before, active, effect.pointer, at, author);
  if (effect.rekey) {
    const { member, ...keys } = effect.rekey;
    due.owe(member, update(member, keys).held);
  }
  if (effect.rename) update(effect.rename.member, { nameCommitment: effect.rename.name, ...UNNAMED });

  for (const id of effect.approve ?? []) {
    const approver = memberOf({ active }, present(author).id);
    due.owe(id, subtractRuns(effect.gives ?? approver.held, memberOf({ active }, id).held));
    approve(active, approver, id, at.seq);
  }
  for (const [id, roles] of effect.roles ?? []) update(id, { roles });
  for (const { member, runs } of effect.regrant ?? []) due.owe(member, runs);
  settleFounders(active);

  const lockdown = effect.lockdown ?? before.lockdown;
  const epoch = effect.newEpoch ? currentEpoch(before) + 1 : undefined;
  // MEM-6: the epoch is withheld only if the link names escrow, and never if escrow wrote the link itself.
  const mayWithhold = effect.withholdEscrow === true && author?.kind !== "escrow";
  const withheld = epoch !== undefined && oweNewEpoch(active, due, epoch, { lockdown, mayWithhold });
  handOut(active, due);

  return {
    active,
    gone,
    lockdown,
    epoch,
    pointed,
    withheld,
    granted: grantedAfter(before, active, due),
    entered: entered ?? (pointed !== undefined && before.active.has(pointed) ? undefined : pointed),
    policy: effect.policy ?? before.policy,
    rotationDue: epoch === undefined && (before.rotationDue || effect.leavesRotationDue === true),
    due: due.list(active),
  };
}

/** Owes a new epoch to all members that must get it. @returns whether it was withheld from escrow, which would have got it */
function oweNewEpoch(
  active: Map<MemberId, Member>,
  due: DueGrants,
  epoch: number,
  { lockdown, mayWithhold }: { readonly lockdown: boolean; readonly mayWithhold: boolean },
): boolean {
  let isWithheld = false;
  const runs: Runs = [[epoch, epoch]];
  for (const id of recipientsOfNewEpoch(active, lockdown)) {
    const member = memberOf({ active }, id);
    if (mayWithhold && member.kind === "escrow") {
      isWithheld = true;
      active.set(id, { ...member, withheld: uniteRuns(member.withheld, runs) });
    } else due.oweNew(id, runs);
  }
  return isWithheld;
}

/** Gives all members what the link owes them. */
function handOut(active: Map<MemberId, Member>, due: DueGrants): void {
  // Members that hold the same share one array, in a long log too: nothing is united or kept twice.
  let last = { set: NO_RUNS, more: NO_RUNS, all: NO_RUNS };
  const unite = (set: Runs, more: Runs) => {
    if (last.set !== set || last.more !== more) last = { set, more, all: uniteRuns(set, more) };
    return last.all;
  };
  for (const [id, runs] of due.each()) {
    const member = memberOf({ active }, id);
    const [reach, held] = [unite(member.reach, runs), unite(member.held, runs)];
    active.set(id, { ...member, reach, held, withheld: subtractRuns(member.withheld, runs) });
  }
}

/** ESC-11: what was granted to each pair: to the one in force after the link, what the link grants to the escrow member. */
function grantedAfter(
  { granted }: LogFacts,
  active: ReadonlyMap<MemberId, Member>,
  due: DueGrants,
): LogFacts["granted"] {
  const escrow = escrowMember({ active });
  if (!escrow) return granted;
  const pair = pairOf(escrow);
  const key = pairKey(pair);
  const known = granted.get(key);
  const runs = due.owedTo(escrow.id);
  if (known && runs.length === 0) return granted;
  return granted.set(key, { ...pair, runs: uniteRuns(known?.runs ?? NO_RUNS, runs) });
}

/**
 * What a link owes, member by member. GRT-1: the new epoch is a grant of its own, and the older ones of a member are one set, so
 * a thief who shatters what members hold cannot make a link too large.
 */
class DueGrants {
  readonly #older = new Map<MemberId, Runs>();
  readonly #newest = new Map<MemberId, Runs>();

  /** Epochs from before the link. */
  owe(member: MemberId, runs: Runs): void {
    if (runs.length > 0) this.#older.set(member, uniteRuns(this.#older.get(member) ?? NO_RUNS, runs));
  }

  /** The epoch that the link makes. */
  oweNew(member: MemberId, runs: Runs): void {
    this.#newest.set(member, runs);
  }

  /** All that is owed to a member. */
  owedTo(member: MemberId): Runs {
    return uniteRuns(this.#older.get(member) ?? NO_RUNS, this.#newest.get(member) ?? NO_RUNS);
  }

  *each(): Generator<readonly [MemberId, Runs]> {
    yield* this.#older;
    yield* this.#newest;
  }

  list(active: ReadonlyMap<MemberId, Member>): readonly DueGrant[] {
    const bySet = new Map<string, { epochs: Runs; recipients: MemberId[] }>();
    for (const [id, epochs] of this.each()) {
      // Sets are canonical: two equal sets have the same text.
      const key = epochs.join(" ");
      const grant = bySet.get(key);
      if (grant) grant.recipients.push(id);
      else bySet.set(key, { epochs, recipients: [id] });
    }
    return [...bySet.values()]
      .map(({ epochs, recipients }) => ({
        epochs,
        recipients: recipients.sort().map((id) => ({ id, kemKey: memberOf({ active }, id).kemKey })),
      }))
      .sort(inOrder);
  }
}

/**
 * GRT-1: by smallest epoch, largest, how many, then the first recipient's id. Nobody is a recipient of two sets of old epochs.
 */
function inOrder(a: DueGrant, b: DueGrant): number {
  const [x, y] = [spanOf(a.epochs), spanOf(b.epochs)];
  const isFirst = firstOf(a.recipients).id < firstOf(b.recipients).id;
  return x.from - y.from || x.to - y.to || x.count - y.count || (isFirst ? -1 : 1);
}

/** How a grant describes its set of epochs on the wire, which is not empty: the smallest, the largest, and how many (GRT-1). */
export function spanOf(epochs: Runs): { readonly from: number; readonly to: number; readonly count: number } {
  return { from: firstOf(epochs)[0], to: lastOf(epochs)[1], count: countEpochs(epochs) };
}

/** MEM-6: the active members; in lockdown the active confirmed ones. */
function recipientsOfNewEpoch(active: ReadonlyMap<MemberId, Member>, lockdown: boolean): readonly MemberId[] {
  const confirmed = confirmedFounder({ active });
  return [...active.values()].filter(({ founder }) => !lockdown || founder === confirmed).map(({ id }) => id);
}

function remove(active: Map<MemberId, Member>, ids: readonly MemberId[], removed: Removal): readonly Member[] {
  const gone = ids.map((id) => ({ ...memberOf({ active }, id), removed }));
  for (const id of ids) active.delete(id);
  if (gone.length > 0) forget(active, new Set(ids));
  return gone;
}

function enterMember(active: Map<MemberId, Member>, enter: NewMember, { seq, time }: Position): MemberId {
  const { kind, sign, kem, name } = enter;
  const id = memberIdOf(enter);
  active.set(id, { ...newcomer(id, seq, time), kind, signingKey: sign, kemKey: kem, nameCommitment: name });
  return id;
}

/** The values that every new member starts with. */
function newcomer(id: MemberId, seq: number, time: number) {
  return {
    ...{ id, position: seq, added: time, founder: seq, lineage: unapproved(seq), approvals: [], roles: [] },
    ...{ ...UNNAMED, removed: undefined, pointer: undefined },
    ...{ reach: NO_RUNS, held: NO_RUNS, withheld: NO_RUNS },
  };
}

/**
 * ESC-3: the escrow member stands for an escrow epoch. Each pointer is a node of its own in the graph of approvals, approved
 * by the member that enrolled or renewed it; one that escrow renewed itself inherits the class.
 */
function pointEscrow(
  before: LogFacts,
  active: Map<MemberId, Member>,
  pointer: Pointer,
  at: Position,
  author: Member | undefined,
): MemberId {
  const keys = { signingKey: new Uint8Array(pointer.signingKey), kemKey: new Uint8Array(pointer.kemKey) };
  const escrow = escrowMember({ active });
  if (!escrow) {
    const id = escrowIdOf(before.head, at.seq);
    active.set(id, {
      ...newcomer(id, at.seq, at.time),
      kind: "escrow",
      ...keys,
      pointer,
      nameCommitment: NO_NAME,
    });
    return id;
  }
  active.set(escrow.id, { ...escrow, ...keys, pointer });
  // Members that the old pointer approved stay with it: later approvals of the new pointer do not move them.
  forget(active, new Set([escrow.id]));
  if (author && author.id !== escrow.id) {
    active.set(escrow.id, { ...memberOf({ active }, escrow.id), lineage: unapproved(at.seq) });
    approve(active, memberOf({ active }, author.id), escrow.id, at.seq);
  }
  return escrow.id;
}

const NO_NAME = new Uint8Array(32);

/** MEM-7: whether a removed member knows the secret of the current epoch. */
export function takesCurrentEpoch(before: LogFacts, removed: readonly MemberId[]): boolean {
  const current = currentEpoch(before);
  return removed.some((id) => hasEpoch(before.active.get(id)?.reach ?? NO_RUNS, current));
}
