// Approval classes of the active members, kept up link by link. docs/spec.md section 2 (founder) and MEM-1.

import type { MemberId } from "../bytes/ids.js";
import { escrowCounts, type Lineage, type Member } from "./state.js";

type Graph = keyof Member["lineage"];
const GRAPHS: readonly Graph[] = ["own", "all"];

/** The lineage of somebody whom nobody has approved. */
export function unapproved(position: number): Member["lineage"] {
  const alone: Lineage = { founder: position, approvers: new Set() };
  return { own: alone, all: alone };
}

/**
 * MEM-1: an approval is directed. The approved member and, recursively, everyone it ever approved take the approver's
 * founder if that is older; the approver never moves. What escrow approves counts in the graph `all` only.
 */
export function approve(active: Map<MemberId, Member>, approver: Member, approved: MemberId, seq: number): void {
  const graphs = approver.kind === "escrow" ? (["all"] as const) : GRAPHS;
  for (const member of [...active.values()]) {
    let { lineage } = member;
    for (const graph of graphs) {
      const { founder, approvers } = lineage[graph];
      if (member.id !== approved && !approvers.has(approved)) continue;
      // The sets are closed, so a member that has the approver has all of its approvers and their founder already: without this, 256
      // members that approve each other crosswise would take minutes to verify.
      if (approvers.has(approver.id)) continue;
      const from = approver.lineage[graph];
      const all = new Set([...approvers, approver.id, ...from.approvers]);
      all.delete(member.id);
      lineage = { ...lineage, [graph]: { founder: Math.min(founder, from.founder), approvers: all } };
    }
    if (lineage === member.lineage && member.id !== approved) continue;
    const approvals = member.id === approved ? [...member.approvals, { by: approver.id, seq }] : member.approvals;
    active.set(member.id, { ...member, lineage, approvals });
  }
}

/** Lets members go from the sets that approvals travel along: what they passed on has been passed on already. */
export function forget(active: Map<MemberId, Member>, gone: ReadonlySet<MemberId>): void {
  const isIn = ({ approvers }: Lineage) => {
    for (const id of gone) if (approvers.has(id)) return true;
    return false;
  };
  // Whom nobody forgotten approved stays as it is: otherwise each stranger who comes and leaves costs a copy of all sets.
  const without = (lineage: Lineage): Lineage =>
    isIn(lineage)
      ? { founder: lineage.founder, approvers: new Set([...lineage.approvers].filter((id) => !gone.has(id))) }
      : lineage;
  for (const member of [...active.values()]) {
    const [own, all] = [without(member.lineage.own), without(member.lineage.all)];
    if (own !== member.lineage.own || all !== member.lineage.all)
      active.set(member.id, { ...member, lineage: { own, all } });
  }
}

/** Gives every member the founder that counts now: escrow's approvals only while nobody is founding without them (MEM-1). */
export function settleFounders(active: Map<MemberId, Member>): void {
  const graph: Graph = escrowCounts({ active }) ? "all" : "own";
  for (const member of [...active.values()]) {
    const { founder } = member.lineage[graph];
    if (founder !== member.founder) active.set(member.id, { ...member, founder });
  }
}
