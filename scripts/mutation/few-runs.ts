// fast-check as tests get it when they judge mutants: a property that asks for thousands of runs has fewer, as those that do not ask
// have five. A mutant that lives on for that is shown by a test of its own, or by no test at all.

import { createRequire } from "node:module";
import type FastCheck from "fast-check";

const MOST = 100;

// By require: an import would come back to this file.
const fc: typeof FastCheck = createRequire(import.meta.url)("fast-check").default;

/** `fc.assert`, with fewer runs where more are asked for. */
function assert(
  property: FastCheck.IRawProperty<unknown, boolean>,
  parameters?: FastCheck.Parameters<unknown>,
): void | Promise<void> {
  const { numRuns } = parameters ?? {};
  return fc.assert(property, numRuns === undefined ? parameters : { ...parameters, numRuns: Math.min(numRuns, MOST) });
}

// biome-ignore lint/style/noDefaultExport: as fast-check does.
export default { ...fc, assert };
