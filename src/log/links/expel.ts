// expel: the service's operator removes devices or backup keys, for a lost device reported on the web. Rotation becomes
// due. docs/spec.md section 6.

import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import { header, memberList } from "../fields.js";
import { requireActiveList } from "../rules.js";
import { isConfirmed, memberOf } from "../state.js";

const schema = record({ ...header("expel"), remove: memberList });

export const expel: LinkType<Infer<typeof schema>> = {
  type: "expel",
  schema,
  signers: (_body, { operator }) => [
    operator ?? refuse("LOG-4", "this log's first link names no operator, so nobody can expel"),
  ],
  introduces: () => NO_KEYS,
  missing: "never",
  admit(body, { before }) {
    if (body.remove.length === 0) refuse("MEM-2", "an expel that names nobody changes nothing");
    requireActiveList(before, "remove", body.remove);
    for (const id of body.remove) {
      const target = memberOf(before, id);
      if (target.kind === "escrow") refuse("ESC-7", "the operator cannot expel escrow", { member: id });
      // In lockdown the service cannot remove the owner's devices and leave a thief's in place.
      if (before.lockdown && isConfirmed(before, target)) {
        refuse("MEM-5", `in lockdown the operator expels only unconfirmed members, and ${id} is confirmed`, {
          member: id,
        });
      }
    }
  },
  effect: (body, { before }): Effect => ({
    remove: body.remove,
    newEpoch: false,
    leavesRotationDue: takesCurrentEpoch(before, body.remove),
  }),
};
