// Attacks that only both logs together show: on pointers, on epochs granted to escrow, on escrow that is not ready. docs/spec.md
// sections 8 and 11 (ESC-1, ESC-3, ESC-4, ESC-6, ESC-11).

import type { Runs } from "../../../src/bytes/runs.js";
import type { RuleId } from "../../../src/errors.js";
import type { Pointer } from "../../../src/log/fields.js";
import { newestPointer } from "../../../src/trust/pointer.js";
import {
  dismiss,
  enroll,
  openEscrow,
  openOrganisation,
  paper,
  policyBy,
  reviewEscrow,
  write,
} from "../../../test/escrow/support.js";
import { keysNamed, OPERATOR, pointerKeys, type World } from "../../../test/support/world.js";
import type { EscrowAttack, Pair } from "../escrow-attack.js";
import { alone, ready, managed as staffed, client as user } from "../worlds.js";

const later = dismiss(staffed, "Bob");
const other = openOrganisation("vectors of another organisation");
const fake = pointerKeys(keysNamed("a fake epoch"));
const pointer = newestPointer(staffed.log);
/** Bob, who is dismissed in {@link later}, continues from the log before that. */
const fork = staffed.rotate("Bob").rotate("Bob");

/** A user whose device enrolled a pointer that it made up. */
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

/** A device points escrow at a log of its choice. */
const point = (world: World, escrow: Pointer): World =>
  world.append(write("renew-escrow", { escrow })(world.session("Laptop"), world.env(`points ${escrow.seq}`)).entry);
const claimed = (
  name: string,
  description: string,
  bad: Pair,
  runs: Runs,
  good: Pair = honest,
  twin: Runs = [[1, 1]],
): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-3", "ESC-11"], question: "claimed", bad, good },
  answer: { bad: runs, good: twin },
});

const POINTERS: readonly EscrowAttack[] = [
  judged("pointer_to_keys_of_ones_own", "A thief's device makes escrow's keys itself.", "false", inStaffed(fake)),
  judged(
    "pointer_with_another_kem_key",
    "Only the KEM key is not the epoch's.",
    "false",
    inStaffed({ kemKey: fake.kemKey }),
  ),
  judged(
    "pointer_with_another_signing_key",
    "Only the signing key is not the epoch's.",
    "false",
    inStaffed({ signingKey: fake.signingKey }),
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

const opened = openEscrow("vectors", { operator: true });
const disabled = policyBy(ready, "Ann", { enabled: false }, OPERATOR);
const needs = (name: string, description: string, escrow: World, bad: readonly string[]): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-1"], question: "needs", bad: { user, escrow }, good: { user, escrow: ready } },
  answer: { bad, good: [] },
});
const CLAIMED: readonly EscrowAttack[] = [
  claimed(
    "claimed_by_false_keys",
    "What was granted to a thief's keys counts for nothing, although the log says that escrow holds it.",
    inStaffed(fake),
    [],
  ),
  claimed(
    "claimed_by_another_kem_key",
    "A pointer has the epoch's signing key and a thief's KEM key.",
    inStaffed({ kemKey: fake.kemKey }),
    [],
  ),
  claimed(
    "claimed_by_another_signing_key",
    "A pointer has the epoch's KEM key and a thief's signing key.",
    inStaffed({ signingKey: fake.signingKey }),
    [],
  ),
  claimed(
    "claimed_in_another_log",
    "Seen from another organisation's log nothing was granted.",
    { user, escrow: other },
    [],
  ),
  (() => {
    const moved = point(user, { ...pointer, ...fake });
    return claimed(
      "claimed_before_a_false_renewal",
      "A thief's device renewed to its own keys: what was granted to the true ones before stays claimed, what came since is not.",
      { user: moved, escrow: staffed },
      [[1, 1]],
      { user: point(user, { ...pointer, seq: pointer.seq - 1 }), escrow: staffed },
      [[1, 2]],
    );
  })(),
  (() => {
    const gone = reviewEscrow(user, "Laptop", "remove").rotate("Laptop");
    return claimed(
      "claimed_after_escrow_was_removed",
      "What removed escrow was granted stays claimed, and nothing that came since. The twin has it enrolled again.",
      { user: gone, escrow: staffed },
      [[1, 1]],
      { user: enroll(gone, "Laptop", staffed), escrow: staffed },
      [[1, 3]],
    );
  })(),
];

const READY: readonly EscrowAttack[] = [
  needs("escrow_without_a_backup_key", "One admin's device and nothing else.", opened, ["backup-key", "enabled"]),
  needs("escrow_not_enabled", "A device and a paper, and a policy that is not enabled.", paper(opened, ["manage"]), [
    "enabled",
  ]),
  needs(
    "escrow_paper_without_manage",
    "The only backup key has no role: at a disaster it could bring no new admin in.",
    paper(opened),
    ["backup-key", "enabled"],
  ),
  needs("escrow_disabled", "Admin and operator have disabled escrow.", disabled, ["enabled"]),
];

export const ESCROW: readonly EscrowAttack[] = [...POINTERS, ...READY, ...CLAIMED];
