// What a user's device owes about escrow: the table of docs/spec.md section 11.2, row by row (ESC-4, ESC-5, ESC-8, ESC-10).

import type { MemberId } from "../bytes/ids.js";
import { intersectRuns, subtractRuns, uniteRuns } from "../log/runs.js";
import { confirmedFounder, escrowMember, isConfirmed, isHolder, type LogState, type Member } from "../log/state.js";
import { escrowActs } from "../trust/acts.js";
import { broughtIn, doubtedMembers, type Perspective } from "../trust/doubt.js";
import { escrowNeeds, policyOf } from "../trust/escrow-needs.js";
import { extendsHead } from "../trust/head.js";
import { judgePointer } from "../trust/pointer.js";
import { escrowTrust, isContradicted } from "../trust/soundness.js";
import type { Facts } from "./agenda.js";
import { rightlyGrantedToEscrow } from "./escrow-grants.js";
import type { AskStep, FetchStep, Step } from "./steps.js";

const NOTHING: readonly Step[] = [];

/** The steps of the first row that applies. */
export function escrowSteps(facts: Facts): readonly Step[] {
  const { log, knowledge } = facts;
  const escrow = escrowMember(log);
  const { escrowLog } = knowledge;
  if (typeof escrowLog !== "object") return withoutEscrowLog(facts, escrow);
  policyOf(escrowLog);
  return escrow ? withEscrow(facts, escrow, escrowLog) : withoutEscrow(facts, escrowLog);
}

/** Nothing by escrow is believed, and nothing is granted to it, until its log is at hand. */
function withoutEscrowLog(facts: Facts, escrow: Member | undefined): readonly Step[] {
  const { log, knowledge } = facts;
  const doubted = doubtedMembers(log, knowledge.escrowLog, perspectiveOf(facts));
  if (!escrow && doubted.length === 0) return NOTHING;
  const because = knowledge.escrowLog === "unsupported" ? "unsupported" : "none-at-hand";
  return [fetchEscrowLog(because), ...askWhose(facts, doubted)];
}

/** The log has no escrow member: a member that an act brought in may have removed it to be forgotten. */
function withoutEscrow(facts: Facts, escrowLog: LogState): readonly Step[] {
  const { log, knowledge, mayAct } = facts;
  const trust = escrowTrust(log, escrowLog, knowledge.confirmed);
  const trustStep = trust === "fetch" ? fetchEscrowLog("newer-named") : confirmEscrow(facts, escrowLog, trust);
  if (trust !== "sound" && broughtIn(log, allReviews(log), perspectiveOf(facts)).length > 0) return [trustStep];
  const doubted = doubtedMembers(log, escrowLog, perspectiveOf(facts));
  if (doubted.length > 0) return removal(facts, doubted, escrowLog);
  if (knowledge.declinedEscrow || escrowNeeds(escrowLog).length > 0 || !mayAct) return NOTHING;
  const isConfirmedByUser = knowledge.confirmed !== undefined && extendsHead(escrowLog, knowledge.confirmed);
  return isConfirmedByUser && trust === "sound" ? [{ do: "author", link: "enroll-escrow" }] : [trustStep];
}

function withEscrow(facts: Facts, escrow: Member, escrowLog: LogState): readonly Step[] {
  const { log, knowledge, me, mayAct } = facts;
  const { confirmed } = knowledge;
  const pointer = escrow.pointer as NonNullable<Member["pointer"]>;
  const verdict = judgePointer(pointer, escrowLog);
  const trust = escrowTrust(log, escrowLog, confirmed);
  const isConfirmedByUser = confirmed !== undefined && extendsHead(escrowLog, confirmed);
  // Where escrow holds nothing current, or its keys are false, no admin can act, and the confirmed device may be the lost one: a
  // thief must not make the others wait for ever.
  const canAdminsAct = isHolder(log, escrow) && !(verdict === "false" && isConfirmedByUser);
  if (!mayAct || (!isConfirmed(log, me) && canAdminsAct)) return NOTHING;
  if (verdict === "other-log") {
    return trust === "fetch" ? [fetchEscrowLog("newer-named")] : removeEscrow(facts, escrow, escrowLog, "other-log");
  }
  if (verdict === "ahead") return [fetchEscrowLog("newer-named")];
  if (isContradicted(pointer, escrowLog, confirmed)) return [confirmEscrow(facts, escrowLog, "contradicts-pointer")];
  if (trust === "fetch") return [fetchEscrowLog("newer-named")];
  if (trust === "confirm") return [confirmEscrow(facts, escrowLog, trust)];
  const doubted = doubtedMembers(log, escrowLog, perspectiveOf(facts));
  // Escrow goes with them where its pointer is not the newest: renewing first would grant to them, removing them first would
  // grant to its pointer.
  if (doubted.length > 0) return removal(facts, doubted, escrowLog, verdict === "newest" ? [] : [escrow.id]);
  if (!policyOf(escrowLog).enabled) return removeEscrow(facts, escrow, escrowLog, "disabled");
  if (verdict !== "newest") return [{ do: "author", link: "renew-escrow", because: verdict }];
  const mayMovePointer = isConfirmed(log, me);
  // A thief who renewed to the true newest pointer would otherwise give its class to escrow's later approvals.
  if (mayMovePointer && escrow.founder > confirmedFounder(log)) {
    return [{ do: "author", link: "renew-escrow", because: "founder" }];
  }
  if (mayMovePointer && currentEpochIsKnownToFormerAdmin(log, escrowLog)) {
    const others = facts.actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
    return [{ do: "author", link: "rotate", because: ["known-to-former-admin"], withholdFromEscrow: false, others }];
  }
  return healing(facts, escrow, escrowLog);
}

/** Gives escrow what it lacks of what this device holds: again what it was granted wrongly or not at all, and older epochs. */
function healing(facts: Facts, escrow: Member, escrowLog: LogState): readonly Step[] {
  const lacking = subtractRuns(facts.mine, rightlyGrantedToEscrow(facts.session, escrowLog));
  const owed = intersectRuns(lacking, uniteRuns(escrow.reach, escrow.withheld));
  const older = subtractRuns(lacking, owed);
  return [
    ...(owed.length > 0
      ? ([{ do: "author", link: "regrant", give: [{ member: escrow.id, runs: owed }], others: [] }] as const)
      : []),
    ...(older.length > 0 ? ([{ do: "author", link: "extend-escrow", escrow: escrow.id, epochs: older }] as const) : []),
  ];
}

/** ESC-10: whether the current epoch was made in escrow's name by somebody who is not to be believed, and so knows it. */
export function currentEpochIsKnownToFormerAdmin(log: LogState, escrowLog: LogState): boolean {
  const made = log.epochs.last()?.seq;
  return escrowActs(log, escrowLog).some(({ seq, believed }) => seq === made && !believed);
}

/** ESC-8: asks which of them are the user's, then removes the others in one link, before all else. */
function removal(
  facts: Facts,
  doubted: readonly MemberId[],
  escrowLog: LogState,
  also: readonly MemberId[] = [],
): readonly Step[] {
  const { log, me, mayAct, isSound } = facts;
  const mayComeLater = escrowActs(log, escrowLog).some(({ because }) => because === "beyond-log");
  const questions = askWhose(facts, doubted);
  if (questions.length > 0) return mayComeLater ? [fetchEscrowLog("act-beyond-log"), ...questions] : questions;
  if (!mayAct || !isConfirmed(log, me)) return NOTHING;
  const members = [...doubted, ...also];
  const withholdFromEscrow = escrowMember(log) !== undefined && !isSound && also.length === 0;
  return [{ do: "author", link: "remove", members, because: "not-believed", withholdFromEscrow }];
}

/** Two devices that hold different escrow logs would otherwise undo each other: a person decides, once. */
function removeEscrow(
  facts: Facts,
  escrow: Member,
  escrowLog: LogState,
  because: "disabled" | "other-log",
): readonly Step[] {
  const { log, knowledge } = facts;
  if (knowledge.removeEscrow !== escrow.id)
    return [{ do: "ask", question: "remove-escrow", escrow: escrow.id, because }];
  const doubted = doubtedMembers(log, escrowLog, perspectiveOf(facts));
  const questions = askWhose(facts, doubted);
  if (questions.length > 0) return questions;
  const members = [...doubted, escrow.id];
  return [{ do: "author", link: "remove", members, because: "user-said", withholdFromEscrow: false }];
}

function askWhose({ knowledge }: Facts, doubted: readonly MemberId[]): readonly AskStep[] {
  const strangers = new Set(knowledge.strangers);
  const members = doubted.filter((id) => !strangers.has(id));
  return members.length > 0 ? [{ do: "ask", question: "whose-members", members }] : [];
}

function confirmEscrow(
  { knowledge }: Facts,
  { head }: LogState,
  why: "contradicts-pointer" | "confirm" | "sound",
): AskStep {
  const because = why === "contradicts-pointer" ? why : knowledge.confirmed ? "not-trusted" : "never-confirmed";
  return { do: "ask", question: "confirm-escrow", head, because };
}

function fetchEscrowLog(because: Extract<FetchStep, { what: "escrow-log" }>["because"]): FetchStep {
  return { do: "fetch", what: "escrow-log", because };
}

function perspectiveOf({ me, knowledge }: Facts): Perspective {
  return { me: me.id, own: knowledge.own };
}

function allReviews(log: LogState): ReadonlySet<number> {
  return new Set([...log.links].filter(({ type, actor }) => type === "review" && actor).map(({ seq }) => seq));
}
