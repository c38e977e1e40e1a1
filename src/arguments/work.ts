// Options of callers for long work that goes step by step: a function that gets the progress, and a signal that ends the work.

import { KeysteadError } from "../errors.js";
import { checkFunction, checkOptions } from "./options.js";
import type { AbortSignalLike } from "./platform.js";

/** Options to follow and end long work. */
export interface StepwiseWork<Progress> {
  /** Called after every step, and the work waits for it: return a promise that resolves in a later turn to let a screen draw. */
  readonly onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  /** Ends the work between two steps. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Does all steps of some work.
 *
 * @param begin called once the options were found good.
 * @throws `INVALID_ARGUMENT` for values that are no options; the reason of `signal` when it was aborted
 */
export async function workThrough<Progress, Result>(
  options: StepwiseWork<Progress>,
  begin: () => Generator<Progress, Result>,
): Promise<Result> {
  const { onProgress, signal } = checkWork(options);
  const steps = begin();
  for (;;) {
    signal?.throwIfAborted();
    const step = steps.next();
    if (step.done) return step.value;
    await onProgress?.(step.value);
  }
}

/** What long work uses of a signal: it checks the signal between steps, and may also listen to it. */
const METHODS = {
  asks: ["throwIfAborted"],
  listens: ["throwIfAborted", "addEventListener", "removeEventListener"],
} as const;

/** Options to follow and end long work of any kind. */
interface FollowedWork {
  readonly onProgress?: ((progress: never) => unknown) | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** @throws `INVALID_ARGUMENT` unless the options say how to follow and end some work */
export function checkWork<Work extends FollowedWork>(options: Work, signalUse: keyof typeof METHODS = "asks"): Work {
  const { onProgress, signal } = checkOptions(options);
  if (onProgress !== undefined) checkFunction("options.onProgress", onProgress);
  if (signal !== undefined && !METHODS[signalUse].every((method) => typeof Object(signal)[method] === "function")) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.signal must be an AbortSignal");
  }
  return options;
}
