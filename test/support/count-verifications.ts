// Counts signature verifications, for tests of costs: a count is the same on every machine.

import { vi } from "vitest";
import { primitives } from "../../src/primitives/current.js";

/** The result or error of a call, the number of signatures that it verified on this thread, and the number of hashes. */
export interface Counted<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly verifications: number;
  readonly hashes: number;
}

/** Makes a call and counts its work. */
export function countVerifications<T>(call: () => T): Counted<T> {
  const { counts, end } = startCounting();
  try {
    const value = call();
    return { value, error: undefined, ...counts() };
  } catch (error) {
    return { value: undefined, error, ...counts() };
  } finally {
    end();
  }
}

/** Makes a call, waits for it, and counts its work. */
export async function countVerificationsOf<T>(call: () => Promise<T>): Promise<Counted<T>> {
  const { counts, end } = startCounting();
  try {
    const value = await call();
    return { value, error: undefined, ...counts() };
  } catch (error) {
    return { value: undefined, error, ...counts() };
  } finally {
    end();
  }
}

function startCounting() {
  const verify = vi.spyOn(primitives, "ed25519Verify");
  const hash = vi.spyOn(primitives, "sha256");
  return {
    counts: () => ({ verifications: verify.mock.calls.length, hashes: hash.mock.calls.length }),
    end: () => {
      verify.mockRestore();
      hash.mockRestore();
    },
  };
}
