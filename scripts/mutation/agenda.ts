// Mutants of src/agenda that no test kills, one by one.

import type { Explained } from "./explained.js";

export const AGENDA: readonly Explained[] = [
  {
    file: "src/agenda/admin.ts",
    line: "disownUnread = [],",
    becomes: ['["Stryker was here"]'],
    why: "Only positions are looked up in this list, and they are numbers.",
  },
  {
    file: "src/agenda/admin.ts",
    line: 'for (const [, log] of given ?? []) if (isDisguised(LOG_STATE, log)) assertLog(log, "each of userLogs");',
    becomes: ['["Stryker was here"]'],
    why: "Where there is no Map, the check below refuses it; here only its logs get a better error.",
  },
  {
    file: "src/agenda/agenda.ts",
    line: 'if (now !== "unchecked" && log.time > now + skew) {',
    becomes: ["true"],
    why: "For the compiler: no time is greater than a word.",
  },
  {
    file: "src/agenda/agenda.ts",
    line: '...(log.kind === "escrow" ? disownSteps(facts) : []),',
    becomes: ["true"],
    why: "A user's log admits no acts (MEM-8), so that none is loose.",
  },
  {
    file: "src/agenda/agenda.ts",
    line: 'return step.do === "author" && (step.link === "rotate" || step.link === "renew-escrow" || step.link === "remove");',
    becomes: ["true"],
    why: "For the compiler: other steps have no link.",
  },
];
