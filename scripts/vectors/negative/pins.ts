// Logs that contradict what was verified before, contacts that others changed, and false evidence: docs/spec.md sections 10 and 13
// (LOG-8).

import { concat } from "../../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import { toHex } from "../../../src/bytes/text.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { decodeEntry } from "../../../src/log/entry.js";
import { compareStatements } from "../../../src/log/equivocation.js";
import { type ContradictionKind, type Evidence, encodeEvidence, makeEvidence } from "../../../src/log/evidence.js";
import { labelledHash } from "../../../src/primitives/hash.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { recoverBy } from "../../../test/escrow/support.js";
import { mutate, type RawSigner } from "../../../test/support/raw-link.js";
import { HOUR, NOON, partsOfStatement, statement, statementOf } from "../../../test/support/service.js";
import { OPERATOR, openWorld, type World } from "../../../test/support/world.js";
import { bare } from "../entries.js";
import {
  type ContactVector,
  type EvidenceVector,
  type ExpectedError,
  type PinVector,
  text,
  texts,
  type VectorFile,
} from "../format.js";
import { prefixOf } from "../prefixes.js";
import { alone, bob, joined, staffed, two, user } from "../worlds.js";

const forked = joined.review("Laptop", { remove: ["Phone"] });
const longer = two.rotate("Laptop");
const other = openWorld("vectors of another first link");

const asked = user.join("Phone");
const admitted = recoverBy(asked, staffed, "Bob", { approve: ["Phone"] });
const asking = user.join("Stranger").join("Phone").join("Tablet");
const restored = recoverBy(asking, staffed, "Bob", { approve: ["Phone", "Tablet"], remove: ["Laptop"] });
const led = recoverBy(
  asked
    .join("Tablet")
    .review("Phone", { approve: ["Tablet"] })
    .join("Watch"),
  staffed,
  "Bob",
  { approve: ["Tablet", "Watch"], remove: ["Laptop"] },
);

/** The entries of a log with one of a later version in the place of another, signed by the author of the replaced one. */
const later = ({ entries }: World, at: number, ...signers: readonly RawSigner[]): readonly Uint8Array[] =>
  entries.map((entry, index) => (index === at ? mutate(entry, { body: (body) => body.set("v", 2), signers }) : entry));
const laptop = alone.signer("Laptop");
const phone = joined.signer("Phone");
const UNKNOWN: readonly (readonly [
  name: string,
  description: string,
  code: ErrorCode,
  bad: readonly Uint8Array[],
  alone: ExpectedError,
])[] = [
  [
    "fork_of_a_later_version",
    "At the pinned position stands another link, of a version that nobody knows here.",
    "FORKED",
    later(forked, 2, laptop),
    { code: "INVALID_LINK", rule: "LOG-2" },
  ],
  [
    "fork_behind_a_later_version",
    "A link of a later version stands before the pinned position, and there another link than the pinned one.",
    "FORKED",
    later(forked, 1, phone),
    { code: "INVALID_LINK", rule: "LOG-2" },
  ],
  [
    "replaced_by_a_log_of_a_later_version",
    "Another first link, of a later version.",
    "REPLACED",
    later(other, 0, other.signer("Laptop")),
    { code: "INVALID_LINK", rule: "LOG-2" },
  ],
  [
    "rolled_back_behind_a_later_version",
    "The list ends before the pinned position, and its newest link is of a later version.",
    "ROLLED_BACK",
    later(joined, 1, phone),
    { code: "INVALID_LINK", rule: "LOG-2" },
  ],
];

const PINS: readonly (readonly [name: string, description: string, code: ErrorCode, bad: World])[] = [
  ["forked_log", "Another valid link stands at the newest position that was verified.", "FORKED", forked],
  [
    "forked_log_that_went_on",
    "Another history of the same log, longer than what was verified.",
    "FORKED",
    forked.rotate("Laptop").rotate("Laptop"),
  ],
  ["rolled_back_log", "The newest link that was verified is withheld.", "ROLLED_BACK", joined],
  ["rolled_back_to_the_first_link", "All links but the first are withheld.", "ROLLED_BACK", alone],
  ["replaced_log", "Another log of the same subject.", "REPLACED", other],
  ["log_of_somebody_else", "Another subject's log, where one's own is pinned.", "WRONG_SUBJECT", bob],
];

const CONTACTS: readonly (readonly [name: string, description: string, before: World, bad: World, good: World])[] = [
  [
    "stranger_joined",
    "A device joined that nobody approved. The twin was approved since.",
    two,
    two.join("Thief"),
    two.join("Tablet").review("Laptop", { approve: ["Tablet"] }),
  ],
  [
    "operator_expelled_a_device",
    "The operator expelled a device. The twin was removed by its owner.",
    two,
    two.expel("Phone"),
    two.review("Laptop", { remove: ["Phone"] }),
  ],
  [
    "class_left_to_a_stranger",
    "The owner's device left, and a device that had joined before goes on. The twin is the owner's own rotate.",
    joined,
    joined.leave("Laptop").rotate("Phone"),
    joined.rotate("Laptop"),
  ],
  [
    "admitted_by_an_admin_and_founding_in_hindsight",
    "An admin had approved a device; the last founding device leaves, and that device goes on. The twin is the leaving alone.",
    admitted,
    admitted.leave("Laptop").rotate("Phone"),
    admitted.leave("Laptop"),
  ],
  [
    "stranger_older_than_the_restored",
    "A device that had joined before the restored ones goes on. The twin is by the youngest device that escrow restored.",
    restored,
    restored.rotate("Stranger"),
    restored.rotate("Tablet"),
  ],
  [
    "stranger_that_approved_the_restored",
    "A device goes on that had approved a restored one before it was restored. The twin is by one that it had not approved.",
    led,
    led.rotate("Phone"),
    led.rotate("Watch"),
  ],
];

const links = ({ log }: World) => [...log.links].map(({ bytes }) => bytes);
const evidenceOf = (kind: ContradictionKind, pinned: World, theirs: readonly Uint8Array[]): Evidence =>
  makeEvidence(kind, pinned.log.subject, pinned.log, theirs);
const fork = evidenceOf("forked", two, links(forked));
const rollback = evidenceOf("rolled-back", two, links(joined));
const replacement = evidenceOf("replaced", two, links(other));

const equivocated = compareStatements(two.log, statement(two), statement(forked, NOON + HOUR)) as Evidence;
const forgedStatement = (() => {
  const [head, , ...certificate] = partsOfStatement(statement(forked, NOON + HOUR));
  const signature = OPERATOR.signLabelled("keystead/v1/head", head);
  return statementOf([head, signature, ...certificate]);
})();
/** A fork, one side of which ends with a link of a later version. */
const unknownFork: Evidence = (() => {
  const unknown = later(two, 2, laptop).map((entry) => decodeEntry(entry).link.bytes);
  const hash = toHex(labelledHash(LABELS.linkHash, unknown[2] as Uint8Array)) as Evidence["pinned"]["hash"];
  return { ...fork, ours: unknown, pinned: { ...fork.pinned, hash } };
})();

/** Evidence with the statements of other evidence. */
function withStatements(bytes: Uint8Array, from: Uint8Array): Uint8Array {
  const [body, other] = [bytes, from].map((each) => decodeCbor(each, { name: "evidence", maxBytes: each.length })) as [
    Map<string, CborValue>,
    Map<string, CborValue>,
  ];
  return encodeCbor(new Map([...body, ["statements", other.get("statements") as CborValue]]));
}

interface EvidenceAttack {
  readonly name: string;
  readonly description: string;
  readonly code: ErrorCode;
  readonly rule?: RuleId;
  readonly bad: Evidence | Uint8Array;
  readonly good?: Evidence;
}

const EVIDENCE: readonly EvidenceAttack[] = [
  {
    name: "fork_between_equals",
    description: "Both sides of a fork are one history.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, theirs: fork.ours },
  },
  {
    name: "fork_that_goes_on",
    description: "One side of a fork only continues the other.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, theirs: links(longer) },
  },
  {
    name: "fork_of_two_logs",
    description: "The sides of a fork are two logs.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, theirs: links(other) },
  },
  {
    name: "own_side_ends_elsewhere",
    description: "The pinned head is not where its own links end.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, ours: links(longer) },
  },
  {
    name: "fork_of_nothing",
    description: "What is called a fork has no offered links. The twin is a rollback to an empty log.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, theirs: [] },
    good: { ...rollback, theirs: [] },
  },
  {
    name: "rollback_to_more",
    description: "What is called a rollback is longer than what was pinned.",
    code: "INVALID_ARGUMENT",
    bad: { ...rollback, theirs: links(longer) },
    good: rollback,
  },
  {
    name: "rollback_of_another_history",
    description: "The shorter log is no beginning of the pinned one.",
    code: "INVALID_ARGUMENT",
    bad: { ...evidenceOf("rolled-back", longer, links(forked)) },
    good: evidenceOf("rolled-back", longer, links(two)),
  },
  {
    name: "replacement_by_itself",
    description: "What is called a replacement is the pinned log.",
    code: "INVALID_ARGUMENT",
    bad: { ...replacement, theirs: links(two) },
    good: replacement,
  },
  {
    name: "evidence_about_somebody_else",
    description: "The links are of another subject than the evidence names.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, subject: "mallory@example.org" },
  },
  {
    name: "forged_side",
    description: "A link of one side has a signature that is not valid.",
    code: "INVALID_SIGNATURE",
    rule: "LOG-4",
    bad: {
      ...fork,
      theirs: fork.theirs.map((link, at) =>
        at === 2 ? link.map((byte, each) => (each === link.length - 1 ? byte ^ 1 : byte)) : link,
      ),
    },
  },
  {
    name: "equivocation_of_a_log_that_grew",
    description: "Two statements of which the later one has more links.",
    code: "INVALID_ARGUMENT",
    bad: { ...equivocated, statements: [statement(two), statement(longer, NOON + HOUR)] },
    good: equivocated,
  },
  {
    name: "equivocation_in_the_other_order",
    description: "Two statements that contradict each other, the later one first.",
    code: "INVALID_ARGUMENT",
    bad: { ...equivocated, statements: [...(equivocated.statements ?? [])].reverse() as never },
    good: equivocated,
  },
  {
    name: "equivocation_about_another_head",
    description: "The pinned head is not that of the earlier statement.",
    code: "INVALID_ARGUMENT",
    bad: { ...equivocated, pinned: forked.log.head },
    good: equivocated,
  },
  {
    name: "equivocation_with_a_forged_statement",
    description: "Another key than the certified one signed a statement.",
    code: "INVALID_SIGNATURE",
    rule: "SVC-1",
    bad: { ...equivocated, statements: [statement(two), forgedStatement] },
    good: equivocated,
  },
  {
    name: "equivocation_with_more_than_the_first_link",
    description: "The evidence has two links, and the first alone is to be there.",
    code: "INVALID_ARGUMENT",
    bad: { ...equivocated, theirs: links(joined) },
    good: equivocated,
  },
  {
    name: "fork_with_statements",
    description: "Evidence of a fork has statements, which only an equivocation has.",
    code: "INVALID_ENCODING",
    rule: "ENC-2",
    bad: withStatements(encodeEvidence(fork), encodeEvidence(equivocated)),
  },
  {
    name: "fork_behind_a_later_version_as_evidence",
    description: "Two histories that are one up to their end, where both have a link of a later version: the same one.",
    code: "INVALID_ARGUMENT",
    bad: { ...fork, ours: unknownFork.ours, theirs: unknownFork.ours, pinned: unknownFork.pinned },
    good: unknownFork,
  },
  {
    name: "evidence_of_unknown_kind",
    description: "A kind that there is not.",
    code: "INVALID_ENCODING",
    rule: "ENC-2",
    bad: otherKind(encodeEvidence(fork)),
  },
  {
    name: "evidence_with_trailing_byte",
    description: "A byte follows the evidence.",
    code: "INVALID_ENCODING",
    rule: "ENC-2",
    bad: concat(encodeEvidence(fork), Uint8Array.of(0)),
  },
];

/** `forked` as `forkee`. */
function otherKind(bytes: Uint8Array): Uint8Array {
  const at = String.fromCharCode(...bytes.subarray(0, 64)).indexOf("forked") + 5;
  return bytes.map((byte, index) => (index === at ? 0x65 : byte));
}

export function pinFiles(): readonly VectorFile[] {
  const load = { subject: two.log.subject, kind: "user" } as const;
  const pinned = prefixOf(two);
  const known = PINS.map(([name, description, code, bad]): VectorFile => {
    const error = { code, rule: "LOG-8" } as const;
    const more = { pinned, bad: prefixOf(bad), good: prefixOf(longer), error };
    // If links are only withheld, the entries that come are not at fault.
    const alone = code === "ROLLED_BACK" ? null : error;
    const vector: PinVector = { description, rules: ["LOG-8"], load, ...more, alone };
    return [`negative/pins/${name}.json`, vector];
  });
  const unknown = UNKNOWN.map(([name, description, code, bad, alone]): VectorFile => {
    const sides = { pinned, bad: texts(bad.map(bare)), good: prefixOf(longer) };
    const error = { code, rule: "LOG-8" } as const;
    // A reader that has all verified links sees another hash at the first unknown link.
    const pin = code === "ROLLED_BACK" ? { only: "head" as const } : {};
    const vector: PinVector = { description, rules: ["LOG-1", "LOG-8"], load, ...pin, ...sides, error, alone };
    return [`negative/pins/${name}.json`, vector];
  });
  const contacts = CONTACTS.map(([name, description, before, bad, good]): VectorFile => {
    const since = (world: World) => texts(world.entries.slice(before.entries.length).map(bare));
    const status = { bad: "extended-by-others", good: "extended" };
    const sides = { pinned: prefixOf(before), bad: since(bad), good: since(good) };
    const vector: ContactVector = { description, rules: [], load, ...sides, status };
    return [`negative/contacts/${name}.json`, vector];
  });
  const evidence = EVIDENCE.map(({ name, description, code, rule, bad, good = fork }): VectorFile => {
    const bytes = (side: Evidence | Uint8Array) => text(side instanceof Uint8Array ? side : encodeEvidence(side));
    const error = { code, rule };
    const rules: readonly RuleId[] = name.startsWith("equivocation") ? ["SVC-5"] : ["LOG-8"];
    const vector: EvidenceVector = { description, rules, bad: bytes(bad), good: bytes(good), error };
    return [`negative/evidence/${name}.json`, vector];
  });
  return [...known, ...unknown, ...contacts, ...evidence];
}
