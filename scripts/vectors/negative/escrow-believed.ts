// Reviews by escrow that nobody may believe, and acts that must be disowned: docs/spec.md section 11.3 (ESC-8, ESC-10).

import { type Runs, uniteRuns } from "../../../src/bytes/runs.js";
import { kemDigest } from "../../../src/log/pairs.js";
import type { LinkRecord } from "../../../src/log/state.js";
import { actCommitment } from "../../../src/trust/commitment.js";
import { pointerTo } from "../../../src/trust/pointer.js";
import {
  announce,
  dismiss,
  doAct,
  enroll,
  epochSigner,
  escrowOf,
  hire,
  openOrganisation,
  renewedBy,
  renewedRaw,
  restore,
  reviewEscrow,
} from "../../../test/escrow/support.js";
import { disown, review } from "../../../test/support/accepted.js";
import { DIGEST, dueNext, type LinkFields } from "../../../test/support/links.js";
import { idBytes } from "../../../test/support/raw-link.js";
import { keysNamed, type World } from "../../../test/support/world.js";
import { idList } from "../attack.js";
import type { EscrowAttack, Pair } from "../escrow-attack.js";
import { client, managed, staffed, user } from "../worlds.js";

const asked = user.join("Phone");
const APPROVE = { approve: ["Phone"] } as const;
/** Bob announces that he approves the phone, and approves it. */
const announced = announce(staffed, "Bob", asked, APPROVE, { entries: asked.entries });
const { act } = announced;
const done = doAct(asked, announced.escrow, "Bob", act);
const recorded = announced.escrow.record;
const bob = staffed.signer("Bob");

/** What escrow may give without proving an older pair. */
function givable({ log }: World): Runs {
  const { signingKey: sign, kemKey: kem } = escrowOf({ log });
  const same = (digest: Uint8Array) => Buffer.compare(digest, kemDigest(kem)) === 0;
  return [...log.granted].reduce<Runs>(
    (all, [, pair]) =>
      Buffer.compare(pair.signingKey, sign) === 0 && same(pair.kemDigest) ? uniteRuns(all, pair.runs) : all,
    [],
  );
}

interface Named {
  readonly link?: Pick<LinkRecord, "seq" | "hash">;
  readonly salt?: Uint8Array;
  readonly admin?: typeof bob;
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
}

/** A review by escrow with any fields. Its grants are never delivered. */
function reviewed(before: World, named: Named = {}): World {
  const { link = recorded, salt = act.salt, admin = bob, approve = ["Phone"], remove = [] } = named;
  const epoch = epochSigner(staffed, "Ann");
  const runs = approve.length > 0 ? givable(before) : undefined;
  const by = { admin: admin.signingKey, seq: link.seq, hash: idBytes(link.hash), salt, runs };
  const lists = { approve: idList(before.ids(...approve)), remove: idList(before.ids(...remove)) };
  return before.append(dueNext(before.log, { type: "review", author: epoch.signingKey, by, ...lists }, [epoch, admin]));
}

/** The escrow log with an act of any commitment. */
const withAct = (escrow: World, name: string, commitment: Uint8Array): World => {
  const signer = escrow.signer(name);
  const fields: LinkFields = { type: "act", author: signer.signingKey, commitment, opening: DIGEST };
  return escrow.append(dueNext(escrow.log, fields, [signer]));
};
const disowned = (escrow: World, ...acts: readonly number[]): World =>
  escrow.act("Ann", `disowns ${acts}`, (session, env) => disown(session, acts, env));

const honest: Pair = { user: done, escrow: announced.escrow };
const unbelieved = (name: string, description: string, bad: Pair, good: Pair = honest): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-8"], question: "act", bad, good },
  answer: { bad: "unverified", good: "believed" },
});
const inAnnounced = (user: World): Pair => ({ user, escrow: announced.escrow });

const eve = hire(staffed, "Eve", ["discover"]);
const commitment = recorded.act?.commitment as Uint8Array;
const stranger = keysNamed("a stranger");
const otherOrganisation = openOrganisation("vectors of another organisation");
/** The user moved to another organisation, with the same devices. */
const moved = enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", otherOrganisation).join("Phone");
const restoredElsewhere = restore(moved, otherOrganisation, "Ann", APPROVE);
/** The service lost the act and the links after it, and another link is there now. */
const lost = staffed.rotate("Ann");

const NOT_ANNOUNCED: readonly EscrowAttack[] = [
  unbelieved(
    "act_of_an_admin_dismissed_since",
    "The admin was removed, and its act, which nobody had seen done, was disowned with the removal. In the twin it was removed after the review, and what it did stays believed.",
    {
      user: done,
      escrow: announced.escrow.act("Ann", "dismisses Bob", (session, env) =>
        review(session, { remove: [announced.escrow.id("Bob")], disown: [recorded.seq] }, env),
      ),
    },
    { user: done, escrow: dismiss(announced.escrow, "Bob") },
  ),
  unbelieved(
    "act_of_an_admin_before_its_admission",
    "The review names a link from before the admin was let in, which is no act.",
    inAnnounced(reviewed(asked, { link: staffed.log.links.at(2) as LinkRecord, salt: DIGEST })),
  ),
  unbelieved(
    "act_at_a_head_that_is_none",
    "The review names the act's position and another hash, and no other act has its commitment.",
    inAnnounced(reviewed(asked, { link: { seq: recorded.seq, hash: asked.log.head.hash } })),
  ),
  unbelieved(
    "act_of_a_stranger",
    "The key that signed as admin is nobody's in the escrow log.",
    inAnnounced(reviewed(asked, { admin: stranger })),
  ),
  unbelieved(
    "act_of_an_admin_without_recover",
    "An admin with the role discover signs, and names the act of another.",
    { user: reviewed(asked, { admin: eve.signer("Eve") }), escrow: announced.escrow },
  ),
  unbelieved(
    "act_that_was_never_recorded",
    "The review names the next position of the escrow log, where another link came.",
    { user: done, escrow: lost },
  ),
  unbelieved(
    "act_of_another_salt",
    "The review has another salt than the act.",
    inAnnounced(reviewed(asked, { salt: DIGEST })),
  ),
  unbelieved(
    "act_for_another_place",
    "The act was for the link before: the review comes one link later.",
    inAnnounced(reviewed(asked.rotate("Laptop"))),
  ),
  (() => {
    const fork = user.rotate("Laptop").join("Phone");
    const elsewhere = reviewed(user.join("Phone").rename("Laptop", "Old laptop"));
    return unbelieved(
      "act_for_another_log_or_predecessor",
      "The act was for another history of the log. In the twin it was for this one.",
      inAnnounced(elsewhere),
      (({ user, escrow }) => ({ user, escrow }))(restore(fork, staffed, "Bob", APPROVE)),
    );
  })(),
  unbelieved(
    "act_of_other_members_approved",
    "The act was to approve the phone, and the review approves a thief's device.",
    (({ escrow, act: other }) => ({
      user: reviewed(asked.join("Thief"), {
        ...{ approve: ["Thief"], salt: other.salt, link: escrow.record },
      }),
      escrow,
    }))(announce(staffed, "Bob", asked.join("Thief"), APPROVE)),
    (({ user, escrow }) => ({ user, escrow }))(restore(asked.join("Thief"), staffed, "Bob", APPROVE)),
  ),
  unbelieved(
    "act_of_other_members_removed",
    "The act removes nobody, and the review removes the laptop.",
    inAnnounced(reviewed(asked, { remove: ["Laptop"] })),
  ),
  unbelieved(
    "act_of_another_admin",
    "Ann acts, and names the act of Bob.",
    inAnnounced(reviewed(asked, { admin: staffed.signer("Ann") })),
  ),
  (() => {
    // Ann commits to Bob's review.
    const copied = withAct(staffed, "Ann", commitment);
    const place = copied.log.head.seq;
    return unbelieved(
      "act_by_another_key_than_the_admins",
      "The link that the review names commits to it, and is not by its admin. In the twin another act at another position does so too.",
      { user: reviewed(asked, { link: copied.record }), escrow: copied },
      {
        user: reviewed(asked, { link: copied.log.links.at(place - 1) as LinkRecord }),
        escrow: withAct(copied, "Ann", commitment),
      },
    );
  })(),
  unbelieved(
    "act_beyond_the_escrow_log_at_hand",
    "The server withholds the newest links of the escrow log, with the act.",
    { user: done, escrow: staffed },
  ),
  unbelieved("act_disowned", "The act was disowned.", { user: done, escrow: disowned(announced.escrow, recorded.seq) }),
  unbelieved(
    "act_disowned_and_its_repair_too",
    "An act that was disowned by mistake was recorded again by another admin, and that one was disowned too. In the twin it was not.",
    {
      user: done,
      escrow: disowned(withAct(disowned(announced.escrow, recorded.seq), "Ann", commitment), recorded.seq + 2),
    },
    { user: done, escrow: withAct(disowned(announced.escrow, recorded.seq), "Ann", commitment) },
  ),
  unbelieved(
    "act_lost_and_not_repaired",
    "The service lost the act when it was restored. In the twin the act was recorded again, at another position.",
    { user: done, escrow: lost },
    { user: done, escrow: withAct(lost, "Ann", commitment) },
  ),
  unbelieved(
    "act_in_another_organisations_log",
    "The pointer was into another organisation's log, whose admin acted. The twin has that log.",
    { user: restoredElsewhere.user, escrow: withAct(staffed, "Ann", commitmentOf(restoredElsewhere.user)) },
    { user: restoredElsewhere.user, escrow: restoredElsewhere.escrow },
  ),
];

/** The act that the newest review commits to. */
function commitmentOf({ log, record }: World): Uint8Array {
  const { seq, prev, approved: approve, removed: remove, actor } = record;
  const { salt, admin } = actor as NonNullable<LinkRecord["actor"]>;
  if (!salt || !prev) throw new Error("this is no review by escrow");
  return actCommitment({ salt, admin, log: log.head.log, seq, prev, approve, remove });
}

const dismissed = dismiss(managed, "Bob");
/**
 * Bob, who was removed, renews to the newest pointer, whose epoch he does not have. He knows the epoch that the renewal makes.
 */
const known = renewedRaw(client, managed, "Bob", pointerTo(dismissed.log));
const due = (name: string, description: string, bad: Pair, good: Pair): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-10", "ESC-6"], question: "due", bad, good, answer: { bad: true, good: false } },
});
const restoredByBob = restore(client.join("Phone"), managed, "Bob", APPROVE);

const DUE: readonly EscrowAttack[] = [
  due(
    "renewed_to_the_newest_pointer_by_a_removed_admin",
    "A removed admin renewed to the newest pointer, and so knows the current epoch. In the twin Ann did.",
    { user: known, escrow: dismissed },
    { user: renewedBy(client, dismissed, "Ann"), escrow: dismissed },
  ),
  due(
    "renewed_by_an_admin_that_took_fresh_keys",
    "The admin that renewed has taken fresh keys since: anybody who has the old ones knows the current epoch.",
    { user: renewedBy(client, dismissed, "Ann"), escrow: rekeyed(dismissed) },
    { user: renewedBy(renewedBy(client, dismissed, "Ann"), rekeyed(dismissed), "Ann"), escrow: rekeyed(dismissed) },
  ),
  due(
    "epoch_made_by_a_review_that_is_not_believed",
    "A review by escrow that was never announced removed the phone, and made the current epoch. The twin was announced.",
    { user: reviewed(client.join("Phone"), { approve: [], remove: ["Phone"] }), escrow: managed },
    (({ user, escrow }) => ({ user, escrow }))(
      restore(client.join("Phone"), managed, "Bob", { approve: [], remove: ["Phone"] }),
    ),
  ),
  due(
    "pointer_to_an_older_epoch",
    "The pointer is to the epoch of before an admin was removed.",
    { user: client, escrow: dismissed },
    { user: renewedBy(client, dismissed, "Ann"), escrow: dismissed },
  ),
];

/** Ann takes fresh keys, which makes an epoch of the escrow log, as she has the role `manage`. */
function rekeyed(escrow: World): World {
  return escrow.rekey("Ann");
}

const loose = (name: string, description: string, bad: Pair, good: Pair, acts: readonly number[]): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-8"], question: "loose", bad, good, answer: { bad: acts, good: [] } },
});
const gone = dismiss(restoredByBob.escrow, "Bob");
const place = restoredByBob.escrow.log.head.seq;
const inLog = (escrow: World): Pair => ({ user: restoredByBob.user, escrow });

const LOOSE: readonly EscrowAttack[] = [
  loose(
    "act_of_a_removed_admin_that_is_loose",
    "The admin was removed and its act was not disowned: it could still be done. In the twin the admin is there.",
    inLog(gone),
    inLog(restoredByBob.escrow),
    [place],
  ),
  loose(
    "act_from_before_a_rekey_that_is_loose",
    "The admin took fresh keys: anybody who has the old ones could still do it.",
    inLog(restoredByBob.escrow.rekey("Bob")),
    inLog(disowned(restoredByBob.escrow.rekey("Bob"), place)),
    [place],
  ),
  loose(
    "act_of_an_admin_that_left_is_loose",
    "The admin left. In the twin its act was disowned since.",
    inLog(restoredByBob.escrow.leave("Bob")),
    inLog(disowned(restoredByBob.escrow.leave("Bob"), place)),
    [place],
  ),
];

export const BELIEVED: readonly EscrowAttack[] = [...NOT_ANNOUNCED, ...DUE, ...LOOSE];
