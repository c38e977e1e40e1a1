// Runs of epochs as an argument from a caller. docs/spec.md section 2.

import { canonicalRuns, type Runs } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";

/** The set that a caller names by runs in any order. @throws `INVALID_ARGUMENT` unless the value is a list of `[from, to]` */
export function checkRuns(name: string, runs: unknown): Runs {
  const isRun = (run: unknown) =>
    Array.isArray(run) &&
    run.length === 2 &&
    run.every((epoch) => Number.isSafeInteger(epoch) && epoch >= 1) &&
    run[0] <= run[1];
  if (!Array.isArray(runs) || !runs.every(isRun)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `${name} must be a list of [from, to], whole numbers from 1, from at most to`,
    );
  }
  return canonicalRuns(runs as unknown as Runs);
}
