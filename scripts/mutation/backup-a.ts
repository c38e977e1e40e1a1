// Mutants of the backup key's derivation that no test kills, one by one.

import type { Explained } from "./explained.js";

export const BACKUP_A: readonly Explained[] = [
  {
    file: "src/backup/key.ts",
    line: 'const seed = Secret.take(deriveKey(LABELS.backupSeed, bytes, { salt: fromHex(log, { name: "log", length: 32 }) }));',
    becomes: ["{}", '""'],
    why: "Name and length are for errors, and the id of a verified log is always 32 bytes in hexadecimal.",
  },
];
