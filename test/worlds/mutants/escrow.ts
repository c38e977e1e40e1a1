// Weakened rules about escrow. docs/spec.md sections 6 and 11.

import { ESCROWED, HOUSEHOLD, type Mutant, THEFT } from "./mutant.js";

/** A device is shown a dismissed admin's fork, which ends before the head that another admin named. */
const FORKED = [
  ...["A enrolls escrow", "B joins", "A approves B", "T joins", "the organisation removes Bob", "Ann renews escrow"],
  ...["T points escrow at its old epoch", "Bob approves T, as recorded in his fork"],
];

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
        find: "active.set(escrow.id, { ...memberOf({ active }, escrow.id), lineage: unapproved(at.seq) });",
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
        file: "src/trust/soundness.ts",
        find: 'if (!enabled || !pointer || judgePointer(pointer, escrowLog) !== "newest") return false;',
        replace: "if (!pointer) return false;",
      },
    ],
    start: [...ESCROWED, "the organisation removes Bob"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "heads that only admins named do not count",
    rule: "ESC-4",
    changes: [
      {
        file: "src/trust/soundness.ts",
        find: "if (pointer?.log !== escrowLog.head.log) continue;",
        replace: "if (pointer?.log !== escrowLog.head.log || link.actor) continue;",
      },
    ],
    scene: { behind: { B: "old" } },
    start: FORKED,
    depth: 1,
    breaks: "dismissed",
  },
  {
    name: "only the head that the pointer in force names counts",
    rule: "ESC-4",
    changes: [
      {
        file: "src/trust/soundness.ts",
        find: "if (open.length === 0 && isVouched)",
        replace: "if ((open.length === 0 || open.at(-1) !== escrowMember(log)?.pointer) && isVouched)",
      },
    ],
    scene: { behind: { B: "old" } },
    start: FORKED,
    depth: 1,
    breaks: "dismissed",
  },
  {
    name: "a pointer's keys need not be its epoch's",
    rule: "ESC-3",
    changes: [
      {
        file: "src/trust/pointer.ts",
        find: 'if (!isEpochs) return "false";',
        replace: "",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its false epoch"],
    depth: 1,
    breaks: "coalition",
  },
  {
    name: "removing escrow makes no new epoch",
    rule: "MEM-7",
    changes: [
      {
        file: "src/log/links/review.ts",
        find: "takesCurrentEpoch(before, body.remove) ||\n",
        replace: 'takesCurrentEpoch(before, body.remove.filter((id) => before.active.get(id)?.kind !== "escrow")) ||\n',
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
        file: "src/escrow/enroll.ts",
        find: 'return point(state, "enroll", pointer ?? newestPointer(escrowLog), knowledge, env);',
        replace:
          'const { sign: signingKey, kem: kemKey } = new MemberKeys(env.random(32)).publicKeys;\n  return point(state, "enroll", { ...newestPointer(escrowLog), signingKey, kemKey }, knowledge, env);',
      },
      {
        file: "src/escrow/enroll.ts",
        find: 'import { writeLink } from "../authoring/write-link.js";',
        replace:
          'import { writeLink } from "../authoring/write-link.js";\nimport { MemberKeys } from "../keys/member-keys.js";',
      },
      {
        file: "src/trust/pointer.ts",
        find: 'if (!isEpochs) return "false";',
        replace: "",
      },
    ],
    start: [],
    depth: 1,
    breaks: "held",
  },
  {
    name: "no admin is believed",
    rule: "ESC-8",
    changes: [
      {
        file: "src/trust/doubt.ts",
        find: "!believed)\n",
        replace: "believed !== undefined)\n",
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
        file: "src/log/approvals.ts",
        find: "reachedFrom(start, ledTo, (id) => except.has(id))",
        replace: "start.filter((id) => !except.has(id))",
      },
    ],
    start: [...ESCROWED, ...THEFT, "the organisation removes Bob", "Bob approves T", "T makes Q", "T leaves"],
    depth: 1,
    breaks: "dismissed",
  },
  {
    name: "doubt does not spread to a member that reclaimed",
    rule: "ESC-8",
    changes: [
      {
        file: "src/log/approvals.ts",
        find: "  if (reclaiming) {",
        replace: "  if (reclaiming && own.length === 0) {",
      },
    ],
    start: [
      ...[...ESCROWED, ...THEFT, "the organisation removes Bob", "Bob approves T", "Q joins", "T leaves"],
      "Q reclaims from T",
    ],
    depth: 1,
    breaks: "dismissed",
  },
  {
    name: "a client without the escrow log believes",
    rule: "ESC-8",
    changes: [
      {
        file: "src/trust/doubt.ts",
        find: '[...log.links].filter(({ type, actor }) => type === "review" && actor !== undefined);',
        replace: "[];",
      },
    ],
    scene: { behind: { B: "nothing" } },
    start: [
      ...[...ESCROWED, ...HOUSEHOLD, ...THEFT, "C joins", "the organisation removes Bob", "Bob approves T", "C leaves"],
    ],
    depth: 1,
    breaks: "dismissed",
  },
  ...(
    [
      [
        "an act binds its place only",
        "[salt, admin, bytes(log), seq, bytes(prev)]",
        ["B joins", ...THEFT, "Bob records that he restores B"],
      ],
      [
        "an act binds its content only",
        "[salt, admin, approve.map(bytes), remove.map(bytes)]",
        ["B joins", ...THEFT, "Bob records that he restores T", "B leaves"],
      ],
      [
        "an act does not bind its admin",
        "[salt, bytes(log), seq, bytes(prev), approve.map(bytes), remove.map(bytes)]",
        ["B joins", "Ann records that she restores B"],
      ],
    ] as const
  ).map(
    ([name, content, start]): Mutant => ({
      name,
      rule: "ESC-8",
      changes: [
        {
          file: "src/trust/commitment.ts",
          find: "[salt, admin, bytes(log), seq, bytes(prev), approve.map(bytes), remove.map(bytes)]",
          replace: content,
        },
      ],
      scene: { acts: true },
      start: [...ESCROWED, ...start],
      depth: 1,
      breaks: "believed",
    }),
  ),
  {
    name: "the remover of an admin disowns nothing",
    rule: "ESC-8",
    changes: [
      {
        file: "src/agenda/admin.ts",
        find: "userLog ? !reviewOf(userLog, log, act) : junk;",
        replace: "userLog ? false : junk;",
      },
    ],
    scene: { acts: true },
    start: [...ESCROWED, ...THEFT, "Bob records that he restores T", "the organisation removes Bob"],
    depth: 1,
    breaks: "believed",
  },
  {
    name: "escrow gives what it holds",
    rule: "ESC-11",
    changes: [
      {
        file: "src/log/pairs.ts",
        find: "return (escrow && grantedTo(log, pairOf(escrow))?.runs) ?? NO_RUNS;",
        replace: "return escrow?.held ?? NO_RUNS;",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its false epoch"],
    depth: 1,
    breaks: "extension",
  },
  {
    name: "a pair is matched by its KEM key alone",
    rule: "ESC-11",
    changes: [
      {
        file: "src/log/pairs.ts",
        find: "return toHex(kemDigest) + toHex(signingKey);",
        replace: "return toHex(kemDigest) + toHex(signingKey.subarray(32));",
      },
    ],
    start: [...ESCROWED, ...THEFT, "T points escrow at its half epoch"],
    depth: 1,
    breaks: "extension",
  },
  {
    name: "a pair is matched by its signing key alone",
    rule: "ESC-11",
    changes: [
      {
        file: "src/log/pairs.ts",
        find: "return toHex(kemDigest) + toHex(signingKey);",
        replace: "return toHex(kemDigest.subarray(32)) + toHex(signingKey);",
      },
    ],
    start: [...ESCROWED, ...THEFT],
    depth: 1,
    breaks: "held",
  },
  {
    name: "escrow declares what it lacks, and so forgets it",
    rule: "MEM-9",
    changes: [
      {
        file: "src/log/judge.ts",
        find: 'if (author?.kind === "escrow") refuse("MEM-9", "escrow declares nothing missing");',
        replace: "",
      },
    ],
    start: ESCROWED,
    depth: 1,
    breaks: "held",
  },
  {
    name: "escrow is regranted as any member is",
    rule: "11.2",
    changes: [
      {
        file: "src/agenda/regrants.ts",
        find: 'if (target.kind === "escrow" || doubted.has(target.id)) continue;',
        replace: "if (doubted.has(target.id)) continue;",
      },
      {
        file: "src/agenda/regrants.ts",
        find: "const wanted = intersectRuns(subtractRuns(target.reach, target.held), facts.mine);",
        replace:
          "const wanted = intersectRuns(subtractRuns(uniteRuns(target.reach, target.withheld), target.held), facts.mine);",
      },
      {
        file: "src/agenda/regrants.ts",
        find: "const isOwn = isFounding(target) || own.has(target.id);",
        replace: 'const isOwn = isFounding(target) || own.has(target.id) || target.kind === "escrow";',
      },
    ],
    start: [...ESCROWED, "the organisation removes Bob", "A rotates"],
    depth: 1,
    breaks: "advice",
  },
  {
    name: "whom escrow let in is regranted unasked",
    rule: "11.2",
    changes: [
      {
        file: "src/agenda/regrants.ts",
        find: "const isOwn = isFounding(target) || own.has(target.id);",
        replace:
          'const isOwn = isFounding(target) || own.has(target.id) || target.approvals.some(({ by }) => log.active.get(by)?.kind === "escrow");',
      },
    ],
    scene: { acts: true },
    start: [
      ...[...ESCROWED, ...THEFT, "Bob records that he restores T", "Bob approves T, as recorded and grants junk"],
      "T rotates and says that it lacks older epochs",
    ],
    depth: 1,
    breaks: "advice",
  },
  {
    name: "a device withholds from every escrow",
    rule: "MEM-6",
    changes: [
      {
        file: "src/agenda/escrow.ts",
        find: "return escrowMember(log) !== undefined && !isSound;",
        replace: "return escrowMember(log) !== undefined && isSound !== undefined;",
      },
    ],
    start: [...ESCROWED, "B joins", "B leaves"],
    depth: 1,
    breaks: "covered",
  },
  {
    name: "the current epoch may be one that a removed admin made",
    rule: "ESC-10",
    changes: [
      {
        file: "src/trust/renewal.ts",
        find: "some(({ seq, believed }) => seq === made && !believed);",
        replace: "some(({ seq, believed }) => seq === made && !believed && seq < 0);",
      },
    ],
    start: [...ESCROWED, "the organisation removes Bob", "Bob renews escrow to the newest epoch"],
    depth: 1,
    breaks: "rotation",
  },
  {
    name: "contacts go by escrow's approvals too",
    rule: "10",
    changes: [
      {
        file: "src/fingerprint/trusted-class.ts",
        find: "const own = foundersWithoutEscrow(log);",
        replace: "const own = foundersOf(log);",
      },
      {
        file: "src/fingerprint/trusted-class.ts",
        find: "present(foundersWithoutEscrow(log).get(id))",
        replace: "present(foundersOf(log).get(id))",
      },
      {
        file: "src/fingerprint/contacts.ts",
        find: 'import { foundersWithoutEscrow } from "../log/approvals.js";',
        replace: 'import { foundersOf } from "../log/approvals.js";',
      },
      {
        file: "src/fingerprint/contacts.ts",
        find: "const founders = foundersWithoutEscrow(now);",
        replace: "const founders = foundersOf(now);",
      },
    ],
    start: [...ESCROWED, ...THEFT, "a contact pins the log", "Bob approves T"],
    depth: 1,
    breaks: "contact",
  },
  {
    name: "a tracked contact keeps one founder",
    rule: "10",
    changes: [
      {
        file: "src/fingerprint/trusted-class.ts",
        find: "return [...new Set(kept)].sort((a, b) => a - b);",
        replace: "return [...new Set(kept)].sort((a, b) => a - b).slice(0, 1);",
      },
    ],
    start: [
      ...[...ESCROWED, "B joins", "C joins", "operator expels A", "Ann restores B", "Ann restores C"],
      "a contact pins the log",
    ],
    depth: 1,
    breaks: "contact",
  },
];
