// What the two tests of random histories share: the model's side of a history, and how many to run.
// docs/spec.md sections 6 and 7.

import fc from "fast-check";
import { NO_SECRETS, publish, type Secrets } from "./knowledge.js";
import { EMPTY, effectOf, type Model, type Op } from "./reference.js";
import { World } from "./world.js";

/** Longest history, in links. */
export const MAX_LINKS = 25;

/** What the reference model knows of a history; fast-check has commands change it in place. */
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

/** How many histories to run: what KEYSTEAD_RUNS says; else few, and fewer in a browser, which runs them beside much else. */
export function numRuns(inNode: number, inBrowser: number): number {
  return fc.readConfigureGlobal().numRuns ?? ("window" in globalThis ? inBrowser : inNode);
}

/**
 * Machines are slow and shared: a timeout is there to end a hang, however many runs are asked for. Never more than a timer can
 * wait for: one that is asked for more fires at once.
 */
export const timeout = (runs: number): number => Math.min(120_000 + runs * 30_000, 2 ** 31 - 1);
