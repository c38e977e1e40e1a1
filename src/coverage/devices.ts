// What a Devices & Activity window shows: members, what waits for review, warnings, what happened. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { checkMilliseconds, DEFAULT_SKEW } from "../log/checks.js";
import {
  assertLog,
  type Head,
  type LinkRecord,
  type LogFacts,
  type LogState,
  type Member,
  type MemberKind,
} from "../log/state.js";
import { type Activity, activityOf, list } from "./activity.js";
import { accessWith, type DataAccess, knownMember } from "./data-access.js";
import { dateOf, formatDay } from "./dates.js";
import { gapFinder, lostStretches } from "./gaps.js";
import { type NameOf, nameMembers, plainText } from "./names.js";
import { furtherWarnings, isPending, type PendingMember, pendingFor } from "./pending.js";
import { resilience } from "./resilience.js";
import { formatStretch, type Stretch } from "./stretches.js";
import type { Warning } from "./warnings.js";

/** Who did something to a member, and when. */
export interface Deed {
  readonly by: MemberId | "operator";
  /** The name of who did it. */
  readonly name: string;
  /** Position of the link. */
  readonly seq: number;
  readonly when: Date;
}

/** A member as a list of devices shows it. */
export interface DeviceView {
  readonly member: MemberId;
  /** Its name, made safe and unmistakable. */
  readonly name: string;
  readonly kind: MemberKind;
  /** What the device says of itself, made safe to show; undefined when it said nothing or that was not delivered. */
  readonly platform: string | undefined;
  readonly details: string | undefined;
  readonly added: Date;
  /** How far back it reads, by `held`; undefined when it does not hold the current epoch. */
  readonly access: DataAccess | undefined;
  /** `pending`: nobody of the confirmed class has approved it. */
  readonly status: "this-device" | "approved" | "pending" | "removed";
  /** Approvals, enrolment included, oldest first. The first device has none and needs none. */
  readonly approvals: readonly Deed[];
  readonly removed: Deed | undefined;
}

/** Everything that a Devices & Activity window draws, but for the fingerprint of `head`. */
export interface DevicesAndActivity {
  readonly subject: string;
  /** What the fingerprint is made of. */
  readonly head: Head;
  /** This device; its status is `this-device` even when it was removed. */
  readonly me: DeviceView;
  /** Whether this device itself waits to be approved. */
  readonly awaitingApproval: boolean;
  /** Every member: the active in order of entering, then the removed in order of removal. */
  readonly members: readonly DeviceView[];
  /** What this device can approve or remove. */
  readonly pending: readonly PendingMember[];
  readonly warnings: readonly Warning[];
  /** What happened, newest first. */
  readonly activity: readonly Activity[];
}

/** What {@link devicesAndActivity} is told. */
export interface DevicesOptions {
  /** The member whose screen this is. */
  readonly me: MemberId;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * How many links had been shown before; removals after them are warned about. By position, since a thief can date a link
   * back as far as the one before it. Without it, everything since this device entered.
   */
  readonly seen?: number | undefined;
  /** How many links of activity to show, from 0; 50 unless told. */
  readonly limit?: number | undefined;
}

/**
 * The view of a log that a Devices & Activity window draws. Its dates are judged by `held`, what members can use and pass on.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function devicesAndActivity(log: LogState, options: DevicesOptions): DevicesAndActivity {
  assertLog(log);
  const { me: id, now, seen, limit = 50 } = checkDevicesOptions(options);
  const me = knownMember(log, id);
  const nameOf = nameMembers(log);
  const members = [...log.active.values(), ...log.removed].map((member) => viewOf(log, member, { me: id, nameOf }));
  const pending = pendingFor(log, me, nameOf);
  const oldest = Math.max(0, log.links.length - limit);
  const newest = Array.from({ length: log.links.length - oldest }, (_, index) => log.links.length - 1 - index);
  return {
    ...{ subject: log.subject, head: log.head, members, pending },
    me: members.find(({ member }) => member === id) as DeviceView,
    awaitingApproval: isPending(log, me),
    warnings: [
      ...removalWarnings(log, { me: id, seen: seen ?? me.position, nameOf }),
      ...limitedAccess(log, me),
      ...furtherWarnings(me, pending, nameOf),
      ...lostStretches(log).map(lossWarning),
      // That somebody was removed who once approved this device is not news to whoever holds it in their hand.
      ...resilience(log).filter(({ code, members }) => code !== "stray" || !members.includes(id)),
      ...aheadOfClock(log, now),
    ],
    activity: newest.map((index) => activityOf(log, log.links.at(index) as LinkRecord, nameOf)),
  };
}

interface Perspective {
  readonly me: MemberId;
  readonly nameOf: NameOf;
}

function viewOf(log: LogFacts, member: Member, { me, nameOf }: Perspective): DeviceView {
  const { id, kind, held, removed } = member;
  const [platform, details] = [member.platform, member.details].map((text) => text && plainText(text));
  const deed = (by: MemberId | "operator", seq: number): Deed => ({
    ...{ by, name: nameOf(by), seq },
    when: dateOf((log.links.at(seq - 1) as LinkRecord).time),
  });
  const status = removed ? "removed" : isPending(log, member) ? "pending" : "approved";
  return {
    ...{ member: id, name: nameOf(id), kind, platform, details, added: dateOf(member.added) },
    access: accessWith(log, held),
    status: id === me ? "this-device" : status,
    approvals: member.approvals.map(({ by, seq }) => deed(by, seq)),
    removed: removed && deed(removed.by, removed.seq),
  };
}

function removalWarnings(
  log: LogFacts,
  { me, seen, nameOf }: Perspective & { readonly seen: number },
): readonly Warning[] {
  return [...log.links].slice(seen).flatMap(({ seq, author, removed, time }): readonly Warning[] => {
    if (author === me || removed.length === 0 || removed.includes(author as MemberId)) return [];
    const who = list(removed.map((id) => (id === me ? "this device" : nameOf(id))));
    const text = `On ${formatDay(dateOf(time))} ${nameOf(author)} removed ${who} (link ${seq}).`;
    return [{ code: "removed-by-other", text, members: removed }];
  });
}

/** Says from where this device could be approved further back. What is lost is said once, for the whole log. */
function limitedAccess(log: LogFacts, me: Member): readonly Warning[] {
  if (me.removed) return [];
  return gapFinder(log)(me)
    .filter(({ closers }) => closers.length > 0)
    .map((gap): Warning => {
      const text = `This device lacks ${formatStretch(gap)}: ${gap.advice}.`;
      return { code: "limited-access", text, members: [me.id], stretch: gap };
    });
}

function lossWarning(stretch: Stretch): Warning {
  const text = `Data of ${formatStretch(stretch)} is permanently lost: no active member holds it.`;
  return { code: "lost", text, members: [], stretch };
}

function aheadOfClock(log: LogFacts, now: number): readonly Warning[] {
  if (log.time <= now + DEFAULT_SKEW) return [];
  const text = `The newest change is dated ${formatDay(dateOf(log.time))}, ahead of this device's clock: check the clock.`;
  return [{ code: "ahead-of-clock", text, members: [] }];
}

function checkDevicesOptions(options: DevicesOptions): DevicesOptions {
  const { now, seen, limit } = checkOptions(options);
  checkMilliseconds("now", now);
  for (const [name, value] of Object.entries({ seen, limit })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
      throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a whole number, 0 or more`);
    }
  }
  return options;
}
