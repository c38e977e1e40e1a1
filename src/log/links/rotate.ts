// rotate: a holder makes a new epoch: after a removal that could not make one, when the current one cannot be opened, or on
// schedule. docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS } from "../contract.js";
import { author, grantList, header, newEpoch, runList, withheldFromEscrow } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder, requireManage } from "../rules.js";

const schema = record({
  ...header("rotate"),
  author,
  missing: optional(runList),
  epoch: optional(newEpoch),
  escrow: optional(withheldFromEscrow),
  grants: grantList,
});

export const rotate: LinkType<Infer<typeof schema>> = {
  type: "rotate",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "any",
  admit(_body, context) {
    const by = requireHolder(context, "rotate");
    requireConfirmedInLockdown(context, "rotate");
    // A junk epoch of an escrow log would cut every user off from escrow.
    requireManage(context, by, "rotate");
  },
  effect: (body): Effect => ({
    ...(body.missing && { missing: body.missing }),
    ...(body.escrow && { withholdEscrow: true }),
    newEpoch: true,
  }),
};
