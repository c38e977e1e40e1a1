// Runs before every test file: gives fast-check the seed and the number of runs that vitest.config.ts read.

import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly seed: number;
    readonly runs: number | undefined;
    /** The primitives that the project runs on. Chromium has no tests that need it. */
    readonly backend: "native" | "portable";
  }
}

const runs = inject("runs");
fc.configureGlobal({ seed: inject("seed"), ...(runs === undefined ? {} : { numRuns: runs }) });
