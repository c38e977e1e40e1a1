// rekey: a member takes fresh keys; what it holds is granted to the new key, and a new epoch is made.
// docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import type { LinkType } from "../contract.js";
import { author, freshKeys, grantList, header, newEpoch, runList } from "../fields.js";
import { authorOf, requireConfirmedInLockdown } from "../rules.js";

const schema = record({
  ...header("rekey"),
  author,
  keys: freshKeys,
  missing: optional(runList),
  epoch: optional(newEpoch),
  grants: grantList,
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
    requireConfirmedInLockdown(context, "rekey");
  },
  effect: (body, context) => ({
    ...(body.missing && { missing: body.missing }),
    rekey: { member: authorOf(context).id, ...body.keys },
    newEpoch: true,
  }),
};
