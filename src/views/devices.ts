// What a Devices & Activity window shows: members, what waits for review, warnings, what happened. docs/spec.md section 8.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import { checkNow } from "../arguments/time.js";
import type { MemberId } from "../bytes/ids.js";
import { plainText } from "../bytes/plain-text.js";
import { present } from "../bytes/present.js";
import { NO_RUNS, type Runs } from "../bytes/runs.js";
import { actors } from "../coverage/capabilities.js";
import { accessWith, type DataAccess, knownMember } from "../coverage/data-access.js";
import { dateOf } from "../coverage/dates.js";
import { gapFinder } from "../coverage/gaps.js";
import { escrowHoldings, type KnownEscrow, nameMembersWith } from "../coverage/knowledge.js";
import { lostStretches, unknownStretches } from "../coverage/loss.js";
import { type MemberName, type NameOf, seenFrom } from "../coverage/names.js";
import { resilienceWarnings } from "../coverage/resilience.js";
import { type TakeoverOptions, takeoverOf, takeoverWarnings } from "../coverage/takeover.js";
import type { Warning } from "../coverage/warnings.js";
import { KeysteadError } from "../errors.js";
import { type Standing, standing } from "../grants/standing.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { DEFAULT_SKEW } from "../log/clock.js";
import {
  assertLog,
  type Head,
  type LogFacts,
  type LogState,
  linkAt,
  type Member,
  type MemberKind,
} from "../log/state.js";
import { type Activity, activityOf } from "./activity.js";
import { type DoneBy, doneBy } from "./done-by.js";
import { furtherWarnings, isPending, letsInWarnings, type PendingMember, pendingFor } from "./pending.js";
import { type Offer, offersTo, type RemovalView, removalOf } from "./removal.js";

/** A member as a list of devices shows it. */
export interface MemberView {
  readonly member: MemberId;
  /** What it is called, made safe to show and different from all others. */
  readonly name: MemberName;
  readonly kind: MemberKind;
  /** What the device says of itself, made safe to show; undefined when it said nothing or when that was not delivered. */
  readonly platform: string | undefined;
  readonly details: string | undefined;
  readonly added: Date;
  /**
   * How far back it reads, by `held`; undefined when it does not hold the current epoch. Escrow: by what was granted to keys that
   * are the organisation's, undefined also where that is unknown.
   */
  readonly access: DataAccess | undefined;
  /** `pending`: nobody of the confirmed class has approved it. `this-device`: it is the one that asks, and takes part. */
  readonly status: "this-device" | "approved" | "pending" | "removed" | "superseded";
  /** `superseded` only for this device, and only when its keyring is given: the log alone does not show it. */
  readonly standing: Standing;
  /** Approvals, enrolment included, oldest first. The first device has none and needs none. */
  readonly approvals: readonly DoneBy[];
  readonly removed: DoneBy | undefined;
  /**
   * Whether the log admits that this device removes it now. For an escrow member, `name.organisation` says whether it really
   * stands for the user's organisation. Draw that one apart from devices, and before you remove it, ask what `agenda` asks
   * (`remove-escrow`).
   */
  readonly removable: boolean;
  /** For this device, when it was removed: by whom, in which class the remover was, and what its user may choose. */
  readonly removal: RemovalView | undefined;
  /** For this device, when it was removed or superseded: what its user may choose. The library does nothing unasked. */
  readonly offers: readonly Offer[];
}

/** The members of a log and its activity, as somebody who is no member sees them. */
export interface MembersSeen {
  /** Every member: the active in order of entering, then the removed in order of removal. */
  readonly members: readonly MemberView[];
  /** What happened, newest first. */
  readonly activity: readonly Activity[];
}

/** Everything that a Devices & Activity window draws for a member, except the fingerprint of `head`. */
export interface MembersSeenBy extends MembersSeen {
  readonly subject: string;
  /** What the fingerprint is made of. */
  readonly head: Head;
  /** This device. */
  readonly me: MemberView;
  /** Whether this device itself waits to be approved. */
  readonly awaitingApproval: boolean;
  /** What this device can approve or remove. */
  readonly pending: readonly PendingMember[];
  readonly warnings: readonly Warning[];
}

/** Options of `membersAndActivity`. */
export interface MembersOptions extends KnownEscrow {
  /** How many links of activity to show, from 0; 50 by default. */
  readonly limit?: number | undefined;
}

/** Options of `devicesAndActivity`. */
export interface DevicesOptions extends TakeoverOptions {
  /** This device's keyring: without it a device whose key was replaced looks like an active one. */
  readonly keyring?: Keyring | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * How many links the app had shown before; the view warns about later removals. By position, because a thief can date a link
   * back as far as the link before it. Without it, the view warns about all removals since this device entered.
   */
  readonly seen?: number | undefined;
  /** How many links of activity to show, from 0; 50 by default. */
  readonly limit?: number | undefined;
}

/**
 * What `devicesAndActivity` says, without what its own file adds. Dates are judged by `held`, what members can use and pass on.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function membersSeenBy(log: LogState, options: DevicesOptions): MembersSeenBy {
  assertLog(log);
  const { me: id, now, seen, limit = 50, keyring, ...known } = checkDevicesOptions(options);
  const me = knownMember(log, id);
  const nameOf = nameMembersWith(log, known);
  const mine = standingIn(log, me, keyring);
  const { claimed = NO_RUNS } = escrowHoldings(log, known);
  const mayAct = mine === "active" && actors(log).includes(me);
  const asked: Asked = { me: id, nameOf, standing: mine, claimed, mayAct };
  const { members, activity } = drawn(log, asked, limit);
  const takeover = takeoverOf(log, { ...known, me: id });
  const doubted = new Set(takeover.doubted.map(({ member }) => member));
  // ESC-8: an author may not approve a member that an unbelieved act brought in.
  const pending =
    mine === "active" ? pendingFor(log, me, { ...known, nameOf }).filter(({ member }) => !doubted.has(member)) : [];
  return {
    ...{ subject: log.subject, head: log.head, members, pending },
    me: present(members.find(({ member }) => member === id)),
    awaitingApproval: isPending(log, me),
    warnings: [
      ...supersededWarning(asked),
      ...removalWarnings(log, { ...asked, seen: seen ?? me.position }),
      ...takeoverWarnings(takeover, id, nameOf),
      ...(mine === "active" ? limitedAccess(log, me, known) : []),
      ...letsInWarnings(pending),
      ...furtherWarnings(me, pending, nameOf),
      ...lostStretches(log, { ...known, me: id }).map((stretch): Warning => ({ code: "lost", members: [], stretch })),
      ...unknownStretches(log, known).map((stretch): Warning => ({ code: "escrow-unknown", members: [], stretch })),
      // The removal of a member that once approved this device says nothing new to the user who has the device in hand.
      ...resilienceWarnings(log, { ...known, me: id }).filter(
        ({ code, members }) => code !== "stray" || !members.includes(id),
      ),
      ...aheadOfClock(log, now),
    ],
    activity,
  };
}

/** What `membersAndActivity` says, without the ids of backup keys. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function membersSeen(log: LogState, options: MembersOptions = {}): MembersSeen {
  assertLog(log);
  const { limit = 50, ...known } = checkOptions(options);
  checkCount("limit", limit);
  const { claimed = NO_RUNS } = escrowHoldings(log, known);
  const nameOf = nameMembersWith(log, known);
  return drawn(log, { me: undefined, nameOf, standing: "active", claimed, mayAct: false }, limit);
}

function drawn(log: LogState, asked: Asked<MemberId | undefined>, limit: number): MembersSeen {
  const { length } = log.links;
  return {
    members: [...log.active.values(), ...log.removed].map((member) => viewOf(log, member, asked)),
    activity: Array.from({ length: Math.min(limit, length) }, (_, at) =>
      activityOf(linkAt(log, length - at), asked.nameOf),
    ),
  };
}

/** Who asks: a member, or nobody of the log. */
interface Asked<Me = MemberId> {
  readonly me: Me;
  readonly nameOf: NameOf;
  readonly standing: Standing;
  /** What escrow holds, as far as that is known. */
  readonly claimed: Runs;
  /** Whether this device may act for others. */
  readonly mayAct: boolean;
}

function standingIn(log: LogState, { id, removed }: Member, keyring: Keyring | undefined): Standing {
  if (keyring === undefined) return removed ? "removed" : "active";
  if (partsOf(keyring).member !== id)
    throw new KeysteadError("INVALID_ARGUMENT", "options.keyring must be the keyring of options.me");
  return standing(log, keyring);
}

function viewOf(log: LogState, member: Member, asked: Asked<MemberId | undefined>): MemberView {
  const { me, nameOf, standing, claimed, mayAct } = asked;
  const { id, kind, held, removed } = member;
  const [platform, details] = [member.platform, member.details].map((text) => text && plainText(text));
  const isMe = id === me;
  const status = removed ? "removed" : isPending(log, member) ? "pending" : "approved";
  const mine = standing === "active" ? "this-device" : standing;
  return {
    ...{ member: id, name: nameOf(id), kind, platform, details, added: dateOf(member.added) },
    access: accessWith(log, kind === "escrow" ? claimed : held),
    status: isMe ? mine : status,
    standing: isMe ? standing : removed ? "removed" : "active",
    approvals: member.approvals.map((approval) => doneBy(log, nameOf, approval)),
    removed: removed && doneBy(log, nameOf, removed),
    removable: mayAct && !isMe && !removed,
    removal: isMe ? removalOf(log, id) : undefined,
    offers: isMe && standing !== "active" ? offersTo(member) : [],
  };
}

function supersededWarning({ me, standing }: Asked): readonly Warning[] {
  if (standing !== "superseded") return [];
  return [{ code: "superseded", members: [me] }];
}

function removalWarnings(log: LogFacts, { me, seen, nameOf }: Asked & { readonly seen: number }): readonly Warning[] {
  return [...log.links].slice(seen).flatMap(({ seq, author, removed, time }): readonly Warning[] => {
    if (author === me || removed.length === 0 || (author !== "operator" && removed.includes(author))) return [];
    const facts = { name: nameOf(author), removed: removed.map(seenFrom(me, nameOf)), seq, when: dateOf(time) };
    return [{ code: "removed-by-other", members: removed, ...facts }];
  });
}

/** Says which member's approval would let this device read further back. A loss is named once, for the whole log. */
function limitedAccess(log: LogState, me: Member, known: KnownEscrow): readonly Warning[] {
  return gapFinder(log, { ...known, me: me.id })(me)
    .filter(({ closers }) => closers.length > 0)
    .map((gap): Warning => ({ code: "limited-access", members: [me.id], stretch: gap }));
}

function aheadOfClock(log: LogFacts, now: number): readonly Warning[] {
  if (log.time <= now + DEFAULT_SKEW) return [];
  return [{ code: "ahead-of-clock", members: [], when: dateOf(log.time) }];
}

function checkDevicesOptions(options: DevicesOptions): DevicesOptions {
  const { now, seen, limit } = checkOptions(options);
  checkNow("now", now);
  for (const [name, value] of Object.entries({ seen, limit })) {
    if (value !== undefined) checkCount(name, value);
  }
  return options;
}
