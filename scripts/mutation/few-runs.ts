// fast-check for the tests that judge mutants: a property that asks for thousands of runs gets fewer, and the default is five. If
// a mutant survives only because of that, a test of its own shows it, or no test does.

import { createRequire } from "node:module";
import type FastCheck from "fast-check";

const MOST = 100;

// By require: an import would come back to this file.
const fc: typeof FastCheck = createRequire(import.meta.url)("fast-check").default;

/** `fc.assert`, with fewer runs where more are requested. */
function assert(
  property: FastCheck.IRawProperty<unknown, boolean>,
  parameters?: FastCheck.Parameters<unknown>,
): void | Promise<void> {
  const { numRuns } = parameters ?? {};
  return fc.assert(property, numRuns === undefined ? parameters : { ...parameters, numRuns: Math.min(numRuns, MOST) });
}

// biome-ignore lint/style/noDefaultExport: as fast-check does.
export default { ...fc, assert };
