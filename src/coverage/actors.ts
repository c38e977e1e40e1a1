// Who may act for others now, and what an approval would give. docs/spec.md section 6 (review, regrant, rotate; MEM-1, MEM-5).

import type { MemberId } from "../bytes/ids.js";
import { type Runs, subtractRuns } from "../log/runs.js";
import { confirmedFounder, isHolder, type LogFacts, type Member } from "../log/state.js";

/**
 * The members that may author `review`, `regrant` and `rotate`: holders, in lockdown the confirmed ones. Judged by `held`:
 * nobody passes on what it cannot open.
 */
export function actors(log: LogFacts): readonly Member[] {
  const confirmed = confirmedFounder(log);
  return [...log.active.values()].filter(
    (member) => isHolder(log, member) && (!log.lockdown || member.founder === confirmed),
  );
}

/** The actor with this id. */
export function actor(log: LogFacts, id: MemberId): Member | undefined {
  return actors(log).find((member) => member.id === id);
}

/** What an approval by `by` would add to what `target` holds. */
export function approvalAdds(by: Member, target: Member): Runs {
  return subtractRuns(by.held, target.held);
}

/** MEM-1: whether an approval would extend the target, or move it to an older class. Otherwise the link is refused. */
export function approvalIsAdmissible(by: Member, target: Member): boolean {
  return by.id !== target.id && (approvalAdds(by, target).length > 0 || by.founder < target.founder);
}
