// disown: admins list recorded acts that nobody may believe: acts that a removed admin recorded and never used.
// docs/spec.md sections 6 and 11 (ESC-8).

import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, disownList, header } from "../fields.js";
import { requireConfirmedInLockdown, requireDisownable, requireEscrowLog, requireHolder } from "../rules.js";
import { hasRole } from "../state.js";

const schema = record({ ...header("disown"), author, acts: disownList });

export const disown: LinkType<Infer<typeof schema>> = {
  type: "disown",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "never",
  admit({ acts }, context) {
    const { links } = context.before;
    requireEscrowLog(context, "disown");
    const by = requireHolder(context, "disown");
    requireConfirmedInLockdown(context, "disown");
    const isOwnAct = (seq: number) => links.at(seq - 1)?.act !== undefined && links.at(seq - 1)?.author === by.id;
    if (!hasRole(by, "manage") && !acts.every(isOwnAct)) {
      refuse("MEM-8", `member ${by.id} does not have the role manage, so it disowns its own acts only`, {
        member: by.id,
      });
    }
    requireDisownable(context.before, acts);
  },
  effect: ({ acts }): Effect => ({ disown: acts, newEpoch: false }),
};
