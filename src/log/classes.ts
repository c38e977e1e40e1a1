// Approval classes over everybody who ever was a member: removed members stay in this graph. docs/spec.md section 2
// (founder) and MEM-1. Verification keeps the founders of active members as it goes; views of history ask here.

import type { MemberId } from "../bytes/ids.js";
import { escrowCounts, type LogFacts } from "./state.js";

/** Approvals read otherwise than the log does. */
export interface OtherReading {
  /** Positions of links whose approvals are left out. */
  readonly without: ReadonlySet<number>;
  /** Whether escrow's approvals count (MEM-1). */
  readonly escrowCounts: boolean;
}

/**
 * The founder of every member, active or removed, as it stands at this head: the position of the oldest among itself and,
 * recursively, its approvers. Escrow stands there with its newest pointer.
 */
export function foundersOf(log: LogFacts, reading?: OtherReading): ReadonlyMap<MemberId, number> {
  const { nodes, approved } = approvalGraph(log, reading ?? { without: NONE, escrowCounts: escrowCounts(log) });
  const founders = new Map<number, number>();
  // From the oldest on, each node gives its position to everybody it reaches who has none older.
  for (const position of approved.keys()) {
    const reached = [position];
    for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
      if (founders.has(next)) continue;
      founders.set(next, position);
      // One by one: a thief decides how many there are, and a call takes only so many arguments.
      for (const each of approved.get(next) as readonly number[]) reached.push(each);
    }
  }
  return new Map([...nodes].map(([id, position]) => [id, founders.get(position) as number]));
}

const NONE: ReadonlySet<number> = /* @__PURE__ */ new Set();

/** Whom each node approved; nodes are positions: of members, and of each pointer of escrow (MEM-1). */
function approvalGraph(log: LogFacts, { without, escrowCounts: counts }: OtherReading) {
  const approved = new Map<number, number[]>();
  const nodes = new Map<MemberId, number>();
  const escrows = new Set<MemberId>();
  for (const { seq, author, entered, pointed, approved: targets } of log.links) {
    // None for the operator, and for who enters by itself: neither approves.
    const byAuthor = approved.get(nodes.get(author as MemberId) as number);
    const approves = (id: MemberId) => byAuthor?.push(nodes.get(id) as number);
    const newNode = entered ?? pointed;
    if (newNode !== undefined) {
      nodes.set(newNode, seq);
      approved.set(seq, []);
      if (pointed !== undefined) escrows.add(pointed);
      // The member that enrolls or renews approves; a renewal by escrow itself is by its last pointer, and so inherits the class.
      approves(newNode);
    }
    if (without.has(seq)) continue;
    if (counts || !escrows.has(author as MemberId)) for (const id of targets) approves(id);
  }
  return { nodes, approved };
}
