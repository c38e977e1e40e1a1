// Rules that span the types of links: what must be true after every link. docs/spec.md section 6.

import { refuse } from "./contract.js";
import { MAX_ACTIVE_MEMBERS } from "./fields.js";
import { confirmedFounder, type LogFacts } from "./state.js";

/** @throws `INVALID_LINK` with the rule */
export function checkInvariants(before: LogFacts, after: Pick<LogFacts, "active" | "lockdown">): void {
  if (after.active.size === 0) {
    refuse("MEM-3", "after this link no device or backup key would be active; add another one first");
  }
  if (after.active.size > MAX_ACTIVE_MEMBERS) {
    refuse("ENC-3", `after this link more than ${MAX_ACTIVE_MEMBERS} members would be active; remove some first`);
  }
  // MEM-5: otherwise the owner's last device could be made to leave, and the next class, a thief's, would be confirmed.
  if (before.lockdown) {
    const confirmed = confirmedFounder(before);
    if (![...after.active.values()].some(({ founder }) => founder === confirmed)) {
      refuse("MEM-5", "in lockdown, this link would leave no active device or backup key of the confirmed class");
    }
  }
}
