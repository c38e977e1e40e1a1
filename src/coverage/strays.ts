// Strays: members that nobody vouches for any more. A thief's backup key outlives the thief's device unless somebody looks.
// docs/spec.md sections 8 and 13.

import type { MemberId } from "../bytes/ids.js";
import { assertLog, type LogFacts, type LogState, type Member } from "../log/state.js";

/** Position of the link in which the first device opened the log. */
const FIRST = 1;

/**
 * The active members whose every approver or enroller was removed since, in order of entering. The first device needs no
 * approver, and a device that joined and that nobody has approved is pending, not stray.
 *
 * Members that approve one another count as one: otherwise a thief's device and its backup key, by approving each other,
 * would vouch for each other for ever. Such a circle is stray when every other member that approved any of it is removed.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function straysOf(log: LogState): readonly Member[] {
  assertLog(log);
  const vouchers = new Map([...log.active.values()].map((member) => [member.id, vouchersOf(log, member)]));
  return [...log.active.values()].filter((member) => {
    const behind = vouchers.get(member.id) as ReadonlySet<MemberId>;
    const circle = new Set([member.id, ...behind]);
    const isCircle = [...behind].every((id) => (vouchers.get(id) as ReadonlySet<MemberId>).has(member.id));
    const members = [...circle].map((id) => log.active.get(id) as Member);
    const removedApprover = members.some(({ approvals }) => approvals.some(({ by }) => !log.active.has(by)));
    return isCircle && removedApprover && members.every(({ position }) => position !== FIRST);
  });
}

/** Active members that approved it, that approved those, and so on: through active ones only. */
function vouchersOf(log: LogFacts, { approvals }: Member): ReadonlySet<MemberId> {
  const found = new Set<MemberId>();
  const queue = approvals.map(({ by }) => by);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const approver = log.active.get(id);
    if (!approver || found.has(id)) continue;
    found.add(id);
    for (const { by } of approver.approvals) queue.push(by);
  }
  return found;
}
