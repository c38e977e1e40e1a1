// Mutants of src/coverage that no test kills, one by one: who may act for others.

import type { Explained } from "./explained.js";

export const COVERAGE_A: readonly Explained[] = [
  {
    file: "src/coverage/actors.ts",
    line: "(!log.lockdown || member.founder === confirmed) &&",
    becomes: ["true"],
    why: "In lockdown no device or backup key holds the current epoch unconfirmed: it begins with all of one class, grants newcomers nothing, and whoever is approved is confirmed (MEM-5, MEM-6). The spec names both.",
  },
  {
    file: "src/coverage/actors.ts",
    line: '(log.kind === "user" || hasRole(member, "manage")),',
    becomes: ['""'],
    why: "`manage` implies every role, so hasRole asks for it whatever else it is asked for.",
  },
];
