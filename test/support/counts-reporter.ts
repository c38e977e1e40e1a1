// Prints `N passed, N failed, N skipped` alone on the last line, for CI. A file or suite that does not load, and an error outside
// any test, count as failed: a summary of tests alone would not count them.

import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** Vitest reporter of the counts, and of the fast-check seed that replays the run. */
export class CountsReporter implements Reporter {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const countErrors = (task: TestModule | TestSuite) => {
      if (task.errors().length > 0) count.failed++;
    };
    for (const module of modules) {
      countErrors(module);
      for (const suite of module.children.allSuites()) countErrors(suite);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // Still pending at the end: its worker died, or the run was stopped.
        count[state === "pending" ? "failed" : state]++;
      }
    }
    console.log(`fast-check seed ${this.#seed} (KEYSTEAD_SEED=${this.#seed} replays this run)`);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
