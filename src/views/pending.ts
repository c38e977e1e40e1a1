// Members that wait for review, and what approving each from this device would give. docs/spec.md section 8 and MEM-1.

import type { MemberId } from "../bytes/ids.js";
import { firstOf, present } from "../bytes/present.js";
import { intersectRuns, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { actors, approvalIsAdmissible } from "../coverage/capabilities.js";
import { accessWith, type DataAccess } from "../coverage/data-access.js";
import type { KnownEscrow } from "../coverage/knowledge.js";
import { holdingsOf, type LostStretch, lossFinder } from "../coverage/loss.js";
import type { MemberName, NameOf } from "../coverage/names.js";
import { allEpochs, type Stretch, stretchesOf } from "../coverage/stretches.js";
import type { Warning } from "../coverage/warnings.js";
import { letInWith } from "../log/approvals.js";
import { isConfirmed, type LogFacts, type LogState, type Member } from "../log/state.js";

/** A member that this device can approve or remove. */
export interface PendingMember {
  readonly member: MemberId;
  readonly name: MemberName;
  /** Its data access once this device has approved it. */
  readonly gives: DataAccess | undefined;
  /**
   * Members that its approval lets in with it, because it approved them, directly or through others (MEM-1). A token of
   * `compareFingerprint` approves it only while no others have come to them. The warning `lets-in-others` names them too.
   */
  readonly letsIn: readonly MemberName[];
  /** Active members whose approval would add to that, those who reach furthest back first. */
  readonly further: readonly FurtherApproval[];
  /** What no active member holds, and so no approval gives. */
  readonly lost: readonly LostStretch[];
}

/** An approval by another member that would give more. */
export interface FurtherApproval {
  readonly by: MemberId;
  readonly name: MemberName;
  /** The data access that its approval alone would give. */
  readonly gives: DataAccess | undefined;
  /** What this device's approval would leave out and this one gives. */
  readonly adds: readonly Stretch[];
}

/**
 * Whether nobody of the confirmed class has approved an active member, directly or through others. Judged by class, and not by
 * whether any approval exists: a thief's device could let its own backup key approve it.
 */
export function isPending(log: LogFacts, member: Member): boolean {
  return log.active.has(member.id) && !isConfirmed(log, member);
}

/**
 * The pending members that `me` may approve now. Judged by `held`: an approval gives what the approver can pass on. The same
 * dates show, before anybody approves it, how much a stolen device may get to read.
 */
export function pendingFor(
  log: LogState,
  me: Member,
  { nameOf, ...known }: KnownEscrow & { readonly nameOf: NameOf },
): readonly PendingMember[] {
  const candidates = actors(log);
  if (!candidates.includes(me)) return [];
  const { lost } = holdingsOf(log, known);
  const losses = lossFinder(log, { ...known, me: me.id });
  return (
    [...log.active.values()]
      // Escrow's own log decides what to do about escrow: an approval would give a thief's pointer the standing of this device.
      .filter((target) => target.kind !== "escrow" && isPending(log, target) && approvalIsAdmissible(me, target))
      .map((target) => {
        const held = uniteRuns(target.held, me.held);
        const lacking = subtractRuns(allEpochs(log), held);
        const further = candidates
          .map((by) => ({ by, adds: intersectRuns(by.held, lacking) }))
          .filter(({ adds }) => adds.length > 0)
          .sort((a, b) => firstOf(a.adds)[0] - firstOf(b.adds)[0])
          .map(({ by, adds }) => ({
            ...{ by: by.id, name: nameOf(by.id), adds: stretchesOf(log, adds) },
            gives: accessWith(log, uniteRuns(target.held, by.held)),
          }));
        return {
          ...{ member: target.id, name: nameOf(target.id), gives: accessWith(log, held), further },
          letsIn: letInWith(log, target.id).map(nameOf),
          lost: losses(intersectRuns(lost, lacking)),
        };
      })
  );
}

/** Says whom else the approval of each pending member lets in. */
export function letsInWarnings(pending: readonly PendingMember[]): readonly Warning[] {
  return pending
    .filter(({ letsIn }) => letsIn.length > 0)
    .map(({ member, name, letsIn }) => ({ code: "lets-in-others", members: [member], name, others: letsIn }));
}

/** Says which member reaches further back than this one: one warning for all pending members with the same facts. */
export function furtherWarnings(me: Member, pending: readonly PendingMember[], nameOf: NameOf): readonly Warning[] {
  const warnings = new Map<string, Warning>();
  for (const { gives, further } of pending) {
    const best = further[0];
    if (!best) continue;
    // A member that can approve is a holder, so that both give some data access.
    const [mine, its] = [present(gives), present(best.gives)];
    const [here, there] = [mine.since, its.since];
    const isEarlier = its.epoch < mine.epoch && dayOf(here) !== dayOf(there);
    const { by, name, adds } = best;
    const says = isEarlier ? [here, there] : adds.map(({ from, to }) => [from, to]);
    const facts = { me: nameOf(me.id), name, here, there, isEarlier, adds };
    warnings.set(JSON.stringify([by, says]), { code: "reaches-further", members: [by], stretch: adds[0], ...facts });
  }
  return [...warnings.values()];
}

const DAY = 86_400_000;

/** The day of a date, in UTC. */
function dayOf(date: Date): number {
  return Math.floor(date.getTime() / DAY);
}
