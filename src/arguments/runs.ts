// Runs of epochs as an argument from a caller. docs/spec.md section 2.

import { isWhole } from "../bytes/bytes.js";
import { canonicalRuns, isCanonical, type Run, type Runs } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";

/** The set that a caller names by runs in any order. @throws `INVALID_ARGUMENT` unless the value is a list of `[from, to]` */
export function checkRuns(name: string, runs: unknown): Runs {
  if (Array.isArray(runs) && runs.every(isRun)) return canonicalRuns(runs);
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `${name} must be a list of [from, to], whole numbers from 1, from at most to`,
  );
}

/** Whether a value from the caller is a list of runs of epochs in canonical form. */
export function isRuns(value: unknown): value is Runs {
  return Array.isArray(value) && value.every(isRun) && isCanonical(value);
}

function isRun(run: unknown): run is Run {
  if (!Array.isArray(run)) return false;
  const [from, to, ...rest] = run;
  return isWhole(from, 1) && isWhole(to, from) && rest.length === 0;
}
