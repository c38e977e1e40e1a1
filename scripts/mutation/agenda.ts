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
    becomes: ["true", '""'],
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
  {
    file: "src/agenda/escrow.ts",
    line: "steps: () => NOTHING,",
    becomes: ["() => undefined"],
    why: "A row that gives no list is taken for one that gives an empty list.",
  },
  {
    file: "src/agenda/escrow.ts",
    line: "return rows.find(({ when }) => when(it))?.steps(it) ?? NOTHING;",
    becomes: ["rows.find(({"],
    why: "For the compiler: the last row of each table always applies.",
  },
  {
    file: "src/agenda/escrow.ts",
    line: "if (pointer?.log === escrowLog.head.log) newest = Math.max(newest, removal?.seq ?? 0);",
    becomes: ["removal.seq"],
    why: "For the compiler: a removed member has its removal.",
  },
  {
    file: "src/agenda/regrants.ts",
    line: "if (wanted.length === 0) continue;",
    becomes: ["false"],
    why: "A short cut: where nothing is wanted, neither a grant nor a question comes of it.",
  },
  {
    file: "src/agenda/regrants.ts",
    line: "let [runs, epochs] = [0, 0];",
    becomes: ["[]"],
    why: "For the compiler: the first member begins a link, and each link counts from 0.",
  },
  {
    file: "src/agenda/regrants.ts",
    line: "for (const each of [...give].sort((a, b) => (a.member < b.member ? -1 : 1))) {",
    becomes: ["a.member <= b.member"],
    why: "Each member is there once: no two are equal.",
  },
  {
    file: "src/agenda/agenda.ts",
    line: "const { now, skew, strangers = [], own = [], escrowLog } = checkOptions(knowledge);",
    becomes: ['["Stryker was here"]'],
    times: 2,
    why: "It is only asked whether these are lists.",
  },
  {
    file: "src/agenda/escrow-grants.ts",
    line: "let isReal = false;",
    becomes: ["true"],
    why: "Before the first pointer there is no escrow member, and no box for it.",
  },
  {
    file: "src/agenda/escrow-grants.ts",
    line: "if (!verdicts.has(grant)) {",
    becomes: ["true"],
    why: "A short cut: what is known is computed again, with the same result.",
  },
  {
    file: "src/agenda/escrow-grants.ts",
    line: "if (faults) verdicts.set(grant, faults.size === 0);",
    becomes: ["true"],
    why: "For the compiler: the seeds of the grant are at hand, so that its faults are known.",
  },
];
