// Mutants of src/keys that no test kills, one by one.

import type { Explained } from "./explained.js";

export const KEYS: readonly Explained[] = [
  {
    file: "src/keys/keyring-bytes.ts",
    line: ".sort(([a], [b]) => (a < b ? -1 : 1))",
    becomes: ["a <= b"],
    why: "The digests are the keys of a map: no two are equal.",
  },
  {
    file: "src/keys/keyring-bytes.ts",
    line: 'const framed = encode(frame, [bytes, checksumOf(bytes)], "keyring");',
    becomes: ['""'],
    why: "The name in an error that only a keyring of more than 64 MB would get.",
  },
  {
    file: "src/keys/keyring.ts",
    line: "for (const epoch of [...(change.dropped ?? []), ...opened.keys()]) seeds.delete(epoch);",
    becomes: ['["Stryker was here"]'],
    why: "Epochs are numbers: no seed stands under a text.",
  },
  {
    file: "src/keys/keyring.ts",
    line: "if (earliest === undefined || latest === undefined)",
    becomes: ["earliest === undefined && latest === undefined", "false", "false"],
    why: "For the compiler: a list that has a first item has a last one.",
  },
  {
    file: "src/keys/keyring.ts",
    line: "if (epoch < earliest)",
    becomes: ["epoch <= earliest"],
    why: "The reason is asked for only where the keyring lacks the epoch, and it has the earliest.",
  },
  {
    file: "src/keys/keyring.ts",
    line: "if (epoch > latest)",
    becomes: ["epoch >= latest"],
    why: "The reason is asked for only where the keyring lacks the epoch, and it has the latest.",
  },
  {
    file: "src/keys/seed-vault.ts",
    line: "if (a === b) return true;",
    becomes: ["false"],
    why: "A short cut for one object: its keys are equal to themselves.",
  },
];
