// The tests that one part's mutants are run against: one project over the native backend, with one seed and few runs of each
// property.

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification, type Vitest } from "vitest/node";
import { aliases } from "../../vitest.config.js";

/** A file that does not load has no test that fails, and Stryker would not notice: makes it an error of the run. */
class LoadErrors implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) this.#vitest?.state.errorsSet.add(error);
  }
}

/** Small files first: the first test that fails ends a mutant's run. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return [...files].sort((a, b) => size(a) - size(b));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      ...aliases,
      { find: "#primitives", replacement: fileURLToPath(new URL("../../src/primitives/node.ts", import.meta.url)) },
      { find: /^fast-check$/, replacement: fileURLToPath(new URL("few-runs.ts", import.meta.url)) },
    ],
  },
  test: {
    include: (process.env.KEYSTEAD_MUTATION_TESTS ?? "").split("\n"),
    // A mutant is judged by whole files in turn; loading the library anew for each would take most of the time.
    isolate: false,
    sequence: { sequencer: SmallFirst },
    // Counting what each test covers slows loops down.
    testTimeout: Number(process.env.KEYSTEAD_MUTATION_PATIENCE || 600_000),
    setupFiles: ["test/support/setup.ts"],
    reporters: [new LoadErrors()],
    provide: { backend: "native", seed: 1, runs: 5 },
  },
});
