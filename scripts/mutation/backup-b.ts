// Mutants of src/backup that no test kills, one by one: more of them.

import type { Explained } from "./explained.js";

const TEXT = "Only the text of an error, which says what was wrong with an argument.";

export const BACKUP_B: readonly Explained[] = [
  {
    file: "src/backup/alphabet.ts",
    line: 'assertSymbols(symbols, CODE_LENGTH, "symbols");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/candidates.ts",
    line: 'assertSymbols(id, ID_LENGTH, "the arbiter\'s id");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/mds.ts",
    line: 'assertSymbols(secret, SECRET_LENGTH, "secret");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/mds.ts",
    line: 'assertSymbols(received, CODED_LENGTH, "word");',
    becomes: ['""'],
    why: TEXT,
  },
];
