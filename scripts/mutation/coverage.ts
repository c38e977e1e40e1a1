// Mutants of src/coverage that no test kills, one by one.

import type { Explained } from "./explained.js";

export const COVERAGE: readonly Explained[] = [];
