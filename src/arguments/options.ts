// Checks of what callers pass, shared by all public functions.

import { KeysteadError, problemOf, type RuleId } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is an object, such as one of options */
export function checkOptions<T extends object>(options: T, name = "options"): T {
  if (typeof options === "object" && options !== null) return options;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be an object`);
}

/** @throws `INVALID_ARGUMENT` unless the value is true or false */
export function checkFlag(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new KeysteadError("INVALID_ARGUMENT", `${name} must be true or false`);
}

/**
 * @param purpose what to add to the error's text, such as what the function is for
 * @throws `INVALID_ARGUMENT` unless the value is a function
 */
export function checkFunction(name: string, value: unknown, purpose = ""): void {
  if (typeof value !== "function") throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a function${purpose}`);
}

/** Does what reads a caller's argument. Its error is the caller's mistake then, and not one of bytes. @throws `INVALID_ARGUMENT` */
export function asArgument<T>(read: () => T, rule?: RuleId): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof KeysteadError)) throw cause;
    throw new KeysteadError("INVALID_ARGUMENT", problemOf(cause), { rule, details: cause.details, cause });
  }
}

/** LOG-8: the caller says whose log it must be. @throws `INVALID_ARGUMENT` */
export function checkSubjectOption<T extends { readonly subject: string }>(options: T): T {
  const { subject } = Object(options) as Partial<T>;
  if (typeof subject === "string" && subject !== "") return options;
  throw new KeysteadError("INVALID_ARGUMENT", "options.subject must say whose log this is (LOG-8)");
}
