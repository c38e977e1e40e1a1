// Counts and offsets as an argument from a caller.

import { isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is a whole number from `min`, and to `max` where that is given */
export function checkCount(name: string, value: unknown, min = 0, max?: number): void {
  if (isWhole(value, min, max)) return;
  const range = max === undefined ? `${min}` : `${min} to ${max}`;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a whole number from ${range}`, { details: { name } });
}
