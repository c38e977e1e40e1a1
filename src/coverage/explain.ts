// explainAccess: why a member can or cannot read an epoch, by which links. docs/spec.md section 8.

import { checkCount } from "../arguments/counts.js";
import type { MemberId } from "../bytes/ids.js";
import { hasEpoch, NO_RUNS } from "../bytes/runs.js";
import { pairKey, pairOf } from "../log/pairs.js";
import { currentEpoch, type Epoch, epochAt, type LinkRecord, type LogState, type Member } from "../log/state.js";
import { epochPairs } from "../trust/claimed.js";
import { knownMember } from "./data-access.js";
import { escrowHoldings, type KnownEscrow, nameMembersWith, trustedEscrowLog } from "./knowledge.js";
import type { MemberName, NameOf } from "./names.js";

/** One link that affects whether a member can read an epoch. */
export type AccessLink = AccessLinkFacts &
  (
    | {
        /** The member entered after the epoch was made. */
        readonly code: "access-entered";
      }
    | {
        /** The member was removed, or left when it is the author itself. */
        readonly code: "access-removed";
        /** Whether the epoch was made before the member left. Nobody can take back what the member was granted by then. */
        readonly keeps: boolean;
      }
    | {
        /** The member declared the epoch missing: it did not open. */
        readonly code: "access-missing";
      }
    | {
        /** The epoch was made, and not for this member. */
        readonly code: "access-made";
        readonly because: "before-entering" | "after-removal" | "withheld" | "lockdown";
      }
    | {
        /**
         * The member was granted the epoch. `access-foreign`: in escrow's name, to keys that are not the organisation's. The last
         * `access-granted` or `access-missing` decides whether it can read.
         */
        readonly code: "access-granted" | "access-foreign";
        /** `made` with the epoch, or by which act later. */
        readonly how: "made" | "enroll" | "regrant" | "reclaim" | "rekey" | "approve";
        /** Of a `reclaim`: from whom. */
        readonly from: MemberName | undefined;
      }
  );

/** What each {@link AccessLink} says. */
export interface AccessLinkFacts {
  /** Position of the link. */
  readonly seq: number;
  /** Its type, such as `review`. */
  readonly type: string;
  readonly author: MemberId | "operator";
  /** The author. */
  readonly by: MemberName;
  /** The member whose access is explained. */
  readonly member: MemberName;
  /** Number of the epoch. */
  readonly epoch: number;
  /** Position of the link that made the epoch. */
  readonly made: number;
}

/** Whether a member can read an epoch, and why. */
export interface AccessExplanation {
  /**
   * Judged by `held`, for recovery: the member was granted the epoch and has not declared it missing. For a removed member: as it
   * was when it left. Escrow, removed or not, can read what was granted to the organisation's keys; undefined when that is
   * unknown.
   */
  readonly canRead: boolean | undefined;
  /** Judged by `reach`, for secrecy: the member was granted the epoch once, and no link can take that back. */
  readonly mayHaveRead: boolean;
  /** The links that explain the answer, in order. */
  readonly links: readonly AccessLink[];
}

/**
 * Why a member can or cannot read an epoch.
 *
 * @param member id of an active or a removed member.
 * @param epoch number of an epoch of this log.
 * @param known says whether the keys that escrow was granted to are the organisation's.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function explainAccess(
  log: LogState,
  member: MemberId,
  epoch: number,
  known: KnownEscrow = {},
): AccessExplanation {
  const subject = knownMember(log, member);
  checkCount("epoch", epoch, 1, currentEpoch(log));
  const nameOf = nameMembersWith(log, known);
  const foreign = foreignLinks(log, subject, known);
  const about: About = { subject, epoch: epochAt(log, epoch), nameOf, foreign };
  return {
    canRead: canRead(log, subject, epoch, known),
    mayHaveRead: hasEpoch(subject.reach, epoch),
    links: [...log.links].flatMap((record) => linksIn(record, about)),
  };
}

function canRead(log: LogState, subject: Member, epoch: number, known: KnownEscrow): boolean | undefined {
  const { claimed, unknown } = escrowHoldings(log, known);
  if (subject.kind !== "escrow") return hasEpoch(subject.held, epoch);
  return claimed || !hasEpoch(unknown, epoch) ? hasEpoch(claimed ?? NO_RUNS, epoch) : undefined;
}

/** Positions of the links after which escrow's keys were not the organisation's, when that is known. */
function foreignLinks(log: LogState, subject: Member, known: KnownEscrow): ReadonlySet<number> {
  const escrowLog = subject.kind === "escrow" ? trustedEscrowLog(log, known) : undefined;
  const links = new Set<number>();
  if (!escrowLog) return links;
  const real = epochPairs(escrowLog);
  let isReal = true;
  for (const { seq, pointer } of log.links) {
    if (pointer) isReal = real.has(pairKey(pairOf(pointer)));
    if (!isReal) links.add(seq);
  }
  return links;
}

interface About {
  readonly subject: Member;
  readonly epoch: Epoch;
  readonly nameOf: NameOf;
  /** Positions of the links that grant escrow to keys which are not the organisation's. */
  readonly foreign: ReadonlySet<number>;
}

function linksIn(record: LinkRecord, about: About): readonly AccessLink[] {
  const { subject, epoch, nameOf } = about;
  const { seq, type, author } = record;
  const facts: AccessLinkFacts = {
    ...{ seq, type, author, by: nameOf(author), member: nameOf(subject.id) },
    ...{ epoch: epoch.number, made: epoch.seq },
  };
  const links: AccessLink[] = [];
  const isGranted = record.grants.some(
    ({ epochs, boxes }) => hasEpoch(epochs, epoch.number) && boxes.some(({ member }) => member === subject.id),
  );
  if (record.entered === subject.id && epoch.seq < seq) links.push({ ...facts, code: "access-entered" });
  if (author === subject.id && hasEpoch(record.missing, epoch.number)) links.push({ ...facts, code: "access-missing" });
  if (record.epoch === epoch.number && !isGranted) {
    links.push({ ...facts, code: "access-made", because: notFor(record, about) });
  }
  if (isGranted) {
    const code = about.foreign.has(seq) ? "access-foreign" : "access-granted";
    const from = record.reclaimedFrom && nameOf(record.reclaimedFrom);
    links.push({ ...facts, code, how: howGranted(record, about), from });
  }
  if (record.removed.includes(subject.id)) links.push({ ...facts, code: "access-removed", keeps: epoch.seq < seq });
  return links;
}

/**
 * Why an epoch was not granted to somebody when it was made: a new epoch is granted to active members, in lockdown to confirmed
 * ones.
 */
function notFor({ seq, withheldFromEscrow }: LinkRecord, { subject }: About) {
  if (seq < subject.position) return "before-entering";
  if (subject.removed && seq >= subject.removed.seq) return "after-removal";
  return withheldFromEscrow && subject.kind === "escrow" ? "withheld" : "lockdown";
}

function howGranted({ type, epoch: made, reclaimedFrom }: LinkRecord, { epoch }: About) {
  if (made === epoch.number) return "made";
  if (type === "enroll" || type === "regrant" || type === "rekey") return type;
  return reclaimedFrom ? "reclaim" : "approve";
}
