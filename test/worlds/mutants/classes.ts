// Weakened rules about permissions: classes, lockdown, removal. docs/spec.md section 6.

import { HOUSEHOLD, type Mutant, THEFT } from "./mutant.js";

export const CLASS_MUTANTS: readonly Mutant[] = [
  {
    name: "approvals work both ways",
    rule: "MEM-1",
    changes: [
      {
        file: "src/log/effects.ts",
        find: "    approve(active, approver, id, at.seq);\n  }\n  for",
        replace:
          "    approve(active, approver, id, at.seq);\n    approve(active, memberOf({ active }, id), approver.id, at.seq);\n  }\n  for",
      },
    ],
    start: ["T joins and grants junk", "A rotates"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "any confirmed member switches lockdown on, founding or not",
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
        find: "takesCurrentEpoch(before, body.remove) ||\n",
        replace: "(takesCurrentEpoch(before, body.remove) && body.remove.length > 1) ||\n",
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
        file: "src/log/judge.ts",
        find: "    if (equalBytes(member.signingKey, key))\n      refuse(",
        replace:
          "    if (equalBytes(member.signingKey, key)) return { before, author: member };\n    if (equalBytes(member.signingKey, key))\n      refuse(",
      },
    ],
    start: [...THEFT, "operator expels T"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "a member's new KEM key may be junk",
    rule: "KEM-1",
    changes: [
      {
        file: "src/log/judge.ts",
        find: 'for (const key of kemKeys) checkKemKey(key, "link.body: a KEM key");',
        replace: "",
      },
    ],
    start: THEFT,
    depth: 2,
    breaks: "always authorable",
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
    name: "a member that lacks the current epoch cannot take fresh keys",
    rule: "MEM-9",
    changes: [{ file: "src/log/links/rekey.ts", find: 'missing: "any",', replace: 'missing: "past",' }],
    start: ["T joins and grants junk"],
    depth: 1,
    breaks: "always authorable",
  },
  {
    name: "a member takes over by claim what another held, without its key",
    rule: "MEM-10",
    changes: [
      {
        file: "src/log/links/reclaim.ts",
        find: "signers: ({ author, from }, before) => [author, removedMember(before, from).signingKey],",
        replace: "signers: ({ author }) => [author],",
      },
    ],
    start: [...HOUSEHOLD, ...THEFT, "A removes B"],
    depth: 1,
    breaks: "extension",
  },
  {
    name: "nobody takes over what a removed backup key held",
    rule: "MEM-10",
    changes: [
      {
        file: "src/log/links/reclaim.ts",
        find: 'member.kind !== "escrow") return member;',
        replace: 'member.kind === "device") return member;',
      },
    ],
    start: ["A makes P", "C joins", "A removes P", "operator expels A", "C rotates"],
    depth: 1,
    breaks: "brought back",
  },
];
