// Weakened forms of the crash rule of admins' sessions: each must fail when a session is killed everywhere. docs/spec.md sections 11
// and 13, docs/assurance.md.

import type { Weakening } from "../worlds/build.js";

export const MUTANTS: readonly Weakening[] = [
  {
    name: "a recovery is done before its act stands in the escrow log",
    changes: [
      {
        file: "src/client/escrow-machine.ts",
        find: "    return { ...recording, model: withUser(recording.model, subject, { task, model: user }) };\n",
        replace: `    const { pending, own } = recording.model;
    const log = appendEntry(own!.log, pending!.entry, { now: "unchecked" });
    const ahead = { ...recording.model, own: { log, entries: own!.entries.push(pending!.entry) } };
    const act = pending!.head.seq;
    const order = orderTo("recover-user", reviewOrder, { user: subject, act, usersOwn: task.usersOwn });
    const begun = begin(ahead, subject, { task: { ...task, act }, model: user }, order, options, env);
    return { ...recording, model: { ...begun.model, own }, effects: [...begun.effects, ...recording.effects] };
`,
      },
      {
        file: "src/client/escrow-machine.ts",
        find: 'import { extendsHead } from "../log/heads.js";\n',
        replace: 'import { extendsHead } from "../log/heads.js";\nimport { appendEntry } from "../log/verify.js";\n',
      },
    ],
  },
  {
    name: "what is pending in users' logs is forgotten at a restart",
    changes: [
      {
        file: "src/client/escrow-model.ts",
        find: "  return { users, pins, finished, published };\n",
        replace: "  return { users: new Map(), pins, finished, published };\n",
      },
    ],
  },
  {
    name: "a recovery is stored only when its act stands in the escrow log",
    changes: [
      {
        file: "src/client/escrow-model.ts",
        find: "    if (!user.own) continue;\n",
        replace: '    if (!user.own || (what === "recover" && act === undefined)) continue;\n',
      },
    ],
  },
  {
    name: "a link in a user's log is sent before it is stored",
    changes: [
      {
        file: "src/client/driver.ts",
        find: "      const change = difference(recordsOf(before), recordsOf(model));\n",
        replace:
          '      const change = difference(recordsOf(before), recordsOf(model));\n      for (const effect of effects) if (effect.type === "publish" && effect.subject !== this.#options.subject) await this.#perform(effect);\n',
      },
    ],
  },
  {
    name: "a link in a user's log is forgotten when the service refuses it",
    changes: [
      {
        file: "src/client/answered.ts",
        find: "return proceed(refused(model, publication.code, publication.retryAfter, env), options, env);",
        replace:
          "return proceed({ ...refused(model, publication.code, publication.retryAfter, env), ...(model.keyring ? {} : { pending: undefined }) }, options, env);",
      },
    ],
  },
];
