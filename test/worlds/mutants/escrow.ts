// Weakened rules about escrow. docs/spec.md sections 6 and 11.

import { ESCROWED, type Mutant, THEFT } from "./mutant.js";

export const ESCROW_MUTANTS: readonly Mutant[] = [
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
  {
    name: "escrow is granted to by any pointer",
    rule: "ESC-4",
    changes: [
      {
        file: "src/escrow/duty.ts",
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
      {
        file: "src/escrow/pointer.ts",
        find: 'if (!equalBytes(epoch.kem, pointer.kem) || !equalBytes(epoch.sign as Uint8Array, pointer.sign)) return "false";',
        replace: "",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its false epoch"],
    depth: 1,
    breaks: "takeover",
  },
  {
    name: "removing escrow makes no new epoch",
    rule: "MEM-7",
    changes: [
      {
        file: "src/log/links/review.ts",
        find: "newEpoch: takesCurrentEpoch(before, body.remove) ||",
        replace:
          'newEpoch: takesCurrentEpoch(before, body.remove.filter((id) => before.active.get(id)?.kind !== "escrow")) ||',
      },
    ],
    start: ESCROWED,
    depth: 1,
    breaks: "rotation",
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
      {
        file: "src/escrow/pointer.ts",
        find: 'if (!equalBytes(epoch.kem, pointer.kem) || !equalBytes(epoch.sign as Uint8Array, pointer.sign)) return "false";',
        replace: "",
      },
    ],
    start: [],
    depth: 1,
    breaks: "held",
  },
  {
    name: "an admin who was removed is believed for ever",
    rule: "ESC-8",
    changes: [
      {
        file: "src/escrow/admins.ts",
        find: 'if (!this.#log.active.has(id)) return doubt("the admin has been removed since", id);',
        replace: "",
      },
    ],
    start: [...ESCROWED, ...THEFT, "the organisation removes Bob", "Bob approves T"],
    depth: 1,
    breaks: "dismissed",
  },
  {
    name: "no admin is believed",
    rule: "ESC-8",
    changes: [
      {
        file: "src/escrow/acts.ts",
        find: 'filter(({ verdict }) => verdict === "unverified")',
        replace: "filter(() => true)",
      },
    ],
    start: [...ESCROWED, "C joins"],
    depth: 1,
    breaks: "spared",
  },
  {
    name: "whom an unverified member approved is verified",
    rule: "ESC-8",
    changes: [
      {
        file: "src/escrow/acts.ts",
        find: "next.push(...(approvedBy.get(id) ?? []));",
        replace: "",
      },
    ],
    start: [...ESCROWED, ...THEFT, "the organisation removes Bob", "Bob approves T", "T makes Q"],
    depth: 1,
    breaks: "dismissed",
  },
];
