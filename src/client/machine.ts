// The machine of a device: from what it knows and one input to what it knows next, and what is to be done outside. Pure and
// synchronous, and the only author of links. The driver (driver.ts) stores a new model before it does anything for it.
// docs/spec.md section 13.

import { type Env, readClock } from "../primitives/env.js";
import { answerAsk } from "./answer.js";
import { takeFailure, takePublication } from "./answered.js";
import type { Input, MachineOptions, ReadEffect, Stepped, WhichLog } from "./effects.js";
import { lengthOf } from "./entries.js";
import type { Model } from "./model.js";
import { author } from "./pending.js";
import { proceed } from "./proceed.js";
import { takePage } from "./take.js";

/** After so many milliseconds, what was fetched in vain is fetched again. */
const REFETCH = 300_000;

/**
 * One step of the machine.
 *
 * @throws for an intent or answer that is not possible now; nothing has changed then
 */
export function step(model: Model, input: Input, options: MachineOptions, env: Env): Stepped {
  switch (input.type) {
    case "sync":
      return sync(model, options, env);
    case "intend":
      return proceed({ ...author(model, input.id, input.intent, env), interrupted: undefined }, options, env);
    case "answer":
      return proceed(answerAsk(model, input.id, input.answer, env), options, env);
    case "paper-proved":
      // Another tab can have made another one meanwhile.
      if (model.paper?.member !== input.member) return { model, effects: [], retired: [] };
      return { model: { ...model, paper: undefined }, effects: [], retired: [] };
    case "page":
      return takePage(model, input.effect, input.page, options, env);
    case "published":
      return takePublication(model, input.effect, input.publication, options, env);
    case "failed":
      return takeFailure(model, input.effect, input.error, env);
  }
}

/** Looks at both logs, the escrow log first: the agenda judges the own log by it. */
function sync(model: Model, { escrowSubject }: MachineOptions, env: Env): Stepped {
  const { subject } = model;
  const effects = [
    ...(escrowSubject === undefined ? [] : [look(model, "escrow", escrowSubject)]),
    look(model, "own", subject),
  ];
  const now = readClock(env);
  const { fetchedAt } = model.sync;
  if (now - fetchedAt < REFETCH) return { model, effects, retired: [] };
  return { model: { ...model, sync: { ...model.sync, fetched: new Set(), fetchedAt: now } }, effects, retired: [] };
}

/** While a log contradicts what was verified, nothing that goes on from it is taken in before all of it was judged again. */
function look(model: Model, of: WhichLog, subject: string): ReadEffect {
  if (model.alarms[of]) return { type: "read", of, subject, after: 0, purpose: "whole" };
  return { type: "read", of, subject, after: lengthOf(model, of), purpose: "newer" };
}
