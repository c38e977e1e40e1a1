// Mutants of src/grants and src/authoring that no test kills, one by one.

import type { Explained } from "./explained.js";

export const GRANTS: readonly Explained[] = [
  {
    file: "src/authoring/verbs.ts",
    line: '{ signers: others = [], ...extra }: Pick<Draft, "opening" | "guard" | "lent"> & Partial<Pick<Draft, "signers">>,',
    becomes: ['["Stryker was here"]'],
    why: "The author's own keys stand first, and no link without further signers calls for another key.",
  },
  {
    file: "src/authoring/enter.ts",
    line: 'const request = encode(requestSchema, { v: 1, keys: keys.publicKeys, opening }, "request");',
    becomes: ['""'],
    why: "The name begins the path in errors, and keys and opening made here always fit the schema.",
  },
  {
    file: "src/grants/make.ts",
    line: 'return id === undefined ? ABSENT : fromHex(id, { name: "id" });',
    becomes: ["{}", '""'],
    why: "The name is for errors, and the ids of a verified log are always hexadecimal.",
  },
  {
    file: "src/grants/open.ts",
    line: "if (wanted.length === 0) continue;",
    becomes: ["false"],
    why: "A shortcut: of a grant whose epochs are all here already, the rest of the loop withholds, gains and keeps nothing.",
  },
  {
    file: "src/grants/seed-check.ts",
    line: "for (const number of numbersAfter(vault.hasSuspects ? 0 : known, log)) {",
    becomes: ["true"],
    why: "A shortcut: without suspects, no seed of an epoch that was met before has failed a check.",
  },
  {
    file: "src/grants/seed-check.ts",
    line: "return epochs.at(last) === published.at(last) ? published.length : 0;",
    becomes: ["false"],
    why: "A shortcut: epochs that were met before are met again, with the same results.",
  },
  {
    file: "src/grants/seed-check.ts",
    line: "const digests: string[] = [];",
    becomes: ['["Stryker was here"]'],
    why: "Dropping what was not set aside changes nothing.",
  },
  {
    file: "src/grants/seed-check.ts",
    line: "for (const number of aside.size > 0 ? numbersAfter(known, log) : []) {",
    becomes: ["true", "aside.size >= 0"],
    why: "A shortcut: no epoch has the ρ of a seed that was set aside where none was.",
  },
];
