// Checks of what callers pass, shared by all public functions.

import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is an object of options */
export function checkOptions<T extends object>(options: T): T {
  if (typeof options !== "object" || options === null)
    throw new KeysteadError("INVALID_ARGUMENT", "options must be an object");
  return options;
}
