// explainAccess: why a member can or cannot read an epoch, by which links. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { hasEpoch, NO_RUNS } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { kemDigest, pairKey } from "../log/pairs.js";
import { currentEpoch, type Epoch, epochAt, type LinkRecord, type LogState, type Member } from "../log/state.js";
import { epochPairs } from "../trust/claimed.js";
import { knownMember } from "./data-access.js";
import { escrowHoldings, type KnownEscrow, trustedEscrowLog } from "./knowledge.js";
import { type NameOf, nameMembers } from "./names.js";

/** One link that bears on whether a member can read an epoch. */
export interface Reason {
  /** Position of the link. */
  readonly seq: number;
  /** Its type, such as `review`. */
  readonly type: string;
  readonly author: MemberId | "operator";
  /**
   * What it did to the member's access. `made`: the epoch was made, and not for this member. `foreign`: it was granted in escrow's
   * name, to keys that are not the organisation's. The last `granted` or `missing` decides whether it can read.
   */
  readonly effect: "made" | "entered" | "granted" | "foreign" | "missing" | "removed";
  /** The same for people. */
  readonly text: string;
}

/** Whether a member can read an epoch, and why. */
export interface AccessExplanation {
  /**
   * Judged by `held`, for recovery: it was granted the epoch and does not say otherwise. For a removed member, as it left. Escrow,
   * removed or not, can read what was granted to keys that are the organisation's; undefined where that is unknown.
   */
  readonly canRead: boolean | undefined;
  /** Judged by `reach`, for secrecy: it was granted the epoch once, and no link can take that back. */
  readonly mayHaveRead: boolean;
  /** The links behind it, in order. */
  readonly because: readonly Reason[];
}

/**
 * Why a member can or cannot read an epoch.
 *
 * @param member id of an active or a removed member.
 * @param epoch number of an epoch of this log.
 * @param known what tells whether keys that escrow was granted to are the organisation's.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function explainAccess(
  log: LogState,
  member: MemberId,
  epoch: number,
  known: KnownEscrow = {},
): AccessExplanation {
  const subject = knownMember(log, member);
  if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > currentEpoch(log)) {
    throw new KeysteadError("INVALID_ARGUMENT", `epoch must be a whole number from 1 to ${currentEpoch(log)}`);
  }
  const nameOf = nameMembers(log);
  const foreign = foreignLinks(log, subject, known);
  const about: About = { subject, epoch: epochAt(log, epoch), nameOf, foreign };
  return {
    canRead: canRead(log, subject, epoch, known),
    mayHaveRead: hasEpoch(subject.reach, epoch),
    because: [...log.links].flatMap((record) => reasonsIn(record, about)),
  };
}

function canRead(log: LogState, subject: Member, epoch: number, known: KnownEscrow): boolean | undefined {
  const { claimed, unknown } = escrowHoldings(log, known);
  if (subject.kind !== "escrow") return hasEpoch(subject.held, epoch);
  return claimed || !hasEpoch(unknown, epoch) ? hasEpoch(claimed ?? NO_RUNS, epoch) : undefined;
}

/** Positions of the links after which escrow's keys were not the organisation's, where that is known. */
function foreignLinks(log: LogState, subject: Member, known: KnownEscrow): ReadonlySet<number> {
  const escrowLog = subject.kind === "escrow" ? trustedEscrowLog(log, known) : undefined;
  const links = new Set<number>();
  if (!escrowLog) return links;
  const real = epochPairs(escrowLog);
  let isReal = true;
  for (const { seq, pointer } of log.links) {
    if (pointer) isReal = real.has(pairKey({ sign: pointer.sign, kem: kemDigest(pointer.kem) }));
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

function reasonsIn(record: LinkRecord, about: About): readonly Reason[] {
  const { subject, epoch, nameOf } = about;
  const { seq, type, author } = record;
  const reason = (effect: Reason["effect"], text: string): Reason => ({ seq, type, author, effect, text });
  const who = nameOf(subject.id);
  const reasons: Reason[] = [];
  const isGranted = record.grants.some(
    ({ epochs, boxes }) => hasEpoch(epochs, epoch.number) && boxes.some(({ member }) => member === subject.id),
  );
  if (record.entered === subject.id && epoch.seq < seq) {
    reasons.push(
      reason("entered", `link ${seq}: ${who} entered, after epoch ${epoch.number} was made in link ${epoch.seq}`),
    );
  }
  if (author === subject.id && hasEpoch(record.missing, epoch.number)) {
    reasons.push(reason("missing", `link ${seq}: ${who} declared epoch ${epoch.number} missing: it did not open`));
  }
  if (record.epoch === epoch.number && !isGranted) {
    reasons.push(reason("made", `link ${seq}: ${nameOf(author)} made epoch ${epoch.number}, ${notFor(record, about)}`));
  }
  if (isGranted && about.foreign.has(seq)) {
    const text = `link ${seq}: ${granted(record, about)}, at keys that are not the organisation's`;
    reasons.push(reason("foreign", text));
  } else if (isGranted) reasons.push(reason("granted", `link ${seq}: ${granted(record, about)}`));
  if (record.removed.includes(subject.id)) {
    const how = author === subject.id ? "left" : `was removed by ${nameOf(author)}`;
    const kept = epoch.seq < seq ? "; what it was granted before, nobody can take back" : "";
    reasons.push(reason("removed", `link ${seq}: ${who} ${how}${kept}`));
  }
  return reasons;
}

/** Why an epoch was not granted to somebody when it was made: to active members it is, in lockdown to confirmed ones. */
function notFor({ seq, withheldFromEscrow }: LinkRecord, { subject, nameOf }: About): string {
  const who = nameOf(subject.id);
  if (seq < subject.position) return `before ${who} entered`;
  if (subject.removed && seq >= subject.removed.seq) return `for those who stayed when ${who} was removed`;
  if (withheldFromEscrow && subject.kind === "escrow") return `withheld from ${who}`;
  return `in lockdown, when ${who} was not confirmed`;
}

function granted({ type, author, epoch: made, reclaimedFrom }: LinkRecord, { subject, epoch, nameOf }: About): string {
  const [who, by] = [nameOf(subject.id), nameOf(author)];
  if (made === epoch.number) return `${by} made epoch ${made}${author === subject.id ? "" : `, also for ${who}`}`;
  if (type === "enroll") return `${by} enrolled ${who} with epoch ${epoch.number}`;
  if (type === "regrant") return `${by} granted epoch ${epoch.number} to ${who}`;
  if (reclaimedFrom) return `${who} took over epoch ${epoch.number} of ${nameOf(reclaimedFrom)}, which was removed`;
  if (type === "rekey") return `${who} granted epoch ${epoch.number} to its own fresh key`;
  return `${by} approved ${who} and so granted it epoch ${epoch.number}`;
}
