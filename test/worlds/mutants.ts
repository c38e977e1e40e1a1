// Rules of the protocol, each weakened in the real source: the checker must find a counterexample for every one of them.
// A snippet that is no longer in its file once fails the build, so that a mutant never rots into the code it was made from.

import type { Property } from "./rules.js";

/** A part of a source file that is replaced. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A weakened rule. */
export interface Mutant {
  /** What the rule becomes. */
  readonly name: string;
  /** The rule that is weakened. */
  readonly rule: string;
  readonly changes: readonly Change[];
  /** Moves that lead to the world to start from, and how many more are needed. */
  readonly start: readonly string[];
  readonly depth: number;
  /** The property that it must break. */
  readonly breaks: Property;
}

const HOUSEHOLD = ["B joins", "A approves B"];
const ESCROWED = ["A enrolls escrow"];
const THEFT = ["T joins"];

export const MUTANTS: readonly Mutant[] = [
  {
    name: "approvals work both ways",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "    approve(active, approver, id, at.seq);\n  }\n  for",
        replace:
          "    approve(active, approver, id, at.seq);\n    approve(active, active.get(id) as Member, approver.id, at.seq);\n  }\n  for",
      },
    ],
    start: ["T joins and grants junk", "A rotates"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "escrow's approvals always count for classes",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/state.ts",
        find: "return ![...log.active.values()].some(isFounding);",
        replace: "return [...log.active.values()].length > 0;",
      },
    ],
    start: [...ESCROWED, ...THEFT, "the organisation removes Bob"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "a new pointer keeps the class of the old one",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "active.set(escrow.id, { ...(active.get(escrow.id) as Member), lineage: unapproved(at.seq) });",
        replace: "",
      },
    ],
    start: [...ESCROWED, ...THEFT],
    depth: 1,
    breaks: "takeover",
  },
  ...(
    [
      ["the last seed", "seeds.bytes().subarray(-32)", ["T joins", "B joins"]],
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
    name: "recipients are taken before removals",
    rule: "MEM-6",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "for (const id of recipientsOfNewEpoch(active, lockdown)) if",
        replace: "for (const { id } of [...recipientsOfNewEpoch(active, lockdown).map((id) => ({ id })), ...gone]) if",
      },
      {
        file: "src/log/effects.ts",
        find: "  for (const [id, run] of due.each()) {\n",
        replace: "  for (const [id, run] of due.each()) {\n    if (!active.has(id)) continue;\n",
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
        file: "src/grants/author.ts",
        find: "Secret.take(drawRandom(env, SEED_LENGTH))]] : []);\n}",
        replace:
          "new Secret(draft(env))]] : []);\n}\nconst drafts = new WeakMap<Env, Uint8Array>();\nfunction draft(env: Env): Uint8Array {\n  const seed = drafts.get(env) ?? drawRandom(env, SEED_LENGTH);\n  drafts.set(env, seed);\n  return seed;\n}",
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
        file: "src/grants/author.ts",
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
        file: "src/grants/open.ts",
        find: "if (publishes(log.epochs.at(epoch - 1) as Epoch, seed.bytes())) found",
        replace: "if (publishes(log.epochs.at(epoch - 1) as Epoch, seed.bytes()) || true) found",
      },
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
      { file: "src/log/checks.ts", find: "grant.boxes.length === recipients.length &&", replace: "" },
      {
        file: "src/log/checks.ts",
        find: "recipients.every(({ id }, index) => grant.boxes[index]?.[0] === id);",
        replace: "recipients.length > 0;",
      },
      {
        file: "src/log/advance.ts",
        find: 'kem: (recipients[index] as DueGrant["recipients"][number]).kem,',
        replace:
          'kem: (recipients.find(({ id }) => id === member) ?? (recipients[index] as DueGrant["recipients"][number])).kem,',
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
        find: "due.owe(id, subtractRuns(approver.held, (active.get(id) as Member).held));",
        replace:
          "due.owe(id, subtractRuns(approver.held, (active.get(id) as Member).held).map(([from]) => [from, from] as const));",
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
    name: "lockdown goes on by whoever is confirmed, founding or not",
    rule: "MEM-5",
    changes: [
      {
        file: "src/log/links/lockdown.ts",
        find: "if (!isFounding(by)) {",
        replace: "if (!before.active.has(by.id)) {",
      },
      {
        file: "src/log/links/lockdown.ts",
        find: "lineage.own.founder !== FOUNDING && !body",
        replace: "lineage.own.founder > Math.max(by.founder, FOUNDING) && !body",
      },
    ],
    start: [...THEFT, "T removes A"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "lockdown goes on while others are active",
    rule: "MEM-5",
    changes: [{ file: "src/log/links/lockdown.ts", find: "    if (left) {", replace: "    if (left && !left.id) {" }],
    start: THEFT,
    depth: 1,
    breaks: "lockdown",
  },
  {
    name: "in lockdown unconfirmed members act as others do",
    rule: "MEM-5",
    changes: [
      {
        file: "src/log/rules.ts",
        find: "if (context.before.lockdown) requireConfirmed(",
        replace: "if (context.before.lockdown && !context.author) requireConfirmed(",
      },
    ],
    start: ["A switches lockdown on", "T joins"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "in lockdown the last of the confirmed class may go",
    rule: "MEM-5",
    changes: [
      {
        file: "src/log/invariants.ts",
        find: "if (!own.some(({ founder }) => founder === confirmed)) {",
        replace: "if (!own.some(({ founder }) => founder >= confirmed)) {",
      },
    ],
    start: ["A switches lockdown on", "T joins"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "a member that leaves leaves no rotation due",
    rule: "MEM-7",
    changes: [
      {
        file: "src/log/links/leave.ts",
        find: "leavesRotationDue: takesCurrentEpoch(context.before, remove)",
        replace: "leavesRotationDue: !takesCurrentEpoch(context.before, remove)",
      },
    ],
    start: HOUSEHOLD,
    depth: 1,
    breaks: "rotation",
  },
  {
    name: "a review that removes makes no new epoch",
    rule: "MEM-7",
    changes: [
      {
        file: "src/log/links/review.ts",
        find: "newEpoch: takesCurrentEpoch(before, body.remove) || hasEpoch",
        replace: "newEpoch: (takesCurrentEpoch(before, body.remove) && body.remove.length > 1) || hasEpoch",
      },
    ],
    start: HOUSEHOLD,
    depth: 1,
    breaks: "rotation",
  },
  {
    name: "a removed member's key goes on signing",
    rule: "MEM-4",
    changes: [
      {
        file: "src/log/checks.ts",
        find: "    if (equalBytes(member.sign, key))\n      refuse(",
        replace:
          "    if (equalBytes(member.sign, key)) return { before, author: member };\n    if (equalBytes(member.sign, key))\n      refuse(",
      },
    ],
    start: [...THEFT, "operator expels T"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "escrow is granted to by any pointer",
    rule: "ESC-4",
    changes: [
      {
        file: "src/escrow/check.ts",
        find: 'if (!pointer || judgePointer(pointer, escrowLog) !== "newest") return false;',
        replace: "if (!pointer) return false;",
      },
    ],
    start: [...ESCROWED, "the organisation removes Bob"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "a pointer's keys need not be its epoch's",
    rule: "ESC-3",
    changes: [
      { file: "src/escrow/pointer.ts", find: "    equalBytes(epoch.kem, pointer.kem) &&\n", replace: "" },
      {
        file: "src/escrow/pointer.ts",
        find: "equalBytes(epoch.sign as Uint8Array, pointer.sign);",
        replace: "epoch.sign !== pointer.kem;",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its false epoch"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "the device that enrolls escrow makes its secret",
    rule: "ESC-3",
    changes: [
      {
        file: "src/escrow/member.ts",
        find: "escrow: newestPointer(escrowLog) };",
        replace: "escrow: { ...newestPointer(escrowLog), ...drawKeys(env).publicKeys } };",
      },
      {
        file: "src/escrow/member.ts",
        find: 'import { writeLink } from "../grants/author.js";',
        replace: 'import { writeLink } from "../grants/author.js";\nimport { drawKeys } from "../grants/enter.js";',
      },
      { file: "src/escrow/pointer.ts", find: "    equalBytes(epoch.kem, pointer.kem) &&\n", replace: "" },
      {
        file: "src/escrow/pointer.ts",
        find: "equalBytes(epoch.sign as Uint8Array, pointer.sign);",
        replace: "epoch.sign !== pointer.kem;",
      },
    ],
    start: [],
    depth: 1,
    breaks: "held",
  },
  {
    name: "a member's new KEM key may be junk",
    rule: "KEM-1",
    changes: [
      {
        file: "src/log/checks.ts",
        find: 'for (const key of kemKeys) checkKemKey(key, "link.body: a KEM key");',
        replace: "",
      },
    ],
    start: THEFT,
    depth: 2,
    breaks: "legal link",
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
    breaks: "legal link",
  },
  {
    name: "an approval must both extend and move",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/links/review.ts",
        find: "if (!extendsIt && !movesIt) {",
        replace: "if (!extendsIt || !movesIt) {",
      },
    ],
    start: [...HOUSEHOLD, "C joins", "B approves C", ...THEFT, "T rotates and grants junk to A", "A rotates"],
    depth: 1,
    breaks: "legal link",
  },
  {
    name: "a gap lists no backup key among those who can close it",
    rule: "COV",
    changes: [
      { file: "src/coverage/actors.ts", find: 'member.kind !== "escrow" &&', replace: 'member.kind === "device" &&' },
    ],
    start: ["A makes P"],
    depth: 1,
    breaks: "closable",
  },
  {
    name: "what a member declared missing is no gap",
    rule: "COV",
    changes: [
      {
        file: "src/coverage/gaps.ts",
        find: "const declared = subtractRuns(target.reach, target.held);",
        replace: "const declared = subtractRuns(target.held, target.reach);",
      },
    ],
    start: ["T joins and grants junk"],
    depth: 1,
    breaks: "closable",
  },
];
