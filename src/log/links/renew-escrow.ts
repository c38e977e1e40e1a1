// renew-escrow: the escrow member gets another pointer into the same escrow log, and a new epoch is made. By a holder, or by
// escrow itself with an admin's device, for users who stay offline. docs/spec.md sections 6 and 11 (ESC-6).

import { equalBytes } from "../../bytes/bytes.js";
import { encode, type Infer, optional, record } from "../../bytes/schema.js";
import { type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, escrowActor, grantList, header, newEpoch, type Pointer, pointerFields, runList } from "../fields.js";
import { checkPointer, requireConfirmedInLockdown, requireHolder } from "../rules.js";
import { escrowMember } from "../state.js";

const schema = record({
  ...header("renew-escrow"),
  author,
  by: optional(escrowActor),
  escrow: pointerFields,
  missing: optional(runList),
  epoch: optional(newEpoch),
  grants: grantList,
});

export const renewEscrow: LinkType<Infer<typeof schema>> = {
  type: "renew-escrow",
  schema,
  author: (body) => body.author,
  signers: ({ author, by }) => (by ? [author, by.admin] : [author]),
  introduces: () => NO_KEYS,
  missing: "any",
  admit({ escrow }, context) {
    requireHolder(context, "renew-escrow");
    requireConfirmedInLockdown(context, "renew-escrow");
    const current =
      escrowMember(context.before)?.pointer ?? refuse("ESC-4", "there is no escrow member to renew; enroll it");
    checkPointer(escrow);
    if (escrow.log !== current.log) {
      refuse("ESC-4", "the new pointer is into another escrow log; remove escrow and enroll the other");
    }
    // More than different cannot be asked: a thief's device could point far ahead and block every honest renewal.
    const bytes = (pointer: Pointer) => encode(pointerFields, pointer, "escrow");
    const same = equalBytes(bytes(escrow), bytes(current));
    if (same) refuse("MEM-2", "the new pointer is the one in force: nothing changes");
  },
  effect: ({ escrow, missing }) => ({ ...(missing && { missing }), pointer: escrow, newEpoch: true }),
};
