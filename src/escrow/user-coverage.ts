// How much of one user's data an organisation's escrow covers: the epochs that admins could open today, the missing ones and who
// could give them, the lost ones, and the acts in escrow's name. docs/spec.md sections 8 and 11 (ESC-5 to ESC-11).

import { checkOptions } from "../arguments/options.js";
import { isDate } from "../arguments/realms.js";
import { isRuns } from "../arguments/runs.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { countEpochs, intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { actors } from "../coverage/capabilities.js";
import { accessWith, type DataAccess } from "../coverage/data-access.js";
import { type LostStretch, lossFinder } from "../coverage/loss.js";
import { type MemberName, nameMembers } from "../coverage/names.js";
import { allEpochs, type Stretch, stretchesOf } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";
import { escrowMember, type LogState, linkAt, type Member, type Removal } from "../log/state.js";
import { type ActReason, type EscrowAct, escrowActs } from "../trust/acts.js";
import { claimedRuns } from "../trust/claimed.js";
import { judgePointer, type PointerVerdict } from "../trust/pointer.js";
import { type RenewalReason, renewalReasonsBy } from "../trust/renewal.js";
import { type ActRecord, reviewOf } from "./act.js";
import { escrowsOf } from "./escrow-keys.js";

/** A stretch that escrow cannot open, and the devices that could give it. */
export interface EscrowGap extends Stretch {
  /** The members that hold the most of it come first. */
  readonly closers: readonly GapCloser[];
}

/** A device or backup key that could close a gap by approving escrow, or by granting it again. */
export interface GapCloser {
  readonly member: MemberId;
  readonly name: MemberName;
  readonly epochs: Runs;
  /** From the caller. */
  readonly lastSeen: Date | undefined;
}

/**
 * - `covered`: escrow covers everything from the first epoch on.
 * - `partly`: escrow covers an unbroken stretch up to now, with gaps before it.
 * - `behind`: escrow does not cover the current epoch: today admins could not open newer data.
 * - `pending`: escrow is not enrolled, and never was.
 * - `removed`: escrow was enrolled before, and is not any more.
 */
export type EscrowStatus = "covered" | "partly" | "behind" | "pending" | "removed";

/** A review in escrow's name, whether to believe it, and its reason. */
export interface Recovery extends EscrowAct {
  readonly when: Date;
  /** Reason and case of its act; undefined when the act is missing, or when the caller gave no readable one. */
  readonly reason: string | undefined;
  readonly case: string | undefined;
}

/**
 * - `open`: the act's position in the user's log is still free.
 * - `unused`: another link has that position, so nobody can do the act any more.
 * - `disowned`: admins declared that nobody should believe it.
 */
export type UnfinishedActStatus = "open" | "unused" | "disowned";

/** An act for one user's log that has no review in that log, or that was disowned. */
export interface UnfinishedAct {
  /** Position in the escrow log. */
  readonly recordedAt: number;
  readonly admin: MemberId;
  readonly when: Date;
  readonly reason: string;
  readonly case: string;
  readonly status: UnfinishedActStatus;
}

const STATUSES: readonly EscrowStatus[] = ["covered", "partly", "behind", "pending", "removed"];
const ACT_STATUSES: readonly UnfinishedActStatus[] = ["open", "unused", "disowned"];
const POINTERS: readonly UserCoverage["pointer"][] = ["newest", "older", "ahead", "false", "other-log", "none"];
const RENEWALS: readonly RenewalReason[] = ["older", "known-to-former-admin", "founder"];
const ACT_REASONS: readonly ActReason[] = [
  ...(["recorded", "admin-now", "other-log", "not-recorded", "disowned", "beyond-log", "no-admin-now"] as const),
];

/** One user in the organisation's report. */
export interface UserCoverage {
  readonly subject: string;
  readonly log: LogId;
  readonly status: EscrowStatus;
  /** The start of the unbroken stretch up to now that admins could open; undefined when they could not open the current epoch. */
  readonly since: DataAccess | undefined;
  /** The epochs that the log grants to real epochs of this escrow log. */
  readonly claimed: Runs;
  /** The epochs that the admin really opened; undefined when the report has no proof. */
  readonly proven: Runs | undefined;
  /** The same with its dates: what was proven, or claimed where there is no proof. */
  readonly covered: readonly Stretch[];
  readonly gaps: readonly EscrowGap[];
  /**
   * Claimed epochs that neither opened nor turned out to be junk: the server did not deliver the bytes, or they are sealed to an
   * epoch that the admin's keyring does not hold. Empty without proof.
   */
  readonly withheld: readonly Stretch[];
  /**
   * Declared gaps: epochs that devices kept from escrow because they could not judge it then, and that nobody gave it since
   * (MEM-6).
   */
  readonly keptFromEscrow: readonly Stretch[];
  /** Epochs that no active member holds, not even escrow, and the removed members that could bring them back. */
  readonly lost: readonly LostStretch[];
  /** The verdict on escrow's pointer; `none` without an escrow member. */
  readonly pointer: PointerVerdict | "none";
  /** Why somebody must renew the pointer (ESC-6, ESC-10); empty when nobody needs to. */
  readonly renewal: readonly RenewalReason[];
  readonly rotationDue: boolean;
  /** Every removal of an escrow member. The log cannot show whether a removal was legitimate (ESC-7). */
  readonly removals: readonly Removal[];
  /** Every review in escrow's name, believed or not (ESC-8). */
  readonly recoveries: readonly Recovery[];
  /** Acts for this log that have no review in it, or that were disowned, out of those that the caller gave. */
  readonly unfinished: readonly UnfinishedAct[];
  /** Number of active backup keys of the user's own. */
  readonly backupKeys: number;
  /** Number of epochs in gaps that somebody could close. The to-do list is sorted by it. */
  readonly closable: number;
}

/** When members were last seen, as the caller's service knows it. */
export type LastSeen = ReadonlyMap<MemberId, Date>;

/** The result of opening the claimed epochs with an admin's keyring. */
export interface Proof {
  readonly opened: Runs;
  /** Epochs that were delivered and did not open. */
  readonly junk: Runs;
}

/** A function that computes the coverage of users of one escrow log. `records` are the acts of that log. */
export function escrowCoverer(escrowLog: LogState, records: readonly ActRecord[] = []) {
  const byLog = new Map<LogId, ActRecord[]>();
  for (const record of records) {
    const { log } = record.act ?? {};
    if (log !== undefined) byLog.set(log, [...(byLog.get(log) ?? []), record]);
  }
  return (log: LogState, lastSeen: LastSeen = new Map(), proof?: Proof): UserCoverage =>
    coverageOf(log, escrowLog, { lastSeen, proof, records: byLog.get(log.head.log) ?? [] });
}

const isTime = (value: unknown) => isDate(value) && !Number.isNaN(value.getTime());
const isText = (value: unknown) => typeof value === "string";
const isList = (value: unknown, isItem: (item: never) => boolean) =>
  Array.isArray(value) && value.every(isItem as never);
const isStretch = (stretch: Stretch | null) =>
  !!stretch &&
  Number.isSafeInteger(stretch.from) &&
  Number.isSafeInteger(stretch.to) &&
  isTime(stretch.since) &&
  (stretch.until === undefined || isTime(stretch.until));
const isCloser = (closer: GapCloser | null) =>
  !!closer &&
  isText(closer.name?.code) &&
  isRuns(closer.epochs) &&
  (closer.lastSeen === undefined || isTime(closer.lastSeen));
const isAct = (act: EscrowAct | null) => !!act && Number.isSafeInteger(act.seq) && ACT_REASONS.includes(act.because);
const isRecovery = (act: Recovery | null) =>
  isAct(act) &&
  isTime(act?.when) &&
  typeof act?.believed === "boolean" &&
  [act.reason, act.case].every((words) => words === undefined || isText(words));
const isUnfinished = (act: UnfinishedAct | null) =>
  !!act &&
  Number.isSafeInteger(act.recordedAt) &&
  isTime(act.when) &&
  [act.reason, act.case].every(isText) &&
  ACT_STATUSES.includes(act.status);

const isStretches = (stretches: unknown) => isList(stretches, isStretch);

/** A check for each field of a row. A field without a check does not compile. */
const FIELDS: { readonly [Field in keyof UserCoverage]-?: (value: UserCoverage[Field]) => boolean } = {
  subject: isText,
  log: isText,
  status: (status) => STATUSES.includes(status),
  since: (since) => since === undefined || isTime(since?.since),
  claimed: isRuns,
  proven: (proven) => proven === undefined || isRuns(proven),
  gaps: (gaps) => isStretches(gaps) && gaps.every(({ closers }) => isList(closers, isCloser)),
  covered: isStretches,
  withheld: isStretches,
  keptFromEscrow: isStretches,
  lost: (lost) => isStretches(lost) && lost.every(({ keepers }) => isList(keepers, isCloser)),
  pointer: (pointer) => POINTERS.includes(pointer),
  renewal: (renewal) => isList(renewal, (because) => RENEWALS.includes(because)),
  rotationDue: (due) => typeof due === "boolean",
  removals: Array.isArray,
  recoveries: (recoveries) => isList(recoveries, isRecovery),
  unfinished: (acts) => isList(acts, isUnfinished),
  backupKeys: Number.isSafeInteger,
  closable: Number.isSafeInteger,
};

/** Checks a row of a report, which may come from a worker or a store. @throws `INVALID_ARGUMENT` unless it is one */
export function checkCoverage(user: UserCoverage): UserCoverage {
  const row = checkOptions(user);
  const fields = Object.entries(FIELDS) as [keyof UserCoverage, (value: unknown) => boolean][];
  if (fields.every(([field, isGood]) => isGood(row[field]))) return row;
  throw new KeysteadError("INVALID_ARGUMENT", "user must be what organisationReport gave");
}

interface Known {
  readonly lastSeen: LastSeen;
  readonly proof: Proof | undefined;
  readonly records: readonly ActRecord[];
}

function coverageOf(log: LogState, escrowLog: LogState, { lastSeen, proof, records }: Known): UserCoverage {
  const escrow = escrowMember(log);
  const escrows = escrowsOf(log);
  const acts = escrowActs(log, escrowLog);
  const claimed = claimedRuns(log, escrowLog);
  // Escrow could not pass on an epoch that opens by a pair with one key of a thief (ESC-11).
  const proven = proof && intersectRuns(proof.opened, claimed);
  const covered = proven ?? claimed;
  const withheld = proof ? subtractRuns(subtractRuns(claimed, proof.opened), proof.junk) : NO_RUNS;
  const own = [...log.active.values()].filter(({ kind }) => kind !== "escrow");
  // Epochs that only wait for delivery are not lost, and nobody needs to give them again.
  const held = own.reduce((all, member) => uniteRuns(all, member.held), uniteRuns(covered, withheld));
  const lost = subtractRuns(allEpochs(log), held);
  const missing = [covered, withheld, lost].reduce<Runs>(subtractRuns, allEpochs(log));
  const since = accessWith(log, covered);
  return {
    ...{ subject: log.subject, log: log.head.log, claimed, proven, since },
    status: statusOf(escrow !== undefined, escrows.length > 0, since),
    covered: stretchesOf(log, covered),
    gaps: gapsIn(log, missing, lastSeen),
    withheld: stretchesOf(log, withheld),
    keptFromEscrow: stretchesOf(log, subtractRuns(keptFrom(escrows), claimed)),
    lost: lossFinder(log)(lost),
    pointer: escrow?.pointer ? judgePointer(escrow.pointer, escrowLog) : "none",
    renewal: renewalReasonsBy(acts, log, escrowLog),
    rotationDue: log.rotationDue,
    removals: escrows.flatMap(({ removed }) => (removed ? [removed] : [])),
    recoveries: recoveriesIn(log, acts, records),
    unfinished: records.flatMap((record) => unfinished(log, escrowLog, record) ?? []),
    backupKeys: own.filter(({ kind }) => kind === "backup").length,
    closable: countEpochs(missing),
  };
}

function keptFrom(escrows: readonly Member[]): Runs {
  return escrows.reduce<Runs>((all, { withheld }) => uniteRuns(all, withheld), NO_RUNS);
}

/** Leaves out renewals. They bring in nobody: it matters only whether a renewal's epoch is the current one (ESC-10). */
function recoveriesIn(log: LogState, acts: readonly EscrowAct[], records: readonly ActRecord[]): readonly Recovery[] {
  const bySeq = new Map(records.map(({ seq, act }) => [seq, act]));
  const reviews = acts.filter(({ type }) => type === "review");
  return reviews.map((review) => {
    const act = review.recordedAt === undefined ? undefined : bySeq.get(review.recordedAt);
    const { time } = linkAt(log, review.seq);
    return { ...review, when: new Date(time), reason: act?.reason, case: act?.case };
  });
}

function unfinished(log: LogState, escrowLog: LogState, record: ActRecord): UnfinishedAct | undefined {
  const act = present(record.act);
  const isDone = reviewOf(log, escrowLog, act) !== undefined;
  if (isDone && !record.disowned) return undefined;
  const undone = act.seq > log.head.seq ? "open" : "unused";
  const status = record.disowned ? "disowned" : undone;
  return { recordedAt: record.seq, admin: record.admin, when: record.when, reason: act.reason, case: act.case, status };
}

function statusOf(isEnrolled: boolean, wasEnrolled: boolean, since: DataAccess | undefined): EscrowStatus {
  if (!isEnrolled) return wasEnrolled ? "removed" : "pending";
  if (!since) return "behind";
  return since.epoch === 1 ? "covered" : "partly";
}

function gapsIn(log: LogState, missing: Runs, lastSeen: LastSeen): readonly EscrowGap[] {
  const nameOf = nameMembers(log);
  const candidates = actors(log);
  return stretchesOf(log, missing).map((stretch) => {
    const closers = candidates
      .map(({ id, held }) => ({
        ...{ member: id, name: nameOf(id), lastSeen: lastSeen.get(id) },
        epochs: intersectRuns(held, [[stretch.from, stretch.to]]),
      }))
      .filter(({ epochs }) => epochs.length > 0)
      .sort((a, b) => countEpochs(b.epochs) - countEpochs(a.epochs));
    return { ...stretch, closers };
  });
}
