// Classes whose instances prove something, such as that a log was verified. Their constructors can be reached from every instance
// (`log.constructor`), so they refuse every caller except the library: otherwise any code in the app's program could forge a log
// that sealing accepts. docs/spec.md section 6.

import { KeysteadError } from "../errors.js";
import type { HeldClass } from "./instances.js";

/**
 * What the library shows to such a constructor. It is unregistered, no entry of the package exports it, and no object holds it,
 * so nobody else has it.
 */
export const LIBRARY: unique symbol = /* @__PURE__ */ Symbol("made by keystead");

/** The type of {@link LIBRARY}. */
export type Library = typeof LIBRARY;

/**
 * The first step of such a constructor.
 *
 * @throws `INVALID_ARGUMENT` unless the library calls
 */
export function requireLibrary(library: unknown, { name, from }: HeldClass): void {
  if (library === LIBRARY) return;
  throw new KeysteadError("INVALID_ARGUMENT", `a ${name} cannot be constructed; it comes from ${from}`);
}
