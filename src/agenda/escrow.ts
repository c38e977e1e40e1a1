// What a user's device owes about escrow: the table of docs/spec.md section 11.2, in its order (ESC-4, ESC-5, ESC-8, ESC-10).

import { hasEpoch, intersectRuns, subtractRuns, uniteRuns } from "../bytes/runs.js";
import {
  confirmedFounder,
  currentEpoch,
  escrowMember,
  isConfirmed,
  isHolder,
  type LogState,
  type Member,
} from "../log/state.js";
import { escrowActs } from "../trust/acts.js";
import { escrowNeeds, policyOf } from "../trust/escrow-needs.js";
import { extendsHead } from "../trust/head.js";
import { judgePointer, type PointerVerdict } from "../trust/pointer.js";
import { currentEpochIsKnownToFormerAdmin } from "../trust/renewal.js";
import {
  confirmationOf,
  confirmingSettles,
  type EscrowTrust,
  escrowTrust,
  isBeyond,
  isContradicted,
  judgingLog,
} from "../trust/soundness.js";
import { rightlyGrantedToEscrow } from "./escrow-grants.js";
import type { Facts } from "./facts.js";
import { newestOf } from "./regrants.js";
import type { AskStep, AuthorStep, FetchStep, Step } from "./steps.js";

const NOTHING: readonly Step[] = [];

/** The steps of the first row that applies. */
export function escrowSteps(facts: Facts): readonly Step[] {
  const { log, knowledge, doubted } = facts;
  const { escrowLog } = knowledge;
  const escrow = escrowMember(log);
  if (typeof escrowLog !== "object") {
    if (!escrow && doubted.length === 0) return NOTHING;
    return [fetchEscrowLog(escrowLog === "unsupported" ? escrowLog : "none-at-hand"), ...doubts(facts)];
  }
  policyOf(escrowLog);
  const trust = escrowTrust(log, escrowLog, confirmationOf(knowledge));
  return escrow ? withEscrow(facts, escrow, escrowLog, trust) : withoutEscrow(facts, escrowLog, trust);
}

/** Whether a new epoch of this device is kept from escrow (MEM-6). */
export function withholds({ log, isSound }: Facts): boolean {
  return escrowMember(log) !== undefined && !isSound;
}

/** The log has no escrow member: a member that a review brought in may have removed it to be forgotten. */
function withoutEscrow(facts: Facts, escrowLog: LogState, trust: EscrowTrust): readonly Step[] {
  const { log, knowledge, doubted, mayAct } = facts;
  if (doubted.length > 0)
    return trust === "sound" ? doubts(facts) : [...vouch(facts, escrowLog, trust), ...doubts(facts)];
  if (knowledge.declinedEscrow || escrowNeeds(escrowLog).length > 0 || !mayAct) return NOTHING;
  if (trust !== "sound" || !isConfirmedByUser(facts, escrowLog)) return vouch(facts, escrowLog, trust);
  const removedAt = lastRemovalOf(log, escrowLog);
  if (removedAt > (knowledge.enrollAgainAfter ?? 0)) return [{ do: "ask", question: "enroll-again", removedAt }];
  // An enroll cannot declare the current epoch missing (MEM-9): a device that lacks it rotates or fetches first.
  return hasEpoch(facts.mine, currentEpoch(log)) ? [{ do: "author", link: "enroll-escrow" }] : NOTHING;
}

function withEscrow(facts: Facts, escrow: Member, escrowLog: LogState, trust: EscrowTrust): readonly Step[] {
  const { log, knowledge, me, doubted, isGuardian } = facts;
  const pointer = escrow.pointer as NonNullable<Member["pointer"]>;
  const verdict = judgePointer(pointer, escrowLog);
  if (!isInCharge(facts, escrow, escrowLog, verdict)) return NOTHING;
  if (verdict === "other-log") {
    if (trust === "fetch") return [...vouch(facts, escrowLog, trust), ...doubts(facts)];
    return removeEscrow(facts, escrow, "other-log");
  }
  // A thief's device can point to an epoch that never comes: where there is nothing newer to fetch, the user decides.
  if (verdict === "ahead") {
    const fetch = fetchEscrowLog("newer-named");
    return [fetch, ...(trust === "sound" ? removeEscrow(facts, escrow, "ahead") : doubts(facts))];
  }
  if (isContradicted(pointer, escrowLog, confirmationOf(knowledge))) {
    const way = isBeyond(pointer, escrowLog) ? "fetch" : "confirm";
    return [...vouch(facts, escrowLog, way, "contradicts-pointer"), ...doubts(facts)];
  }
  if (trust !== "sound") return [...vouch(facts, escrowLog, trust), ...doubts(facts)];
  if (doubted.length > 0) return doubts(facts);
  const isKnown = currentEpochIsKnownToFormerAdmin(log, escrowLog);
  if (!policyOf(escrowLog).enabled) {
    return [...removeEscrow(facts, escrow, "disabled"), ...(isGuardian && isKnown ? [rotation(facts)] : [])];
  }
  if (verdict !== "newest") return [{ do: "author", link: "renew-escrow", because: verdict }];
  // The user settled it. As long as the pointer names that head, the user is asked again whenever the log grows.
  if (isBeyond(pointer, escrowLog)) return [{ do: "author", link: "renew-escrow", because: "beyond-log" }];
  // A thief who renewed to the true newest pointer would otherwise give its class to escrow's later approvals.
  if (isConfirmed(log, me) && escrow.founder > confirmedFounder(log)) {
    return [{ do: "author", link: "renew-escrow", because: "founder" }];
  }
  if (isConfirmed(log, me) && isKnown) return [rotation(facts)];
  return healing(facts, escrow, escrowLog);
}

/**
 * An unconfirmed device leaves escrow to a confirmed one or an admin. Where escrow holds nothing current, or its keys are false, the
 * confirmed device may be the lost one: a thief must not make the others wait for ever.
 */
function isInCharge(facts: Facts, escrow: Member, escrowLog: LogState, verdict: PointerVerdict): boolean {
  const { log, mayAct, isGuardian } = facts;
  if (isGuardian) return true;
  return mayAct && (!isHolder(log, escrow) || (verdict === "false" && isConfirmedByUser(facts, escrowLog)));
}

function isConfirmedByUser({ knowledge }: Facts, escrowLog: LogState): boolean {
  const confirmed = confirmationOf(knowledge);
  return confirmed !== undefined && extendsHead(escrowLog, confirmed);
}

/** Position of the newest removal of an escrow member whose pointer last named this log; 0 if there is none. */
function lastRemovalOf({ removed }: LogState, { head }: LogState): number {
  let newest = 0;
  for (const { pointer, removed: removal } of removed) {
    if (pointer?.log === head.log) newest = Math.max(newest, removal?.seq ?? 0);
  }
  return newest;
}

/** Gives escrow what it lacks of what this device holds: again what it was granted wrongly or not at all, and older epochs. */
function healing(facts: Facts, escrow: Member, escrowLog: LogState): readonly Step[] {
  const { log, mine, state } = facts;
  if (!hasEpoch(mine, currentEpoch(log))) return NOTHING;
  const lacking = subtractRuns(mine, rightlyGrantedToEscrow(state, escrowLog));
  const owed = intersectRuns(lacking, uniteRuns(escrow.reach, escrow.withheld));
  const older = subtractRuns(lacking, owed);
  const steps: Step[] = [];
  if (owed.length > 0) {
    steps.push({ do: "author", link: "regrant", give: [{ member: escrow.id, runs: newestOf(owed) }], others: [] });
  }
  if (older.length > 0) steps.push({ do: "author", link: "extend-escrow", escrow: escrow.id, epochs: older });
  return steps;
}

function rotation(facts: Facts): AuthorStep {
  const others = facts.actors.filter(({ id }) => id !== facts.me.id).map(({ id }) => id);
  const because = ["known-to-former-admin"] as const;
  return { do: "author", link: "rotate", because, withholdFromEscrow: withholds(facts), others };
}

/** ESC-8: asks whose the doubted are, then removes the others in one link. */
function doubts(facts: Facts): readonly Step[] {
  const { log, knowledge, doubted, isGuardian } = facts;
  if (!isGuardian || doubted.length === 0) return NOTHING;
  const judge = judgingLog(log, knowledge);
  const mayComeLater = judge && escrowActs(log, judge).some(({ because }) => because === "beyond-log");
  const steps: Step[] = mayComeLater ? [fetchEscrowLog("act-beyond-log")] : [];
  const members = unanswered(facts);
  if (members.length > 0) return [...steps, { do: "ask", question: "whose-members", members }];
  const escrow = escrowMember(log);
  // Escrow goes with them where its pointer is not the newest: renewing first would grant to them, removing them first would
  // grant to its pointer.
  const goesToo = escrow?.pointer && judge && judgePointer(escrow.pointer, judge) !== "newest";
  const remove = goesToo ? [...doubted, escrow.id].sort() : [...doubted].sort();
  const withholdFromEscrow = !goesToo && withholds(facts);
  return [...steps, { do: "author", link: "remove", members: remove, because: "not-believed", withholdFromEscrow }];
}

/** Doubted members of whom the user said nothing yet. */
function unanswered({ doubted, knowledge }: Facts): Facts["doubted"] {
  const strangers = new Set(knowledge.strangers);
  return doubted.filter((id) => !strangers.has(id)).sort();
}

/** Two devices that hold different escrow logs would otherwise undo each other: a person decides, once. */
function removeEscrow(facts: Facts, escrow: Member, because: "disabled" | "other-log" | "ahead"): readonly Step[] {
  const { knowledge, doubted } = facts;
  if (knowledge.removeEscrow === escrow.id && unanswered(facts).length === 0) {
    const members = [...doubted, escrow.id].sort();
    return [{ do: "author", link: "remove", members, because: "user-said", withholdFromEscrow: false }];
  }
  return [{ do: "ask", question: "remove-escrow", escrow: escrow.id, because }, ...doubts(facts)];
}

/**
 * What makes an escrow log trusted: to fetch a newer one, or the user's word. A thief's device can name a head that never comes: where
 * there is nothing newer to fetch, the user decides.
 */
function vouch(
  facts: Facts,
  escrowLog: LogState,
  trust: EscrowTrust,
  why?: "contradicts-pointer",
): readonly (FetchStep | AskStep)[] {
  const confirm = confirmEscrow(facts, escrowLog, why);
  if (trust !== "fetch") return [confirm];
  const settles = confirmingSettles(facts.log, escrowLog, confirmationOf(facts.knowledge));
  return [fetchEscrowLog("newer-named"), ...(settles ? [confirm] : [])];
}

function confirmEscrow({ knowledge }: Facts, { head }: LogState, why?: "contradicts-pointer"): AskStep {
  const because = why ?? (confirmationOf(knowledge) ? "not-trusted" : "never-confirmed");
  return { do: "ask", question: "confirm-escrow", head, because };
}

function fetchEscrowLog(because: Extract<FetchStep, { what: "escrow-log" }>["because"]): FetchStep {
  return { do: "fetch", what: "escrow-log", because };
}
