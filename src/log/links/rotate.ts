// rotate: a holder makes a new epoch: after a removal that could not, when the current one cannot be opened, or on
// schedule. docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS } from "../contract.js";
import { author, grantList, header, newEpoch, runList } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder } from "../rules.js";

const schema = record({
  ...header("rotate"),
  author,
  missing: optional(runList),
  epoch: optional(newEpoch),
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
    requireHolder(context, "rotate");
    requireConfirmedInLockdown(context, "rotate");
  },
  effect: (body) => ({ ...(body.missing && { missing: body.missing }), newEpoch: true }),
};
