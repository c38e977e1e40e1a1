// Mutants of src/trust that no test kills, one by one.

import type { Explained } from "./explained.js";

export const TRUST: readonly Explained[] = [
  {
    file: "src/trust/acts.ts",
    line: 'if (!salt || !prev) return unbelieved("not-recorded");',
    becomes: ["false", "!salt && !prev", '""'],
    why: "For the compiler: each review by escrow has a salt (ENC-2), and the first link of a log, which has no predecessor, is none.",
  },
  {
    file: "src/trust/acts.ts",
    line: "if (found) return found;",
    becomes: ["false"],
    why: "A shortcut: a log never changes, so its acts are the same each time.",
  },
  {
    file: "src/trust/compared.ts",
    line: "const isSame = equalBytes(member.signingKey, keys.signingKey) && equalBytes(member.kemKey, keys.kemKey);",
    becomes: ["equalBytes(member.signingKey, keys.signingKey) || equalBytes(member.kemKey, keys.kemKey)"],
    why: "A rekey brings two keys that never were in the log (LOG-5), so both differ or neither does.",
  },
  {
    file: "src/trust/doubt.ts",
    line: "return letInBy(log, { members: me === undefined ? own : [me, ...own] });",
    becomes: ["false"],
    why: "The walk takes the members from the end and stops at undefined, which would stand first.",
  },
  {
    file: "src/trust/doubt.ts",
    line: "const { own = [], me } = checkOptions(perspective);",
    becomes: ['["Stryker was here"]'],
    why: "This default is only checked to be a list; the members themselves are read elsewhere.",
  },
  {
    file: "src/trust/doubt.ts",
    line: "if (acts.size === 0) return [];",
    becomes: ["false"],
    why: "A shortcut: without such links nobody is a suspect.",
  },
  {
    file: "src/trust/doubt.ts",
    line: '({ removed }) => !removed || acts.has(removed.seq) || (removed.by !== "operator" && suspects.has(removed.by)),',
    becomes: ["true", '""'],
    why: "For the compiler: the operator is no member, so never among the suspects.",
  },
  {
    file: "src/trust/escrow-needs.ts",
    line: '(member) => member.kind === kind && hasEpoch(member.held, 1) && hasRole(member, "manage"),',
    becomes: ['""'],
    why: "`manage` implies every role, so hasRole asks for it whatever else it is asked for.",
  },
  {
    file: "src/trust/renewal.ts",
    line: "const made = log.epochs.last()?.seq;",
    becomes: ["log.epochs.last().seq"],
    why: "For the compiler: each log has an epoch, which its first link makes.",
  },
];
