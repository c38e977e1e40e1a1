// Strays: members that nobody vouches for any more. A thief's backup key stays active after the thief's device is removed, unless
// somebody looks. docs/spec.md sections 8 and 13.

import { present } from "../bytes/present.js";
import { vouchersOf } from "../log/approvals.js";
import { assertLog, FOUNDING, type LogState, type Member, memberOf } from "../log/state.js";

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
    const behind = present(vouchers.get(member.id));
    const circle = new Set([member.id, ...behind]);
    const isCircle = [...behind].every((id) => vouchers.get(id)?.has(member.id));
    const members = [...circle].map((id) => memberOf(log, id));
    const removedApprover = members.some(({ approvals }) => approvals.some(({ by }) => !log.active.has(by)));
    return isCircle && removedApprover && members.every(({ position }) => position !== FOUNDING);
  });
}
