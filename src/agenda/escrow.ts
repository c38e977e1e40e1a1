// The steps for escrow that a user's device must take: the table of docs/spec.md section 11.2, in its order (ESC-4, ESC-5, ESC-8,
// ESC-10).

import { present } from "../bytes/present.js";
import { hasEpoch, intersectRuns, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { dateOf } from "../coverage/dates.js";
import type { Pointer } from "../log/fields.js";
import { extendsHead } from "../log/heads.js";
import {
  confirmedFounder,
  currentEpoch,
  escrowMember,
  isConfirmed,
  isHolder,
  type LogState,
  linkAt,
  type Member,
} from "../log/state.js";
import { escrowActs } from "../trust/acts.js";
import { escrowNeeds, policyOf } from "../trust/escrow-needs.js";
import { judgePointer, type PointerVerdict } from "../trust/pointer.js";
import { currentEpochIsKnownToFormerAdmin } from "../trust/renewal.js";
import {
  confirmationOf,
  confirmingSettles,
  contradictions,
  type EscrowTrust,
  escrowTrust,
  isBeyond,
  judgingLog,
} from "../trust/soundness.js";
import { rightlyGrantedToEscrow } from "./escrow-grants.js";
import type { Facts } from "./facts.js";
import { newestOf } from "./regrants.js";
import { type AskStep, type AuthorStep, ask, type FetchStep, type Step } from "./steps.js";

const NOTHING: readonly Step[] = /* @__PURE__ */ Object.freeze([]);

/** The facts for the rows, when an escrow log is at hand. */
interface Case extends Facts {
  readonly escrowLog: LogState;
  readonly trust: EscrowTrust;
}

/** The same facts, when the log has an escrow member. */
interface EscrowCase extends Case {
  readonly escrow: Member;
  readonly pointer: Pointer;
  readonly verdict: PointerVerdict;
}

/** A row of the table. The first row whose `when` is true gives the steps. */
interface Row<C> {
  /** Its number in section 11.2. */
  readonly row: number;
  readonly when: (it: C) => boolean;
  readonly steps: (it: C) => readonly Step[];
}

/** Rows for a log without an escrow member. A member that a review brought in may have removed escrow to hide. */
export const WITHOUT_ESCROW: readonly Row<Case>[] = [
  {
    row: 2,
    when: ({ trust, doubted }) => trust !== "sound" && doubted.length > 0,
    steps: (it) => [...fetchOrConfirm(it), ...doubts(it)],
  },
  { row: 3, when: isSomebodyDoubted, steps: doubts },
  {
    row: 4,
    when: ({ knowledge, escrowLog, mayAct }) =>
      knowledge.declinedEscrow === true || escrowNeeds(escrowLog).length > 0 || !mayAct,
    steps: () => NOTHING,
  },
  { row: 5, when: ({ trust }) => trust === "fetch", steps: (it) => fetchOrAsk(it) },
  { row: 6, when: (it) => it.trust === "confirm" || !isConfirmedByUser(it), steps: (it) => [confirmEscrow(it)] },
  {
    row: 7,
    when: (it) => lastRemovalOf(it) > (it.knowledge.enrollAgainAfter ?? 0),
    steps: (it) => {
      const removedAt = lastRemovalOf(it);
      return [{ ...ask("enroll-again"), removedAt, when: dateOf(linkAt(it.log, removedAt).time) }];
    },
  },
  {
    row: 8,
    when: () => true,
    // An enroll cannot declare the current epoch missing (MEM-9). So a device that lacks it rotates or fetches first.
    steps: ({ mine, log }) => (hasEpoch(mine, currentEpoch(log)) ? [{ do: "author", link: "enroll-escrow" }] : NOTHING),
  },
];

/** Rows for a log with an escrow member. */
export const WITH_ESCROW: readonly Row<EscrowCase>[] = [
  {
    row: 9,
    when: (it) => !isInCharge(it),
    // Only this device may be left to put the pointer right, and its user was never asked.
    steps: (it) => (it.mayAct && isOfNoAdmin(it) ? fetchOrConfirm(it) : NOTHING),
  },
  {
    row: 10,
    when: ({ verdict }) => verdict === "other-log",
    steps: (it) => (it.trust === "fetch" ? [...fetchOrAsk(it), ...doubts(it)] : removeEscrow(it, "other-log")),
  },
  {
    row: 11,
    when: ({ verdict }) => verdict === "ahead",
    // A thief's device can point to an epoch that never comes. So if there is nothing newer to fetch, the user decides.
    steps: (it) =>
      it.trust === "sound"
        ? [fetchEscrowLog("newer-named"), ...removeEscrow(it, "ahead")]
        : [...fetchOrAsk(it), ...doubts(it)],
  },
  {
    row: 12,
    // The pointer in force is contradicted. There are two attacks. A removed admin forks the escrow log before its removal: there the
    // true pointer looks false, and a device that renewed without asking would hand everything to the fork. Or the fork ends before
    // the head that the pointer names: there the pointer may even look newest, and the device would believe the fork's acts.
    when: ({ pointer, log, escrowLog, knowledge }) => contradictions(log, escrowLog, knowledge).at(-1) === pointer,
    steps: (it) => {
      const isFetched = isBeyond(it.pointer, it.escrowLog);
      const why = "contradicts-pointer";
      return [...(isFetched ? fetchOrAsk(it, why) : [confirmEscrow(it, why)]), ...doubts(it)];
    },
  },
  { row: 13, when: ({ trust }) => trust === "fetch", steps: (it) => [...fetchOrAsk(it), ...doubts(it)] },
  { row: 14, when: ({ trust }) => trust === "confirm", steps: (it) => [confirmEscrow(it), ...doubts(it)] },
  { row: 15, when: isSomebodyDoubted, steps: doubts },
  {
    row: 16,
    when: ({ escrowLog }) => !policyOf(escrowLog).enabled,
    steps: (it) => [
      ...removeEscrow(it, "disabled"),
      ...(it.isGuardian && currentEpochIsKnownToFormerAdmin(it.log, it.escrowLog) ? [rotation(it)] : []),
    ],
  },
  {
    row: 17,
    // The pointer names a head beyond the log, and the user settled it. While it names that head, ask again whenever the log
    // grows.
    when: ({ verdict, pointer, escrowLog }) => verdict !== "newest" || isBeyond(pointer, escrowLog),
    steps: ({ verdict }) => [renewal(verdict === "older" || verdict === "false" ? verdict : "beyond-log")],
  },
  {
    row: 18,
    // Otherwise a thief who renewed to the true newest pointer would give its own class to escrow's later approvals.
    when: ({ log, me, escrow }) => isConfirmed(log, me) && escrow.founder > confirmedFounder(log),
    steps: () => [renewal("founder")],
  },
  {
    row: 19,
    when: ({ log, me, escrowLog }) => isConfirmed(log, me) && currentEpochIsKnownToFormerAdmin(log, escrowLog),
    steps: (it) => [rotation(it)],
  },
  { row: 20, when: () => true, steps: healing },
];

/** The steps of the first row that applies. */
export function escrowSteps(facts: Facts): readonly Step[] {
  const { log, knowledge, doubted } = facts;
  const { escrowLog } = knowledge;
  const escrow = escrowMember(log);
  // Row 1.
  if (typeof escrowLog !== "object") {
    if (!escrow && doubted.length === 0) return NOTHING;
    return [fetchEscrowLog(escrowLog === "unsupported" ? escrowLog : "none-at-hand"), ...doubts(facts)];
  }
  policyOf(escrowLog);
  const it: Case = { ...facts, escrowLog, trust: escrowTrust(log, escrowLog, knowledge) };
  if (!escrow) return firstOfRows(WITHOUT_ESCROW, it);
  const pointer = present(escrow.pointer);
  return firstOfRows(WITH_ESCROW, { ...it, escrow, pointer, verdict: judgePointer(pointer, escrowLog) });
}

function firstOfRows<C>(rows: readonly Row<C>[], it: C): readonly Step[] {
  return rows.find(({ when }) => when(it))?.steps(it) ?? NOTHING;
}

function isSomebodyDoubted({ doubted }: Facts): boolean {
  return doubted.length > 0;
}

/** Whether this device keeps its new epochs from escrow (MEM-6). */
export function withholds({ log, isSound }: Facts): boolean {
  return escrowMember(log) !== undefined && !isSound;
}

/**
 * An unconfirmed device leaves escrow to a confirmed device or an admin. But if escrow does not hold the current epoch, or no admin
 * can act by the pointer, the confirmed device may be the lost one: a thief must not make the others wait for ever.
 */
function isInCharge(it: EscrowCase): boolean {
  const { log, mayAct, isGuardian, escrow } = it;
  return isGuardian || (mayAct && (!isHolder(log, escrow) || (isOfNoAdmin(it) && isConfirmedByUser(it))));
}

/** Whether the pointer is of no epoch of the log at hand: then no admin has the key that signs for escrow. */
function isOfNoAdmin({ verdict }: EscrowCase): boolean {
  return verdict !== "newest" && verdict !== "older";
}

function isConfirmedByUser({ knowledge, escrowLog }: Case): boolean {
  const confirmed = confirmationOf(knowledge);
  return confirmed !== undefined && extendsHead(escrowLog, confirmed);
}

/** Position of the newest removal of an escrow member whose pointer last named this log; 0 if there is none. */
function lastRemovalOf({ log, escrowLog }: Case): number {
  let newest = 0;
  for (const { pointer, removed: removal } of log.removed) {
    if (pointer?.log === escrowLog.head.log) newest = Math.max(newest, removal?.seq ?? 0);
  }
  return newest;
}

/** Gives escrow the epochs that this device holds and escrow lacks: those with a wrong grant or none, and older epochs. */
function healing({ log, mine, state, escrow, escrowLog }: EscrowCase): readonly Step[] {
  if (!hasEpoch(mine, currentEpoch(log))) return NOTHING;
  const lacking = subtractRuns(mine, rightlyGrantedToEscrow(state, escrowLog));
  const owed = intersectRuns(lacking, uniteRuns(escrow.reach, escrow.withheld));
  const older = subtractRuns(lacking, owed);
  const steps: Step[] = [];
  if (owed.length > 0) {
    steps.push({ do: "author", link: "regrant", give: [{ member: escrow.id, epochs: newestOf(owed) }], others: [] });
  }
  if (older.length > 0) steps.push({ do: "author", link: "extend-escrow", escrow: escrow.id, epochs: older });
  return steps;
}

function renewal(because: "older" | "false" | "beyond-log" | "founder"): AuthorStep {
  return { do: "author", link: "renew-escrow", because };
}

function rotation(facts: Facts): AuthorStep {
  const others = facts.actors.filter(({ id }) => id !== facts.me.id).map(({ id }) => id);
  const because = ["known-to-former-admin"] as const;
  return { do: "author", link: "rotate", because, withholdFromEscrow: withholds(facts), others };
}

/**
 * ESC-8: asks which doubted members are the user's, then removes the others in one link. A device that is not confirmed does it
 * too: the confirmed one may be lost.
 */
function doubts(facts: Facts): readonly Step[] {
  const { log, knowledge, doubted, mayAct } = facts;
  if (!mayAct || doubted.length === 0) return NOTHING;
  const judge = judgingLog(log, knowledge);
  const mayComeLater = judge && escrowActs(log, judge).some(({ because }) => because === "beyond-log");
  const steps: Step[] = mayComeLater ? [fetchEscrowLog("act-beyond-log")] : [];
  const members = unanswered(facts);
  if (members.length > 0) {
    return [...steps, { ...ask("whose-members"), members, names: members.map(facts.nameOf) }];
  }
  const escrow = escrowMember(log);
  // If escrow's pointer is not the newest, remove escrow with them. Renewing first would grant to them; removing them first would
  // grant to its pointer.
  const goesToo = escrow?.pointer && judge && judgePointer(escrow.pointer, judge) !== "newest";
  const remove = goesToo ? [...doubted, escrow.id].sort() : [...doubted].sort();
  const withholdFromEscrow = !goesToo && withholds(facts);
  return [...steps, { do: "author", link: "remove", members: remove, because: "not-believed", withholdFromEscrow }];
}

/** Doubted members about whom the user has not answered yet. */
function unanswered({ doubted, knowledge }: Facts): Facts["doubted"] {
  const strangers = new Set(knowledge.strangers);
  return doubted.filter((id) => !strangers.has(id)).sort();
}

/** A person decides, once. Otherwise two devices with different escrow logs would undo each other's links. */
function removeEscrow(it: EscrowCase, because: "disabled" | "other-log" | "ahead"): readonly Step[] {
  const { knowledge, doubted, escrow } = it;
  if (knowledge.removeEscrow !== escrow.id) {
    return [{ ...ask("remove-escrow"), escrow: escrow.id, name: it.nameOf(escrow.id), because }, ...doubts(it)];
  }
  if (unanswered(it).length > 0) return doubts(it);
  const members = [...doubted, escrow.id].sort();
  return [{ do: "author", link: "remove", members, because: "user-said", withholdFromEscrow: false }];
}

/**
 * Fetches a newer escrow log, or asks the user. A thief's device can name a head that never comes. So if there is nothing newer
 * to fetch, the user decides.
 */
function fetchOrAsk(it: Case, why?: "contradicts-pointer"): readonly (FetchStep | AskStep)[] {
  const settles = confirmingSettles(it.escrowLog, confirmationOf(it.knowledge));
  return [fetchEscrowLog("newer-named"), ...(settles ? [confirmEscrow(it, why)] : [])];
}

/** For a log that is not trusted. */
function fetchOrConfirm(it: Case): readonly (FetchStep | AskStep)[] {
  return it.trust === "fetch" ? fetchOrAsk(it) : [confirmEscrow(it)];
}

function confirmEscrow({ log, knowledge, escrowLog }: Case, why?: "contradicts-pointer"): AskStep {
  const because = why ?? (confirmationOf(knowledge) ? "not-trusted" : "never-confirmed");
  return { ...ask("confirm-escrow"), head: escrowLog.head, at: log.head, because };
}

function fetchEscrowLog(because: Extract<FetchStep, { what: "escrow-log" }>["because"]): FetchStep {
  return { do: "fetch", what: "escrow-log", because };
}
