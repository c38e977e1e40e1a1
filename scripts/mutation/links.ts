// Mutants of src/log/links that no test kills, one by one.

import type { Explained } from "./explained.js";

const folder = (name: string) => `src/log/links/${name}.ts`;

/** Lines that pass the name of the link or field to a check that several types share. The name is used in its error only. */
const TEXTS: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  [
    "access",
    'requireEscrowLog(context, "access");',
    'const by = requireHolder(context, "access");',
    'requireConfirmedInLockdown(context, "access");',
    'requireAdminDevice(by, "discover", "access");',
  ],
  [
    "act",
    'const by = requireHolder(context, "act");',
    'requireConfirmedInLockdown(context, "act");',
    'requireEscrowLog(context, "act");',
    'requireAdminDevice(by, "recover", "an act");',
  ],
  [
    "disown",
    'requireEscrowLog(context, "disown");',
    'const by = requireHolder(context, "disown");',
    'requireConfirmedInLockdown(context, "disown");',
  ],
  [
    "enroll",
    'const by = requireHolder(context, "enroll");',
    'requireConfirmedInLockdown(context, "enroll");',
    'requireManage(context, by, "enroll");',
  ],
  ["expel", 'requireActiveList(before, "remove", body.remove);'],
  [
    "lockdown",
    'const by = requireConfirmed(context, "switching lockdown");',
    'requireActiveList(before, "remove", body.remove);',
  ],
  [
    "policy",
    'const current = requireEscrowLog(context, "policy");',
    'const by = requireHolder(context, "policy");',
    'requireConfirmedInLockdown(context, "policy");',
    'requireManage(context, by, "policy");',
    'const bytes = (value: Policy) => encode(policyFields, value, "policy");',
  ],
  [
    "reclaim",
    'const by = requireHolder(context, "reclaim");',
    'requireConfirmedInLockdown(context, "reclaim");',
    'requireManage(context, by, "reclaim");',
  ],
  [
    "regrant",
    'const by = requireHolder(context, "regrant");',
    'requireConfirmedInLockdown(context, "regrant");',
    'requireManage(context, by, "regrant");',
  ],
  ["rekey", 'requireConfirmedInLockdown(context, "rekey");'],
  [
    "rename",
    'requireActiveList(context.before, "member", [body.member]);',
    'requireHolder(context, "renaming another member");',
    'requireConfirmedInLockdown(context, "rename");',
  ],
  [
    "renew-escrow",
    'if (!by) requireHolder(context, "renew-escrow");',
    'requireConfirmedInLockdown(context, "renew-escrow");',
    'const bytes = (pointer: Pointer) => encode(pointerFields, pointer, "escrow");',
  ],
  [
    "review",
    'const by = body.by ? authorOf(context) : requireHolder(context, "review");',
    'requireConfirmedInLockdown(context, "review");',
    'requireManage(context, by, "review");',
    'requireActiveList(before, "approve", body.approve);',
    'requireActiveList(before, "remove", body.remove);',
    'requireEscrowLog(context, "disowning");',
  ],
  [
    "rotate",
    'const by = requireHolder(context, "rotate");',
    'requireConfirmedInLockdown(context, "rotate");',
    'requireManage(context, by, "rotate");',
  ],
];

export const LINKS: readonly Explained[] = [
  ...TEXTS.flatMap(([name, ...lines]) =>
    lines.map((line) => ({ file: folder(name), line, becomes: ['""'], why: "only the text and details of an error" })),
  ),
  ...["expel", "genesis", "join"].map((name) => ({
    file: folder(name),
    line: 'missing: "never",',
    becomes: ['""'],
    why: "Asked for authors only, and who writes this link is no member yet, or the operator: nothing of theirs is missing.",
  })),
  ...["lockdown", "rekey", "renew-escrow", "review", "rotate"].map((name) => ({
    file: folder(name),
    line: 'missing: "any",',
    becomes: ['""'],
    why: 'Only "never" and "past" are asked for; the third word of the union stands for neither.',
  })),
  {
    file: folder("lockdown"),
    line: "if (!isFounding(by)) {",
    becomes: ["{}", "false"],
    why: "An author who is not founding is itself an active member of another class, which the check below refuses by the same rule, with words that fit worse.",
  },
];
