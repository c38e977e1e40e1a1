// Mutants of src/agenda that no test kills, one by one.

import type { Explained } from "./explained.js";

export const AGENDA: readonly Explained[] = [
  {
    file: "src/agenda/admin.ts",
    line: 'function checkKnowledge({ acts = [], userLogs = new Map<LogId, LogState>(), disownUnread = [] }: Facts["knowledge"]) {',
    becomes: ['["Stryker was here"]'],
    why: "Only positions are looked up in this list, and they are numbers.",
  },
  {
    file: "src/agenda/admin.ts",
    line: 'for (const [, log] of given ?? []) if (isDisguised("LogState", log)) assertLog(log, "each of userLogs");',
    becomes: ['["Stryker was here"]'],
    why: "Where there is no Map, the check below refuses it; here only its logs get a better error.",
  },
];
