// reclaim: a member takes over what a removed member held, and proves with that member's key that it may.
// docs/spec.md section 6 (MEM-10).

import type { MemberId } from "../../bytes/ids.js";
import { present } from "../../bytes/present.js";
import { containsRuns, isCanonical, NO_RUNS, subtractRuns } from "../../bytes/runs.js";
import { type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, grantList, header, member, runList } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder, requireManage } from "../rules.js";
import type { LogFacts, Member } from "../state.js";

const schema = record({
  ...header("reclaim"),
  author,
  from: member,
  runs: runList,
  missing: optional(runList),
  grants: grantList,
});

export const reclaim: LinkType<Infer<typeof schema>> = {
  type: "reclaim",
  schema,
  author: (body) => body.author,
  // The state has what a removed member held, and anybody with its key can open that anyway: the key is the proof. Whether `from`
  // was removed is judged here, before any signature.
  signers: ({ author, from }, before) => [author, removedMember(before, from).signingKey],
  introduces: () => NO_KEYS,
  missing: "past",
  admit({ from, runs, missing }, context) {
    const by = requireHolder(context, "reclaim");
    requireConfirmedInLockdown(context, "reclaim");
    requireManage(context, by, "reclaim");
    if (runs.length === 0 || !isCanonical(runs)) refuse("MEM-10", "runs must be maximal runs, and at least one");
    const lacking = subtractRuns(removedMember(context.before, from).held, subtractRuns(by.held, missing ?? NO_RUNS));
    if (!containsRuns(lacking, runs)) {
      refuse("MEM-10", `runs must be epochs that ${from} held when it was removed and that the author lacks`, {
        member: from,
      });
    }
  },
  effect: ({ from, runs, missing }, { author }): Effect => ({
    ...(missing && { missing }),
    reclaimFrom: from,
    regrant: [{ member: present(author).id, runs }],
    newEpoch: false,
  }),
};

function removedMember({ removed }: LogFacts, from: MemberId): Member {
  const member = removed.get(from);
  if (member && member.kind !== "escrow") return member;
  return refuse("MEM-10", `from must name a removed device or backup key, and ${from} is none`, { member: from });
}
