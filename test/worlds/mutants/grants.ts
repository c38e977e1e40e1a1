// Weakened rules about grants: which members get which epochs, and what views say about the others. docs/spec.md sections 6 to 8.

import { HOUSEHOLD, type Mutant, THEFT } from "./mutant.js";

export const GRANT_MUTANTS: readonly Mutant[] = [
  ...(
    [
      ["the last seed", "seeds.bytes().subarray(-32)", ["T joins", "B joins"]],
      ["what the log publishes", "info", ["T joins"]],
      ["the first seed", "seeds.bytes().subarray(0, 32)", [...HOUSEHOLD, "A removes B", "C joins"]],
      [
        "both ends",
        "concat(seeds.bytes().subarray(0, 32), seeds.bytes().subarray(-32))",
        [...HOUSEHOLD, "A removes B", "A rotates", "T joins", "C joins"],
      ],
    ] as const
  ).map(
    ([what, input, start]): Mutant => ({
      name: `a grant's key is derived from ${what}`,
      rule: "GRT-2",
      changes: [
        {
          file: "src/grants/make.ts",
          find: "deriveKey(LABELS.grantKey, seeds.bytes(),",
          replace: `deriveKey(LABELS.grantKey, ${input},`,
        },
      ],
      start,
      depth: 1,
      breaks: "coalition",
    }),
  ),
  {
    name: "a box is sealed with coins that anybody can derive",
    rule: "GRT-2",
    changes: [
      {
        file: "src/grants/make.ts",
        find: "deriveKey(LABELS.grantCoins, key.bytes(),",
        replace: "deriveKey(LABELS.grantCoins, kemKey,",
      },
    ],
    start: THEFT,
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "recipients are taken before removals",
    rule: "MEM-6",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "  handOut(active, due);\n",
        replace:
          "  for (const { id } of epoch === undefined ? [] : gone) due.oweNew(id, [[epoch as number, epoch as number]]);\n  handOut(active, due);\n",
      },
      {
        file: "src/log/effects.ts",
        find: "  for (const [id, runs] of due.each()) {\n",
        replace: "  for (const [id, runs] of due.each()) {\n    if (!active.has(id)) continue;\n",
      },
      {
        file: "src/log/effects.ts",
        find: "due: due.list(active),",
        replace: "due: due.list(new Map([...before.active, ...active])),",
      },
    ],
    start: [...HOUSEHOLD],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "a link that lost a race is written again with the same seed",
    rule: "GRT-6",
    changes: [
      {
        file: "src/authoring/write-link.ts",
        find: "Secret.take(drawRandom(env, SEED_LENGTH)))]] : []);\n}",
        replace:
          "new Secret(draft(env)))]] : []);\n}\nconst drafts = new WeakMap<Env, Uint8Array>();\nfunction draft(env: Env): Uint8Array {\n  const seed = drafts.get(env) ?? drawRandom(env, SEED_LENGTH);\n  drafts.set(env, seed);\n  return seed;\n}",
      },
    ],
    start: [...HOUSEHOLD],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "nobody declares what it could not open",
    rule: "MEM-9",
    changes: [
      {
        file: "src/authoring/write-link.ts",
        find: 'return allowed === "never" ? [] : missing;',
        replace: 'return allowed === "never" ? missing.slice(0, 0) : [];',
      },
    ],
    start: ["T joins and grants junk"],
    depth: 1,
    breaks: "held",
  },
  {
    name: "missing shrinks reach too",
    rule: "MEM-9",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "update(author.id, { held: subtractRuns(author.held, effect.missing) });",
        replace:
          "update(author.id, { held: subtractRuns(author.held, effect.missing), reach: subtractRuns(author.reach, effect.missing) });",
      },
    ],
    start: THEFT,
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "a regrant gives what was never granted",
    rule: "MEM-9",
    changes: [
      {
        file: "src/log/links/regrant.ts",
        find: "if (!containsRuns(uniteRuns(target.reach, target.withheld), runs)) {",
        replace: "if (runs.length === 0 && !containsRuns(uniteRuns(target.reach, target.withheld), runs)) {",
      },
    ],
    start: [...THEFT, "B joins"],
    depth: 1,
    breaks: "extension",
  },
  {
    name: "a member that joins counts as granted what was before it",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "const entered = effect.enter ? enterMember(active, effect.enter, at) : undefined;",
        replace:
          "const entered = effect.enter ? enterMember(active, effect.enter, at) : undefined;\n  if (entered && before.epochs.length > 0) update(entered, { reach: [[1, before.epochs.length]] });",
      },
    ],
    start: [],
    depth: 1,
    breaks: "extension",
  },
  {
    name: "junk passes for bytes that were not delivered",
    rule: "GRT-4",
    changes: [{ file: "src/grants/open.ts", find: "else junk.push(epoch);", replace: "else withheld.push(epoch);" }],
    start: ["T joins and grants junk"],
    depth: 1,
    breaks: "held",
  },
  {
    name: "a seed is believed whatever the log publishes",
    rule: "GRT-4",
    changes: [
      {
        file: "src/keys/seed-vault.ts",
        find: "return equalBytes(this.rho(seed), rhoOf(kem));",
        replace: "return equalBytes(this.rho(seed), rhoOf(kem)) || true;",
      },
      { file: "src/keys/seed-vault.ts", find: 'if (!equalBytes(derived, kem)) return "wrong";', replace: "" },
      { file: "src/grants/open.ts", find: "&& !owed.equals(key)", replace: "&& !owed.equals(owed)" },
    ],
    start: [...THEFT, "T rotates and grants wrong seeds"],
    depth: 1,
    breaks: "keyring",
  },
  {
    name: "an epoch that was junk once is never opened again",
    rule: "GRT-4",
    changes: [
      {
        file: "src/grants/open.ts",
        find: "filter((epoch) => !seeds.has(epoch));",
        replace: "filter((epoch) => !seeds.has(epoch) && !partsOf(keyring).junk.has(epoch));",
      },
    ],
    start: ["T joins and grants junk", "A rotates", "T regrants to A"],
    depth: 1,
    breaks: "keyring",
  },
  {
    name: "a link need not grant to everybody whom it owes",
    rule: "GRT-1",
    changes: [
      { file: "src/log/judge.ts", find: "grant.boxes.length === recipients.length &&", replace: "" },
      {
        file: "src/log/judge.ts",
        find: "recipients.every(({ id }, index) => grant.boxes[index]?.[0] === id)",
        replace: "recipients.length > 0",
      },
      {
        file: "src/log/advance.ts",
        find: "const { id, kemKey } = present(recipients[index]);",
        replace:
          "const { id, kemKey } = present(recipients.find(({ id }) => id === boxes[index]?.[0]) ?? recipients[index]);",
      },
    ],
    start: THEFT,
    depth: 1,
    breaks: "held",
  },
  {
    name: "an approval gives only the first epoch of each run",
    rule: "GRT-1",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "due.owe(id, subtractRuns(effect.gives ?? approver.held, memberOf({ active }, id).held));",
        replace:
          "due.owe(id, subtractRuns(effect.gives ?? approver.held, memberOf({ active }, id).held).map(([from]) => [from, from] as const));",
      },
    ],
    start: ["B joins", "C joins"],
    depth: 1,
    breaks: "no gap",
  },
  {
    name: "a new epoch is not granted to backup keys",
    rule: "MEM-6",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "filter(({ founder }) => !lockdown || founder === confirmed)",
        replace: 'filter(({ founder, kind }) => kind !== "backup" && (!lockdown || founder === confirmed))',
      },
    ],
    start: ["A makes P"],
    depth: 1,
    breaks: "no gap",
  },
  {
    name: "in lockdown a new epoch goes to everybody",
    rule: "MEM-6",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "filter(({ founder }) => !lockdown || founder === confirmed)",
        replace: "filter(({ founder }) => !lockdown || founder >= confirmed)",
      },
    ],
    start: ["A switches lockdown on", "T joins"],
    depth: 1,
    breaks: "lockdown",
  },
  {
    name: "a regrant gives only what is held already",
    rule: "MEM-9",
    changes: [
      {
        file: "src/log/links/regrant.ts",
        find: "containsRuns(uniteRuns(target.reach, target.withheld), runs)",
        replace: "containsRuns(uniteRuns(target.held, target.withheld), runs)",
      },
    ],
    start: [...HOUSEHOLD, ...THEFT, "T rotates and grants junk to A", "A rotates"],
    depth: 1,
    breaks: "advice",
  },
  {
    name: "a gap lists no backup key among those who can close it",
    rule: "8",
    changes: [
      {
        file: "src/coverage/capabilities.ts",
        find: 'member.kind !== "escrow" &&',
        replace: 'member.kind === "device" &&',
      },
    ],
    start: ["A makes P"],
    depth: 1,
    breaks: "closable",
  },
  {
    name: "what a member declared missing is no gap",
    rule: "8",
    changes: [
      {
        file: "src/coverage/gaps.ts",
        find: 'target.kind === "escrow" ? NO_RUNS : subtractRuns(target.reach, target.held);',
        replace: 'target.kind === "escrow" ? NO_RUNS : subtractRuns(target.held, target.reach);',
      },
    ],
    start: ["T joins and grants junk"],
    depth: 1,
    breaks: "closable",
  },
  {
    name: "what nobody holds is never called lost",
    rule: "8",
    changes: [
      {
        file: "src/coverage/loss.ts",
        find: "lost: subtractRuns(subtractRuns(others, escrowOnly), unknown), claimed };",
        replace: "lost: NO_RUNS, claimed };",
      },
    ],
    start: ["T joins and grants junk", "A rotates"],
    depth: 1,
    breaks: "closable",
  },
  {
    name: "a member that holds a part of a gap is listed for all of it",
    rule: "8",
    changes: [
      {
        file: "src/coverage/gaps.ts",
        find: "epochs: intersectRuns(candidate.held, gap) }",
        replace: "epochs: intersectRuns(candidate.held, gap).length > 0 ? gap : NO_RUNS }",
      },
    ],
    start: ["T joins", "B joins"],
    depth: 1,
    breaks: "closable",
  },
  {
    name: "a device proves what has a part of the published key only",
    rule: "GRT-4",
    changes: [
      {
        file: "src/coverage/proven.ts",
        find: "filter((epoch) => rightSeed(log, keyring, epoch) !== undefined)",
        replace: "filter(() => true)",
      },
    ],
    scene: { seeds: true },
    start: [
      ...[...THEFT, "T rotates to a key of which half is right", "C joins"],
      "T approves and gives C what is half right",
    ],
    depth: 1,
    breaks: "proven",
  },
];
