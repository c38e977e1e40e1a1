// rename: a member's new name, by itself or by a holder of its class. docs/spec.md section 6.

import { equalBytes } from "../../bytes/bytes.js";
import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, header, member, nameCommitment } from "../fields.js";
import { authorOf, requireActiveList, requireConfirmedInLockdown, requireHolder } from "../rules.js";
import { memberOf } from "../state.js";

const schema = record({ ...header("rename"), author, member, name: nameCommitment });

export const rename: LinkType<Infer<typeof schema>> = {
  type: "rename",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  name: (body) => body.name,
  missing: "never",
  admit(body, context) {
    const by = authorOf(context);
    // Otherwise a newcomer in lockdown could make the log longer without limit.
    requireConfirmedInLockdown(context, "rename");
    requireActiveList(context.before, "member", [body.member]);
    const target = memberOf(context.before, body.member);
    if (target.kind === "escrow") refuse("LOG-4", "an escrow member has no name of its own", { member: target.id });
    if (target.id !== by.id) {
      requireHolder(context, "renaming another member");
      if (target.founder !== by.founder) {
        refuse("LOG-4", `member ${by.id} is not of the same approval class as ${target.id}, so it cannot rename it`, {
          member: target.id,
        });
      }
    }
    if (equalBytes(target.nameCommitment, body.name))
      refuse("MEM-2", "the new name commitment is the one in force: nothing changes");
  },
  effect: (body): Effect => ({ rename: { member: body.member, name: body.name }, newEpoch: false }),
};
