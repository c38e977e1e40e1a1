// Mutants of src/backup that no test kills, one by one.

import type { Explained } from "./explained.js";

const TEXT = "only the text of an error";

export const BACKUP: readonly Explained[] = [
  {
    file: "src/backup/bits.ts",
    line: 'assertBytes(random, (length) => length === SECRET_BYTES, "random must be 17 bytes");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/bits.ts",
    line: 'assertSymbols(secret, SECRET_LENGTH, "secret");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/bits.ts",
    line: 'assertBytes(hash, (length) => length >= 3, "hash must be at least 3 bytes");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/gf32.ts",
    line: "while (shift < 25 && ((vector >> shift) & 31) === 0) shift += 5;",
    becomes: ["true", "shift <= 25"],
    why: "the vector is never zero; the bound only keeps a caller's mistake from hanging",
  },
  {
    file: "src/backup/key.ts",
    line: 'const seed = Secret.take(deriveKey(LABELS.backupSeed, bytes, { salt: fromHex(log, { name: "log", length: 32 }) }));',
    becomes: ["{}", '""'],
    why: "Name and length are for errors, and the id of a verified log is always 32 bytes in hexadecimal.",
  },
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
  {
    file: "src/backup/code.ts",
    line: 'const UNKNOWN = "is typed without mistakes, but is no backup key of this account: was it made for another one?";',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/code.ts",
    line: 'assertSymbols(id, ID_LENGTH, "id");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/code.ts",
    line: 'for (const id of ids ?? []) assertSymbols(id, ID_LENGTH, "each of ids");',
    becomes: ['""'],
    why: TEXT,
  },
  {
    file: "src/backup/mds.ts",
    line: "if (unreadable.length === 0) return search(DIRECTIONS, normalize(syndrome), more);",
    becomes: ["false"],
    why: "a short cut, where the first steps are kept: what follows finds the same for no unreadable ones",
  },
  {
    file: "src/backup/mds.ts",
    line: "const known = columns === DIRECTIONS ? FIRST_STEPS[i] : undefined;",
    becomes: ["false"],
    why: "what is kept is computed again",
  },
  {
    file: "src/backup/mds.ts",
    line: "if (columns === DIRECTIONS) FIRST_STEPS[i] = left;",
    becomes: ["false"],
    why: "what is not kept is computed again",
  },
  {
    file: "src/backup/mds.ts",
    line: "if (first === undefined) return [];",
    becomes: ['["Stryker was here"]'],
    why: "a factor more than there are columns, which nobody looks at",
  },
];
