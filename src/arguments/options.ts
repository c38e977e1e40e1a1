// Checks of what callers pass, shared by all public functions.

import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is an object, such as one of options */
export function checkOptions<T extends object>(options: T, name = "options"): T {
  if (typeof options === "object" && options !== null) return options;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be an object`);
}

/** LOG-8: the caller says whose log it must be. @throws `INVALID_ARGUMENT` */
export function checkSubjectOption<T extends { readonly subject: string }>(options: T): T {
  const { subject } = Object(options) as Partial<T>;
  if (typeof subject === "string" && subject !== "") return options;
  throw new KeysteadError("INVALID_ARGUMENT", "options.subject must say whose log this is (LOG-8)");
}
