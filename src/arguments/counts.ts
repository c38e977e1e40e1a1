// Counts and offsets as an argument from a caller.

import { isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` */
export function checkCount(name: string, value: unknown): void {
  if (!isWhole(value)) throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a whole number, 0 or more`);
}
