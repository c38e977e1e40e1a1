// Mutants of src/grants that no test kills, one by one.

import type { Explained } from "./explained.js";

export const GRANTS: readonly Explained[] = [];
