// genesis: the first device opens a log. docs/spec.md section 6.

import { type Infer, literal, oneOf, optional, record } from "../../bytes/schema.js";
import { memberIdOf } from "../../keys/member-keys.js";
import { type Effect, type LinkType, refuse } from "../contract.js";
import { type AnyBody, grantList, newEpoch, newMember, policyFields, signingKey, subject, time } from "../fields.js";
import type { LogFacts } from "../state.js";

const schema = record({
  v: literal(1),
  type: literal("genesis"),
  seq: literal(1),
  time,
  kind: oneOf(["user", "escrow"]),
  subject,
  suite: literal(1),
  operator: optional(signingKey),
  policy: optional(policyFields),
  member: newMember,
  epoch: newEpoch,
  grants: grantList,
});

/** The first link of a log. */
export const genesis: LinkType<Infer<typeof schema>> = {
  type: "genesis",
  schema,
  // LOG-6: the first device proves that it has its signing key.
  signers: (body) => [body.member.sign],
  introduces: (body) => ({
    signing: body.operator ? [body.member.sign, body.operator] : [body.member.sign],
    kem: [body.member.kem],
  }),
  name: (body) => body.member.name,
  missing: "never",
  // LOG-2: its number allows it only as the first link.
  admit(body) {
    if (body.member.kind !== "device") refuse("LOG-4", "a log is opened by a device");
    if ((body.policy !== undefined) !== (body.kind === "escrow")) {
      refuse("MEM-8", "an escrow log's first link sets the policy, and a user log's has none");
    }
  },
  effect: (body): Effect => ({
    enter: body.member,
    ...(body.policy && {
      policy: body.policy,
      lockdown: true,
      roles: new Map([[memberIdOf(body.member), ["manage"]]]),
    }),
    newEpoch: true,
  }),
};

/** The values that the first link sets for the whole log. */
export function originOf(body: AnyBody): Pick<LogFacts, "kind" | "subject" | "operator"> {
  const { kind, subject, operator } = body as Infer<typeof schema>;
  return { kind, subject, operator };
}
