// The machine of a device: from what it knows and one input to what it knows next, and what is to be done outside. Pure and
// synchronous, and the only author of links. The driver (driver.ts) stores a new model before it does anything for it.
// docs/spec.md section 13.

import { type Env, readClock } from "../primitives/env.js";
import { answerAsk } from "./answer.js";
import { takeFailure, takePublication } from "./answered.js";
import { acknowledge, lookAtContacts, takeContactFailure, takeContactPage, untrack } from "./contacts.js";
import type { Input, Machine, MachineOptions, ReadEffect, Stepped, WhichLog } from "./effects.js";
import { lengthOf } from "./entries.js";
import type { Intent } from "./intents.js";
import { type Model, readOnly } from "./model.js";
import { author } from "./pending.js";
import { proceedOrLook } from "./proceed.js";
import { modelOf, newModel, recordsOf } from "./records.js";
import { takePage } from "./take.js";

/** At the start and after so many milliseconds, what was not there when it was fetched is fetched again. */
export const THOROUGH = 300_000;

/** The machine of a user's device. */
export const deviceMachine: Machine = {
  ...{ step, newModel, modelOf, recordsOf },
  isPending: ({ pending }, id) => pending?.id === id,
};

/** What the user decides: a session that only reads refuses it. */
const DECISIONS: ReadonlySet<Input["type"]> = new Set(["intend", "answer", "paper-proved", "untrack", "acknowledge"]);

/**
 * One step of the machine.
 *
 * @throws for an intent or answer that is not possible now; nothing has changed then
 */
export function step(before: Model, input: Input, options: MachineOptions, env: Env): Stepped {
  if (options.isReadOnly && DECISIONS.has(input.type)) throw readOnly();
  // A session that only reads must not forget what a full session follows.
  const model = options.isReadOnly ? before : ofOrganisation(before, options);
  switch (input.type) {
    case "sync":
      return sync(model, options, env);
    case "intend":
      return proceedOrLook(
        { ...author(withoutReplaced(model, input.intent), input.id, input.intent, env), interrupted: undefined },
        options,
        env,
      );
    case "answer":
      return proceedOrLook(answerAsk(model, input.id, input.answer, env), options, env);
    case "paper-proved":
      // Another tab can have made another one meanwhile.
      if (model.paper?.member !== input.member) return { model, effects: [], retired: [] };
      return { model: { ...model, paper: undefined }, effects: [], retired: [] };
    case "page":
      return takePage(model, input.effect, input.page, options, env);
    case "published":
      return takePublication(model, input.effect, input.publication, options, env);
    case "failed":
      return input.effect.type === "read-contact"
        ? takeContactFailure(model, input.effect, input.error, env)
        : takeFailure(model, input.effect, input.error, env);
    case "look-at-contacts":
      return lookAtContacts(model, input.subjects);
    case "contact-page":
      return takeContactPage(model, input.effect, input.page, env);
    case "untrack":
      return { model: untrack(model, input.subject), effects: [], retired: [] };
    case "acknowledge":
      return { model: acknowledge(model, input), effects: [], retired: [] };
  }
}

/** Forgets the escrow log if the app names another organisation now: it is no older state of that organisation's log. */
function ofOrganisation(model: Model, { escrowSubject }: MachineOptions): Model {
  if (!model.escrow || model.escrow.log.subject === escrowSubject) return model;
  return { ...model, escrow: undefined, alarms: { ...model.alarms, escrow: undefined } };
}

/** Forgets the log that the user replaces with a new one. If the service shows it again, the new one has lost the race. */
function withoutReplaced(model: Model, intent: Intent): Model {
  return intent.do === "create" && intent.replaces && !model.keyring ? { ...model, own: undefined } : model;
}

/** Looks at both logs, the escrow log first: the agenda judges the own log by it. */
function sync(model: Model, { escrowSubject, isReadOnly }: MachineOptions, env: Env): Stepped {
  const now = readClock(env);
  // In both directions: the clock may have been set back.
  const isThorough = Math.abs(now - model.sync.thoroughAt) >= THOROUGH;
  const look = (of: WhichLog, subject: string): ReadEffect => {
    // While a log contradicts what was verified, nothing that goes on from it is taken in before all of it was judged again.
    if (model.alarms[of]) return { type: "read", of, subject, after: 0, purpose: "whole" };
    const length = lengthOf(model, of);
    // Asks for the newest entry at hand too: otherwise another history, no longer than this one, would not be noticed.
    if (length > 0) return { type: "read", of, subject, after: length - 1, purpose: "head" };
    return { type: "read", of, subject, after: 0, purpose: "newer" };
  };
  const own = look("own", model.subject);
  // Nothing that opens content needs the escrow log.
  const effects = escrowSubject === undefined || isReadOnly ? [own] : [look("escrow", escrowSubject), own];
  const sync = isThorough ? { ...model.sync, fetched: new Set<string>(), thoroughAt: now } : model.sync;
  return { model: { ...model, sync }, effects, retired: [] };
}
