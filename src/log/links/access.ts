// access: the signed record of an admin who is about to open a user's data. docs/spec.md sections 6 and 11 (ESC-9).

import { type Infer, record } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, digest, header } from "../fields.js";
import { requireConfirmedInLockdown, requireEscrowLog, requireHolder } from "../rules.js";
import { hasRole } from "../state.js";

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
    if (by.kind !== "device") refuse("MEM-8", "access is recorded by a device, so that it names a person");
    if (!hasRole(by, "discover")) refuse("MEM-8", `member ${by.id} does not have the role discover`, { member: by.id });
  },
  effect: ({ commitment, opening }) => ({ access: { commitment, opening }, newEpoch: false }),
};
