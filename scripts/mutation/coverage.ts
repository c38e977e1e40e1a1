// Mutants of src/coverage and src/views that no test kills, one by one.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of code are quoted here.

import type { Explained } from "./explained.js";

export const COVERAGE: readonly Explained[] = [
  {
    file: "src/coverage/capabilities.ts",
    line: "(!log.lockdown || member.founder === confirmed) &&",
    becomes: ["true"],
    why: "In lockdown no device or backup key holds the current epoch unconfirmed: it begins with all of one class, grants newcomers nothing, and a member that is approved is confirmed (MEM-5, MEM-6). The spec names both.",
  },
  {
    file: "src/coverage/capabilities.ts",
    line: '(log.kind === "user" || hasRole(member, "manage")),',
    becomes: ['""'],
    why: "`manage` implies every role, so hasRole asks for it whatever else it is asked for.",
  },
  {
    file: "src/coverage/explain.ts",
    line: 'if (seq < subject.position) return "before-entering";',
    becomes: ["seq <= subject.position"],
    why: "a link that makes an epoch and lets somebody in grants it to them, so that none is asked about here",
  },
  {
    file: "src/views/pending.ts",
    line: "const isEarlier = its.epoch < mine.epoch && dayOf(here) !== dayOf(there);",
    becomes: ["its.epoch <= mine.epoch"],
    why: "one epoch was made on one day, and the days are not equal",
  },
];
