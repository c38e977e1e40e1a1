// Gaps: which epochs an active member does not hold, who could close each gap and how, and what is permanently lost.
// docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { countEpochs, intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import { activeMember, assertLog, type LogFacts, type LogState, type Member } from "../log/state.js";
import { actors } from "./actors.js";
import { type NameOf, nameMembers } from "./names.js";
import { allEpochs, formatEpochs, formatStretch, type Stretch, stretchesOf } from "./stretches.js";

/** A member that can close a gap, wholly or in part. */
export interface Closer {
  readonly member: MemberId;
  /** The epochs of the gap that it holds. */
  readonly epochs: Runs;
  /** The links that the log admits for it: a `regrant` extends nobody, so it comes first where both would do. */
  readonly by: readonly ("regrant" | "approve")[];
  /** What people do: `approve Phone from Desktop`. */
  readonly text: string;
}

/** A stretch that an active member does not hold. */
export interface Gap extends Stretch {
  readonly member: MemberId;
  /** Never granted: only an approval closes it. Declared missing: it was granted, and the member says it does not open. */
  readonly reason: "never-granted" | "declared-missing";
  /** Who can close it now, those who close most of it first. */
  readonly closers: readonly Closer[];
  /** The part that no active member holds: nobody can ever close it. */
  readonly lost: Runs;
  /** What to do, for people. */
  readonly advice: string;
}

/**
 * What an active member does not hold, from epoch 1 to the current one. Judged by `held` on both sides, since a gap is about
 * recovery; `reach` only tells a gap that a regrant closes from one that takes an approval.
 *
 * Closers are members that may author the link now. In a user log whoever holds anything may: outside lockdown every
 * active member holds the current epoch, and in lockdown the unconfirmed hold nothing. So what is in no closer's epochs is lost.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function gapsOf(log: LogState, member: MemberId): readonly Gap[] {
  assertLog(log);
  return gapFinder(log)(activeMember(log, member));
}

/**
 * Stretches that no active member holds: **permanently lost**. Judged by `held`: a removed member, or one that declared them
 * missing, may still be able to read them, but nobody passes them on.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function lostStretches(log: LogState): readonly Stretch[] {
  assertLog(log);
  return stretchesOf(log, lostEpochs(log));
}

/** {@link lostStretches} as runs. */
export function lostEpochs(log: LogFacts): Runs {
  const held = [...log.active.values()].reduce((all, member) => uniteRuns(all, member.held), NO_RUNS);
  return subtractRuns(allEpochs(log), held);
}

/** {@link gapsOf} for many members of one log. */
export function gapFinder(log: LogFacts): (member: Member) => readonly Gap[] {
  const facts = { log, nameOf: nameMembers(log), candidates: actors(log), lost: lostEpochs(log) };
  return (target) => {
    const neverGranted = subtractRuns(allEpochs(log), target.reach);
    const declared = subtractRuns(target.reach, target.held);
    return [
      ...gapsIn(facts, { target, reason: "never-granted" }, neverGranted),
      ...gapsIn(facts, { target, reason: "declared-missing" }, declared),
    ].sort((a, b) => a.from - b.from);
  };
}

interface Facts {
  readonly log: LogFacts;
  readonly nameOf: NameOf;
  readonly candidates: readonly Member[];
  readonly lost: Runs;
}

interface Lack extends Pick<Gap, "reason"> {
  readonly target: Member;
}

function gapsIn(facts: Facts, lack: Lack, runs: Runs): readonly Gap[] {
  const { log, candidates } = facts;
  return stretchesOf(log, runs).map((stretch) => {
    const gap: Runs = [[stretch.from, stretch.to]];
    const closers = candidates
      .map((candidate) => ({ candidate, epochs: intersectRuns(candidate.held, gap) }))
      .filter(({ epochs }) => epochs.length > 0)
      // Of those who close as much, the candidates' order stays: that of entering.
      .sort((a, b) => countEpochs(b.epochs) - countEpochs(a.epochs))
      .map(({ candidate, epochs }) => closerOf(facts, lack, candidate, epochs));
    const lost = intersectRuns(facts.lost, gap);
    const advice = adviceFor(log, gap, closers, lost);
    return { ...stretch, member: lack.target.id, reason: lack.reason, closers, lost, advice };
  });
}

function closerOf({ nameOf }: Facts, { target, reason }: Lack, { id, kind }: Member, epochs: Runs): Closer {
  const from = kind === "backup" ? "with the backup key" : "from";
  return reason === "declared-missing"
    ? { member: id, epochs, by: ["regrant", "approve"], text: `let ${nameOf(id)} grant it again` }
    : { member: id, epochs, by: ["approve"], text: `approve ${nameOf(target.id)} ${from} ${nameOf(id)}` };
}

function adviceFor(log: LogFacts, gap: Runs, closers: readonly Closer[], lost: Runs): string {
  if (subtractRuns(gap, lost).length === 0) return LOST;
  let open = subtractRuns(gap, lost);
  const steps: string[] = [];
  for (const { epochs, text } of closers) {
    const closed = intersectRuns(open, epochs);
    if (closed.length === 0) continue;
    open = subtractRuns(open, closed);
    steps.push(subtractRuns(gap, closed).length === 0 ? text : `${text} for ${formatEpochs(closed)}`);
  }
  return [...steps, ...stretchesOf(log, lost).map(lossText)].join("; ");
}

const LOST = "permanently lost, no active member holds it";

/** Says that a stretch is lost. */
export function lossText(stretch: Stretch): string {
  return `${formatStretch(stretch)}: ${LOST}`;
}
