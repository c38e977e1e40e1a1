// Mutants of src/keys that no test kills, one by one.

import type { Explained } from "./explained.js";

export const KEYS: readonly Explained[] = [
  {
    file: "src/keys/seed-vault.ts",
    line: "if (a === b) return true;",
    becomes: ["false"],
    why: "A short cut for one object: its keys are equal to themselves.",
  },
];
