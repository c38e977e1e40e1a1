// Resilience: what would be lost, or is in danger, if one thing went wrong. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { hasEpoch, intersectRuns, NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { assertLog, escrowMember, isConfirmed, type LogFacts, type LogState, type Member } from "../log/state.js";
import { dateOf } from "./dates.js";
import { type Gap, gapFinder } from "./gaps.js";
import { escrowHoldings, nameMembersWith } from "./knowledge.js";
import type { LossOptions } from "./loss.js";
import { type NameOf, seenFrom } from "./names.js";
import { straysOf } from "./strays.js";
import { stretchesOf } from "./stretches.js";
import type { Warning } from "./warnings.js";

/**
 * What people should look at before it is too late. Judged by `held`: resilience concerns recovery, and a member may lie about
 * what it cannot read, so no epoch counts as safe by its `reach`. Escrow counts only by what was granted to the
 * organisation's own keys, which only a trusted escrow log shows. Without one, no warning names what was granted to escrow.
 *
 * @returns warnings of the codes `rotation-due`, `single-member`, `declared-missing`, `withheld-from-escrow`,
 * `stray`, `used-backup-key` and `no-backup-key`.
 * @throws `INVALID_ARGUMENT`
 */
export function resilienceWarnings(log: LogState, options: LossOptions = {}): readonly Warning[] {
  assertLog(log);
  const { me } = checkOptions(options);
  const nameOf = nameMembersWith(log, options);
  const gaps = [...log.active.values()].flatMap(gapFinder(log, options));
  return [
    ...rotationDue(log),
    ...gaps.filter(({ because }) => because === "declared-missing").map(declaredMissing),
    ...gaps.filter(({ because }) => because === "withheld").map((gap) => withheldFromEscrow(log, gap, nameOf)),
    ...strayWarnings(log, nameOf, me),
    ...singleMember(log, options, nameOf),
    ...noBackupKey(log),
  ];
}

function rotationDue(log: LogFacts): readonly Warning[] {
  if (!log.rotationDue) return [];
  return [{ code: "rotation-due", members: [] }];
}

function declaredMissing(gap: Gap): Warning {
  return { code: "declared-missing", members: [gap.member], stretch: gap };
}

/** MEM-6: its author declared it, so nobody needs to search for the author. */
function withheldFromEscrow(log: LogFacts, gap: Gap, nameOf: NameOf): Warning {
  const authors = new Set<MemberId | "operator">();
  for (const { author, epoch, withheldFromEscrow } of log.links) {
    if (withheldFromEscrow && epoch !== undefined && hasEpoch([[gap.from, gap.to]], epoch)) authors.add(author);
  }
  return { code: "withheld-from-escrow", members: [gap.member], stretch: gap, by: [...authors].map(nameOf) };
}

function strayWarnings(log: LogState, nameOf: NameOf, me: MemberId | undefined): readonly Warning[] {
  // Escrow that the organisation's own log has needs nobody else to vouch for it.
  const strays = straysOf(log).filter(({ id }) => nameOf(id).organisation === undefined);
  return strays.map((member) => usedBackupKey(log, member, { nameOf, me }) ?? strayWarning(log, member, nameOf));
}

function strayWarning(log: LogState, { id, approvals }: Member, nameOf: NameOf): Warning {
  const approvedBy = [...new Set(approvals.map(({ by }) => by))].filter((by) => !log.active.has(by)).map(nameOf);
  return { code: "stray", members: [id], name: nameOf(id), approvedBy };
}

interface Perspective {
  readonly nameOf: NameOf;
  readonly me: MemberId | undefined;
}

/**
 * A paper that has just brought a user back becomes stray when its lost maker is removed. A warning to remove it unless the user
 * knows it would be odd. But a thief's paper also approves a user's device, to look known. A new paper answers both cases.
 */
function usedBackupKey(log: LogState, paper: Member, { nameOf, me }: Perspective): Warning | undefined {
  const { id, kind, approvals } = paper;
  if (kind !== "backup" || approvals.some(({ by }) => log.active.has(by))) return undefined;
  const uses = [...log.active.values()].flatMap((member) =>
    member.approvals.filter(({ by }) => by === id).map(({ seq }) => ({ member: member.id, seq })),
  );
  const newest = uses.reduce((seq, use) => Math.max(seq, use.seq), 0);
  const record = log.links.at(newest - 1);
  if (!record) return undefined;
  const members = uses.filter(({ seq }) => seq === newest).map(({ member }) => member);
  const approved = members.sort((a, b) => Number(b === me) - Number(a === me)).map(seenFrom(me, nameOf));
  return { code: "used-backup-key", members: [id], name: nameOf(id), approved, when: dateOf(record.time) };
}

function singleMember(log: LogState, options: LossOptions, nameOf: NameOf): readonly Warning[] {
  const { claimed = NO_RUNS, unknown } = escrowHoldings(log, options);
  const own = [...log.active.values()].filter(({ kind }) => kind !== "escrow");
  let [once, twice]: [Runs, Runs] = [claimed, NO_RUNS];
  for (const { held } of own) {
    twice = uniteRuns(twice, intersectRuns(once, held));
    once = uniteRuns(once, held);
  }
  const single = subtractRuns(once, twice);
  const parts = (runs: Runs) => stretchesOf(log, intersectRuns(runs, single));
  // Escrow may hold the unknown epochs too, so they are left out.
  const byOne = own.flatMap(({ id, held }) =>
    parts(subtractRuns(held, unknown)).map(
      (stretch): Warning => ({ code: "single-member", members: [id], stretch, name: nameOf(id) }),
    ),
  );
  const escrow = escrowMember(log);
  const byEscrow = parts(claimed).map((stretch): Warning => {
    const facts = escrow ? { members: [escrow.id], name: nameOf(escrow.id) } : { members: [], name: undefined };
    return { code: "single-member", stretch, ...facts };
  });
  return [...byOne, ...byEscrow];
}

function noBackupKey(log: LogFacts): readonly Warning[] {
  // A backup key that no confirmed member vouches for may be a thief's, so it must not silence this warning.
  if ([...log.active.values()].some((member) => member.kind === "backup" && isConfirmed(log, member))) return [];
  return [{ code: "no-backup-key", members: [] }];
}
