// Loss: which epochs no active member holds, and which removed members could bring them back. docs/spec.md sections 6 (MEM-10)
// and 8.

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { assertLog, type LogState, type Member } from "../log/state.js";
import { actors } from "./capabilities.js";
import { knownMember } from "./data-access.js";
import { escrowHoldings, type KnownEscrow, nameMembersWith } from "./knowledge.js";
import type { MemberName } from "./names.js";
import { allEpochs, type Stretch, stretchesOf } from "./stretches.js";

/** Epochs that no active member holds. */
export interface LostStretch extends Stretch {
  /**
   * Removed devices and backup keys that held some of it, in order of removal. A person who still has one of them can open it.
   */
  readonly keepers: readonly FormerHolder[];
}

/** A removed device or backup key that held epochs which no active member holds now. */
export interface FormerHolder {
  readonly member: MemberId;
  readonly name: MemberName;
  readonly epochs: Runs;
  /** `reclaim`: its key can bring the epochs back. `read`: a reclaim would be refused, so its key can only read them. */
  readonly can: "reclaim" | "read";
}

/** What {@link lostStretches} may know besides the log. */
export interface LossOptions extends KnownEscrow {
  /** The member whose user asks; without it, a loss can be brought back if any active member may reclaim. */
  readonly me?: MemberId | undefined;
}

/** Who holds each epoch of a log. The parts are disjoint and together are the whole log. */
export interface Holdings {
  /** Held by active devices and backup keys. */
  readonly own: Runs;
  /** Held by escrow and by no active device or backup key. */
  readonly escrowOnly: Runs;
  /** Held by no active device or backup key, and granted in escrow's name to keys that the given logs do not identify. */
  readonly unknown: Runs;
  /** Held by no active member. */
  readonly lost: Runs;
  /** Everything that escrow holds; undefined when that is unknown. */
  readonly claimed: Runs | undefined;
}

/**
 * Stretches that no active member holds: **permanently lost**, unless a removed device or backup key that held them still exists.
 * Judged by `held`: a member that declared them missing passes nothing on. Escrow, removed or not, counts by what was granted to
 * the organisation's keys. Without a trusted escrow log that is unknown, and such epochs are in {@link unknownStretches} instead.
 *
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function lostStretches(log: LogState, options: LossOptions = {}): readonly LostStretch[] {
  assertLog(log);
  return lossFinder(log, checkOptions(options))(holdingsOf(log, options).lost);
}

/**
 * Stretches that no active device or backup key holds, when this log alone does not show whether escrow holds them. Empty when a
 * trusted escrow log is given.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function unknownStretches(log: LogState, known: KnownEscrow = {}): readonly Stretch[] {
  assertLog(log);
  return stretchesOf(log, holdingsOf(log, known).unknown);
}

/** Who holds what. */
export function holdingsOf(log: LogState, known: KnownEscrow): Holdings {
  const { claimed, unknown: granted } = escrowHoldings(log, known);
  let own: Runs = NO_RUNS;
  for (const { kind, held } of log.active.values()) if (kind !== "escrow") own = uniteRuns(own, held);
  const others = subtractRuns(allEpochs(log), own);
  const escrowOnly = intersectRuns(others, claimed ?? NO_RUNS);
  const unknown = intersectRuns(others, granted);
  return { own, escrowOnly, unknown, lost: subtractRuns(subtractRuns(others, escrowOnly), unknown), claimed };
}

/** Lost epochs as stretches with those who held them. */
export function lossFinder(log: LogState, { me, ...known }: LossOptions = {}): (lost: Runs) => readonly LostStretch[] {
  const can = mayReclaim(log, me) ? "reclaim" : "read";
  const nameOf = nameMembersWith(log, known);
  let keeping: readonly (readonly [Member, Runs])[] | undefined;
  return (lost) => {
    if (lost.length === 0) return [];
    keeping ??= keptByRemoved(log);
    const kept = keeping;
    return stretchesOf(log, lost).map((stretch) => ({
      ...stretch,
      keepers: kept.flatMap(([{ id }, runs]): readonly FormerHolder[] => {
        const epochs = intersectRuns(runs, [[stretch.from, stretch.to]]);
        return epochs.length > 0 ? [{ member: id, name: nameOf(id), epochs, can }] : [];
      }),
    }));
  };
}

/**
 * MEM-10: whether an active member may take over what a removed one held. For a given device: whether that device itself may. If
 * that device was removed: whether a new device that joins for it may; in lockdown nobody confirms a new device. The only
 * confirmed member left may be a thief's device, which does not help.
 */
function mayReclaim(log: LogState, me: MemberId | undefined): boolean {
  const able = actors(log);
  if (me === undefined) return able.length > 0;
  const member = knownMember(log, me);
  return member.removed ? !log.lockdown : able.includes(member);
}

/**
 * What removed devices and backup keys held by grants of devices and backup keys. A grant by escrow may be only escrow's claim.
 */
function keptByRemoved(log: LogState): readonly (readonly [Member, Runs])[] {
  const kept = new Map<MemberId, Runs>();
  for (const { id, kind } of log.removed) if (kind !== "escrow") kept.set(id, NO_RUNS);
  for (const { actor, grants } of log.links) {
    if (actor) continue;
    for (const { epochs, boxes } of grants) {
      for (const { member } of boxes) {
        const runs = kept.get(member);
        if (runs) kept.set(member, uniteRuns(runs, epochs));
      }
    }
  }
  return [...log.removed].flatMap((member) => {
    const runs = intersectRuns(member.held, kept.get(member.id) ?? NO_RUNS);
    return runs.length > 0 ? [[member, runs] as const] : [];
  });
}
