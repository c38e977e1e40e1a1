// policy: an escrow admin with `manage` sets what the organisation decides. docs/spec.md sections 6 and 11 (ESC-2).

import { equalBytes } from "../../bytes/bytes.js";
import { encode, type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { author, header, type Policy, policyFields } from "../fields.js";
import { requireConfirmedInLockdown, requireEscrowLog, requireHolder, requireManage } from "../rules.js";

const schema = record({ ...header("policy"), author, policy: policyFields });

export const policy: LinkType<Infer<typeof schema>> = {
  type: "policy",
  schema,
  author: (body) => body.author,
  // ESC-2: admins alone cannot switch escrow off and leave users to believe that somebody holds a key for them.
  signers(body, before) {
    if (body.policy.enabled || !before.policy?.enabled) return [body.author];
    const operator =
      before.operator ?? refuse("ESC-2", "this log's first link names no operator, so escrow cannot be disabled");
    return [body.author, operator];
  },
  introduces: () => NO_KEYS,
  missing: "never",
  admit(body, context) {
    const current = requireEscrowLog(context, "policy");
    const by = requireHolder(context, "policy");
    requireConfirmedInLockdown(context, "policy");
    requireManage(context, by, "policy");
    const bytes = (value: Policy) => encode(policyFields, value, "policy");
    if (equalBytes(bytes(current), bytes(body.policy))) {
      refuse("MEM-2", "this is the policy in force: nothing changes");
    }
  },
  effect: (body): Effect => ({ policy: body.policy, newEpoch: false }),
};
