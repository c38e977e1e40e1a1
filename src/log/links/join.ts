// join: a new device adds itself. Outside lockdown it makes an epoch, so that it can send and receive at once; in
// lockdown it holds nothing until a confirmed member approves it. docs/spec.md section 6.

import { type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, refuse } from "../contract.js";
import { grantList, header, newEpoch, newMember, withheldFromEscrow } from "../fields.js";

const schema = record({
  ...header("join"),
  member: newMember,
  epoch: optional(newEpoch),
  escrow: optional(withheldFromEscrow),
  grants: optional(grantList),
});

export const join: LinkType<Infer<typeof schema>> = {
  type: "join",
  schema,
  // LOG-6: possession. The password gave the device access so far; from now on its key identifies it.
  signers: (body) => [body.member.sign],
  introduces: (body) => ({ signing: [body.member.sign], kem: [body.member.kem] }),
  name: (body) => body.member.name,
  missing: "never",
  admit(body) {
    if (body.member.kind !== "device") {
      refuse("LOG-4", "only a device joins by itself; a backup key is enrolled by a holder");
    }
  },
  effect: (body, { before }): Effect => ({
    enter: body.member,
    ...(body.escrow && { withholdEscrow: true }),
    newEpoch: !before.lockdown,
  }),
};
