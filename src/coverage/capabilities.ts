// Who may act for others now, and what an approval would give. docs/spec.md section 6 (review, regrant, rotate; MEM-1, MEM-5).

import { containsRuns } from "../bytes/runs.js";
import { confirmedFounder, hasRole, isHolder, type LogFacts, type Member } from "../log/state.js";

/**
 * The members that may author `review`, `regrant` and `rotate`: the holders; in lockdown only the confirmed holders. Judged by
 * `held`: nobody can pass on an epoch that it cannot open. Escrow is not among them: escrow reviews only through an admin. In an
 * escrow log they have the role `manage` (MEM-8).
 */
export function actors(log: LogFacts): readonly Member[] {
  const confirmed = confirmedFounder(log);
  return [...log.active.values()].filter(
    (member) =>
      member.kind !== "escrow" &&
      isHolder(log, member) &&
      (!log.lockdown || member.founder === confirmed) &&
      (log.kind === "user" || hasRole(member, "manage")),
  );
}

/** MEM-1: whether an approval would extend the target, or move it to an older class. Otherwise the link is refused. */
export function approvalIsAdmissible(by: Member, target: Member): boolean {
  return !containsRuns(target.held, by.held) || by.founder < target.founder;
}
