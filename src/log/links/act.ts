// act: an admin records, before it acts in a user's log in escrow's name, exactly what it will do there.
// docs/spec.md sections 6 and 11 (ESC-8).

import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS } from "../contract.js";
import { author, digest, header } from "../fields.js";
import { requireAdminDevice, requireConfirmedInLockdown, requireEscrowLog, requireHolder } from "../rules.js";

// The commitment binds the admin and the place in the user's log; the opening, for admins, also says why.
const schema = record({ ...header("act"), author, commitment: digest, opening: digest });

export const act: LinkType<Infer<typeof schema>> = {
  type: "act",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "never",
  carries: (body) => [body.opening],
  admit(_body, context) {
    const by = requireHolder(context, "act");
    requireConfirmedInLockdown(context, "act");
    requireEscrowLog(context, "act");
    requireAdminDevice(by, "recover", "an act");
  },
  effect: ({ commitment, opening }): Effect => ({ act: { commitment, opening }, newEpoch: false }),
};
