// Attacks on what a device does about escrow: forks, pointers that contradict the escrow log, members whom nobody is to believe.
// docs/spec.md section 11 (ESC-4 to ESC-6, ESC-8).

import type { RuleId } from "../../../src/errors.js";
import type { Pointer } from "../../../src/log/fields.js";
import type { Head } from "../../../src/log/state.js";
import { newestPointer } from "../../../src/trust/pointer.js";
import {
  dismiss,
  enroll,
  hire,
  openOrganisation,
  recoverBy,
  renew,
  reviewEscrow,
  write,
} from "../../../test/escrow/support.js";
import { mutate, setField } from "../../../test/support/raw-link.js";
import { keysNamed, type World } from "../../../test/support/world.js";
import type { EscrowAttack, Pair } from "../escrow-attack.js";
import type { EscrowVector } from "../format.js";
import { alone, ready, staffed, user } from "../worlds.js";

const later = dismiss(staffed, "Bob");
/** Bob's forks of the escrow log from before his dismissal: longer than the true one, and as long. */
const fork = staffed.rotate("Bob").rotate("Bob");
const short = staffed.rotate("Bob");
const other = openOrganisation("vectors of another organisation");
const renewed = renew(user, "Laptop", later);
const fake = keysNamed("a fake epoch").publicKeys;

/** A member points escrow wherever it likes. */
const point = (world: World, by: string, escrow: Pointer): World =>
  world.act(by, `points to ${escrow.seq} ${escrow.epoch}`, write("renew-escrow", { escrow }));
const head = (world: World): Head => world.log.head;

interface Asked {
  readonly member?: string;
  /** What the user confirmed: the escrow log before Bob's dismissal unless told, nothing if null. */
  readonly confirmed?: Head | null;
}

const duty = (
  name: string,
  description: string,
  rules: readonly RuleId[],
  bad: Pair,
  good: Pair,
  answer: EscrowVector["answer"],
  { member = alone.id("Laptop"), confirmed = head(staffed) }: Asked = {},
): EscrowAttack => ({
  ...{ name, description, rules, question: "duty", bad, good, answer },
  more: { device: { member, ...(confirmed && { confirmed }) } },
});

const enrolledByPhone = enroll(alone.join("Phone"), "Phone", staffed);
const NOT_DONE: readonly EscrowAttack[] = [
  duty(
    "escrow_log_that_nobody_confirmed",
    "The server offers another organisation's log than the user confirmed.",
    ["ESC-4", "ESC-5"],
    { user: alone, escrow: other },
    { user: alone, escrow: staffed },
    { bad: "confirm", good: "enroll" },
  ),
  duty(
    "escrow_log_older_than_confirmed",
    "The server offers an older state of the confirmed log.",
    ["ESC-4", "ESC-5"],
    { user: alone, escrow: ready },
    { user: alone, escrow: later },
    { bad: "fetch", good: "enroll" },
  ),
  duty(
    "escrow_behind_its_enroller",
    "Escrow was enrolled by a younger device and lacks what an older one holds.",
    ["ESC-5"],
    { user: enrolledByPhone, escrow: staffed },
    { user, escrow: staffed },
    { bad: "extend", good: "nothing" },
  ),
  duty(
    "escrow_not_renewed",
    "The escrow epoch has changed and the pointer has not.",
    ["ESC-6"],
    { user, escrow: later },
    { user: renewed, escrow: later },
    { bad: "renew", good: "nothing" },
  ),
];

const lied = point(user, "Laptop", { ...newestPointer(staffed.log), ...fake });
const withPhone = user.join("Phone");
const family = renewed
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Thief");
const taken = reviewEscrow(family, "Thief", "remove");
const back = point(family, "Thief", newestPointer(staffed.log));
const ahead: Pointer = { ...newestPointer(staffed.log), seq: 1_000_000 };
const contradicted = point(user, "Laptop", {
  ...newestPointer(staffed.log),
  hash: "22".repeat(32) as Pointer["hash"],
  seq: later.log.head.seq,
});
const inLockdown = lied.lockdown("Laptop", true).join("Phone");
const CONTRADICTED: readonly EscrowAttack[] = [
  duty(
    "fork_of_the_escrow_log",
    "A dismissed admin forked the escrow log: there the true pointer looks false. Whoever renewed would hand everything over.",
    ["ESC-4"],
    { user: renewed, escrow: fork },
    { user: renewed, escrow: later },
    { bad: "confirm", good: "nothing" },
  ),
  duty(
    "fork_no_longer_than_the_pointers_head",
    "The fork ends at the position that the true pointer names.",
    ["ESC-4"],
    { user: renewed, escrow: short },
    { user: renewed, escrow: later },
    { bad: "confirm", good: "nothing" },
  ),
  duty(
    "fork_where_nobody_confirmed",
    "The same on a device whose user never confirmed any escrow log.",
    ["ESC-4"],
    { user: renewed, escrow: fork },
    { user: renewed, escrow: later },
    { bad: "confirm", good: "nothing" },
    { confirmed: null },
  ),
  duty(
    "pointer_at_a_head_that_never_was",
    "The keys are the newest epoch's and the head is none of the escrow log's: one of the two lies. The twin names the true head.",
    ["ESC-4"],
    {
      user: point(user, "Laptop", { ...newestPointer(later.log), hash: "11".repeat(32) as Pointer["hash"] }),
      escrow: later,
    },
    { user: renewed, escrow: later },
    { bad: "confirm", good: "nothing" },
  ),
  duty(
    "lie_that_the_user_saw_through",
    "The head never was and the keys are nobody's, and the user has confirmed the escrow log to its end.",
    ["ESC-4"],
    { user: point(user, "Laptop", { ...newestPointer(later.log), ...fake, seq: 1_000_000 }), escrow: later },
    { user: renewed, escrow: later },
    { bad: "renew", good: "nothing" },
    { confirmed: head(later) },
  ),
  duty(
    "old_epoch_far_ahead",
    "A true old epoch at a head far ahead is renewed like any old one.",
    ["ESC-4", "ESC-6"],
    { user: point(user, "Laptop", { ...newestPointer(staffed.log), seq: 1_000_000 }), escrow: later },
    { user: renewed, escrow: later },
    { bad: "renew", good: "nothing" },
  ),
  duty(
    "contradiction_behind_an_old_epoch_far_ahead",
    "A founding device named a head that the escrow log does not have, and then an old epoch far ahead, which says nothing. A thief renewed.",
    ["ESC-4"],
    {
      user: point(point(contradicted, "Laptop", ahead).join("Thief"), "Thief", newestPointer(later.log)),
      escrow: later,
    },
    { user: point(point(user, "Laptop", ahead).join("Thief"), "Thief", newestPointer(later.log)), escrow: later },
    { bad: "confirm", good: "nothing" },
  ),
  duty(
    "renewal_by_a_device_that_waits_in_lockdown",
    "The pointer's keys are false, and the device may not act, since it joined in lockdown. The twin's lockdown has ended.",
    ["ESC-4", "MEM-5"],
    { user: inLockdown, escrow: later },
    { user: inLockdown.lockdown("Laptop", false), escrow: later },
    { bad: "wait", good: "renew" },
    { member: inLockdown.id("Phone") },
  ),
  duty(
    "enrolled_in_another_log_than_confirmed",
    "The founding device enrolled one organisation's log, and on this device the user confirmed another's.",
    ["ESC-4", "ESC-5"],
    { user, escrow: staffed },
    { user: enroll(alone, "Laptop", other), escrow: other },
    { bad: "confirm", good: "nothing" },
    { confirmed: head(other) },
  ),
  duty(
    "moved_back_by_a_thief",
    "A younger device put back the escrow of an organisation that the user's founding device had left.",
    ["ESC-4", "ESC-5"],
    {
      user: enroll(
        reviewEscrow(enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", other).join("Thief"), "Thief", "remove"),
        "Thief",
        staffed,
      ),
      escrow: staffed,
    },
    { user, escrow: staffed },
    { bad: "confirm", good: "nothing" },
    { confirmed: null },
  ),
  duty(
    "false_pointer_and_an_unconfirmed_device",
    "The pointer's keys are false, so no admin can act, and the device's user confirmed. The twin's pointer is only old.",
    ["ESC-4"],
    { user: point(withPhone, "Laptop", { ...newestPointer(staffed.log), ...fake }), escrow: later },
    { user: withPhone, escrow: later },
    { bad: "renew", good: "wait" },
    { member: withPhone.id("Phone") },
  ),
  duty(
    "fork_once_escrow_is_removed",
    "A thief removed escrow, and the server offers a dismissed admin's fork to a device whose user confirmed long ago.",
    ["ESC-4"],
    { user: taken, escrow: fork },
    { user: taken, escrow: later },
    { bad: "confirm", good: "enroll" },
    { member: taken.id("Phone") },
  ),
  duty(
    "old_escrow_log_once_the_pointer_is_old",
    "A thief pointed escrow back, and the server withholds the links that the founding device has named.",
    ["ESC-4"],
    { user: back, escrow: staffed },
    { user: back, escrow: later },
    { bad: "fetch", good: "renew" },
    { member: back.id("Phone") },
  ),
  duty(
    "granted_to_false_keys",
    "The log says that escrow holds what was sealed to a thief's keys, which no admin opens.",
    ["ESC-3"],
    { user: renew(lied, "Laptop", later), escrow: later },
    { user: renewed, escrow: later },
    { bad: "regrant", good: "nothing" },
  ),
];

/** Two who know the password, one of whom approves the other, and Bob's word for that one. */
const two = user.join("Accomplice").join("Thief");
const vouched = two.review("Accomplice", { approve: ["Thief"] });
const acted = recoverBy(vouched, staffed, "Bob", { approve: ["Thief"] });
/** Laptop gave up an epoch, so that Bob has something to give it. */
const poor = two.append(
  mutate(two.rotate("Laptop").last, { body: setField("missing", [[1, 1]]), signers: [two.signer("Laptop")] }),
);
const laptopOnly = recoverBy(poor, staffed, "Bob", { approve: ["Laptop"] });
const second = recoverBy(two, staffed, "Bob", { approve: ["Thief"] })
  .enroll("Thief", "Second")
  .leave("Thief");
const strangers = withPhone.join("Thief");
const beside = recoverBy(strangers, staffed, "Bob", { approve: ["Thief"] });
const hired = hire(staffed, "Carl", ["discover"]);
/** Somebody moved escrow to another organisation and removed it. Once Laptop has left, Thief, whom Bob approved, is founding. */
const movedBy = (name: string): World =>
  reviewEscrow(enroll(reviewEscrow(beside, name, "remove"), name, other), name, "remove").leave("Laptop");
const ids = (world: World, ...names: readonly string[]) => [...world.ids(...names)].sort();

const unverified = (
  name: string,
  description: string,
  bad: Pair,
  good: Pair,
  answer: EscrowVector["answer"],
): EscrowAttack => ({ name, description, rules: ["ESC-8"], question: "unverified", bad, good, answer });

const BROUGHT_IN: readonly EscrowAttack[] = [
  unverified(
    "unverified_behind_an_accomplice",
    "An accomplice approved whom a dismissed admin brought in, too. In the twin the admin was not dismissed.",
    { user: acted, escrow: later },
    { user: acted, escrow: staffed },
    { bad: ids(acted, "Thief"), good: [] },
  ),
  unverified(
    "unverified_that_removed_who_could_vouch",
    "The member that a dismissed admin brought in removed the accomplice, and the admin the owner's device.",
    {
      user: recoverBy(vouched, staffed, "Bob", { approve: ["Thief"], remove: ["Laptop"] }).review("Thief", {
        remove: ["Accomplice"],
      }),
      escrow: later,
    },
    { user: vouched, escrow: later },
    { bad: ids(vouched, "Thief"), good: [] },
  ),
  unverified(
    "unverified_through_one_that_left",
    "Whom a dismissed admin brought in enrolled another and left. The twin's owner has approved that one since.",
    { user: second, escrow: later },
    { user: second.review("Laptop", { approve: ["Second"] }), escrow: later },
    { bad: ids(second, "Second"), good: [] },
  ),
  unverified(
    "owners_device_approved_by_a_dismissed_admin",
    "A dismissed admin approved the owner's first device along with a thief's, to have it removed. The twin has the owner's alone.",
    { user: recoverBy(poor, staffed, "Bob", { approve: ["Laptop", "Thief"] }), escrow: later },
    { user: laptopOnly, escrow: later },
    { bad: ids(poor, "Thief"), good: [] },
  ),
  duty(
    "unverified_not_removed",
    "Nothing is granted before those whom a dismissed admin brought in are removed.",
    ["ESC-8"],
    { user: acted, escrow: later },
    { user: laptopOnly, escrow: later },
    { bad: "remove-unverified", good: "renew" },
  ),
  duty(
    "unverified_that_removed_escrow",
    "Whom a dismissed admin brought in removed escrow, to be forgotten. In the twin the admin was not dismissed.",
    ["ESC-8"],
    { user: reviewEscrow(acted, "Thief", "remove"), escrow: later },
    { user: reviewEscrow(acted, "Thief", "remove"), escrow: staffed },
    { bad: "remove-unverified", good: "enroll" },
  ),
  duty(
    "unverified_beside_a_device_that_is_too",
    "A dismissed admin brought in the owner's new device and a thief's; the owner's sees the thief's. The twin has the owner's alone.",
    ["ESC-8"],
    { user: recoverBy(strangers, staffed, "Bob", { approve: ["Phone", "Thief"], remove: ["Laptop"] }), escrow: later },
    { user: recoverBy(strangers, staffed, "Bob", { approve: ["Phone"], remove: ["Laptop"] }), escrow: later },
    { bad: "remove-unverified", good: "renew" },
    { member: strangers.id("Phone") },
  ),
  duty(
    "unverified_beside_a_device_that_is_not_confirmed",
    "A device that nobody approved leaves those whom a dismissed admin brought in to others. The twin's device is confirmed.",
    ["ESC-8"],
    { user: reviewEscrow(beside, "Thief", "remove"), escrow: later },
    { user: reviewEscrow(beside, "Thief", "remove").review("Laptop", { approve: ["Phone"] }), escrow: later },
    { bad: "wait", good: "remove-unverified" },
    { member: strangers.id("Phone") },
  ),
  duty(
    "unverified_who_moved_escrow",
    "Whom a dismissed admin brought in enrolled another organisation's log. In the twin the owner's device did, and removed it.",
    ["ESC-8"],
    { user: enroll(reviewEscrow(beside, "Thief", "remove"), "Thief", other), escrow: later },
    { user: enroll(reviewEscrow(strangers, "Laptop", "remove", { remove: ["Thief"] }), "Phone", other), escrow: later },
    { bad: "remove-unverified", good: "remove" },
  ),
  duty(
    "escrow_log_named_by_a_founding_device_that_a_dismissed_admin_made",
    "A thief whom a dismissed admin made founding named its own organisation's log. The twin's was named by the first device, which left.",
    ["ESC-4", "ESC-8"],
    { user: movedBy("Thief"), escrow: other },
    { user: movedBy("Laptop"), escrow: other },
    { bad: "confirm", good: "wait" },
    { member: strangers.id("Phone"), confirmed: null },
  ),
  duty(
    "recovery_at_a_head_that_is_withheld",
    "The server withholds the escrow log's newest links, at whose head an admin recovered a device.",
    ["ESC-8"],
    { user: recoverBy(withPhone, hired, "Bob", { approve: ["Phone"] }), escrow: staffed },
    { user: recoverBy(withPhone, hired, "Bob", { approve: ["Phone"] }), escrow: hired },
    { bad: "fetch", good: "nothing" },
  ),
];

export const DUTIES: readonly EscrowAttack[] = [...NOT_DONE, ...CONTRADICTED, ...BROUGHT_IN];
