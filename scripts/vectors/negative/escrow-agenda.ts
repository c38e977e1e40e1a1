// Attacks on a device's steps about escrow: forks, pointers that contradict the escrow log, members that nobody may believe.
// docs/spec.md section 11 (ESC-4 to ESC-6, ESC-8, ESC-10).

import type { Runs } from "../../../src/bytes/runs.js";
import type { RuleId } from "../../../src/errors.js";
import type { Pointer } from "../../../src/log/fields.js";
import { newestPointer, pointerTo } from "../../../src/trust/pointer.js";
import {
  dismiss,
  enroll,
  escrowOf,
  hire,
  joinWithholding,
  openOrganisation,
  policyBy,
  regrantEscrow,
  renew,
  renewedBy,
  renewedRaw,
  restore,
  reviewEscrow,
  write,
} from "../../../test/escrow/support.js";
import { reclaim, regrant } from "../../../test/support/accepted.js";
import { boxIndex, mutate, setField, withAttachment } from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, pointerKeys, type World } from "../../../test/support/world.js";
import type { EscrowAttack, Pair } from "../escrow-attack.js";
import type { Asking } from "../format.js";
import { secretsOf } from "../secrets.js";
import type { StepText } from "../steps.js";
import { alone, ready, managed as staffed, client as user } from "../worlds.js";

const later = dismiss(staffed, "Bob");
/** Bob's forks of the escrow log from before his dismissal: one longer than the true one, one as long. */
const fork = staffed.rotate("Bob").rotate("Bob");
const short = staffed.rotate("Bob");
const other = openOrganisation("vectors of another organisation");
const renewed = renew(user, "Laptop", later);
const fake = pointerKeys(keysNamed("a fake epoch"));

/** A member points escrow at a log of its choice. */
function point(world: World, by: string, escrow: Pointer): World {
  const env = world.env(`${by} points to ${escrow.seq} ${escrow.epoch}`);
  return world.append(write("renew-escrow", { escrow })(world.session(by), env).entry);
}

/** The logs, and the device's knowledge. `as` is the name of the device that asks. */
interface Side extends Pair {
  readonly as?: string;
  /** The head that the user confirmed: default the escrow log before Bob's dismissal, null for none. */
  readonly confirmed?: World | null;
  /** The user's log when they confirmed it. */
  readonly at?: World;
  readonly said?: Omit<Asking, "member" | "seed" | "epochs" | "confirmed" | "confirmedAt">;
}

const asking = ({ user, as = "Laptop", confirmed = staffed, at, said }: Side): Asking => ({
  ...secretsOf(user.session(as).keyring),
  ...(confirmed && { confirmed: confirmed.log.head }),
  ...(at && { confirmedAt: at.log.head }),
  ...said,
});
/** Values that both sides share are given once. */
const owes = (
  name: string,
  description: string,
  rules: readonly RuleId[],
  [bad, ...badSteps]: readonly [Side, ...StepText[]],
  [good, ...goodSteps]: readonly [Side, ...StepText[]],
  both: Omit<Side, "user" | "escrow"> = {},
): EscrowAttack => ({
  ...{ name, description, rules, question: "agenda", bad, good, answer: { bad: badSteps, good: goodSteps } },
  more: { device: { bad: asking({ ...both, ...bad }), good: asking({ ...both, ...good }) } },
});

const step = (verb: StepText["do"], what: string, fields: object = {}): StepText => ({ do: verb, what, ...fields });
const fetchLog = (because: string): StepText => step("fetch", "escrow-log", { because: [because] });
const CONFIRM: StepText = step("ask", "confirm-escrow");
const CONTRADICTION: StepText = step("ask", "confirm-escrow", { because: ["contradicts-pointer"] });
const ENROLL: StepText = step("author", "enroll-escrow");
const EXTEND: StepText = step("author", "extend-escrow");
const askRemoval = (because: string): StepText => step("ask", "remove-escrow", { because: [because] });
const renewal = (because: string): StepText => step("author", "renew-escrow", { because: [because] });
const rotation = (because: string, withhold = false): StepText =>
  step("author", "rotate", { because: [because], withhold });
const whose = (world: World, ...names: readonly string[]): StepText =>
  step("ask", "whose-members", { members: ids(world, ...names) });
const removal = (members: readonly string[], withhold = false): StepText =>
  step("author", "remove", { members: [...members].sort(), withhold });
const giving = (member: string, runs: Runs): StepText => step("author", "regrant", { give: [[member, runs]] });
const ids = (world: World, ...names: readonly string[]) => [...world.ids(...names)].sort();

const withPhone = user.join("Phone");
const disabled = policyBy(staffed, "Ann", { enabled: false }, OPERATOR);
const dropped = reviewEscrow(user, "Laptop", "remove");
const left = withPhone.leave("Phone");
const withheld = joinWithholding(user, "Phone");
/** The laptop's new epoch, whose box for escrow is junk; the laptop itself has it. */
const junkToEscrow = (() => {
  const rotated = user.rotate("Laptop");
  const index = boxIndex(rotated.record, escrowOf(user).id);
  const junk = withAttachment(rotated.last, index, new Uint8Array(1168), [user.signer("Laptop")]);
  return user.append(junk).with("Laptop", rotated.session("Laptop").keyring);
})();
/** A member gives up an epoch, and makes the next one. */
const givesUp = (world: World, name: string, runs: Runs): World => {
  const entry = mutate(world.rotate(name).last, { body: setField("missing", runs), signers: [world.signer(name)] });
  return world.append(entry);
};
const poorPhone = givesUp(withPhone, "Phone", [[2, 2]]);
const poorFamily = givesUp(withPhone.review("Laptop", { approve: ["Phone"] }), "Phone", [[2, 2]]);
const servedFamily = givesUp(
  poorFamily.act("Laptop", "regrants", (session, env) =>
    regrant(session, [{ member: poorFamily.id("Phone"), epochs: [[2, 2]] }], env),
  ),
  "Phone",
  [[2, 2]],
);
const enrolledByPhone = enroll(alone.join("Phone"), "Phone", staffed);
/**
 * An escrow log that continues without a new epoch, a pointer that an admin set at its end, and Bob's fork, which ends earlier
 * and has an act that is in no other log.
 */
const rotated = staffed.rotate("Ann");
const daily = ["Monday", "Tuesday", "Wednesday"].reduce(
  (log, day) => policyBy(log, "Ann", { userContacts: [day] }),
  rotated,
);
const byAdmin = renewedBy(user.join("Thief"), daily, "Ann");
const byShortFork = restore(byAdmin, rotated, "Bob", { approve: ["Thief"] });
const byAnn = restore(byAdmin, daily, "Ann", { approve: ["Thief"] });
/** The true newest epoch, at a head that never comes. */
const farAhead = { ...newestPointer(later.log), seq: 1_000_000 };
const byThief = point(user.join("Thief"), "Thief", farAhead);
/** An admin named a new head, and a thief points back to the old pointer. */
const forgotten = point(byAdmin, "Thief", newestPointer(staffed.log));
const byForgetful = restore(forgotten, staffed, "Bob", { approve: ["Thief"] });
/** An epoch that never comes, and a pointer back. */
const never = point(
  point(user.join("Thief"), "Thief", { ...farAhead, epoch: 1_000 }),
  "Thief",
  newestPointer(later.log),
);
const hidden = point(point(user, "Laptop", farAhead).join("Thief"), "Thief", newestPointer(later.log));

const NOT_DONE: readonly EscrowAttack[] = [
  owes(
    "escrow_log_that_nobody_confirmed",
    "The server offers another organisation's log than the user confirmed.",
    ["ESC-4", "ESC-5"],
    [{ user: alone, escrow: other }, CONFIRM],
    [{ user: alone, escrow: staffed }, ENROLL],
  ),
  owes(
    "escrow_log_older_than_confirmed",
    "The server offers an older state of the confirmed log.",
    ["ESC-4", "ESC-5"],
    [{ user: alone, escrow: ready }, fetchLog("newer-named")],
    [{ user: alone, escrow: later }, ENROLL],
  ),
  owes(
    "escrow_declined",
    "The user declined escrow, and the device enrolls it. In the twin the user did not.",
    ["ESC-4", "ESC-5"],
    [{ user: alone, escrow: staffed, said: { declined: true } }],
    [{ user: alone, escrow: staffed }, ENROLL],
  ),
  owes(
    "escrow_enrolled_again_unasked",
    "Escrow of this log was removed: the device asks whether to enroll it again. In the twin the user said so.",
    ["ESC-4", "ESC-7"],
    [{ user: dropped, escrow: staffed }, step("ask", "enroll-again")],
    [{ user: dropped, escrow: staffed, said: { enrollAgain: dropped.log.head.seq } }, ENROLL],
  ),
  owes(
    "escrow_behind_its_enroller",
    "Escrow was enrolled by a younger device and lacks what an older one holds.",
    ["ESC-5"],
    [{ user: renew(enrolledByPhone, "Laptop", later), escrow: later }, EXTEND],
    [{ user: renewed, escrow: later }],
  ),
  owes(
    "escrow_not_renewed",
    "The escrow epoch has changed and the pointer has not.",
    ["ESC-6"],
    [{ user, escrow: later }, renewal("older")],
    [{ user: renewed, escrow: later }],
  ),
  owes(
    "pointer_of_a_thiefs_class",
    "A thief's device set the true newest pointer: what escrow approves would be of its class. In the twin a founding device did.",
    ["ESC-4"],
    [{ user: renew(user.join("Thief"), "Thief", later), escrow: later }, renewal("founder")],
    [{ user: renew(user.join("Thief"), "Laptop", later), escrow: later }],
  ),
  owes(
    "epoch_known_to_a_removed_admin",
    "A removed admin renewed to the newest pointer, and knows the current epoch. In the twin Ann did.",
    ["ESC-10"],
    [
      { user: renewedRaw(user, staffed, "Bob", pointerTo(later.log)), escrow: later },
      rotation("known-to-former-admin"),
    ],
    [{ user: renewedRaw(user, later, "Ann"), escrow: later }],
  ),
  owes(
    "epoch_known_to_a_removed_admin_where_nobody_confirmed",
    "The same, and no escrow log is at hand that the device may trust: first it asks.",
    ["ESC-10"],
    [{ user: renewedRaw(user, staffed, "Bob", pointerTo(later.log)), escrow: fork }, CONTRADICTION],
    [
      { user: renewedRaw(user, staffed, "Bob", pointerTo(later.log)), escrow: later },
      rotation("known-to-former-admin"),
    ],
  ),
  owes(
    "escrow_that_is_disabled",
    "Operator and an admin switched escrow off: nothing more is granted to it, and the user is asked. In the twin it is on.",
    ["ESC-2", "ESC-4"],
    [{ user, escrow: disabled }, askRemoval("disabled")],
    [{ user, escrow: staffed }],
  ),
  owes(
    "escrow_that_is_disabled_and_gets_new_epochs",
    "Rotation is due while escrow is disabled: the new epoch is withheld from it. In the twin it is enabled.",
    ["ESC-2", "ESC-4", "MEM-6"],
    [{ user: left, escrow: disabled }, askRemoval("disabled"), rotation("rotation-due", true)],
    [{ user: left, escrow: staffed }, rotation("rotation-due")],
  ),
  owes(
    "escrow_removed_unasked",
    "Escrow is disabled, and the device removes it. In the twin the user said to.",
    ["ESC-7"],
    [{ user, escrow: disabled }, askRemoval("disabled")],
    [{ user, escrow: disabled, said: { removeEscrow: escrowOf(user).id } }, removal([escrowOf(user).id])],
  ),
  owes(
    "withheld_from_escrow_and_not_given_again",
    "A device withheld its epoch from escrow. In the twin it was granted again.",
    ["MEM-6", "ESC-4"],
    [{ user: withheld, escrow: staffed }, giving(escrowOf(withheld).id, [[2, 2]])],
    [{ user: regrantEscrow(withheld, "Laptop", [[2, 2]]), escrow: staffed }],
  ),
  owes(
    "junk_granted_to_escrow",
    "A device's grant to escrow is junk, as any holder of the epoch finds out. In the twin it is right.",
    ["ESC-4", "GRT-3"],
    [{ user: junkToEscrow, escrow: staffed }, giving(escrowOf(user).id, [[2, 2]])],
    [{ user: user.rotate("Laptop"), escrow: staffed }],
  ),
  owes(
    "regrant_to_a_stranger_unasked",
    "A member that nobody approved declared an epoch missing that it had reached: it is a question. In the twin it is founding.",
    ["ESC-8", "MEM-9"],
    [{ user: poorPhone, escrow: staffed }, step("ask", "regrant", { member: poorPhone.id("Phone"), epochs: [[2, 2]] })],
    [{ user: poorFamily, escrow: staffed }, giving(poorFamily.id("Phone"), [[2, 2]])],
  ),
  owes(
    "regrant_a_second_time_unasked",
    "A member declared missing again what this device gave it again before: it is a question. In the twin it is the first time.",
    ["MEM-9"],
    [
      { user: servedFamily, escrow: staffed },
      step("ask", "regrant", { member: servedFamily.id("Phone"), epochs: [[2, 2]] }),
    ],
    [{ user: poorFamily, escrow: staffed }, giving(poorFamily.id("Phone"), [[2, 2]])],
  ),
];

const lied = point(user, "Laptop", { ...newestPointer(staffed.log), ...fake });
const family = renewed
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Thief");
const taken = reviewEscrow(family, "Thief", "remove");
const back = point(family, "Thief", newestPointer(staffed.log));
const ahead: Pointer = { ...newestPointer(staffed.log), seq: 1_000_000 };
/** The true log after Bob's dismissal, and one link more. */
const named = later.rename("Ann", "Anna");
/** The log before the dismissal, longer by daily records than Bob's fork, and a user whose device named its head. */
const records = staffed.rename("Ann", "A.").rename("Ann", "Anna").rename("Ann", "Annabel");
const recordsOnly = enroll(alone, "Laptop", records);
const contradicted = point(user, "Laptop", {
  ...newestPointer(staffed.log),
  hash: "22".repeat(32) as Pointer["hash"],
  seq: named.log.head.seq,
});
const inLockdown = lied.lockdown("Laptop", true).join("Phone");
const beyond: Pointer = { ...newestPointer(later.log), ...fake, epoch: 99 };
const namedByPhone = enroll(alone.join("Phone").review("Laptop", { approve: ["Phone"] }), "Phone", other);
const nowhere = point(user, "Laptop", { ...newestPointer(later.log), ...fake, seq: 1_000_000 });
const oldFarAhead = point(user, "Laptop", ahead);
/** A branch of the user's log that only a thief continued, longer than the true one. */
const branch = Array.from({ length: 6 }).reduce<World>((world) => world.rotate("Thief"), user.join("Thief"));
/** A thief's device moves escrow to a log of its own, and makes it hold everything. */
const moved = (world: World): World => enroll(reviewEscrow(world, "Thief", "remove"), "Thief", other).rotate("Thief");
const elsewhere = moved(withPhone.join("Thief"));
const spread = moved(restore(withPhone.join("Thief"), staffed, "Bob", { approve: ["Thief"] }).user);
const CONTRADICTED: readonly EscrowAttack[] = [
  owes(
    "fork_of_the_escrow_log",
    "A dismissed admin forked the escrow log: there the true pointer looks false. A device that renewed would hand everything over.",
    ["ESC-4"],
    [{ user: renewed, escrow: fork }, CONTRADICTION],
    [{ user: renewed, escrow: later }],
  ),
  owes(
    "fork_no_longer_than_the_pointers_head",
    "The fork ends at the position that the true pointer names.",
    ["ESC-4"],
    [{ user: renewed, escrow: short }, CONTRADICTION],
    [{ user: renewed, escrow: later }],
  ),
  owes(
    "fork_that_ends_before_the_pointers_head",
    "A dismissed admin's fork has a newer epoch and ends before the head that the true pointer names: there the true epoch looks old.",
    ["ESC-4"],
    [{ user: recordsOnly, escrow: short }, CONTRADICTION],
    [{ user: recordsOnly, escrow: records }],
  ),
  owes(
    "fork_where_nobody_confirmed",
    "The same on a device whose user never confirmed any escrow log.",
    ["ESC-4"],
    [{ user: renewed, escrow: fork }, CONTRADICTION],
    [{ user: renewed, escrow: later }],
    { confirmed: null },
  ),
  owes(
    "pointer_at_a_head_that_never_was",
    "The keys are the newest epoch's and the head is none of the escrow log's: one of the two lies. The twin names the true head.",
    ["ESC-4"],
    [
      {
        user: point(user, "Laptop", { ...newestPointer(later.log), hash: "11".repeat(32) as Pointer["hash"] }),
        escrow: later,
      },
      CONTRADICTION,
    ],
    [{ user: renewed, escrow: later }],
  ),
  owes(
    "lie_that_the_user_saw_through",
    "The head never was and the keys are nobody's, and the user has compared the escrow log since. In the twin the pointer is true.",
    ["ESC-4"],
    [{ user: nowhere, escrow: later, at: nowhere }, renewal("false")],
    [{ user: renewed, escrow: later, at: renewed }],
    { confirmed: later },
  ),
  owes(
    "old_epoch_far_ahead",
    "A true old epoch at a head far ahead, which no later head has: the pointer lies, or the escrow log is a fork that ends early. The device asks. In the twin the user has compared since.",
    ["ESC-4", "ESC-6"],
    [{ user: oldFarAhead, escrow: later }, CONTRADICTION],
    [{ user: oldFarAhead, escrow: later, at: oldFarAhead }, renewal("older")],
    { confirmed: later },
  ),
  owes(
    "fork_that_ends_before_the_head_that_an_admin_named",
    "A dismissed admin's fork has the pointer's epoch as its newest and ends before the head that the pointer names. The act in it is not believed: the device fetches, and asks. The twin's log has the head, and an act of its own.",
    ["ESC-4", "ESC-8"],
    [byShortFork, fetchLog("newer-named"), CONTRADICTION, whose(byAdmin, "Thief")],
    [byAnn],
  ),
  owes(
    "fork_that_ends_before_the_head_that_an_admin_named_once",
    "As before, but a thief pointed back to the old pointer since, so that another pointer is in force. The head that the admin named counts all the same. The twin's log has the head.",
    ["ESC-4", "ESC-8"],
    [byForgetful, fetchLog("newer-named"), CONFIRM, whose(byForgetful.user, "Thief")],
    [{ user: byForgetful.user, escrow: daily }, whose(byForgetful.user, "Thief")],
  ),
  owes(
    "log_as_it_was_when_the_user_compared",
    "The server shows the escrow log as it was when the user confirmed it, and a thief pointed back to it after an admin had renewed to a newer epoch. The device fetches, and asks. In the twin the user compared it after all that.",
    ["ESC-4"],
    [{ user: forgotten, escrow: staffed, at: user }, fetchLog("newer-named"), CONFIRM],
    [{ user: forgotten, escrow: staffed, at: forgotten }, renewal("founder")],
  ),
  owes(
    "log_as_the_user_confirmed_it_to_its_end",
    "An admin named a later head of the same epoch than the user confirmed, and the server shows the log as the user confirmed it. The twin's log has the head.",
    ["ESC-4"],
    [{ user: byAdmin, escrow: rotated }, fetchLog("newer-named"), CONTRADICTION],
    [{ user: byAdmin, escrow: daily }],
    { confirmed: rotated },
  ),
  owes(
    "compared_on_another_branch_of_the_users_log",
    "The user compared while the device had another branch of the user's log, which was longer: nobody was asked about the pointers of this one. In the twin the user compared on this one.",
    ["ESC-4"],
    [{ user: forgotten, escrow: staffed, at: branch }, fetchLog("newer-named"), CONFIRM],
    [{ user: forgotten, escrow: staffed, at: forgotten }, renewal("founder")],
  ),
  owes(
    "two_histories_of_one_escrow_log",
    "The user once confirmed another history of the escrow log on this device than a founding device names since: the two devices must not renew in turn. In the twin the user has compared since.",
    ["ESC-4"],
    [{ user: family, escrow: fork, at: user }, CONTRADICTION],
    [{ user: family, escrow: fork, at: family }, renewal("false")],
    { as: "Phone", confirmed: fork },
  ),
  owes(
    "epoch_that_never_comes_and_a_pointer_back",
    "A thief named an epoch that never comes, and pointed back: the user is asked. In the twin the user compared the log since.",
    ["ESC-4"],
    [{ user: never, escrow: later }, fetchLog("newer-named"), CONFIRM],
    [{ user: never, escrow: later, at: never }, renewal("founder")],
  ),
  owes(
    "newest_epoch_far_ahead",
    "The true newest epoch at a head that the log does not have: the device fetches, and asks, although the user confirmed the log to its end. In the twin the user has compared since.",
    ["ESC-4"],
    [{ user: byThief, escrow: later }, fetchLog("newer-named"), CONTRADICTION],
    [{ user: byThief, escrow: later, at: byThief }, renewal("beyond-log")],
    { confirmed: later },
  ),
  owes(
    "newest_epoch_far_ahead_named_by_a_founding_device",
    "A founding device named the true newest epoch at a head that the log does not have, and a thief one that it has: the device fetches, and asks. In the twin the user has compared since.",
    ["ESC-4"],
    [{ user: hidden, escrow: later }, fetchLog("newer-named"), CONFIRM],
    [{ user: hidden, escrow: later, at: hidden }, renewal("founder")],
    { confirmed: later },
  ),
  owes(
    "log_shorter_than_confirmed_and_than_the_pointer_names",
    "The user confirmed a later head than the log has, and so does the pointer name one: the device fetches, and asks nothing. In the twin the user confirmed an earlier head.",
    ["ESC-4"],
    [{ user: byAdmin, escrow: rotated, confirmed: daily }, fetchLog("newer-named")],
    [{ user: byAdmin, escrow: rotated }, fetchLog("newer-named"), CONTRADICTION],
  ),
  owes(
    "pointer_to_an_epoch_that_never_comes",
    "A thief's device points to an epoch that there is not: the device fetches, and asks. In the twin the user said to remove escrow.",
    ["ESC-4", "ESC-7"],
    [{ user: point(user.join("Thief"), "Thief", beyond), escrow: later }, fetchLog("newer-named"), askRemoval("ahead")],
    [
      {
        user: point(user.join("Thief"), "Thief", beyond),
        escrow: later,
        said: { removeEscrow: escrowOf(user).id },
      },
      fetchLog("newer-named"),
      removal([escrowOf(user).id]),
    ],
  ),
  owes(
    "contradiction_behind_an_old_epoch_far_ahead",
    "A founding device named a head that the escrow log does not have, and then an old epoch far ahead, and a thief renewed: the user is asked. In the twin the founding device named the newest head last.",
    ["ESC-4"],
    [
      {
        user: point(point(contradicted, "Laptop", ahead).join("Thief"), "Thief", newestPointer(named.log)),
        escrow: named,
      },
      CONFIRM,
    ],
    [
      {
        user: point(
          point(contradicted, "Laptop", newestPointer(later.log)).join("Thief"),
          "Thief",
          newestPointer(named.log),
        ),
        escrow: named,
      },
      renewal("founder"),
    ],
    { confirmed: later },
  ),
  owes(
    "renewal_by_a_device_that_waits_in_lockdown",
    "The pointer's keys are false, and the device may not act, since it joined in lockdown. The twin's lockdown has ended.",
    ["ESC-4", "MEM-5"],
    [{ user: inLockdown, escrow: later }],
    [{ user: inLockdown.lockdown("Laptop", false), escrow: later }, renewal("false")],
    { as: "Phone", confirmed: later },
  ),
  owes(
    "enrolled_in_another_log_than_confirmed",
    "The founding device enrolled one organisation's log, and on this device the user confirmed another's.",
    ["ESC-4", "ESC-5"],
    [{ user, escrow: staffed }, CONFIRM],
    [{ user: enroll(alone, "Laptop", other), escrow: other }],
    { confirmed: other },
  ),
  owes(
    "moved_by_a_user_on_another_device",
    "The device has the log of an organisation that the user left on another one: it asks, and undoes nothing.",
    ["ESC-4", "ESC-7"],
    [
      { user: enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", other), escrow: staffed },
      askRemoval("other-log"),
    ],
    [{ user, escrow: staffed }],
  ),
  owes(
    "moved_back_by_a_thief",
    "A younger device put back the escrow of an organisation that the user's founding device had left.",
    ["ESC-4", "ESC-5"],
    [
      {
        user: enroll(
          reviewEscrow(
            enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", other).join("Thief"),
            "Thief",
            "remove",
          ),
          "Thief",
          staffed,
        ),
        escrow: staffed,
      },
      CONFIRM,
    ],
    [{ user, escrow: staffed }],
    { confirmed: null },
  ),
  owes(
    "false_pointer_and_an_unconfirmed_device",
    "The pointer's keys are false, so no admin can act, and the device's user confirmed. The twin's pointer is only old.",
    ["ESC-4"],
    [{ user: point(withPhone, "Laptop", { ...newestPointer(staffed.log), ...fake }), escrow: later }, renewal("false")],
    [{ user: withPhone, escrow: later }],
    { as: "Phone" },
  ),
  owes(
    "pointer_into_a_thiefs_log_and_an_unconfirmed_device",
    "A thief enrolled another log, to which escrow holds everything: no admin can act. The confirmed device may be lost, and so the other one asks. The twin's pointer is only old.",
    ["ESC-4", "ESC-7"],
    [{ user: elsewhere, escrow: later }, askRemoval("other-log")],
    [{ user: withPhone, escrow: later }],
    { as: "Phone" },
  ),
  owes(
    "pointer_into_a_thiefs_log_where_nobody_confirmed",
    "The same, and nobody confirmed on this device: it asks for that first. The twin's pointer is only old.",
    ["ESC-4", "ESC-5"],
    [{ user: elsewhere, escrow: later }, CONFIRM],
    [{ user: withPhone, escrow: later }],
    { as: "Phone", confirmed: null },
  ),
  owes(
    "removal_of_escrow_that_was_answered",
    "A review that is not believed brought a member in, and a thief enrolled another log: the device asks about both. In the twin the user said to remove escrow: only the other question is left.",
    ["ESC-7", "ESC-8"],
    [{ user: spread, escrow: later }, askRemoval("other-log"), whose(spread, "Thief")],
    [{ user: spread, escrow: later, said: { removeEscrow: escrowOf(spread).id } }, whose(spread, "Thief")],
    { as: "Phone" },
  ),
  owes(
    "word_of_a_device_that_the_owner_removed",
    "A stolen founding device enrolled a log of the thief's, and the owner's other device removed it: nobody vouches for that log. The twin's device was not removed.",
    ["ESC-4"],
    [{ user: namedByPhone.review("Laptop", { remove: ["Phone"] }), escrow: other }, CONFIRM],
    [{ user: namedByPhone, escrow: other }],
    { confirmed: null },
  ),
  owes(
    "fork_once_escrow_is_removed",
    "A thief removed escrow, and the server offers a dismissed admin's fork to a device whose user confirmed long ago.",
    ["ESC-4"],
    [{ user: taken, escrow: fork }, CONFIRM],
    [{ user: taken, escrow: later }, step("ask", "enroll-again")],
    { as: "Phone" },
  ),
  owes(
    "old_escrow_log_once_the_pointer_is_old",
    "A thief pointed escrow back, and the server withholds the links that the founding device has named.",
    ["ESC-4"],
    [{ user: back, escrow: staffed }, fetchLog("newer-named"), CONFIRM],
    [{ user: back, escrow: later }, renewal("older")],
    { as: "Phone" },
  ),
  owes(
    "granted_to_false_keys",
    "The log says that escrow holds what was sealed to a thief's keys, which no admin opens.",
    ["ESC-3", "ESC-11"],
    [{ user: renew(lied, "Laptop", later), escrow: later }, giving(escrowOf(user).id, [[2, 2]])],
    [{ user: renewed, escrow: later }],
  ),
];

/**
 * Two attackers who know the password, one of whom approves the other, and a review by Bob, announced only in his own copy of the
 * log.
 */
const two = user.join("Accomplice").join("Thief");
const vouched = two.review("Accomplice", { approve: ["Thief"] });
const acted = restore(vouched, staffed, "Bob", { approve: ["Thief"] });
/** Laptop gave up an epoch, so that Bob has something to give it. */
const poor = two.append(
  mutate(two.rotate("Laptop").last, { body: setField("missing", [[1, 1]]), signers: [two.signer("Laptop")] }),
);
const laptopOnly = restore(poor, staffed, "Bob", { approve: ["Laptop"] });
const second = restore(two, staffed, "Bob", { approve: ["Thief"] })
  .user.enroll("Thief", "Second")
  .leave("Thief");
const strangers = withPhone.join("Thief");
const beside = restore(strangers, staffed, "Bob", { approve: ["Thief"] }).user;
/** A device moved escrow to another organisation and removed it. Once Laptop has left, Thief, whom Bob approved, is founding. */
const movedBy = (name: string): World =>
  reviewEscrow(enroll(reviewEscrow(beside, name, "remove"), name, other), name, "remove").leave("Laptop");
const hired = hire(staffed, "Carl", ["discover"]);
const phonesOnly = restore(withPhone, hired, "Bob", { approve: ["Phone"] });
/** The thief reclaims the epochs of a phone that Bob had let in. */
const reclaimed = (() => {
  const { user: let_in } = restore(strangers, staffed, "Bob", { approve: ["Phone"] });
  const gone = let_in.review("Laptop", { remove: ["Phone"] });
  return gone.act("Thief", "reclaims", (session, env) =>
    reclaim(session, { from: gone.session("Phone").keyring }, env),
  );
})();

const unverified = (
  name: string,
  description: string,
  bad: Pair,
  good: Pair,
  answer: EscrowAttack["answer"],
): EscrowAttack => ({ name, description, rules: ["ESC-8"], question: "unverified", bad, good, answer });

const BROUGHT_IN: readonly EscrowAttack[] = [
  unverified(
    "unverified_behind_an_accomplice",
    "An accomplice approved, too, whom a review brought in that was never announced. In the twin it was.",
    { user: acted.user, escrow: later },
    acted,
    { bad: ids(acted.user, "Thief"), good: [] },
  ),
  unverified(
    "unverified_that_removed_who_could_vouch",
    "The member that a false review brought in removed the accomplice, and the review the owner's device.",
    {
      user: restore(vouched, staffed, "Bob", { approve: ["Thief"], remove: ["Laptop"] }).user.review("Thief", {
        remove: ["Accomplice"],
      }),
      escrow: later,
    },
    { user: vouched, escrow: later },
    { bad: ids(vouched, "Thief"), good: [] },
  ),
  unverified(
    "unverified_through_one_that_left",
    "Whom a false review brought in enrolled another and left. The twin's owner has approved that one since.",
    { user: second, escrow: later },
    { user: second.review("Laptop", { approve: ["Second"] }), escrow: later },
    { bad: ids(second, "Second"), good: [] },
  ),
  unverified(
    "unverified_by_reclaiming_from_a_suspect",
    "A thief's device reclaimed what a device held that a false review had brought in. In the twin the review was announced.",
    { user: reclaimed, escrow: later },
    { user: reclaimed, escrow: restore(strangers, staffed, "Bob", { approve: ["Phone"] }).escrow },
    { bad: ids(reclaimed, "Thief"), good: [] },
  ),
  unverified(
    "owners_device_approved_by_a_dismissed_admin",
    "A false review approved the owner's first device along with a thief's, to have it removed. The twin has the owner's alone.",
    { user: restore(poor, staffed, "Bob", { approve: ["Laptop", "Thief"] }).user, escrow: later },
    { user: laptopOnly.user, escrow: later },
    { bad: ids(poor, "Thief"), good: [] },
  ),
  owes(
    "unverified_not_removed",
    "Nothing is granted before those whom a false review brought in are removed.",
    ["ESC-8"],
    [{ user: acted.user, escrow: later }, whose(acted.user, "Thief")],
    [{ user: laptopOnly.user, escrow: later }, renewal("older")],
  ),
  owes(
    "unverified_that_the_user_does_not_know",
    "The user said that the member is not theirs: it is removed, and escrow with it, whose pointer is old. In the twin the member is theirs.",
    ["ESC-8"],
    [
      { user: acted.user, escrow: later, said: { notOwn: ids(acted.user, "Thief") } },
      removal([...ids(acted.user, "Thief"), escrowOf(acted.user).id]),
    ],
    [{ user: acted.user, escrow: later, said: { own: ids(acted.user, "Thief") } }, renewal("older")],
  ),
  owes(
    "unverified_that_removed_escrow",
    "Whom a false review brought in removed escrow, to be forgotten. In the twin the review was announced.",
    ["ESC-8"],
    [{ user: reviewEscrow(acted.user, "Thief", "remove"), escrow: later }, whose(acted.user, "Thief")],
    [{ user: reviewEscrow(acted.user, "Thief", "remove"), escrow: acted.escrow }, step("ask", "enroll-again")],
  ),
  owes(
    "unverified_beside_a_device_that_is_too",
    "A false review brought in the owner's new device and a thief's; the owner's sees the thief's. The twin has the owner's alone.",
    ["ESC-8"],
    [
      {
        user: restore(strangers, staffed, "Bob", { approve: ["Phone", "Thief"], remove: ["Laptop"] }).user,
        escrow: later,
      },
      whose(strangers, "Thief"),
    ],
    [
      { user: restore(strangers, staffed, "Bob", { approve: ["Phone"], remove: ["Laptop"] }).user, escrow: later },
      renewal("older"),
    ],
    { as: "Phone" },
  ),
  owes(
    "unverified_beside_a_device_that_is_not_confirmed",
    "A device that nobody approved asks, too, about those whom a false review brought in: the confirmed device may be lost. In the twin they are the user's.",
    ["ESC-8"],
    [{ user: reviewEscrow(beside, "Thief", "remove"), escrow: later }, whose(strangers, "Thief")],
    [
      { user: reviewEscrow(beside, "Thief", "remove"), escrow: later, said: { own: ids(beside, "Thief") } },
      step("ask", "enroll-again"),
    ],
    { as: "Phone" },
  ),
  owes(
    "unverified_who_moved_escrow",
    "Whom a false review brought in enrolled another organisation's log. In the twin the owner's device did, and removed it.",
    ["ESC-8"],
    [
      { user: enroll(reviewEscrow(beside, "Thief", "remove"), "Thief", other), escrow: later },
      askRemoval("other-log"),
      whose(strangers, "Thief"),
    ],
    [
      {
        user: enroll(reviewEscrow(strangers, "Laptop", "remove", { remove: ["Thief"] }), "Phone", other),
        escrow: later,
      },
      askRemoval("other-log"),
    ],
  ),
  owes(
    "escrow_log_named_by_a_founding_device_that_a_dismissed_admin_made",
    "A thief whom a false review made founding named its own organisation's log. The twin's was named by the first device, which left.",
    ["ESC-4", "ESC-8"],
    [{ user: movedBy("Thief"), escrow: other }, CONFIRM, whose(strangers, "Thief")],
    [{ user: movedBy("Laptop"), escrow: other }, whose(strangers, "Thief")],
    { as: "Phone", confirmed: null },
  ),
  owes(
    "recovery_at_a_head_that_is_withheld",
    "The server withholds the escrow log's newest links, with the act of a recovery: the device fetches, and asks its user.",
    ["ESC-8"],
    [{ user: phonesOnly.user, escrow: hired }, fetchLog("act-beyond-log"), whose(phonesOnly.user, "Phone")],
    [{ user: phonesOnly.user, escrow: phonesOnly.escrow }],
  ),
];

export const AGENDA: readonly EscrowAttack[] = [...NOT_DONE, ...CONTRADICTED, ...BROUGHT_IN];
