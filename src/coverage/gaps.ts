// Gaps: which epochs an active member does not hold, and who could close each gap and how. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { countEpochs, intersectRuns, NO_RUNS, type Runs, subtractRuns } from "../bytes/runs.js";
import { activeMember, assertLog, type LogState, type Member } from "../log/state.js";
import { actors } from "./capabilities.js";
import { type Holdings, holdingsOf, type LossOptions, lossFinder, lossText, lossWords, unknownText } from "./loss.js";
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
  /**
   * Never granted: only an approval closes it. Declared missing: it was granted, and the member says it does not open. Withheld: an
   * author kept it from escrow (MEM-6).
   */
  readonly reason: "never-granted" | "declared-missing" | "withheld";
  /**
   * Who can close it now, those who close most of it first. Nobody for a gap of escrow: a person cannot see whether its keys are the
   * organisation's, so devices give it what it lacks by themselves, once they trust the escrow log (ESC-4).
   */
  readonly closers: readonly Closer[];
  /** The part that no active member holds. */
  readonly lost: Runs;
  /** The part that escrow alone holds: no device or backup key can close it. */
  readonly escrowOnly: Runs;
  /** The part that no active device or backup key holds, and of which nobody knows here whether escrow does. */
  readonly unknown: Runs;
  /** What to do, for people. */
  readonly advice: string;
}

/**
 * What an active member does not hold, from epoch 1 to the current one. Judged by `held` on both sides, since a gap is about
 * recovery; `reach` only tells a gap that a regrant closes from one that takes an approval. Escrow counts by what was granted to
 * keys that are the organisation's, where that is known.
 *
 * Closers are members that may author the link now. In a user log all who hold anything may: outside lockdown every active member
 * holds the current epoch, and in lockdown the unconfirmed hold nothing. So what is in no closer's epochs is lost, held by escrow
 * alone, or unknown.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function gapsOf(log: LogState, member: MemberId, options: LossOptions = {}): readonly Gap[] {
  assertLog(log);
  return gapFinder(log, checkOptions(options))(activeMember(log, member));
}

/** {@link gapsOf} for many members of one log. */
export function gapFinder(log: LogState, options: LossOptions): (member: Member) => readonly Gap[] {
  const nameOf = nameMembers(log);
  const holdings = holdingsOf(log, options);
  const facts: Facts = { log, nameOf, candidates: actors(log), ...holdings, losses: lossFinder(log, options.me) };
  return (target) => {
    const granted = target.kind === "escrow" ? (holdings.claimed ?? target.reach) : target.reach;
    const neverGranted = subtractRuns(subtractRuns(allEpochs(log), granted), target.withheld);
    // Escrow declares nothing missing (ESC-11).
    const declared = target.kind === "escrow" ? NO_RUNS : subtractRuns(target.reach, target.held);
    const withheld = subtractRuns(target.withheld, granted);
    return [
      ...gapsIn(facts, { target, reason: "never-granted" }, neverGranted),
      ...gapsIn(facts, { target, reason: "declared-missing" }, declared),
      ...gapsIn(facts, { target, reason: "withheld" }, withheld),
    ].sort((a, b) => a.from - b.from);
  };
}

interface Facts extends Holdings {
  readonly log: LogState;
  readonly nameOf: NameOf;
  readonly candidates: readonly Member[];
  readonly losses: ReturnType<typeof lossFinder>;
}

interface Lack extends Pick<Gap, "reason"> {
  readonly target: Member;
}

function gapsIn(facts: Facts, lack: Lack, runs: Runs): readonly Gap[] {
  const { log, candidates } = facts;
  const isEscrow = lack.target.kind === "escrow";
  return stretchesOf(log, runs).map((stretch) => {
    const gap: Runs = [[stretch.from, stretch.to]];
    const closers = (isEscrow ? [] : candidates)
      .map((candidate) => ({ candidate, epochs: intersectRuns(candidate.held, gap) }))
      .filter(({ epochs }) => epochs.length > 0)
      // Of those who close as much, the candidates' order stays: that of entering.
      .sort((a, b) => countEpochs(b.epochs) - countEpochs(a.epochs))
      .map(({ candidate, epochs }) => closerOf(facts, lack, candidate, epochs));
    const [lost, escrowOnly, unknown] = [facts.lost, facts.escrowOnly, facts.unknown].map((part) =>
      intersectRuns(part, gap),
    ) as [Runs, Runs, Runs];
    const parts = { lost, escrowOnly, unknown };
    const advice = [
      ...(isEscrow && intersectRuns(facts.own, gap).length > 0 ? [ESCROW_ADVICE] : []),
      ...closingSteps(gap, closers),
      ...partsBeyondReach(facts, gap, parts),
    ].join("; ");
    return { ...stretch, member: lack.target.id, reason: lack.reason, closers, ...parts, advice };
  });
}

/** A thief's device can point escrow at keys of its own: people must not be sent to grant to it. */
const ESCROW_ADVICE = "a device gives it to escrow by itself, once it has an escrow log that it trusts";

function closerOf({ nameOf }: Facts, { target, reason }: Lack, { id, kind }: Member, epochs: Runs): Closer {
  const from = kind === "backup" ? "with the backup key" : "from";
  return reason === "declared-missing"
    ? { member: id, epochs, by: ["regrant", "approve"], text: `let ${nameOf(id)} grant it again` }
    : { member: id, epochs, by: ["approve"], text: `approve ${nameOf(target.id)} ${from} ${nameOf(id)}` };
}

/** What people do, each step for the part that it closes and that no step before did. */
function closingSteps(gap: Runs, closers: readonly Closer[]): readonly string[] {
  let open = gap;
  const steps: string[] = [];
  for (const { epochs, text } of closers) {
    const closed = intersectRuns(open, epochs);
    if (closed.length === 0) continue;
    open = subtractRuns(open, closed);
    steps.push(subtractRuns(gap, closed).length === 0 ? text : `${text} for ${formatEpochs(closed)}`);
  }
  return steps;
}

/** What no active device or backup key holds, and what that means. A gap that is lost as a whole does not name itself again. */
function partsBeyondReach({ log, losses }: Facts, gap: Runs, parts: Pick<Gap, "lost" | "escrowOnly" | "unknown">) {
  const losing = losses(parts.lost);
  const [only] = losing;
  const isAllLost = only !== undefined && subtractRuns(gap, parts.lost).length === 0;
  return [
    ...(isAllLost ? [lossWords(only)] : losing.map(lossText)),
    ...stretchesOf(log, parts.escrowOnly).map((stretch) => `${formatStretch(stretch)}: only escrow holds it`),
    ...stretchesOf(log, parts.unknown).map(unknownText),
  ];
}
