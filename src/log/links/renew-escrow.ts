// renew-escrow: the escrow member gets another pointer into the same escrow log, and a new epoch is made. By a holder, or by
// escrow itself with an admin's device, for users who stay offline. docs/spec.md sections 6 and 11 (ESC-6).

import { equalBytes } from "../../bytes/bytes.js";
import { present } from "../../bytes/present.js";
import { encode, type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, grantList, header, newEpoch, type Pointer, pointerFields, renewingActor, runList } from "../fields.js";
import { authorOf, checkPointer, requireConfirmedInLockdown, requireHolder } from "../rules.js";
import { confirmedFounder, escrowMember, isConfirmed, type LogFacts, type Member } from "../state.js";

const schema = record({
  ...header("renew-escrow"),
  author,
  by: optional(renewingActor),
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
  admit({ escrow, by }, context) {
    // Escrow itself need not hold the current epoch, which may have been withheld from it (MEM-6).
    if (!by) requireHolder(context, "renew-escrow");
    requireConfirmedInLockdown(context, "renew-escrow");
    const current =
      escrowMember(context.before)?.pointer ?? refuse("ESC-4", "there is no escrow member to renew; enroll it");
    checkPointer(escrow);
    if (escrow.log !== current.log) {
      refuse("ESC-4", "the new pointer is into another escrow log; remove escrow and enroll the other");
    }
    // The rule only asks for a different pointer. If it asked for a later one, a thief's device could point far ahead and block
    // every honest renewal.
    const bytes = (pointer: Pointer) => encode(pointerFields, pointer, "escrow");
    if (equalBytes(bytes(escrow), bytes(current)) && !by && !movesPointer(context.before, authorOf(context))) {
      refuse("MEM-2", "the new pointer is the one in force: nothing changes");
    }
  },
  effect: ({ escrow, missing }): Effect => ({ ...(missing && { missing }), pointer: escrow, newEpoch: true }),
};

/**
 * Whether a renewal gives the pointer in force an older class. A thief who renewed to the true newest pointer would otherwise
 * give its class to escrow's later approvals.
 */
function movesPointer(before: LogFacts, author: Member): boolean {
  return isConfirmed(before, author) && present(escrowMember(before)).founder > confirmedFounder(before);
}
