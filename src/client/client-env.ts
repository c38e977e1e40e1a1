// What a client needs of its runtime, besides randomness and time: to wait, and to take turns with other tabs. docs/spec.md section 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import { type Env, systemEnv } from "../primitives/env.js";

/** What a client needs of its runtime. Tests replace it. */
export interface ClientEnv extends Env {
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignalLike): Promise<void>;
}

/** The runtime's own. */
export function systemClientEnv(): ClientEnv {
  return { ...systemEnv(), sleep };
}

/** A longer wait would end at once: timers count with 32 bits. */
const LONGEST = 2_147_483_647;

function sleep(milliseconds: number, signal: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.min(Math.max(0, milliseconds), LONGEST));
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
