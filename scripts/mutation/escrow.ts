// Mutants of src/escrow that no test kills, one by one.

import type { Explained } from "./explained.js";

export const ESCROW: readonly Explained[] = [];
