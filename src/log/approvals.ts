// Every walk over the graph of approvals. docs/spec.md section 2 (founder), MEM-1 and ESC-8.
//
// There are two sorts. Verification keeps the first for active members, link by link, and judges by it (`approve`, `forget`,
// `settleFounders`). The second reads the whole log, removed members included (`foundersOf`, `letInBy`, `vouchersOf`). A test
// compares them.

import { AppendSet } from "../bytes/append-list.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { allMembers, escrowCounts, type Lineage, type LogFacts, type Member } from "./state.js";

type Graph = keyof Member["lineage"];
const GRAPHS: readonly Graph[] = ["own", "all"];

/** The lineage of a member that nobody has approved. */
export function unapproved(position: number): Member["lineage"] {
  const alone: Lineage = { founder: position, approvers: AppendSet.empty() };
  return { own: alone, all: alone };
}

/**
 * MEM-1: an approval is directed. The approved member and, recursively, everyone it ever approved take the approver's
 * founder if that is older; the approver never moves. Approvals by escrow count in the graph `all` only.
 */
export function approve(active: Map<MemberId, Member>, approver: Member, approved: MemberId, seq: number): void {
  const graphs = approver.kind === "escrow" ? (["all"] as const) : GRAPHS;
  for (const member of [...active.values()]) {
    let { lineage } = member;
    for (const graph of graphs) {
      const { founder, approvers } = lineage[graph];
      if (member.id !== approved && !approvers.has(approved)) continue;
      // The sets are closed: a member that has the approver already has all approvers of that approver, and their founder.
      // Without this shortcut, a log in which 256 members all approve each other would take minutes to verify.
      if (approvers.has(approver.id)) continue;
      const from = approver.lineage[graph];
      const all = approvers.add(...[approver.id, ...from.approvers].filter((id) => id !== member.id));
      lineage = { ...lineage, [graph]: { founder: Math.min(founder, from.founder), approvers: all } };
    }
    if (lineage === member.lineage && member.id !== approved) continue;
    const approvals = member.id === approved ? [...member.approvals, { by: approver.id, seq }] : member.approvals;
    active.set(member.id, { ...member, lineage, approvals });
  }
}

/**
 * Whom an approval of this member also lets in (MEM-1): the active members that it approved, directly or through others, apart
 * from those that are in the oldest class already, with escrow's approvals and without.
 */
export function letInWith({ active }: Pick<LogFacts, "active">, id: MemberId): readonly MemberId[] {
  const members = [...active.values()];
  const isNew = (graph: Graph) => {
    const founders = members.filter(({ kind }) => kind !== "escrow").map(({ lineage }) => lineage[graph].founder);
    const oldest = Math.min(...founders);
    return ({ lineage }: Member) => lineage[graph].approvers.has(id) && lineage[graph].founder > oldest;
  };
  const [own, all] = [isNew("own"), isNew("all")];
  return members.filter((member) => own(member) || all(member)).map((member) => member.id);
}

/** Removes members from the sets along which approvals spread: what these members passed on, others have already. */
export function forget(active: Map<MemberId, Member>, gone: ReadonlySet<MemberId>): void {
  const isIn = ({ approvers }: Lineage) => {
    for (const id of gone) if (approvers.has(id)) return true;
    return false;
  };
  // A member that no forgotten one approved stays as it is: otherwise each stranger that comes and goes costs a copy of all sets.
  const without = (lineage: Lineage): Lineage =>
    isIn(lineage)
      ? {
          founder: lineage.founder,
          approvers: AppendSet.empty<MemberId>().add(...[...lineage.approvers].filter((id) => !gone.has(id))),
        }
      : lineage;
  for (const member of [...active.values()]) {
    const [own, all] = [without(member.lineage.own), without(member.lineage.all)];
    if (own !== member.lineage.own || all !== member.lineage.all)
      active.set(member.id, { ...member, lineage: { own, all } });
  }
}

/** Gives every member the founder that counts now: escrow's approvals only while no member is founding without them (MEM-1). */
export function settleFounders(active: Map<MemberId, Member>): void {
  const graph: Graph = escrowCounts({ active }) ? "all" : "own";
  for (const member of [...active.values()]) {
    const { founder } = member.lineage[graph];
    if (founder !== member.founder) active.set(member.id, { ...member, founder });
  }
}

const NO_LINKS: ReadonlySet<number> = /* @__PURE__ */ new Set();
const NOBODY: ReadonlySet<MemberId> = /* @__PURE__ */ new Set();

/** Options to read approvals in another way than the log does. */
export interface Reading {
  /** Whether escrow's approvals count (MEM-1); the default is what this log does now. */
  readonly escrowCounts?: boolean | undefined;
  /** Positions of links whose approvals are left out. */
  readonly without?: ReadonlySet<number> | undefined;
  /** Position of the first link that is left out altogether, as if the log ended before it. */
  readonly before?: number | undefined;
}

/**
 * The founder of every member, active or removed, at this head: the position of the oldest among the member itself and,
 * recursively, its approvers. The position of escrow is that of its newest pointer.
 */
export function foundersOf(log: LogFacts, reading: Reading = {}): ReadonlyMap<MemberId, number> {
  const { nodes, approved } = approvalGraph(log, reading);
  const founders = new Map<number, number>();
  const approvedBy = (node: number) => approved.get(node);
  const hasOlder = (node: number) => founders.has(node);
  // Starting with the oldest, each node gives its position to every node that it reaches and that has no older one.
  for (const position of approved.keys()) {
    for (const node of reachedFrom([position], approvedBy, hasOlder)) founders.set(node, position);
  }
  return new Map([...nodes].map(([id, position]) => [id, present(founders.get(position))]));
}

/** The founders in the graph without escrow: by approvals of devices and backup keys alone. */
export function foundersWithoutEscrow(log: LogFacts, reading: Omit<Reading, "escrowCounts"> = {}) {
  return foundersOf(log, { ...reading, escrowCounts: false });
}

/** Whom each node approved; nodes are positions: of members, and of each pointer of escrow (MEM-1). */
function approvalGraph(log: LogFacts, { without = NO_LINKS, before = Number.POSITIVE_INFINITY, ...reading }: Reading) {
  const counts = reading.escrowCounts ?? escrowCounts(log);
  const approved = new Map<number, number[]>();
  const nodes = new Map<MemberId, number>();
  const escrows = new Set<MemberId>();
  for (const { seq, author, entered, pointed, approved: targets } of log.links) {
    if (seq >= before) break;
    // No approver for the operator, and for a member that enters by itself: neither approves.
    const own = author === "operator" ? undefined : nodes.get(author);
    const byAuthor = own === undefined ? undefined : approved.get(own);
    const approves = (id: MemberId) => byAuthor?.push(present(nodes.get(id)));
    const newNode = entered ?? pointed;
    if (newNode !== undefined) {
      nodes.set(newNode, seq);
      approved.set(seq, []);
      if (pointed !== undefined) escrows.add(pointed);
      // The member that enrolls or renews approves; a renewal by escrow itself is by its last pointer, and so inherits the class.
      approves(newNode);
    }
    if (without.has(seq)) continue;
    if (counts || author === "operator" || !escrows.has(author)) for (const id of targets) approves(id);
  }
  return { nodes, approved };
}

/** Where {@link letInBy} starts, and how far it spreads. */
export interface Spread {
  /** Members to start from. */
  readonly members?: Iterable<MemberId> | undefined;
  /** Positions of links whose approvals to start from. */
  readonly links?: ReadonlySet<number> | undefined;
  /** Whether it also spreads to members that reclaimed from others; default false. */
  readonly reclaiming?: boolean | undefined;
  /** It spreads neither to these members nor beyond them. */
  readonly except?: ReadonlySet<MemberId> | undefined;
}

/**
 * Devices and backup keys that some members or links let in: these members, the members that they or these links
 * approved, and the members that those approved in turn, active or not.
 */
export function letInBy(log: LogFacts, { members = [], links = NO_LINKS, ...spread }: Spread): ReadonlySet<MemberId> {
  const { reclaiming = false, except = NOBODY } = spread;
  const own = allMembers(log).filter(({ kind }) => kind !== "escrow");
  const leadsTo = new Map<MemberId, MemberId[]>(own.map(({ id }) => [id, []]));
  const start = [...members];
  for (const { id, approvals } of own) {
    for (const { by, seq } of approvals) {
      leadsTo.get(by)?.push(id);
      if (links.has(seq)) start.push(id);
    }
  }
  if (reclaiming) {
    for (const { reclaimedFrom, author } of log.links) {
      if (reclaimedFrom !== undefined && author !== "operator") leadsTo.get(reclaimedFrom)?.push(author);
    }
  }
  const ledTo = (id: MemberId) => leadsTo.get(id);
  return new Set(reachedFrom(start, ledTo, (id) => except.has(id)));
}

/** Active members that approved it, the active members that approved those, and so on: only through active members. */
export function vouchersOf(log: Pick<LogFacts, "active">, { approvals }: Member): ReadonlySet<MemberId> {
  const approversOf = (id: MemberId) => log.active.get(id)?.approvals.map(({ by }) => by);
  const approvers = approvals.map(({ by }) => by);
  return new Set(reachedFrom(approvers, approversOf, (id) => !log.active.has(id)));
}

/** All nodes that edges reach from the given nodes, each once, except closed nodes; nothing is reached through a closed node. */
function* reachedFrom<Node>(
  start: readonly Node[],
  edgesOf: (node: Node) => readonly Node[] | undefined,
  isClosed: (node: Node) => boolean,
): Generator<Node> {
  const found = new Set<Node>();
  const next = [...start];
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (found.has(node) || isClosed(node)) continue;
    found.add(node);
    yield node;
    // One by one: a thief decides how many there are, and the number of arguments of a call is limited.
    for (const each of edgesOf(node) ?? []) next.push(each);
  }
}
