// Gaps: which epochs an active member does not hold, and who could close each gap and how. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { countEpochs, intersectRuns, NO_RUNS, type Runs, subtractRuns } from "../bytes/runs.js";
import { activeMember, assertLog, type LogState, type Member } from "../log/state.js";
import { actors } from "./capabilities.js";
import { nameMembersWith } from "./knowledge.js";
import { type Holdings, holdingsOf, type LossOptions, type LostStretch, lossFinder } from "./loss.js";
import type { MemberName, NameOf } from "./names.js";
import { allEpochs, type Stretch, stretchesOf } from "./stretches.js";

/** A member that can close a gap, wholly or in part. */
export interface Closer {
  /** People use this member to approve the member that has the gap, or let this member grant it the epochs again. */
  readonly code: "approve-from" | "grant-again";
  readonly member: MemberId;
  readonly name: MemberName;
  /** The member that has the gap. */
  readonly target: MemberName;
  /** The epochs of the gap that it holds. */
  readonly epochs: Runs;
  /** The links that the log admits for it. `regrant` extends nobody, so it comes first when both links would close the gap. */
  readonly by: readonly ("regrant" | "approve")[];
}

/** A step of what to do about a gap, or why nothing can be done about a part of it. */
export type GapAdvice =
  | {
      /**
       * A device grants it to escrow without a person. People must not be asked to grant to escrow: a thief's device can point
       * escrow at keys of its own.
       */
      readonly code: "gap-of-escrow";
    }
  | {
      /** A member can close a part of it that no earlier step closed. */
      readonly code: "gap-closer";
      readonly closer: Closer;
      readonly epochs: Runs;
      /** Whether that is the whole gap. */
      readonly whole: boolean;
    }
  | {
      /** No active member holds it. */
      readonly code: "gap-lost";
      readonly stretch: LostStretch;
      /** Whether that is the whole gap. Then its stretch need not be named again. */
      readonly whole: boolean;
    }
  | {
      /** Only escrow holds it; or the given logs do not show whether even escrow holds it. */
      readonly code: "gap-only-escrow" | "gap-unknown";
      readonly stretch: Stretch;
    };

/** A stretch that an active member does not hold. */
export interface Gap extends Stretch {
  readonly member: MemberId;
  readonly name: MemberName;
  /**
   * Never granted: only an approval closes it. Declared missing: it was granted, and the member says that it does not open.
   * Withheld: an author kept it from escrow (MEM-6).
   */
  readonly because: "never-granted" | "declared-missing" | "withheld";
  /**
   * Who can close it now; those who close most of it come first. Nobody for a gap of escrow: a person cannot see whether escrow's
   * keys are the organisation's. So devices grant escrow what it lacks without a person, once they trust the escrow log (ESC-4).
   */
  readonly closers: readonly Closer[];
  /** The part that no active member holds. */
  readonly lost: Runs;
  /** The part that escrow alone holds: no device or backup key can close it. */
  readonly escrowOnly: Runs;
  /** The part that no active device or backup key holds, when the given logs do not show whether escrow holds it. */
  readonly unknown: Runs;
  /** What to do, in order. */
  readonly advice: readonly GapAdvice[];
}

/**
 * What an active member does not hold, from epoch 1 to the current one. Judged by `held` on both sides, since a gap concerns
 * recovery; `reach` only distinguishes a gap that a regrant closes from a gap that needs an approval. Escrow counts by what was
 * granted to the organisation's keys, when that is known.
 *
 * Closers are members that may author the link now. In a user log these are all members that hold anything: outside lockdown
 * every active member holds the current epoch, and in lockdown the unconfirmed members hold nothing. So if no closer holds an
 * epoch, it is lost, held by escrow alone, or unknown.
 *
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function gapsOf(log: LogState, member: MemberId, options: LossOptions = {}): readonly Gap[] {
  assertLog(log);
  return gapFinder(log, checkOptions(options))(activeMember(log, member));
}

/** {@link gapsOf} for many members of one log. */
export function gapFinder(log: LogState, options: LossOptions): (member: Member) => readonly Gap[] {
  const nameOf = nameMembersWith(log, options);
  const holdings = holdingsOf(log, options);
  const facts: Facts = { log, nameOf, candidates: actors(log), ...holdings, losses: lossFinder(log, options) };
  return (target) => {
    const granted = target.kind === "escrow" ? (holdings.claimed ?? target.reach) : target.reach;
    const neverGranted = subtractRuns(subtractRuns(allEpochs(log), granted), target.withheld);
    // Escrow declares nothing missing (ESC-11).
    const declared = target.kind === "escrow" ? NO_RUNS : subtractRuns(target.reach, target.held);
    const withheld = subtractRuns(target.withheld, granted);
    return [
      ...gapsIn(facts, { target, because: "never-granted" }, neverGranted),
      ...gapsIn(facts, { target, because: "declared-missing" }, declared),
      ...gapsIn(facts, { target, because: "withheld" }, withheld),
    ].sort((a, b) => a.from - b.from);
  };
}

interface Facts extends Holdings {
  readonly log: LogState;
  readonly nameOf: NameOf;
  readonly candidates: readonly Member[];
  readonly losses: ReturnType<typeof lossFinder>;
}

interface Lack extends Pick<Gap, "because"> {
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
      // Candidates that close equally much stay in their order: the order in which they entered.
      .sort((a, b) => countEpochs(b.epochs) - countEpochs(a.epochs))
      .map(({ candidate, epochs }) => closerOf(facts, lack, candidate, epochs));
    const parts = {
      lost: intersectRuns(facts.lost, gap),
      escrowOnly: intersectRuns(facts.escrowOnly, gap),
      unknown: intersectRuns(facts.unknown, gap),
    };
    const advice: readonly GapAdvice[] = [
      ...(isEscrow && intersectRuns(facts.own, gap).length > 0 ? [{ code: "gap-of-escrow" } as const] : []),
      ...closingSteps(gap, closers),
      ...partsBeyondReach(facts, gap, parts),
    ];
    const { id: member } = lack.target;
    return { ...stretch, member, name: facts.nameOf(member), because: lack.because, closers, ...parts, advice };
  });
}

function closerOf({ nameOf }: Facts, { target, because }: Lack, { id }: Member, epochs: Runs): Closer {
  const facts = { member: id, name: nameOf(id), target: nameOf(target.id), epochs };
  return because === "declared-missing"
    ? { code: "grant-again", ...facts, by: ["regrant", "approve"] }
    : { code: "approve-from", ...facts, by: ["approve"] };
}

/** What people do. Each step names the part that it closes and that no earlier step closed. */
function closingSteps(gap: Runs, closers: readonly Closer[]): readonly GapAdvice[] {
  let open = gap;
  const steps: GapAdvice[] = [];
  for (const closer of closers) {
    const epochs = intersectRuns(open, closer.epochs);
    if (epochs.length === 0) continue;
    open = subtractRuns(open, epochs);
    steps.push({ code: "gap-closer", closer, epochs, whole: subtractRuns(gap, epochs).length === 0 });
  }
  return steps;
}

/** What no active device or backup key holds, and what that means. A gap that is lost as a whole is not named a second time. */
function partsBeyondReach(
  { log, losses }: Facts,
  gap: Runs,
  parts: Pick<Gap, "lost" | "escrowOnly" | "unknown">,
): readonly GapAdvice[] {
  const whole = subtractRuns(gap, parts.lost).length === 0;
  return [
    ...losses(parts.lost).map((stretch) => ({ code: "gap-lost", stretch, whole }) as const),
    ...stretchesOf(log, parts.escrowOnly).map((stretch) => ({ code: "gap-only-escrow", stretch }) as const),
    ...stretchesOf(log, parts.unknown).map((stretch) => ({ code: "gap-unknown", stretch }) as const),
  ];
}
