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
    file: "src/escrow/claimed.ts",
    line: "if (escrows.size === 0) return runs;",
    becomes: ["false"],
    why: "a short cut: without an escrow member nothing was granted to any",
  },
  {
    file: "src/escrow/admins.ts",
    line: "if (this.#log.links.at(seq - 1)?.hash !== hash)",
    becomes: ["this.#log.links.at(seq - 1).hash"],
    why: "the number is between 1 and the last link's",
  },
  {
    file: "src/escrow/discover.ts",
    line: 'const { salt: _, ...access } = decode(openingSchema, opening, { name: "access", maxBytes: MAX_OPENING_BYTES });',
    becomes: ['""'],
    why: "The name begins the path in errors, and whatever is thrown here makes the record junk.",
  },
  {
    file: "src/escrow/report.ts",
    line: "if (this.#todo.length > 2 * this.#most + 64) this.#cut();",
    becomes: ["this.#todo.length >= 2 * this.#most + 64"],
    why: "One more or less before the list is cut: what is kept is the same.",
  },
  {
    file: "src/escrow/report.ts",
    line: "this.#todo.sort((a, b) => b.closes - a.closes || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));",
    becomes: ["true", "false", "a.subject >= b.subject", "a.subject <= b.subject"],
    why: "The sort is stable and asks only whether the order is below zero: 0 and 1 are the same to it.",
  },
];
