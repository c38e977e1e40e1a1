// Takeover: active members that removed a user's devices, or that entered by acts that must not be believed. docs/spec.md
// sections 8 and 11.3 (ESC-8).

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import type { LogState, MemberKind } from "../log/state.js";
import { memberOf } from "../log/state.js";
import { doubtedMembers, ownClosure } from "../trust/doubt.js";
import { knownMember } from "./data-access.js";
import { dateOf } from "./dates.js";
import { type KnownEscrow, nameMembersWith, trustedEscrowLog } from "./knowledge.js";
import { type MemberName, type NameOf, seenFrom } from "./names.js";
import type { Warning } from "./warnings.js";

/** What {@link takeoverOf} may know besides the log. */
export interface TakeoverOptions extends KnownEscrow {
  /** The member whose user asks. */
  readonly me: MemberId;
  /** Further members that the user knows to be theirs, such as this device before it joined again. */
  readonly own?: readonly MemberId[] | undefined;
}

/** Members that a user should look at, and what they did. */
export interface Takeover {
  /** Active members that removed devices or backup keys of the user. */
  readonly removers: readonly Remover[];
  /** Active members from a review in escrow's name that must not be believed; empty when no escrow log is given. */
  readonly doubted: readonly Doubted[];
}

/** An active member that removed a user's devices or backup keys. */
export interface Remover {
  readonly member: MemberId;
  readonly name: MemberName;
  readonly kind: MemberKind;
  /** Whom it removed, with the position and the date of the link, in order. */
  readonly removed: readonly { readonly member: MemberId; readonly seq: number; readonly when: Date }[];
}

/** A member that is not treated as approved. */
export interface Doubted {
  readonly member: MemberId;
  readonly name: MemberName;
  /** The escrow log does not confirm the review, or the escrow log cannot be trusted and so shows nothing. */
  readonly because: "not-recorded" | "unchecked";
}

/**
 * The members that a user should look at after their devices were removed: a stolen device of the founding class can remove all
 * others, and then it looks like the only true one. A user's devices are `me`, `own`, the members that these approved, and so on.
 * A device that they approved is named only if it removed `me` or one of `own`.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function takeoverOf(log: LogState, options: TakeoverOptions): Takeover {
  const { me, own = [] } = checkOptions(options);
  checkList("options.own", own, "member ids");
  for (const id of [me, ...own]) knownMember(log, id);
  const named = new Set([me, ...own]);
  const closure = ownClosure(log, { me, own });
  const nameOf = nameMembersWith(log, options);
  const removers = new Map<MemberId, Remover["removed"]>();
  for (const { seq, time, author, removed } of log.links) {
    if (author === "operator" || named.has(author) || !log.active.has(author)) continue;
    const taken = removed.filter((id) => named.has(id) || (closure.has(id) && !closure.has(author)));
    const deeds = taken.map((member) => ({ member, seq, when: dateOf(time) }));
    if (deeds.length > 0) removers.set(author, [...(removers.get(author) ?? []), ...deeds]);
  }
  return {
    removers: [...removers].map(([member, removed]) => {
      return { member, name: nameOf(member), kind: memberOf(log, member).kind, removed };
    }),
    doubted: doubtedBy(log, options).map(({ member, because }) => ({ member, name: nameOf(member), because })),
  };
}

function doubtedBy(
  log: LogState,
  { me, own, escrowLog, confirmed, storedConfirmation, confirmedAt }: TakeoverOptions,
): readonly Omit<Doubted, "name">[] {
  // Without any knowledge every act of escrow is unchecked, which is no reason to suspect anybody.
  if (escrowLog === undefined) return [];
  const known = { escrowLog, confirmed, storedConfirmation, confirmedAt };
  const because = trustedEscrowLog(log, known) ? "not-recorded" : "unchecked";
  return doubtedMembers(log, { ...known, own }, me).map((member) => ({ member, because }));
}

/** The same as warnings. */
export function takeoverWarnings({ removers, doubted }: Takeover, me: MemberId, nameOf: NameOf): readonly Warning[] {
  const seen = seenFrom(me, nameOf);
  return [
    ...removers.map(({ member, name, removed }): Warning => {
      const facts = removed.map((removal) => ({ ...removal, name: seen(removal.member) }));
      return { code: "takeover", members: [member], name, removed: facts };
    }),
    ...doubted.map(
      ({ member, name, because }): Warning => ({ code: "not-believed", members: [member], name, because }),
    ),
  ];
}
