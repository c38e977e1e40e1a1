// The machine of a device: from what it knows and one input to what it knows next, and what is to be done outside. Pure and
// synchronous, and the only author of links. The driver (driver.ts) stores a new model before it does anything for it.
// docs/spec.md section 13.

import type { Env } from "../primitives/env.js";
import { answerAsk } from "./answer.js";
import { takeFailure, takePublication } from "./answered.js";
import type { Effect, Input, MachineOptions, Stepped } from "./effects.js";
import type { Model } from "./model.js";
import { author } from "./pending.js";
import { proceed } from "./proceed.js";
import { takePage } from "./take.js";

/**
 * One step of the machine.
 *
 * @throws for an intent or answer that is not possible now; nothing has changed then
 */
export function step(model: Model, input: Input, options: MachineOptions, env: Env): Stepped {
  switch (input.type) {
    case "sync":
      return {
        model: { ...model, sync: { ...model.sync, fetched: new Set() } },
        effects: syncEffects(model, options),
        retired: [],
      };
    case "intend":
      return proceed({ ...author(model, input.id, input.intent, env), interrupted: undefined }, options, env);
    case "answer":
      return proceed(answerAsk(model, input.id, input.answer, env), options, env);
    case "paper-proved":
      return { model: { ...model, paper: undefined }, effects: [], retired: [] };
    case "page":
      return takePage(model, input.effect, input.page, options, env);
    case "published":
      return takePublication(model, input.effect, input.publication, options, env);
    case "failed":
      return takeFailure(model, input.effect, input.error, env);
  }
}

/** The escrow log is read first: the agenda judges the own log by it. */
function syncEffects(model: Model, { escrowSubject }: MachineOptions): readonly Effect[] {
  const { own, escrow, subject } = model;
  const after = (log: Model["own"]) => log?.log.head.seq ?? 0;
  const ownRead: Effect = { type: "read", of: "own", subject, after: after(own), purpose: "newer" };
  if (escrowSubject === undefined) return [ownRead];
  return [{ type: "read", of: "escrow", subject: escrowSubject, after: after(escrow), purpose: "newer" }, ownRead];
}
