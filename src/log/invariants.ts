// Rules that span the types of links: what must be true after every link. docs/spec.md section 6.

import { type Effect, refuse } from "./contract.js";
import type { Transition } from "./effects.js";
import { MAX_ACTIVE_MEMBERS } from "./fields.js";
import { confirmedFounder, hasRole, isConfirmed, type LogFacts, type Member, memberOf } from "./state.js";

/** @throws `INVALID_LINK` with the rule */
export function checkInvariants(
  before: LogFacts,
  after: Transition,
  { author, effect }: { readonly author: Member | undefined; readonly effect: Effect },
): void {
  const active = [...after.active.values()];
  const own = active.filter(({ kind }) => kind !== "escrow");
  if (own.length === 0) {
    refuse("MEM-3", "after this link no device or backup key would be active; add another one first");
  }
  if (active.length > MAX_ACTIVE_MEMBERS) {
    refuse("ENC-3", `after this link more than ${MAX_ACTIVE_MEMBERS} members would be active; remove some first`);
  }
  if (after.policy && !active.some((member) => isConfirmed(after, member) && hasRole(member, "manage"))) {
    refuse("MEM-3", "after this link nobody active and confirmed would have the role manage; give it to another first");
  }
  if (!before.lockdown) return;
  // MEM-5: otherwise somebody could make the owner's last device leave, and the next class, a thief's, would be confirmed.
  const confirmed = confirmedFounder(before);
  if (!own.some(({ founder }) => founder === confirmed)) {
    refuse("MEM-5", "in lockdown, this link would leave no active device or backup key of the confirmed class");
  }
  // MEM-5: an approval by escrow that does not count would leave a device with epochs that lockdown keeps from it.
  const unmoved = author?.kind === "escrow" && effect.approve?.find((id) => !isConfirmed(after, memberOf(after, id)));
  if (unmoved) {
    refuse(
      "MEM-5",
      `in lockdown, escrow's approval would leave ${unmoved} unconfirmed; remove who is founding, or let them approve`,
      {
        member: unmoved,
      },
    );
  }
}
