// Takeover: active members that removed a user's devices, or that were let in by acts not to be believed. docs/spec.md sections 8
// and 11.3 (ESC-8).

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import type { LogState, MemberKind } from "../log/state.js";
import { memberOf } from "../log/state.js";
import { doubtedMembers, ownClosure } from "../trust/doubt.js";
import { knownMember } from "./data-access.js";
import { dateOf, formatDay } from "./dates.js";
import { type KnownEscrow, trustedEscrowLog } from "./knowledge.js";
import { list, nameMembers } from "./names.js";
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
  /** Active members that a review in escrow's name brought in which is not believed; empty where no escrow log is given. */
  readonly doubted: readonly Doubted[];
}

/** An active member that removed a user's devices or backup keys. */
export interface Remover {
  readonly member: MemberId;
  readonly name: string;
  readonly kind: MemberKind;
  /** Whom it removed, with the position and the date of the link, in order. */
  readonly removed: readonly { readonly member: MemberId; readonly seq: number; readonly when: Date }[];
}

/** A member that is not treated as approved. */
export interface Doubted {
  readonly member: MemberId;
  readonly name: string;
  /** The escrow log does not bear out the review, or it cannot be trusted and so tells nothing. */
  readonly because: "not-recorded" | "unchecked";
}

/**
 * Whom a user should look at after their devices were removed: a stolen device of the founding class can remove all others, and then
 * it looks like the only true one. A user's devices are `me`, `own`, and whom these approved, in turn. A device among those that they
 * approved is named only for removing one of `me` and `own` themselves.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function takeoverOf(log: LogState, options: TakeoverOptions): Takeover {
  const { me, own = [] } = checkOptions(options);
  checkList("options.own", own, "member ids");
  for (const id of [me, ...own]) knownMember(log, id);
  const named = new Set([me, ...own]);
  const closure = ownClosure(log, { me, own });
  const nameOf = nameMembers(log);
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
  { me, own, escrowLog, confirmed, storedConfirmation }: TakeoverOptions,
): readonly Omit<Doubted, "name">[] {
  // Without any knowledge every act of escrow is unchecked, which says nothing about anybody.
  if (escrowLog === undefined) return [];
  const known = { escrowLog, confirmed, storedConfirmation };
  const because = trustedEscrowLog(log, known) ? "not-recorded" : "unchecked";
  return doubtedMembers(log, { ...known, own }, me).map((member) => ({ member, because }));
}

/** The same for people. */
export function takeoverWarnings({ removers, doubted }: Takeover, me: MemberId, nameOf: (id: MemberId) => string) {
  return [
    ...removers.map(({ member, name, kind, removed }): Warning => {
      const whom = removed.map(
        ({ member, seq, when }) =>
          `${member === me ? "this device" : nameOf(member)} on ${formatDay(when)} (link ${seq})`,
      );
      const text =
        kind === "escrow"
          ? `An administrator removed ${list(whom)}, in escrow's name. If you did not ask for that, ask your organisation.`
          : `${name} removed ${list(whom)}. If that was not you, remove ${name}.`;
      return { code: "takeover", text, members: [member] };
    }),
    ...doubted.map(({ member, name, because }): Warning => {
      const why = {
        "not-recorded": "no administrator stands by that",
        unchecked: "this device cannot check that without an escrow log to be trusted",
      }[because];
      const text = `${name} came in by an approval in escrow's name, and ${why}: if you do not know it, remove it.`;
      return { code: "not-believed", text, members: [member] };
    }),
  ];
}
