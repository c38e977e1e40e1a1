// Approval classes over everybody who ever was a member: removed members stay in this graph. docs/spec.md section 2
// (founder) and MEM-1. Verification keeps the founders of active members as it goes; views of history ask here.

import type { MemberId } from "../bytes/ids.js";
import { allMembers, type LogFacts } from "./state.js";

/**
 * The founder of every member, active or removed, as it stands at this head: the position of the oldest among itself and,
 * recursively, its approvers.
 */
export function foundersOf(log: LogFacts): ReadonlyMap<MemberId, number> {
  const members = allMembers(log);
  const founders = new Map<MemberId, number>();
  const approvedBy = new Map<MemberId, MemberId[]>();
  for (const { id, approvals } of members) {
    for (const { by } of approvals) approvedBy.set(by, [...(approvedBy.get(by) ?? []), id]);
  }
  // From the oldest on, each member gives its position to everybody it reaches who has none older.
  for (const { id, position } of members) {
    const reached = [id];
    for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
      if (founders.has(next)) continue;
      founders.set(next, position);
      reached.push(...(approvedBy.get(next) ?? []));
    }
  }
  return founders;
}
