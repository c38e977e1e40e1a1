// enroll: a holder adds a member with what it holds itself: a backup key, or a device provisioned face to face.
// docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { memberIdOf } from "../../keys/member-keys.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { escrowIdOf } from "../escrow-id.js";
import { author, escrowHead, grantList, header, newMember, pointerFields, roleList, runList } from "../fields.js";
import { checkPointer, requireConfirmedInLockdown, requireHolder, requireManage, requireRoles } from "../rules.js";
import { escrowMember } from "../state.js";

const schema = record({
  ...header("enroll"),
  author,
  member: optional(newMember),
  escrow: optional(pointerFields),
  roles: optional(roleList),
  escrowHead: optional(escrowHead),
  missing: optional(runList),
  grants: grantList,
});

export const enroll: LinkType<Infer<typeof schema>> = {
  type: "enroll",
  schema,
  author: (body) => body.author,
  // LOG-6: the new member signs the same body, which names the enroller: nobody else can claim to have enrolled it, and
  // so move it into their own approval class.
  // Escrow's keys are the organisation's: it does not sign, and its keys stand outside LOG-5.
  signers: ({ author, member }) => (member ? [author, member.sign] : [author]),
  introduces: ({ member }) => (member ? { signing: [member.sign], kem: [member.kem] } : NO_KEYS),
  name: (body) => body.member?.name,
  missing: "past",
  admit({ member, escrow, roles, escrowHead }, context) {
    const { before } = context;
    const by = requireHolder(context, "enroll");
    requireConfirmedInLockdown(context, "enroll");
    requireManage(context, by, "enroll");
    if ((member === undefined) === (escrow === undefined)) refuse("ENC-2", "an enroll adds either a member or escrow");
    if ((roles !== undefined) !== (before.kind === "escrow")) {
      refuse("MEM-8", "an enroll in an escrow log gives roles, and in a user's log none");
    }
    if (roles) requireRoles(roles);
    if (escrow) {
      if (before.kind === "escrow") refuse("MEM-3", "an escrow log has no escrow member");
      checkPointer(escrow);
      if (escrowMember(before)) refuse("MEM-3", "there is an escrow member already; renew or remove it");
    }
    // BAK-5: so that everybody can check in the organisation's own log whether it allowed this to users.
    const names = member?.kind === "backup" && escrowMember(before) !== undefined;
    if ((escrowHead !== undefined) !== names) {
      refuse(
        "BAK-5",
        "the enroll of a backup key in a log with escrow names the escrow head it checked, and no other does",
      );
    }
  },
  // MEM-1: enrolling is an approval.
  effect({ member, escrow, roles, missing, seq }, { before }): Effect {
    const id = member ? memberIdOf(member) : escrowIdOf(before.head, seq);
    return {
      ...(missing && { missing }),
      ...(member && { enter: member }),
      ...(escrow && { pointer: escrow }),
      ...(roles && { roles: new Map([[id, roles]]) }),
      approve: [id],
      newEpoch: false,
    };
  },
};
