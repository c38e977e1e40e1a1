// regrant: a holder repairs what somebody else's junk broke: it gives named members epochs again that they were once
// granted. It approves nobody and extends nobody. docs/spec.md section 6 and MEM-9.

import type { MemberId } from "../../bytes/ids.js";
import { type Infer, optional, record } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, grantList, header, runList } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder, requireManage } from "../rules.js";
import { containsRuns, isCanonical, NO_RUNS, type Run, subtractRuns, uniteRuns } from "../runs.js";

const schema = record({ ...header("regrant"), author, missing: optional(runList), grants: grantList });

type Body = Infer<typeof schema>;

export const regrant: LinkType<Body> = {
  type: "regrant",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "past",
  admit(body, context) {
    const by = requireHolder(context, "regrant");
    requireConfirmedInLockdown(context, "regrant");
    requireManage(context, by, "regrant");
    const given = subtractRuns(by.held, body.missing ?? NO_RUNS);
    for (const [id, runs] of runsByMember(body)) {
      const target = context.before.active.get(id);
      if (!target) return refuse("MEM-2", `a grant names ${id}, who is not an active member`, { member: id });
      if (!isCanonical(runs)) refuse("GRT-1", `the runs re-granted to ${id} overlap or touch`, { member: id });
      if (!containsRuns(uniteRuns(target.reach, target.withheld), runs)) {
        // A regrant beyond reach would be an approval that nobody was asked about.
        refuse("MEM-9", `a regrant gives ${id} epochs that it was never granted; approve it instead`, { member: id });
      }
      if (!containsRuns(given, runs)) {
        refuse("GRT-1", `the author does not hold everything that it re-grants to ${id}`, { member: id });
      }
    }
  },
  effect: (body) => ({
    ...(body.missing && { missing: body.missing }),
    regrant: [...runsByMember(body)].flatMap(([member, runs]) => runs.map((run) => ({ member, run }))),
    newEpoch: false,
  }),
};

function runsByMember({ grants }: Body): Map<MemberId, readonly Run[]> {
  const byMember = new Map<MemberId, readonly Run[]>();
  for (const { from, to, boxes } of grants) {
    for (const [id] of boxes) byMember.set(id, [...(byMember.get(id) ?? []), [from, to]]);
  }
  return byMember;
}
