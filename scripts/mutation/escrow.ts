// Mutants of src/escrow that no test kills, one by one.

import type { Explained } from "./explained.js";

export const ESCROW: readonly Explained[] = [
  {
    file: "src/escrow/acts.ts",
    line: "next.push(...(approvedBy.get(id) ?? []));",
    becomes: ['["Stryker was here"]'],
    why: "a name that nobody has is found, and is nobody's",
  },
  {
    file: "src/escrow/acts.ts",
    line: "const approvedBy = new Map<MemberId, MemberId[]>(members.map(({ id }) => [id, []]));",
    becomes: ['["Stryker was here"]'],
    why: "a name that nobody has is found, and is nobody's",
  },
  {
    file: "src/escrow/acts.ts",
    line: "const { me, own = [] } = checkOptions(perspective);",
    becomes: ['["Stryker was here"]'],
    why: "the user knows a member that does not exist to be theirs",
  },
  {
    file: "src/escrow/acts.ts",
    line: "if (acts.size === 0) return [];",
    becomes: ["false"],
    why: "a short cut: without links to do without there are no suspects",
  },
  {
    file: "src/escrow/admins.ts",
    line: "if (this.#log.links.at(seq - 1)?.hash !== hash)",
    becomes: ["this.#log.links.at(seq - 1).hash"],
    why: "the number is between 1 and the last link's",
  },
];
