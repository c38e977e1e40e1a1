// Times as an argument from a caller.

import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` */
export function checkMilliseconds(name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds, 0 or more`);
}
