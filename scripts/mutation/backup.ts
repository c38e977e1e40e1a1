// Mutants of src/backup that no test kills, one by one.

import type { Explained } from "./explained.js";

export const BACKUP: readonly Explained[] = [];
