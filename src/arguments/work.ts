// What callers say of long work that goes step by step: whom to tell how far it is, and when to end it.

import { KeysteadError } from "../errors.js";
import { checkOptions } from "./options.js";
import type { AbortSignalLike } from "./platform.js";

/** How long work is followed and ended. */
export interface StepwiseWork<Progress> {
  /** Called after every step and waited for: return a promise of a later turn to let a screen draw. */
  readonly onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  /** Ends the work between two steps. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Does all steps of some work.
 *
 * @param begin called once the options were found good.
 * @throws `INVALID_ARGUMENT` for options that are none; the reason of `signal` when it was aborted
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

/** What long work calls of a signal: it asks it between steps, or it listens to it as well. */
const METHODS = {
  asks: ["throwIfAborted"],
  listens: ["throwIfAborted", "addEventListener", "removeEventListener"],
} as const;

/** How long work of any kind is followed and ended. */
interface FollowedWork {
  readonly onProgress?: ((progress: never) => unknown) | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** @throws `INVALID_ARGUMENT` unless the options say how to follow and end some work */
export function checkWork<Work extends FollowedWork>(options: Work, signalUse: keyof typeof METHODS = "asks"): Work {
  const { onProgress, signal } = checkOptions(options);
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "options.onProgress must be a function");
  }
  if (signal !== undefined && !METHODS[signalUse].every((method) => typeof Object(signal)[method] === "function")) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.signal must be an AbortSignal");
  }
  return options;
}
