// The class of a log that a contact trusts, kept as founders, and how a member relates to it. Escrow's approvals bring nobody
// into it. docs/spec.md section 10.

import { present } from "../bytes/present.js";
import { foundersOf, foundersWithoutEscrow } from "../log/approvals.js";
import { confirmedFounder, type LogFacts, type Member } from "../log/state.js";

/**
 * What a member is to a log: `founding`, of the trusted class; `restored`, confirmed only through
 * approvals by escrow; or `neither`.
 */
export type SenderTrust = "founding" | "restored" | "neither";

/**
 * The trusted class at this head, as a tracked contact keeps it: the founders of all confirmed devices and backup keys in the graph without
 * escrow, ascending.
 */
export function trustedFounders(log: LogFacts): readonly number[] {
  const own = foundersWithoutEscrow(log);
  const confirmed = confirmedFounder(log);
  const members = [...log.active.values()].filter(isOwn);
  const founderOf = ({ id }: Member) => present(own.get(id));
  const strangers = new Set(members.filter(({ founder }) => founder !== confirmed).map(founderOf));
  // A stranger that approved the owner's restored device gave that device the stranger's founder. A contact with this founder would
  // let the stranger in. Nobody has the device's own position as a founder, now or later, so the device counts as others instead.
  const kept = members
    .filter(({ founder }) => founder === confirmed)
    .map((member) => (strangers.has(founderOf(member)) ? member.position : founderOf(member)));
  return [...new Set(kept)].sort((a, b) => a - b);
}

/** How a member relates to the class that a tracked contact keeps; without a contact, to the class that is confirmed at this head. */
export function trustOf(log: LogFacts, { id }: Member, trusted: readonly number[] | undefined): SenderTrust {
  const confirmed = confirmedFounder(log);
  const founder = present(foundersWithoutEscrow(log).get(id));
  if (trusted ? trusted.includes(founder) : founder === confirmed) return "founding";
  return founder !== confirmed && foundersOf(log).get(id) === confirmed ? "restored" : "neither";
}

/** Escrow belongs to no class that a contact trusts, even if a trusted device enrolled it. */
function isOwn({ kind }: Member): boolean {
  return kind !== "escrow";
}
