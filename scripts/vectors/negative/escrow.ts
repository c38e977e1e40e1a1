// Attacks that only both logs together show: pointers, acts of admins, and whether escrow is ready. docs/spec.md sections 8 and 11
// (ESC-1, ESC-3, ESC-4, ESC-6, ESC-8).

import type { RuleId } from "../../../src/errors.js";
import type { Pointer } from "../../../src/log/fields.js";
import { newestPointer } from "../../../src/trust/pointer.js";
import {
  dismiss,
  enroll,
  epochSigner,
  hire,
  openEscrow,
  openOrganisation,
  paper,
  policyBy,
  recoverBy,
  write,
} from "../../../test/escrow/support.js";
import { idBytes, type RawBody, type RawSigner } from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, type World } from "../../../test/support/world.js";
import { changed } from "../attack.js";
import type { EscrowAttack, Pair } from "../escrow-attack.js";
import { alone, ready, staffed, user } from "../worlds.js";

const later = dismiss(staffed, "Bob");
const other = openOrganisation("vectors of another organisation");
const fake = keysNamed("a fake epoch").publicKeys;
const pointer = newestPointer(staffed.log);
/** Bob, who is dismissed in {@link later}, goes on from before that. */
const fork = staffed.rotate("Bob").rotate("Bob");

/** A user whose device enrolled a pointer of its own making. */
const pointing = (change: Partial<Pointer>): World =>
  alone.act("Laptop", "enrolls a pointer", write("enroll", { escrow: { ...pointer, ...change } }));
const honest: Pair = { user, escrow: staffed };
const judged = (
  name: string,
  description: string,
  verdict: string,
  bad: Pair,
  rules: readonly RuleId[] = ["ESC-3"],
): EscrowAttack => ({
  ...{ name, description, rules, question: "pointer", bad, good: honest, answer: { bad: verdict, good: "newest" } },
});
const inStaffed = (change: Partial<Pointer>): Pair => ({ user: pointing(change), escrow: staffed });

const POINTERS: readonly EscrowAttack[] = [
  judged("pointer_to_keys_of_ones_own", "A thief's device makes escrow's keys itself.", "false", inStaffed(fake)),
  judged("pointer_with_another_kem_key", "Only the KEM key is not the epoch's.", "false", inStaffed({ kem: fake.kem })),
  judged(
    "pointer_with_another_signing_key",
    "Only the signing key is not the epoch's.",
    "false",
    inStaffed({ sign: fake.sign }),
  ),
  judged(
    "pointer_to_an_old_epoch_far_ahead",
    "A true old epoch at a head far ahead, which must not make it one that nobody renews.",
    "older",
    { user: pointing({ seq: 1_000_000 }), escrow: later },
    ["ESC-4", "ESC-6"],
  ),
  judged(
    "pointer_ahead_of_the_escrow_log",
    "The escrow log at hand does not have the pointer's epoch: it is an older state.",
    "ahead",
    { user: enroll(alone, "Laptop", later), escrow: staffed },
    ["ESC-4"],
  ),
  judged(
    "pointer_seen_from_a_fork",
    "A dismissed admin forked the escrow log, and made another epoch of the same number.",
    "false",
    { user: enroll(alone, "Laptop", later), escrow: fork },
    ["ESC-4"],
  ),
  judged(
    "pointer_to_another_log",
    "The pointer is into another organisation's log.",
    "other-log",
    { user: enroll(alone, "Laptop", other), escrow: staffed },
    ["ESC-4"],
  ),
  judged(
    "pointer_to_the_epoch_of_a_dismissed_admin",
    "An admin was removed since, and still holds the epoch.",
    "older",
    { user, escrow: later },
    ["ESC-4", "ESC-6"],
  ),
];

const locked = user.join("Phone");
const approve = { approve: ["Phone"] } as const;
const believed = recoverBy(locked, staffed, "Bob", approve);
const act = (
  name: string,
  description: string,
  bad: Pair,
  good: Pair = { user: believed, escrow: staffed },
): EscrowAttack => ({
  ...{
    name,
    description,
    rules: ["ESC-8"],
    question: "act",
    bad,
    good,
    answer: { bad: "unverified", good: "verified" },
  },
});
/** Bob's honest act with another actor. */
const actedBy = (change: (by: RawBody) => unknown, admin: RawSigner): World =>
  locked.append(changed(believed, (body) => change(body.get("by") as RawBody), epochSigner(staffed, "Ann"), admin));
const bob = staffed.signer("Bob");
const eve = hire(staffed, "Eve", ["discover"]);

const ACTS: readonly EscrowAttack[] = [
  act("act_of_an_admin_dismissed_since", "The admin was removed after the act.", { user: believed, escrow: later }),
  act("act_of_an_admin_before_its_admission", "The named head is from before the admin was let in.", {
    user: actedBy((by) => by.set("seq", 3).set("hash", idBytes(staffed.log.links.at(2)?.hash as string)), bob),
    escrow: staffed,
  }),
  act("act_at_a_head_that_is_none", "The named head is none of the escrow log's.", {
    user: actedBy((by) => by.set("hash", new Uint8Array(32)), bob),
    escrow: staffed,
  }),
  act("act_of_a_stranger", "The key that signed as admin is nobody's in the escrow log.", {
    user: actedBy((by) => by.set("admin", keysNamed("a stranger").sign), keysNamed("a stranger")),
    escrow: staffed,
  }),
  act("act_of_an_admin_without_recover", "The admin has the role discover only.", {
    user: actedBy(
      (by) =>
        by.set("admin", eve.signer("Eve").sign).set("seq", eve.log.head.seq).set("hash", idBytes(eve.log.head.hash)),
      eve.signer("Eve"),
    ),
    escrow: eve,
  }),
];

const opened = openEscrow("vectors", { operator: true });
const disabled = policyBy(ready, "Ann", { enabled: false }, OPERATOR);
const needs = (name: string, description: string, escrow: World, bad: readonly string[]): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-1"], question: "needs", bad: { user, escrow }, good: { user, escrow: ready } },
  answer: { bad, good: [] },
});
const READY: readonly EscrowAttack[] = [
  needs("escrow_without_a_backup_key", "One admin's device and nothing else.", opened, ["backup-key", "enabled"]),
  needs("escrow_not_enabled", "A device and a paper, and a policy that is not enabled.", paper(opened), ["enabled"]),
  needs("escrow_disabled", "Admin and operator have disabled escrow.", disabled, ["enabled"]),
];

export const ESCROW: readonly EscrowAttack[] = [...POINTERS, ...ACTS, ...READY];
