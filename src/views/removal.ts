// What people see of a removal: who removed a device, in which class that member was, and what the device's user may do now.
// Also, which members the user may remove next after removing one. docs/spec.md sections 8 and 13.

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { knownMember } from "../coverage/data-access.js";
import { type KnownEscrow, nameMembersWith } from "../coverage/knowledge.js";
import { nameMembers } from "../coverage/names.js";
import { straysOf } from "../coverage/strays.js";
import { KeysteadError } from "../errors.js";
import { foundersOf, foundersWithoutEscrow } from "../log/approvals.js";
import { allMembers, FOUNDING, type LogState, type Member } from "../log/state.js";
import { type DoneBy, doneBy } from "./done-by.js";

/**
 * What the remover was just before it removed the member.
 *
 * - `founding`: of the first device's class, by approvals of devices and backup keys alone.
 * - `confirmed`: of the oldest class then active, which is not the founding class by itself.
 * - `unconfirmed`: a member that nobody of the confirmed class had approved.
 * - `escrow`: an administrator of the organisation, in escrow's name.
 * - `operator`: the service.
 * - `itself`: it left.
 */
export type RemoverClass = "founding" | "confirmed" | "unconfirmed" | "escrow" | "operator" | "itself";

/**
 * What the user of a device that is no longer active may choose. The library does nothing unasked: a thief with the password
 * removes good devices too, and a device that then wiped itself would destroy the data.
 *
 * - `keep-reading`: it opens what its keyring holds, and seals nothing.
 * - `rejoin`: it enters again as a new device, and may then reclaim what it held.
 * - `wipe`: it destroys its keyring.
 */
export type Offer = "keep-reading" | "rejoin" | "wipe";

/** A removal, for the user of the removed member. */
export interface RemovalView extends DoneBy {
  readonly code: "removal";
  readonly removerWas: RemoverClass;
  /** What the user may choose. */
  readonly offers: readonly Offer[];
}

/**
 * How a member was removed, and what its user may choose now. A removed device opens and seals nothing until its user has chosen.
 * No log can show whether the owner made the removal: a stolen device of the founding class writes the same links.
 *
 * @returns undefined while the member is active.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function removalOf(log: LogState, member: MemberId): RemovalView | undefined {
  const gone = knownMember(log, member);
  if (!gone.removed) return undefined;
  const deed = doneBy(log, nameMembers(log), gone.removed);
  const removerWas = removerClass(log, gone);
  return { code: "removal", ...deed, removerWas, offers: offersTo(gone) };
}

/** What the user of a member that was removed, or whose key was replaced, may choose. */
export function offersTo({ kind, held }: Member): readonly Offer[] {
  if (kind === "escrow") return [];
  const readable = held.length > 0 ? (["keep-reading"] as const) : [];
  // A user enters a key on paper again on a device; the paper itself cannot join.
  return kind === "device" ? [...readable, "rejoin", "wipe"] : [...readable, "wipe"];
}

function removerClass(log: LogState, { id, removed }: Member): RemoverClass {
  const { by, seq } = present(removed);
  if (by === "operator") return "operator";
  return by === id ? "itself" : classBefore(log, seq)(by);
}

/**
 * The class of the members that were active before a link. A member's present founder does not show this: if a thief's device was
 * approved by mistake after it removed somebody, that removal would look like the owner's.
 */
export function classBefore(
  log: LogState,
  seq: number,
): (member: MemberId) => "founding" | "confirmed" | "unconfirmed" | "escrow" {
  const active = allMembers(log).filter(({ position, removed }) => position < seq && !(removed && removed.seq < seq));
  const own = foundersWithoutEscrow(log, { before: seq });
  const devices = active.filter(({ kind }) => kind !== "escrow");
  const isFounding = ({ id }: Pick<Member, "id">) => own.get(id) === FOUNDING;
  // MEM-1: escrow's approvals count only while nobody active is founding without them.
  const founders = devices.some(isFounding) ? own : foundersOf(log, { before: seq, escrowCounts: true });
  const confirmed = Math.min(...devices.map(({ id }) => present(founders.get(id))));
  return (id) => {
    // A removed admin could use escrow against a user's good devices: it is in no class of theirs.
    if (active.some((member) => member.id === id && member.kind === "escrow")) return "escrow";
    if (isFounding({ id })) return "founding";
    return founders.get(id) === confirmed ? "confirmed" : "unconfirmed";
  };
}

/** A member that should be looked at after another was removed. */
export interface SuggestedRemoval {
  readonly member: MemberId;
  /** It shares the removed member's approval class, or nobody active vouches for it any more. */
  readonly because: "same-class" | "stray";
}

/** Options of {@link suggestRemovals}; with the escrow log, the organisation's own escrow is not offered. */
export interface SuggestRemovalsOptions extends KnownEscrow {
  /** A removed member. */
  readonly removed: MemberId;
  /** The member whose user is asked. */
  readonly me: MemberId;
}

/**
 * The members to offer for removal after a member was removed: the rest of its approval class, and all strays; never `me`. When
 * `me` is of the same class, the class is no reason to suspect anybody: only strays are offered, among them members that only the
 * removed member had approved.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function suggestRemovals(log: LogState, options: SuggestRemovalsOptions): readonly SuggestedRemoval[] {
  const { removed, me, ...known } = checkOptions(options);
  if (knownMember(log, removed).removed === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", `member ${removed} is still active; offer this after it was removed`);
  }
  knownMember(log, me);
  const founders = foundersOf(log);
  const founder = founders.get(removed);
  const nameOf = nameMembersWith(log, known);
  const strays = new Set(straysOf(log).map(({ id }) => id));
  return [...log.active.keys()].flatMap((id): readonly SuggestedRemoval[] => {
    if (id === me || nameOf(id).organisation !== undefined) return [];
    if (founder !== founders.get(me) && founders.get(id) === founder) return [{ member: id, because: "same-class" }];
    return strays.has(id) ? [{ member: id, because: "stray" }] : [];
  });
}
