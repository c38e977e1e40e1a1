// Weakened rules of the client: docs/spec.md section 13.

import { ESCROWED, HOUSEHOLD, type Mutant, THEFT } from "./mutant.js";

export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: "a client does nothing before its user has answered",
    rule: "13",
    changes: [
      {
        file: "src/client/proceed.ts",
        find: 'if (step.do === "ask") continue;',
        replace: 'if (step.do === "ask") break;',
      },
    ],
    scene: { behind: { B: "old" } },
    start: [
      ...[...ESCROWED, ...HOUSEHOLD, ...THEFT, "the organisation removes Bob", "Ann renews escrow"],
      ...["T points escrow at its old epoch", "Bob approves T, as recorded in his fork"],
    ],
    depth: 1,
    breaks: "client",
  },
  {
    name: "a client forgets which members its user called strangers",
    rule: "13",
    changes: [
      {
        file: "src/client/answer.ts",
        find: "strangers: [...strangers, ...asked(answer.strangers)],",
        replace: "strangers,",
      },
    ],
    start: [...ESCROWED, ...HOUSEHOLD, ...THEFT, "Bob approves T"],
    depth: 1,
    breaks: "client",
  },
  {
    name: "a client does not withhold what it may not grant to escrow",
    rule: "13",
    changes: [
      {
        file: "src/client/write-intent.ts",
        find: 'if (KeysteadError.from(error)?.code !== "ESCROW_UNKNOWN") throw error;',
        replace: "throw error;",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its false epoch"],
    depth: 1,
    breaks: "always authorable",
  },
  {
    name: "an admin's client does nothing once it has looked at a user's log",
    rule: "13",
    changes: [
      {
        file: "src/client/escrow-machine.ts",
        find: "const next = proceed(equipped(lookedAt(kept, subject, user)), options, env);",
        replace: "const next = { model: equipped(lookedAt(kept, subject, user)), effects: [], retired: [] };",
      },
    ],
    scene: { acts: true },
    start: [...ESCROWED, ...THEFT, "Bob records that he restores T", "the organisation removes Bob"],
    depth: 1,
    breaks: "believed",
  },
];
