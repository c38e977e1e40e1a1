// Counts signature verifications, where a test says what something costs: a count is the same on every machine.

import { vi } from "vitest";
import { primitives } from "../../src/primitives/current.js";

/** What a call gives or throws, how many signatures it verified, and how many times it hashed. */
export interface Counted<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly verifications: number;
  readonly hashes: number;
}

/** Makes a call and counts what it does. */
export function countVerifications<T>(call: () => T): Counted<T> {
  const verify = vi.spyOn(primitives, "ed25519Verify");
  const hash = vi.spyOn(primitives, "sha256");
  const counts = () => ({ verifications: verify.mock.calls.length, hashes: hash.mock.calls.length });
  try {
    const value = call();
    return { value, error: undefined, ...counts() };
  } catch (error) {
    return { value: undefined, error, ...counts() };
  } finally {
    verify.mockRestore();
    hash.mockRestore();
  }
}
