// How often properties run. fast-check's default, 100, or KEYSTEAD_RUNS, is for quick properties.

import fc from "fast-check";

/** Runs of a property in Node and in a browser; KEYSTEAD_RUNS overrides it. */
export function numRuns(inNode: number, inBrowser = inNode): number {
  return fc.readConfigureGlobal().numRuns ?? ("window" in globalThis ? inBrowser : inNode);
}

/**
 * Runs of a property that is slow each time: `count`, or KEYSTEAD_RUNS. The examples run before them, every time: a case that a
 * test relies on is not left to chance.
 */
export function slow<T = unknown>(
  count: number,
  ...examples: T[]
): { readonly numRuns: number; readonly examples: T[] } {
  // fast-check counts the examples too.
  return { numRuns: numRuns(count) + examples.length, examples };
}

/**
 * Machines are slow and shared: a timeout exists only to end a hang, for any number of runs. It is never longer than a timer can
 * wait: a timer with a longer time fires at once.
 */
export const timeout = (runs: number): number => Math.min(120_000 + runs * 30_000, 2 ** 31 - 1);
