// Counts and offsets as an argument from a caller.

import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` */
export function checkCount(name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a whole number, 0 or more`);
}
