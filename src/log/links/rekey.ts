// rekey: a device takes fresh keys; what it holds is granted to the new key, and a new epoch is made, in an escrow log only by
// members with `manage`.
// docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, refuse } from "../contract.js";
import { author, freshKeys, grantList, header, newEpoch, runList, withheldFromEscrow } from "../fields.js";
import { authorOf, requireConfirmedInLockdown } from "../rules.js";
import { hasRole } from "../state.js";

const schema = record({
  ...header("rekey"),
  author,
  keys: freshKeys,
  missing: optional(runList),
  epoch: optional(newEpoch),
  escrow: optional(withheldFromEscrow),
  grants: optional(grantList),
});

export const rekey: LinkType<Infer<typeof schema>> = {
  type: "rekey",
  schema,
  author: (body) => body.author,
  // LOG-6: the new key proves possession.
  signers: (body) => [body.author, body.keys.sign],
  introduces: (body) => ({ signing: [body.keys.sign], kem: [body.keys.kem] }),
  missing: "any",
  admit(_body, context) {
    // The keys of a backup key come from its paper. With new keys, that paper would no longer open anything.
    if (authorOf(context).kind !== "device") refuse("LOG-4", "rekey is for devices; replace a backup key by a new one");
    requireConfirmedInLockdown(context, "rekey");
  },
  effect(body, context): Effect {
    const author = authorOf(context);
    // MEM-8: a junk epoch by an admin without a role would cut every user off from escrow.
    const newEpoch = context.before.kind === "user" || hasRole(author, "manage");
    return {
      ...(body.missing && { missing: body.missing }),
      ...(body.escrow && { withholdEscrow: true }),
      rekey: { member: author.id, signingKey: body.keys.sign, kemKey: body.keys.kem },
      newEpoch,
      leavesRotationDue: !newEpoch,
    };
  },
};
