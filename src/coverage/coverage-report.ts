// The coverage report of one log: who can read what since when, what is missing and who can repair it, what is lost, what is
// in danger. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import { checkNow } from "../arguments/time.js";
import type { MemberId } from "../bytes/ids.js";
import { plainText } from "../bytes/plain-text.js";
import { NO_RUNS, type Runs } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { assertLog, currentEpoch, type Head, type LogState, type Member, type MemberKind } from "../log/state.js";
import { accessWith, type DataAccess } from "./data-access.js";
import { dateOf } from "./dates.js";
import { type Gap, gapFinder } from "./gaps.js";
import { type KnownEscrow, nameMembersWith } from "./knowledge.js";
import { holdingsOf, type LostStretch, lossFinder } from "./loss.js";
import type { MemberName, NameOf } from "./names.js";
import type { ProvenCoverage, ProvenMember } from "./proven.js";
import { resilienceWarnings } from "./resilience.js";
import { type Stretch, stretchesOf } from "./stretches.js";
import type { Warning } from "./warnings.js";

/** One active member in a report. */
export interface MemberCoverage {
  readonly member: MemberId;
  /** The member's name, made safe to show and different from all others. */
  readonly name: MemberName;
  readonly kind: MemberKind;
  /**
   * How far back it reads, by `held`; undefined when it does not hold the current epoch. Escrow reads what is `claimed`.
   */
  readonly access: DataAccess | undefined;
  /** For recovery: what it can pass on. */
  readonly held: Runs;
  /** For secrecy: what it may be able to read. */
  readonly reach: Runs;
  /**
   * For escrow: the epochs that were granted to the organisation's keys; undefined when that is unknown, and for all other
   * members.
   */
  readonly claimed: Runs | undefined;
  readonly gaps: readonly Gap[];
  /** What is proven of `held`; undefined when the report was made without proof. */
  readonly proven: ProvenMember | undefined;
}

/** What a log says about who can read what. */
export interface CoverageReport {
  /** Whose log, made safe to print. */
  readonly subject: string;
  readonly head: Head;
  /** When the report was made, according to the caller. */
  readonly at: Date | undefined;
  /** Number of the current epoch. */
  readonly epoch: number;
  readonly lockdown: boolean;
  /** The active members, in order of entering. */
  readonly members: readonly MemberCoverage[];
  /** The epochs that no active member holds, and who could bring them back. */
  readonly lost: readonly LostStretch[];
  /** The epochs that no active device or backup key holds, when the given logs do not show whether escrow holds them. */
  readonly unknown: readonly Stretch[];
  readonly warnings: readonly Warning[];
  /** Grants that the proof found wrong: by whom, to whom, in which link. */
  readonly wrongGrants: readonly ReportedWrongGrant[];
}

/** A grant that differs from what its link says. */
export interface ReportedWrongGrant {
  readonly code: "wrong-grant";
  /** Who granted it. */
  readonly by: MemberName;
  /** To whom. */
  readonly to: MemberName;
  readonly grant: ProvenCoverage["wrongGrants"][number];
}

/** Options of {@link coverageReport}. */
export interface CoverageOptions extends KnownEscrow {
  /** Milliseconds since 1970, to be printed on the report. */
  readonly now?: number | undefined;
  /** From `proveCoverage`, at the head of this log. */
  readonly proven?: ProvenCoverage | undefined;
}

/**
 * One object for everything that the log says about who can read what.
 *
 * @throws `INVALID_ARGUMENT`, also for a proof of another log or another head: it would vouch for links that it never saw
 */
export function coverageReport(log: LogState, options: CoverageOptions = {}): CoverageReport {
  assertLog(log);
  const { now, proven, ...known } = checkOptions(options);
  if (now !== undefined) checkNow("now", now);
  if (proven !== undefined && proven?.head?.hash !== log.head.hash) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "options.proven is not a proof of this log at this head; prove it again",
    );
  }
  const nameOf = nameMembersWith(log, known);
  const findGaps = gapFinder(log, known);
  const { lost, unknown, claimed } = holdingsOf(log, known);
  const coverageOf = (member: Member): MemberCoverage => {
    const { id, kind, held, reach } = member;
    const isEscrow = kind === "escrow";
    return {
      ...{ member: id, name: nameOf(id), kind, held, reach, claimed: isEscrow ? claimed : undefined },
      access: accessWith(log, isEscrow ? (claimed ?? NO_RUNS) : held),
      gaps: findGaps(member),
      proven: proven?.members.find((each) => each.member === id),
    };
  };
  return {
    ...{ subject: plainText(log.subject), head: log.head, epoch: currentEpoch(log), lockdown: log.lockdown },
    at: now === undefined ? undefined : dateOf(now),
    members: [...log.active.values()].map(coverageOf),
    lost: lossFinder(log, known)(lost),
    unknown: stretchesOf(log, unknown),
    warnings: resilienceWarnings(log, known),
    wrongGrants: (proven?.wrongGrants ?? []).map((grant) => wrongGrant(grant, nameOf)),
  };
}

function wrongGrant(grant: ProvenCoverage["wrongGrants"][number], nameOf: NameOf): ReportedWrongGrant {
  return { code: "wrong-grant", by: nameOf(grant.author), to: nameOf(grant.recipient), grant };
}
