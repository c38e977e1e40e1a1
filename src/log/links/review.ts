// review: a holder approves some members and removes others, in one link. docs/spec.md section 6.

import { array, type Infer, optional, record, tuple } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS, refuse } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import {
  author,
  escrowActor,
  grantList,
  header,
  MAX_ACTIVE_MEMBERS,
  member,
  memberList,
  newEpoch,
  roleList,
  runList,
} from "../fields.js";
import {
  requireActiveList,
  requireConfirmedInLockdown,
  requireDisjoint,
  requireHolder,
  requireManage,
  requireRoles,
} from "../rules.js";
import { hasEpoch, NO_RUNS, subtractRuns } from "../runs.js";
import { currentEpoch, escrowCounts, isConfirmed, type LogFacts, type Member } from "../state.js";

const schema = record({
  ...header("review"),
  author,
  by: optional(escrowActor),
  approve: memberList,
  remove: memberList,
  roles: optional(array(tuple(member, roleList), { min: 1, max: MAX_ACTIVE_MEMBERS })),
  missing: optional(runList),
  epoch: optional(newEpoch),
  grants: optional(grantList),
});

export const review: LinkType<Infer<typeof schema>> = {
  type: "review",
  schema,
  author: (body) => body.author,
  // Recovery: the escrow epoch signs, and the admin whose role it is.
  signers: ({ author, by }) => (by ? [author, by.admin] : [author]),
  introduces: () => NO_KEYS,
  missing: "any",
  admit(body, context) {
    const { before } = context;
    const by = requireHolder(context, "review");
    requireConfirmedInLockdown(context, "review");
    requireManage(context, by, "review");
    requireActiveList(before, "approve", body.approve);
    requireActiveList(before, "remove", body.remove);
    requireDisjoint(body.approve, body.remove);
    if (body.approve.length + body.remove.length === 0) refuse("MEM-2", "a review that names nobody changes nothing");
    if (body.approve.includes(by.id) || body.remove.includes(by.id)) {
      refuse("MEM-2", `member ${by.id} can neither approve nor remove itself by review; to go, it leaves`, {
        member: by.id,
      });
    }
    requireRolesOfConfirmed(body, before);
    const counts = by.kind !== "escrow" || escrowCounts(before);
    const given = subtractRuns(by.held, body.missing ?? NO_RUNS);
    for (const id of body.approve) {
      const target = before.active.get(id) as Member;
      const extendsIt = subtractRuns(given, target.held).length > 0;
      const movesIt = counts && by.founder < target.founder;
      if (!extendsIt && !movesIt) {
        refuse(
          "MEM-1",
          `approving ${id} would neither extend what it holds nor move it to an older class; leave it out`,
          { member: id },
        );
      }
    }
  },
  effect: (body, { before }) => ({
    ...(body.missing && { missing: body.missing }),
    approve: body.approve,
    remove: body.remove,
    ...(body.roles && { roles: new Map(body.roles) }),
    newEpoch: takesCurrentEpoch(before, body.remove) || hasEpoch(body.missing ?? NO_RUNS, currentEpoch(before)),
  }),
};

/** MEM-8: in an escrow log, a review gives roles to exactly the members that it first confirms. */
function requireRolesOfConfirmed({ approve, roles = [] }: Infer<typeof schema>, before: LogFacts): void {
  const due =
    before.kind === "escrow" ? approve.filter((id) => !isConfirmed(before, before.active.get(id) as Member)) : [];
  if (roles.length !== due.length || !roles.every(([id], index) => id === due[index])) {
    refuse("MEM-8", "a review gives roles, in order, to exactly the members of an escrow log that it first confirms");
  }
  for (const [, list] of roles) requireRoles(list);
}
