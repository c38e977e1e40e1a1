// What only the user can answer, derived from log and answers and never queued: no kill and no other tab loses a question.
// docs/spec.md sections 11.2 and 13.

import { agenda } from "../agenda/agenda.js";
import type { Question } from "../agenda/steps.js";
import type { MemberId } from "../bytes/ids.js";
import type { ComparedLog } from "../trust/compared.js";
import type { EscrowQuestion, SessionQuestion } from "../views/session.js";
import { changeOf } from "./contact.js";
import { knowledgeOf } from "./knowledge.js";
import { type Model, stateOf } from "./model.js";

/** A question to the user. `id` names it for the answer; the same question has the same id on every start and in every tab. */
export type Ask = { readonly id: string } & (Question | SessionQuestion);

/** What the user said to a question. */
export type Answer =
  /** To `contact-changed`, `standing`, `clock`, `copied`, `interrupted`, `enroll-again`, `remove-escrow`, `regrant`: no, or not now. */
  | { readonly say: "no" }
  /** To `remove-escrow`, `enroll-again`, `regrant`, `disown`. */
  | { readonly say: "yes" }
  /** To `confirm-escrow`: the fingerprint that was compared matched. */
  | { readonly say: "confirmed"; readonly token: ComparedLog }
  /** To `whose-members`. Members that are in neither list are asked for again. */
  | { readonly say: "members"; readonly own: readonly MemberId[]; readonly strangers: readonly MemberId[] };

/** The name of a question, and the code by which `textOf` has words for it. */
export function named<Q extends (SessionQuestion | EscrowQuestion)["question"]>(question: Q) {
  return { question, code: `question-${question}` } as const;
}

/** The questions that are open. @param now milliseconds since 1970 */
export function asksOf(model: Model, now: number): readonly Ask[] {
  const { own, keyring, interrupted, copiedAt, paper, answers } = model;
  const asks: Ask[] = [];
  const ask = (question: Question | SessionQuestion, facts: readonly string[]) =>
    void asks.push({ id: [question.question, ...facts].join(" "), ...question });
  if (interrupted) {
    const { intent, error } = interrupted;
    ask({ ...named("interrupted"), intent: intent.do, error }, [error.code]);
  }
  if (copiedAt !== undefined) ask({ ...named("copied"), at: copiedAt }, [String(copiedAt)]);
  if (paper) ask({ ...named("prove-backup-key"), member: paper.member }, [paper.member]);
  if (own && keyring) {
    for (const step of agenda(stateOf(model), knowledgeOf(model, now))) {
      if (step.do !== "ask") continue;
      const { do: _, ...question } = step;
      // A device that was removed, kept reading, joined again and was removed again is asked again: it is another member.
      ask(question, [...factsOf(question), ...(question.question === "standing" ? [keyring.member] : [])]);
    }
  }
  for (const contact of model.contacts.values()) {
    const change = changeOf(contact);
    if (!change || change.status === "extended") continue;
    ask({ ...named("contact-changed"), change }, [change.subject, change.status, change.current.hash]);
  }
  return asks.filter(({ id }) => !answers.declined.includes(id));
}

/** The facts that make it another question. Numbers that grow by themselves are not among them. */
function factsOf(question: Question): readonly string[] {
  switch (question.question) {
    case "standing":
      return [question.standing];
    case "confirm-escrow":
      return [question.because, question.head.hash];
    case "whose-members":
      return question.members;
    case "remove-escrow":
      return [question.because, question.escrow];
    case "enroll-again":
      return [String(question.removedAt)];
    case "regrant":
      return [question.member, JSON.stringify(question.epochs)];
    case "disown":
      return question.acts.map(String);
    case "clock":
      return [];
  }
}
