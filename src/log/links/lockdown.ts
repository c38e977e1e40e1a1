// lockdown: on, new devices can do nothing until a confirmed member approves them; off, they send and receive at once.
// docs/spec.md section 6 and MEM-5.

import { hasEpoch, NO_RUNS } from "../../bytes/runs.js";
import { bool, type Infer, optional, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import { author, grantList, header, memberList, newEpoch, runList, withheldFromEscrow } from "../fields.js";
import { requireActiveList, requireConfirmed } from "../rules.js";
import { currentEpoch, FOUNDING, isFounding, isHolder } from "../state.js";

const schema = record({
  ...header("lockdown"),
  author,
  on: bool(),
  remove: memberList,
  missing: optional(runList),
  epoch: optional(newEpoch),
  escrow: optional(withheldFromEscrow),
  grants: optional(grantList),
});

export const lockdown: LinkType<Infer<typeof schema>> = {
  type: "lockdown",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "any",
  admit(body, context) {
    const { before } = context;
    if (before.kind === "escrow") refuse("MEM-5", "an escrow log is always in lockdown");
    const by = requireConfirmed(context, "switching lockdown");
    if (body.on === before.lockdown) refuse("MEM-2", `lockdown is ${body.on ? "on" : "off"} already: nothing changes`);
    requireActiveList(before, "remove", body.remove);
    if (body.remove.includes(by.id))
      refuse("MEM-2", `member ${by.id} cannot remove itself; its own device calls leave`, { member: by.id });
    if (!body.on) {
      if (body.remove.length > 0) refuse("MEM-2", "only switching lockdown on carries removals; remove by review");
      return;
    }
    // Otherwise a thief's device removes the owner's, turns lockdown on, and can never be expelled.
    if (!isFounding(by)) {
      refuse("MEM-5", "lockdown can be switched on only by a member of the founding class, the first device's", {
        member: by.id,
      });
    }
    const left = [...before.active.values()].find(
      ({ id, lineage }) => lineage.own.founder !== FOUNDING && !body.remove.includes(id),
    );
    if (left) {
      refuse(
        "MEM-5",
        `lockdown cannot be switched on while ${left.id} is active and not of the founding class; approve or remove it`,
        {
          member: left.id,
        },
      );
    }
  },
  effect(body, { before }): Effect {
    const missing = body.missing ?? NO_RUNS;
    const someoneLacksCurrent = [...before.active.values()].some((member) => !isHolder(before, member));
    return {
      ...(body.missing && { missing: body.missing }),
      ...(body.escrow && { withholdEscrow: true }),
      lockdown: body.on,
      remove: body.remove,
      newEpoch:
        hasEpoch(missing, currentEpoch(before)) ||
        (body.on ? takesCurrentEpoch(before, body.remove) : someoneLacksCurrent),
    };
  },
};
