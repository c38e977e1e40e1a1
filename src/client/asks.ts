// What only the user can answer, derived from log and answers and never queued: no kill and no other tab loses a question.
// docs/spec.md sections 11.2 and 13.

import { agenda } from "../agenda/agenda.js";
import type { Question } from "../agenda/steps.js";
import type { MemberId } from "../bytes/ids.js";
import type { ErrorJson } from "../errors.js";
import type { ComparedLog } from "../trust/compared.js";
import type { Intent } from "./intents.js";
import { knowledgeOf } from "./knowledge.js";
import { type Model, stateOf } from "./model.js";

/** A question to the user. `id` names it for the answer; the same question has the same id on every start and in every tab. */
export type Ask = { readonly id: string } & (
  | Question
  /** Something that was asked for lost a race, or was cut short by a restart: do it again, or let it be. */
  | { readonly question: "interrupted"; readonly intent: Intent["do"]; readonly because: ErrorJson }
  /**
   * A link in this device's name, at this position, that its store never held: another copy of this device is in use, or its store was
   * restored from a backup. If neither is so, somebody has its keys: take fresh ones (`rekey`), or remove it.
   */
  | { readonly question: "copied"; readonly at: number }
  /** A backup key was made, and nobody has proved that its text is on paper. */
  | { readonly question: "prove-backup-key"; readonly member: MemberId }
);

/** What the user said to a question. */
export type Answer =
  /** To `standing`, `clock`, `copied`, `interrupted`, `enroll-again`, `remove-escrow`, `regrant`: no, or not now. */
  | { readonly say: "no" }
  /** To `remove-escrow`, `enroll-again`, `regrant`. */
  | { readonly say: "yes" }
  /** To `confirm-escrow`: the fingerprint that was compared matched. */
  | { readonly say: "confirmed"; readonly token: ComparedLog }
  /** To `whose-members`. Members that are in neither list are asked for again. */
  | { readonly say: "members"; readonly own: readonly MemberId[]; readonly strangers: readonly MemberId[] };

/** The questions that are open. @param now milliseconds since 1970 */
export function asksOf(model: Model, now: number): readonly Ask[] {
  const { own, keyring, interrupted, copiedAt, paper, answers } = model;
  const asks: Ask[] = [];
  if (interrupted) {
    const { intent, because } = interrupted;
    asks.push({ id: idOf("interrupted", because.code), question: "interrupted", intent: intent.do, because });
  }
  if (copiedAt !== undefined) asks.push({ id: idOf("copied", String(copiedAt)), question: "copied", at: copiedAt });
  if (paper)
    asks.push({ id: idOf("prove-backup-key", paper.member), question: "prove-backup-key", member: paper.member });
  if (own && keyring) {
    for (const step of agenda(stateOf(model), knowledgeOf(model, now))) {
      if (step.do !== "ask") continue;
      const { do: _, ...question } = step;
      // A device that was removed, kept reading, joined again and was removed again is asked again: it is another member.
      const about = question.question === "standing" ? [keyring.member] : [];
      asks.push({ id: idOf(questionId(question), ...about), ...question });
    }
  }
  return asks.filter(({ id }) => !answers.declined.includes(id));
}

/** The facts that make it another question. Numbers that grow by themselves are not among them. */
function questionId(question: Question): string {
  switch (question.question) {
    case "standing":
      return idOf(question.question, question.standing);
    case "confirm-escrow":
      return idOf(question.question, question.because, question.head.hash);
    case "whose-members":
      return idOf(question.question, ...question.members);
    case "remove-escrow":
      return idOf(question.question, question.because, question.escrow);
    case "enroll-again":
      return idOf(question.question, String(question.removedAt));
    case "regrant":
      return idOf(question.question, question.member, JSON.stringify(question.epochs));
    case "disown":
      return idOf(question.question, ...question.acts.map(String));
    case "clock":
      return idOf(question.question);
  }
}

function idOf(...parts: readonly string[]): string {
  return parts.join(" ");
}
