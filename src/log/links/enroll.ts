// enroll: a holder adds a member with what it holds itself: a backup key, or a device provisioned face to face.
// docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { memberIdOf } from "../../keys/member-keys.js";
import type { LinkType } from "../contract.js";
import { author, grantList, header, newMember, runList } from "../fields.js";
import { requireConfirmedInLockdown, requireHolder } from "../rules.js";

const schema = record({
  ...header("enroll"),
  author,
  member: newMember,
  missing: optional(runList),
  grants: grantList,
});

export const enroll: LinkType<Infer<typeof schema>> = {
  type: "enroll",
  schema,
  author: (body) => body.author,
  // LOG-6: the new member signs the same body, which names the enroller: nobody else can claim to have enrolled it, and
  // so move it into their own approval class.
  signers: (body) => [body.author, body.member.sign],
  introduces: (body) => ({ signing: [body.member.sign], kem: [body.member.kem] }),
  name: (body) => body.member.name,
  missing: "past",
  admit(_body, context) {
    requireHolder(context, "enroll");
    requireConfirmedInLockdown(context, "enroll");
  },
  // MEM-1: enrolling is an approval.
  effect: (body) => ({
    ...(body.missing && { missing: body.missing }),
    enter: body.member,
    approve: [memberIdOf(body.member)],
    newEpoch: false,
  }),
};
