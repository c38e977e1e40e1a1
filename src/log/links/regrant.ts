// regrant: a holder repairs the damage of junk that somebody else made: it gives named members again epochs that they
// were once granted. It approves nobody and extends nobody. docs/spec.md section 6 and MEM-9.

import { containsRuns, isCanonical, NO_RUNS, subtractRuns, uniteRuns } from "../../bytes/runs.js";
import { array, type Infer, optional, record, tuple } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, grantList, header, MAX_ACTIVE_MEMBERS, member, runList } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder, requireManage } from "../rules.js";

/** Which member gets which epochs again. */
const give = array(tuple(member, runList), { min: 1, max: MAX_ACTIVE_MEMBERS });

const schema = record({ ...header("regrant"), author, give, missing: optional(runList), grants: grantList });

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
    for (const [index, [id]] of body.give.entries()) {
      const previous = body.give[index - 1]?.[0];
      if (previous !== undefined && previous >= id) {
        refuse("MEM-2", "give must be sorted and name nobody twice", { field: "give", member: id });
      }
    }
    const given = subtractRuns(by.held, body.missing ?? NO_RUNS);
    for (const [id, runs] of body.give) {
      const target = context.before.active.get(id);
      if (!target) return refuse("MEM-2", `give names ${id}, who is not an active member`, { member: id });
      if (runs.length === 0 || !isCanonical(runs)) {
        refuse("GRT-1", `the runs given to ${id} must be sorted, with a gap between each two, and not empty`, {
          member: id,
        });
      }
      if (!containsRuns(uniteRuns(target.reach, target.withheld), runs)) {
        // A regrant beyond a member's reach would be an approval that nobody was asked to give.
        refuse("MEM-9", `a regrant gives ${id} epochs that it was never granted; approve it instead`, { member: id });
      }
      if (!containsRuns(given, runs)) {
        refuse("GRT-1", `the author does not hold everything that it re-grants to ${id}`, { member: id });
      }
    }
  },
  effect: (body): Effect => ({
    ...(body.missing && { missing: body.missing }),
    regrant: body.give.map(([member, runs]) => ({ member, runs })),
    newEpoch: false,
  }),
};
