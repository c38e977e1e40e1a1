// What an organisation's escrow covers of one user's data: what admins could open today, what is missing and who could give it,
// what is lost. docs/spec.md sections 8 and 11 (ESC-5 to ESC-7).

import type { MemberId } from "../bytes/ids.js";
import { actors } from "../coverage/actors.js";
import { accessWith, type DataAccess } from "../coverage/data-access.js";
import { nameMembers } from "../coverage/names.js";
import { allEpochs, type Stretch, stretchesOf } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { intersectRuns, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import { escrowMember, type LogState, type Removal } from "../log/state.js";
import { type EscrowAct, escrowActs } from "./check.js";
import { claimedRuns, epochKeys } from "./claimed.js";
import { escrowsOf } from "./escrow-keys.js";
import { judgePointer, type PointerVerdict } from "./pointer.js";

/** A stretch that escrow cannot open, and the devices that could give it. */
export interface EscrowGap extends Stretch {
  /** Those who hold the most of it first. */
  readonly closers: readonly GapCloser[];
}

/** A device or backup key that could close a gap by approving escrow, or by granting it again. */
export interface GapCloser {
  readonly member: MemberId;
  readonly name: string;
  readonly epochs: Runs;
  /** As the caller knows it. */
  readonly lastSeen: Date | undefined;
}

/**
 * - `covered`: everything from the first epoch on.
 * - `partly`: an unbroken stretch up to now, and gaps before it.
 * - `behind`: the current epoch is not covered: newer data could not be opened today.
 * - `pending`: escrow is not enrolled, and never was.
 * - `removed`: escrow was enrolled and is not any more.
 */
export type EscrowStatus = "covered" | "partly" | "behind" | "pending" | "removed";

/** One user in the organisation's report. */
export interface UserCoverage {
  readonly subject: string;
  readonly log: string;
  readonly status: EscrowStatus;
  /** From when on everything until now could be opened; undefined when the current epoch could not. */
  readonly since: DataAccess | undefined;
  /** What the log says that escrow was granted, to real epochs of this escrow log. */
  readonly claimed: Runs;
  /** What was really opened; undefined when the report was made without proof. */
  readonly proven: Runs | undefined;
  readonly gaps: readonly EscrowGap[];
  /** What nobody active holds, escrow included. */
  readonly lost: readonly Stretch[];
  /** Where escrow's pointer points; `none` without an escrow member. */
  readonly pointer: PointerVerdict | "none";
  readonly rotationDue: boolean;
  /** Every removal of an escrow member: whether it was legitimate, the log cannot say (ESC-7). */
  readonly removals: readonly Removal[];
  /** Acts in escrow's name that do not check out (ESC-8). */
  readonly unverified: readonly EscrowAct[];
  /** Number of active backup keys of the user's own. */
  readonly backupKeys: number;
  /** Number of epochs in gaps that somebody could close: what the to-do list is sorted by. */
  readonly closable: number;
}

/** When members were last seen, as the caller's service knows it. */
export type LastSeen = ReadonlyMap<MemberId, Date>;

/** {@link escrowCoverage} for many users of one escrow log, whose keys are looked up once. */
export function escrowCoverer(escrowLog: LogState) {
  const keys = epochKeys(escrowLog);
  return (log: LogState, lastSeen: LastSeen = new Map(), proven?: Runs): UserCoverage =>
    coverageOf(log, escrowLog, { keys, lastSeen, proven });
}

/** @throws `INVALID_ARGUMENT` unless the value is a report's row */
export function checkCoverage(user: UserCoverage): UserCoverage {
  const { subject, gaps, lost, claimed } = checkOptions(user);
  if (typeof subject === "string" && [gaps, lost, claimed].every(Array.isArray)) return user;
  throw new KeysteadError("INVALID_ARGUMENT", "user must be a UserCoverage, as organisationReport gives it");
}

interface Known {
  readonly keys: ReadonlySet<string>;
  readonly lastSeen: LastSeen;
  readonly proven: Runs | undefined;
}

function coverageOf(log: LogState, escrowLog: LogState, { keys, lastSeen, proven }: Known): UserCoverage {
  const escrow = escrowMember(log);
  const escrows = escrowsOf(log);
  const claimed = claimedRuns(log, new Set(escrows.map(({ id }) => id)), keys);
  const covered = proven ?? claimed;
  const own = [...log.active.values()].filter(({ kind }) => kind !== "escrow");
  const held = own.reduce((all, member) => uniteRuns(all, member.held), covered);
  const lost = subtractRuns(allEpochs(log), held);
  const missing = subtractRuns(subtractRuns(allEpochs(log), covered), lost);
  const since = accessWith(log, covered);
  return {
    ...{ subject: log.subject, log: log.head.log, claimed, proven, since },
    status: statusOf(escrow !== undefined, escrows.length > 0, since),
    gaps: gapsIn(log, missing, lastSeen),
    lost: stretchesOf(log, lost),
    pointer: escrow?.pointer ? judgePointer(escrow.pointer, escrowLog) : "none",
    rotationDue: log.rotationDue,
    removals: escrows.flatMap(({ removed }) => (removed ? [removed] : [])),
    unverified: escrowActs(log, escrowLog).filter(({ verdict }) => verdict === "unverified"),
    backupKeys: own.filter(({ kind }) => kind === "backup").length,
    closable: missing.reduce((sum, [from, to]) => sum + to - from + 1, 0),
  };
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
      .sort((a, b) => size(b.epochs) - size(a.epochs));
    return { ...stretch, closers };
  });
}

function size(runs: Runs): number {
  return runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
