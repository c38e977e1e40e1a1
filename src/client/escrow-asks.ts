// What only an admin can decide, derived from the escrow log and from what this device did. docs/spec.md sections 11 and 13.

import { nameMembers } from "../coverage/names.js";
import { fingerprintHead } from "../fingerprint/fingerprint.js";
import { standing } from "../grants/standing.js";
import { isSameHead } from "../log/heads.js";
import { hasRole, isConfirmed, memberOf } from "../log/state.js";
import { escrowNeeds } from "../trust/escrow-needs.js";
import type { EscrowQuestion } from "../views/session.js";
import { named } from "./asks.js";
import type { AdminModel } from "./escrow-model.js";
import { actsOf } from "./escrow-write.js";

/** A question that only admins are asked, with its id. */
export type EscrowAsk = { readonly id: string } & EscrowQuestion;

/** The questions that are open. */
export function escrowAsksOf(model: AdminModel): readonly EscrowAsk[] {
  const { own, keyring, answers } = model;
  if (!own?.log.policy || !keyring || standing(own.log, keyring) !== "active") return [];
  const { log } = own;
  const asks: EscrowAsk[] = [];
  const ask = (question: EscrowQuestion, ...facts: readonly (string | number)[]) =>
    void asks.push({ id: [question.question, ...facts].join(" "), ...question });
  if (hasRole(memberOf(log, keyring.member), "manage")) {
    const needs = escrowNeeds(log);
    const active = [...log.active.values()];
    const papers = active.filter((member) => member.kind === "backup" && hasRole(member, "manage"));
    const published = fingerprintHead(log);
    if (needs.length > 0) ask({ ...named("escrow-needs"), needs }, ...needs);
    else if (papers.length === 1) ask(named("second-backup-key"), ...papers.map(({ id }) => id));
    for (const member of active) {
      if (!isConfirmed(log, member))
        ask({ ...named("admit"), member: member.id, name: nameMembers(log)(member.id) }, member.id);
    }
    if (needs.length === 0 && !(model.published && isSameHead(model.published, published))) {
      ask(named("publish-fingerprint"), published.hash);
    }
  }
  for (const { seq, user } of openActsOf(model)) ask({ ...named("open-act"), act: seq, user }, seq);
  return asks.filter(({ id }) => !answers.declined.includes(id));
}

/** An act of this device that it did not see done. */
export interface OpenAct {
  /** Its position in the escrow log. */
  readonly seq: number;
  /** Whose log it announced a review in; undefined where it cannot be read. */
  readonly user: string | undefined;
  readonly reason: string | undefined;
  readonly when: Date;
}

/** Acts of this device that nobody disowned, and of which it saw no review. */
export function openActsOf(model: AdminModel): readonly OpenAct[] {
  const running = new Set([...model.users.values()].map(({ task }) => task.act));
  return actsOf(model).flatMap(({ seq, admin, disowned, act, when }) => {
    const isOpen = admin === model.keyring?.member && !disowned && !model.finished.includes(seq) && !running.has(seq);
    return isOpen ? [{ seq, user: act?.subject, reason: act?.reason, when }] : [];
  });
}
