// Weakened forms of the crash rule: each must break a simulated world. docs/spec.md section 13, docs/assurance.md.

import type { Weakening } from "../worlds/build.js";

/**
 * A weakened rule; `inOrganisations` where only a world with an organisation can show it, `from` where few worlds do: the first seed that
 * did. When the code changes it may be another one, which takes longer to find.
 */
export const MUTANTS: readonly (Weakening & { readonly inOrganisations?: true; readonly from?: number })[] = [
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
    from: 15,
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
    from: 7,
    changes: [
      {
        file: "src/client/driver.ts",
        find: "      const { model, effects, retired } = stepped;\n",
        replace:
          "      const { model, effects, retired } = stepped;\n      for (const { id, error } of model.settled) if (!error) this.#waiting.get(id)?.resolve();\n",
      },
    ],
  },
  {
    name: "a link that lost a race is written again with the same secrets",
    changes: [
      {
        file: "src/client/pending.ts",
        find: "writeIntent(model, intent, knowledgeOf(model, since), env);",
        replace:
          "writeIntent(model, intent, knowledgeOf(model, since), { ...env, random: (length) => new Uint8Array(length).map((_, at) => id.charCodeAt(at % id.length)) });",
      },
    ],
  },
  {
    name: "a link that lost a race is written again, and the first keyring is kept",
    changes: [
      {
        file: "src/client/pending.ts",
        find: "    return { model: author(without, id, intent, env), retired };\n",
        replace:
          "    const again = author(without, id, intent, env);\n    return { model: { ...again, pending: { ...present(again.pending), keyring } }, retired: [] };\n",
      },
    ],
  },
  {
    name: "a link that may have left the device is written again when its clock is set",
    from: 18,
    changes: [
      {
        file: "src/client/proceed.ts",
        find: '"NOT_YET" : !pending.isSent;',
        replace: '"NOT_YET" : true;',
      },
    ],
  },
  {
    name: "what is remembered of a contact follows its log",
    changes: [
      {
        file: "src/client/contacts.ts",
        find: "contact : { ...contact, ...following(followed) };",
        replace: "contact : { ...contact, tracked: trackContact(followed.log), ...following(followed) };",
      },
    ],
  },
  {
    name: "a contact's log is not compared with the one that was verified",
    from: 17,
    changes: [
      {
        file: "src/client/contacts.ts",
        find: "pinned: contact && logOf(contact) });",
        replace: "pinned: undefined });",
      },
    ],
  },
  {
    name: "a backup key is shown before the log has it",
    from: 21,
    changes: [
      {
        file: "src/client/pending.ts",
        find: "    return { ...model, pending, sync:",
        replace:
          "    const paper = backupKey === undefined ? model.paper : { member: present(model.keyring).member, text: backupKey };\n    return { ...model, paper, pending, sync:",
      },
    ],
  },
  {
    name: "a device whose store was cleared is a new one",
    changes: [
      {
        file: "src/client/snapshot.ts",
        find: '  if (!own || !keyring) return wasMember ? "lost" : "new";\n',
        replace: '  if (!own || !keyring) return "new";\n',
      },
    ],
  },
  {
    name: "links in a device's name that its store never held are not noticed",
    from: 34,
    changes: [
      {
        file: "src/client/entries.ts",
        find: "  return isNew && links.last()?.author === keyring?.member ? head.seq : copiedAt;\n",
        replace: "  return isNew && links.last() && keyring ? copiedAt : copiedAt;\n",
      },
    ],
  },
  {
    name: "a device whose keys a copy of it replaced goes on as if they were its own",
    from: 38,
    changes: [
      {
        file: "src/client/snapshot.ts",
        find: '  if (stands !== "active") return stands;\n',
        replace: '  if (stands === "removed") return stands;\n',
      },
    ],
  },
  {
    name: "a session that keeps up looks at the service once",
    from: 15,
    changes: [
      {
        file: "src/client/keep-up.ts",
        find: "      const rest = began + REST - readClock(env);\n",
        replace: "      if (pause > 0) return;\n      const rest = began + REST - readClock(env);\n",
      },
    ],
  },
  {
    name: "seven digits are of the head alone",
    from: 33,
    changes: [
      {
        file: "src/fingerprint/digits.ts",
        find: "[...fieldsOf(head), idOf(device), signingKey, kemKey, part, answer];",
        replace: "[...fieldsOf(head), ...[idOf(device), signingKey, kemKey, part, answer].slice(5)];",
      },
    ],
  },
  {
    name: "a session that only reads writes what is owed",
    from: 51,
    changes: [
      {
        file: "src/client/proceed.ts",
        find: "if (model.alarms.own || options.isReadOnly)",
        replace: "if (model.alarms.own)",
      },
    ],
  },
  {
    name: "lockdown from the start is forgotten",
    changes: [
      {
        file: "src/client/pending.ts",
        find: "follows: locks ?",
        replace: "follows: locks && !intent.lockdown ?",
      },
    ],
  },
  {
    name: "another escrow log takes the place of the one that was verified",
    inOrganisations: true,
    changes: [
      {
        file: "src/client/judge-whole.ts",
        find: "pinned: model[of]?.log, now",
        replace: 'pinned: of === "own" ? model.own?.log : undefined, now',
      },
      {
        file: "src/client/judge-whole.ts",
        find: "  const taken = takeEntries(calm, effect, whole.slice(known), env);\n",
        replace:
          '  const bare = of === "own" ? calm : { ...calm, escrow: undefined };\n  const taken = takeEntries(bare, effect, of === "own" ? whole.slice(known) : whole, env);\n',
      },
    ],
  },
  {
    name: "a device goes on with the escrow log of an organisation that the app does not name any more",
    inOrganisations: true,
    changes: [
      {
        file: "src/client/machine.ts",
        find: "  if (!model.escrow || model.escrow.log.subject === escrowSubject) return model;\n",
        replace: "  if (!model.escrow || escrowSubject !== model.subject) return model;\n",
      },
    ],
  },
  {
    name: "that the escrow log contradicts what was verified is not said",
    inOrganisations: true,
    from: 291,
    changes: [
      {
        file: "src/client/judge-whole.ts",
        find: "alarms: { ...kept.alarms, [of]: alarm } }, effects",
        replace: 'alarms: of === "own" ? { ...kept.alarms, own: alarm } : kept.alarms }, effects',
      },
    ],
  },
];
