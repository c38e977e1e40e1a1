// Shared by the two tests of random histories: the model's side of a history. docs/spec.md sections 6 and 7.

import { NO_SECRETS, publish, type Secrets } from "./knowledge.js";
import { EMPTY, effectOf, type Model, type Op } from "./reference.js";
import { World } from "./world.js";

/** Longest history, in links. */
export const MAX_LINKS = 25;

/** The reference model's state of a history. fast-check's commands change it in place. */
export interface Sheet {
  model: Model;
  secrets: Secrets;
}

/** A log with its first device, in the model and for real. */
export function start(
  seed: string,
  operator: boolean,
  escrow = false,
): { readonly model: Sheet; readonly real: World } {
  const genesis: Op = { type: "genesis", operator };
  const effect = effectOf(EMPTY, genesis);
  const model = { model: effect.after, secrets: publish(NO_SECRETS, genesis, effect) };
  return { model, real: new World(seed, operator, escrow) };
}

/** The operation as a failing history prints it. */
export function describeOp(op: Op): string {
  return JSON.stringify(op, (_, value: unknown) =>
    value instanceof Set || value instanceof Map ? [...(value as Iterable<unknown>)] : value,
  );
}
