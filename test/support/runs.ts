// How often properties run. fast-check's own number, 100, or KEYSTEAD_RUNS, is for those that are quick.

import fc from "fast-check";

/** Runs of a property in Node and in a browser, unless KEYSTEAD_RUNS asks for another number. */
export function numRuns(inNode: number, inBrowser = inNode): number {
  return fc.readConfigureGlobal().numRuns ?? ("window" in globalThis ? inBrowser : inNode);
}

/**
 * Runs of a property that is slow each time: `count`, unless KEYSTEAD_RUNS asks for another number. Before them come the examples, in
 * every run: what a test counts on is not left to chance.
 */
export function slow<T = unknown>(
  count: number,
  ...examples: T[]
): { readonly numRuns: number; readonly examples: T[] } {
  // fast-check counts the examples in.
  return { numRuns: numRuns(count) + examples.length, examples };
}

/**
 * Machines are slow and shared: a timeout is there to end a hang, however many runs are asked for. Never more than a timer can
 * wait for: one that is asked for more fires at once.
 */
export const timeout = (runs: number): number => Math.min(120_000 + runs * 30_000, 2 ** 31 - 1);
