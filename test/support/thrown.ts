// The error that a call throws, without anything of src/ but the class: the tests of the lowest folders use it too.

import { expect } from "vitest";
import { KeysteadError } from "../../src/errors.js";

/** The KeysteadError that a call throws, undefined if it throws nothing; anything else, such as a TypeError, fails the test. */
export function errorOf(call: () => unknown): KeysteadError | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof KeysteadError) return error;
    throw error;
  }
  return undefined;
}

/** The KeysteadError that a call throws; fails when it throws nothing or anything else. */
export function thrownBy(call: () => unknown): KeysteadError {
  let result: unknown;
  const error = errorOf(() => {
    result = call();
  });
  return error ?? expect.unreachable(`should have thrown, and returned ${String(result)}`);
}
