// Every weakened rule that CI expects the checker to detect. docs/assurance.md has them as a table.

import { CLASS_MUTANTS } from "./classes.js";
import { CLIENT_MUTANTS } from "./client.js";
import { ESCROW_MUTANTS } from "./escrow.js";
import { GRANT_MUTANTS } from "./grants.js";
import type { Mutant } from "./mutant.js";

export const MUTANTS: readonly Mutant[] = [...CLASS_MUTANTS, ...GRANT_MUTANTS, ...ESCROW_MUTANTS, ...CLIENT_MUTANTS];
