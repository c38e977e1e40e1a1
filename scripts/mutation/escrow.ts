// Mutants of src/escrow that no test kills, one by one.

import type { Explained } from "./explained.js";

export const ESCROW: readonly Explained[] = [
  {
    file: "src/escrow/organisation-report.ts",
    line: "if (this.#todo.length > 2 * this.#most + 64) this.#cut();",
    becomes: ["this.#todo.length >= 2 * this.#most + 64"],
    why: "One more or less before the list is cut: what is kept is the same.",
  },
  {
    file: "src/escrow/organisation-report.ts",
    line: "this.#todo.sort((a, b) => b.closes - a.closes || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));",
    becomes: ["true", "false", "a.subject >= b.subject", "a.subject <= b.subject"],
    why: "The sort is stable and asks only whether the order is below zero: 0 and 1 are the same to it.",
  },
];
