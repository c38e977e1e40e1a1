// Weakened forms of the crash rule: each must break a simulated world. docs/spec.md section 13, docs/assurance.md.

import type { Weakening } from "../worlds/build.js";

export const MUTANTS: readonly Weakening[] = [
  {
    name: "a link is sent before it is stored",
    changes: [
      {
        file: "src/client/driver.ts",
        find: "      const change = difference(recordsOf(before), recordsOf(model));\n",
        replace:
          '      const change = difference(recordsOf(before), recordsOf(model));\n      for (const effect of effects) if (effect.type === "publish") await this.#perform(effect);\n',
      },
    ],
  },
  {
    name: "a pending link is forgotten at a restart",
    changes: [
      {
        file: "src/client/records.ts",
        find: '    pending: decodePending(read("pending", pendingSchema)),\n',
        replace: "    pending: undefined,\n",
      },
    ],
  },
  {
    name: "a pending link is forgotten when the service refuses it",
    changes: [
      {
        file: "src/client/answered.ts",
        find: "return proceed(refused(model, publication.code, publication.retryAfter, env), options, env);",
        replace: "return proceed({ ...model, pending: undefined }, options, env);",
      },
    ],
  },
  {
    name: "a verb is done before its link is stored",
    changes: [
      {
        file: "src/client/driver.ts",
        find: "      const { model, effects, retired } = step(before, input, this.#options, env);\n",
        replace:
          "      const { model, effects, retired } = step(before, input, this.#options, env);\n      for (const { id, error } of model.settled) if (!error) this.#waiting.get(id)?.resolve();\n",
      },
    ],
  },
];
