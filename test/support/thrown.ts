// The error that a call throws, or that rejects a promise. It uses nothing of src/ except the class, since the tests of the lowest
// folders use it too.

import { expect } from "vitest";
import { KeysteadError } from "../../src/errors.js";

/** The KeysteadError that a call throws, undefined if it throws nothing. Any other error, such as a TypeError, fails the test. */
export function errorOf(call: () => unknown): KeysteadError | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof KeysteadError) return error;
    throw error;
  }
  return undefined;
}

/** The KeysteadError that a call throws. Fails when it throws nothing or another error. */
export function thrownBy(call: () => unknown): KeysteadError {
  let result: unknown;
  const error = errorOf(() => {
    result = call();
  });
  return error ?? expect.unreachable(`should have thrown, and returned ${String(result)}`);
}

/** The KeysteadError that rejects a promise. Fails when nothing or another error rejects it. */
export async function rejection(promise: Promise<unknown>): Promise<KeysteadError> {
  const error: unknown = await promise.then(
    (result) => expect.unreachable(`should have been rejected, and gave ${String(result)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeysteadError) return error;
  throw error;
}

/** Stands for a function that throws: no error of the library. */
export function raise(): never {
  throw new Error("not implemented here");
}
