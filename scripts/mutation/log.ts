// Mutants of src/log that no test kills, one by one.

import type { Explained } from "./explained.js";

export const LOG: readonly Explained[] = [];
