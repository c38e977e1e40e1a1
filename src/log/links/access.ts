// access: the signed record of an admin who is about to open a user's data. docs/spec.md sections 6 and 11 (ESC-9).

import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS } from "../contract.js";
import { author, digest, header } from "../fields.js";
import { requireAdminDevice, requireConfirmedInLockdown, requireEscrowLog, requireHolder } from "../rules.js";

// What is opened and why is sealed to the escrow epoch: the service learns that there was an access, admins learn all of it.
const schema = record({ ...header("access"), author, commitment: digest, opening: digest });

export const access: LinkType<Infer<typeof schema>> = {
  type: "access",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "never",
  carries: (body) => [body.opening],
  admit(_body, context) {
    requireEscrowLog(context, "access");
    const by = requireHolder(context, "access");
    requireConfirmedInLockdown(context, "access");
    requireAdminDevice(by, "discover", "access");
  },
  effect: ({ commitment, opening }): Effect => ({ access: { commitment, opening }, newEpoch: false }),
};
