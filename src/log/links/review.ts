// review: a holder approves some members and removes others, in one link. docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS, refuse } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import { author, grantList, header, memberList, newEpoch, runList } from "../fields.js";
import { requireActiveList, requireConfirmedInLockdown, requireDisjoint, requireHolder } from "../rules.js";
import { hasEpoch, NO_RUNS, subtractRuns } from "../runs.js";
import { currentEpoch, type Member } from "../state.js";

const schema = record({
  ...header("review"),
  author,
  approve: memberList,
  remove: memberList,
  missing: optional(runList),
  epoch: optional(newEpoch),
  grants: optional(grantList),
});

export const review: LinkType<Infer<typeof schema>> = {
  type: "review",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "any",
  admit(body, context) {
    const { before } = context;
    const by = requireHolder(context, "review");
    requireConfirmedInLockdown(context, "review");
    requireActiveList(before, "approve", body.approve);
    requireActiveList(before, "remove", body.remove);
    requireDisjoint(body.approve, body.remove);
    if (body.approve.length + body.remove.length === 0) refuse("MEM-2", "a review that names nobody changes nothing");
    if (body.approve.includes(by.id) || body.remove.includes(by.id)) {
      refuse("MEM-2", `member ${by.id} can neither approve nor remove itself by review; to go, it leaves`, {
        member: by.id,
      });
    }
    const given = subtractRuns(by.held, body.missing ?? NO_RUNS);
    for (const id of body.approve) {
      const target = before.active.get(id) as Member;
      const extendsIt = subtractRuns(given, target.held).length > 0;
      const movesIt = by.founder < target.founder;
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
    newEpoch: takesCurrentEpoch(before, body.remove) || hasEpoch(body.missing ?? NO_RUNS, currentEpoch(before)),
  }),
};
