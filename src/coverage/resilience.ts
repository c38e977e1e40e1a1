// Resilience: what would be lost, or is in danger, if one thing went wrong. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import { assertLog, isConfirmed, type LogFacts, type LogState } from "../log/state.js";
import { list } from "./activity.js";
import { type Gap, gapFinder } from "./gaps.js";
import { type NameOf, nameMembers } from "./names.js";
import { straysOf } from "./strays.js";
import { formatStretch, stretchesOf } from "./stretches.js";
import type { Warning } from "./warnings.js";

/**
 * What people should look at before it is too late. Judged by `held`: resilience is about recovery, and a member may lie about
 * what it cannot read, so no epoch counts as safe by its `reach`.
 *
 * @returns warnings of the codes `rotation-due`, `single-member`, `declared-missing`, `stray` and `no-backup-key`.
 * @throws `INVALID_ARGUMENT`
 */
export function resilience(log: LogState): readonly Warning[] {
  assertLog(log);
  const nameOf = nameMembers(log);
  const gaps = [...log.active.values()].flatMap(gapFinder(log));
  return [
    ...rotationDue(log),
    ...gaps.filter(({ reason }) => reason === "declared-missing").map((gap) => declaredMissing(gap, nameOf)),
    ...strayWarnings(log, nameOf),
    ...singleMember(log, nameOf),
    ...noBackupKey(log),
  ];
}

function rotationDue(log: LogFacts): readonly Warning[] {
  if (!log.rotationDue) return [];
  const text = "A removed member still knows the current epoch: the next device that comes online makes a new one.";
  return [{ code: "rotation-due", text, members: [] }];
}

function declaredMissing(gap: Gap, nameOf: NameOf): Warning {
  const text = `${nameOf(gap.member)} was granted ${formatStretch(gap)} and could not open it: ${gap.advice}.`;
  return { code: "declared-missing", text, members: [gap.member], stretch: gap };
}

function strayWarnings(log: LogState, nameOf: NameOf): readonly Warning[] {
  return straysOf(log).map(({ id, approvals }) => {
    const removed = [...new Set(approvals.map(({ by }) => by))].filter((by) => !log.active.has(by)).map(nameOf);
    const by = removed.length > 0 ? ` (approved by ${list(removed)}, removed since)` : "";
    const text = `Nobody who is still active vouches for ${nameOf(id)}${by}: if you do not know it, remove it.`;
    return { code: "stray", text, members: [id] };
  });
}

function singleMember(log: LogFacts, nameOf: NameOf): readonly Warning[] {
  let once: Runs = NO_RUNS;
  let twice: Runs = NO_RUNS;
  for (const { held } of log.active.values()) {
    twice = uniteRuns(twice, intersectRuns(once, held));
    once = uniteRuns(once, held);
  }
  const single = subtractRuns(once, twice);
  const hangOn = (id: MemberId, held: Runs) =>
    stretchesOf(log, intersectRuns(held, single)).map((stretch): Warning => {
      const text = `Only ${nameOf(id)} holds ${formatStretch(stretch)}: approve another member from it, or that data goes with it.`;
      return { code: "single-member", text, members: [id], stretch };
    });
  return [...log.active.values()].flatMap(({ id, held }) => hangOn(id, held));
}

function noBackupKey(log: LogFacts): readonly Warning[] {
  // One that nobody of the confirmed class vouches for, a thief's perhaps, must not silence this.
  if ([...log.active.values()].some((member) => member.kind === "backup" && isConfirmed(log, member))) return [];
  return [
    { code: "no-backup-key", text: "There is no backup key: when every device is lost, so is the data.", members: [] },
  ];
}
