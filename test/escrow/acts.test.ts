// Acts: the records that an admin makes before it acts for escrow, and which of them are believed. docs/spec.md section 11.3
// (ESC-8).

import { describe, expect, it } from "vitest";
import { openBackupKey } from "../../src/backup/open.js";
import { actRecords, reviewOf } from "../../src/escrow/act.js";
import type { RecordRecoveryOptions } from "../../src/escrow/recover.js";
import { escrowActs } from "../../src/trust/acts.js";
import { createBackupKey, disown, recordActAgain, review } from "../support/accepted.js";
import {
  idBytes,
  mutate,
  type RawBody,
  type RawSigner,
  rawNext,
  setField,
  takeApart,
  withAttachment,
} from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins, snapshot } from "../support/refusal.js";
import { keysNamed, openWorld, type World } from "../support/world.js";
import {
  announce,
  dismiss,
  doAct,
  doubted,
  enroll,
  epochSigner,
  hire,
  openOrganisation,
  openUser,
  policyBy,
  recoverBy,
  renewedBy,
  restore,
} from "./support.js";

const staffed = hire(openOrganisation("acts"), "Bob", ["recover"]);
const escrow = hire(staffed, "Eve", ["discover"]);
const user = openUser("acts", escrow);
const locked = user.join("Phone");
const PHONE_FOR_LAPTOP = { approve: ["Phone"], remove: ["Laptop"] };
const announced = announce(escrow, "Bob", locked, PHONE_FOR_LAPTOP);
const { act } = announced;
const recovered = doAct(locked, announced.escrow, "Bob", act);
const [signer, bob] = [epochSigner(escrow, "Ann"), escrow.signer("Bob")];

const beliefIn = (world: World, organisation: World) => escrowActs(world.log, organisation.log).at(-1);
const disownedBy = (organisation: World, by: string, ...acts: readonly number[]): World =>
  organisation.act(by, `disowns ${acts}`, (session, env) => disown(session, acts, env));

/** The recovery with another actor and other signers. */
const actedBy = (change: (by: RawBody) => unknown, signers: readonly RawSigner[] = [signer, bob]): Uint8Array =>
  mutate(recovered.last, { body: (body) => change(body.get("by") as RawBody), signers });

describe("recording a recovery", () => {
  it("is a link of the escrow log that reveals only that there was a recovery (ESC-8)", () => {
    const { body, attachments } = takeApart(announced.escrow.last);
    expect([...body.keys()].sort()).toEqual("author commitment log opening prev seq time type v".split(" ").sort());
    const expected = { type: "act", author: escrow.id("Bob"), grants: [], epoch: undefined };
    expect(announced.escrow.record).toMatchObject(expected);
    const text = new TextDecoder().decode(announced.escrow.last);
    expect(text).not.toContain("lost everything");
    expect(text).not.toContain(user.log.subject);
    expect(attachments).toHaveLength(1);
  });

  it("gives the input of recoverUser once it is accepted, and changes nothing else", () => {
    const before = snapshot([escrow.log, locked.log, locked.entries]);
    const { act } = announce(escrow, "Bob", locked, PHONE_FOR_LAPTOP, { entries: locked.entries });
    expect(act).toEqual({
      ...{ salt: act.salt, log: locked.log.head.log, subject: locked.log.subject },
      ...{ seq: locked.log.head.seq + 1, prev: locked.log.head.hash, recordedAt: escrow.log.head.seq + 1 },
      ...{ approve: locked.ids("Phone"), remove: locked.ids("Laptop"), reason: "lost everything", case: "7" },
    });
    expect(snapshot([escrow.log, locked.log, locked.entries])).toBe(before);
  });

  it("is refused without the role, and by a backup key that has it (MEM-8)", () => {
    expectError(() => announce(escrow, "Eve", locked, PHONE_FOR_LAPTOP), "NOT_PERMITTED", "MEM-8");
    const made = createBackupKey(escrow.session("Ann"), { roles: ["recover"] }, escrow.env("paper"));
    const papered = escrow.append(made.entry);
    const { keyring } = openBackupKey(papered.log, papered.entries, made.paper.reveal(papered.log));
    const withPaper = papered.with("Paper", keyring);
    expectError(() => announce(withPaper, "Paper", locked, PHONE_FOR_LAPTOP), "NOT_PERMITTED", "MEM-8");
    expect(announce(withPaper, "Bob", locked, PHONE_FOR_LAPTOP).escrow.record.type).toBe("act");
  });

  it("is refused for a review that the user's log would not admit: no useless act is announced (MEM-1, MEM-2)", () => {
    expectError(() => announce(escrow, "Bob", locked, {}), "NOT_PERMITTED", "MEM-2");
    const both = { approve: ["Phone"], remove: ["Phone"] };
    expectError(() => announce(escrow, "Bob", locked, both), "NOT_PERMITTED", "MEM-2");
    const approved = recoverBy(locked, escrow, "Bob", { approve: ["Phone"] });
    expectError(() => announce(escrow, "Bob", approved, { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-1");
    const stranger = { approve: [escrow.id("Bob")] };
    expectError(() => announce(escrow, "Bob", locked, {}, stranger), "UNKNOWN_MEMBER", "MEM-2");
  });

  it("needs a reason, of at most 4,096 bytes (ESC-8)", () => {
    const recordWith = (options: Partial<Pick<RecordRecoveryOptions, "reason" | "case">>) =>
      announce(escrow, "Bob", locked, PHONE_FOR_LAPTOP, options);
    for (const options of [{ reason: "" }, { reason: "x".repeat(4097) }, { case: "x".repeat(257) }]) {
      expectError(() => recordWith(options), "INVALID_ARGUMENT", "ESC-8");
    }
    const long = { reason: "x".repeat(4096), case: "x".repeat(256) };
    expect(recordWith(long).act).toMatchObject(long);
    expect(recordWith({ case: undefined }).act.case).toBe("");
  });
});

describe("members that would be confirmed after a recovery", () => {
  const crowded = locked.join("Thief").join("Tablet");

  it("are approved in it or named as the user's (ESC-8)", () => {
    // The thief joined before the tablet: once the laptop is gone, the thief would be the oldest member.
    const lists = { approve: ["Tablet"], remove: ["Laptop"] };
    const before = crowded.review("Phone", { approve: ["Thief"] });
    const refused = { usersOwn: before.ids("Laptop") };
    expect(announce(escrow, "Bob", before, lists, refused).escrow.record.type).toBe("act");
    // The class of the approved tablet is escrow's, so the others are not confirmed. While the laptop stays, it is confirmed.
    const stays = { approve: ["Tablet"] };
    const { details } = expectError(
      () => announce(escrow, "Bob", before, stays, { usersOwn: [] }),
      "UNVERIFIED_MEMBERS",
      "ESC-8",
    );
    expect(details).toEqual({ members: before.ids("Laptop") });
    expect(announce(escrow, "Bob", before, stays, { usersOwn: before.ids("Laptop") }).act.remove).toEqual([]);
  });

  it("are checked again when the review is written (ESC-8)", () => {
    const { escrow: later, act } = announce(escrow, "Bob", crowded, { approve: ["Tablet"] });
    const does = (usersOwn: RecordRecoveryOptions["usersOwn"]) => doAct(crowded, later, "Bob", act, { usersOwn });
    expectError(() => does([]), "UNVERIFIED_MEMBERS", "ESC-8");
    expectError(() => does(crowded.ids("Phone")), "UNVERIFIED_MEMBERS", "ESC-8");
    expect(does(crowded.ids("Laptop")).record.approved).toEqual(crowded.ids("Tablet"));
  });

  it("include those that a thief's pointer would confirm with the restored device (ESC-8)", () => {
    // A thief set the pointer: once the laptop is gone, escrow's approval gives the phone the thief's class, and the thief is
    // confirmed.
    const pointed = enroll(openWorld("acts").join("Thief"), "Thief", escrow).join("Phone");
    const lists = { approve: ["Phone"], remove: ["Laptop"] };
    const { details } = expectError(
      () => announce(escrow, "Bob", pointed, lists, { usersOwn: [] }),
      "UNVERIFIED_MEMBERS",
      "ESC-8",
    );
    expect(details).toEqual({ members: pointed.ids("Thief") });
    const cleared = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
    expect(announce(escrow, "Bob", pointed, cleared, { usersOwn: [] }).escrow.record.type).toBe("act");
  });
});

describe("recover", () => {
  const does = (organisation: World, world = locked, given = act) => doAct(world, organisation, "Bob", given);

  it("publishes the review exactly as it was recorded (ESC-8)", () => {
    expect(recovered.record).toMatchObject({
      approved: act.approve,
      removed: act.remove,
      seq: act.seq,
      prev: act.prev,
    });
    expect(recovered.record.actor).toMatchObject({ salt: act.salt, seq: act.recordedAt });
    expect(reviewOf(recovered.log, announced.escrow.log, act)?.seq).toBe(act.seq);
    expect(reviewOf(locked.log, announced.escrow.log, act)).toBeUndefined();
  });

  it("is refused before the act is in the escrow log (ESC-8)", () => {
    expectError(() => does(escrow), "NOT_PERMITTED", "ESC-8");
    expectError(() => does(escrow.rotate("Ann")), "NOT_PERMITTED", "ESC-8");
    expect(
      does(policyBy(announced.escrow, "Ann", { allowUserBackupKeys: !escrow.log.policy?.allowUserBackupKeys })).record
        .type,
    ).toBe("review");
  });

  it("is refused while a new epoch would go to a pointer that a removed admin may hold (ESC-6)", () => {
    const lists = { approve: ["Phone"], remove: ["Laptop"] };
    const rotated = announced.escrow.rotate("Ann");
    expectError(() => does(rotated), "NOT_PERMITTED", "ESC-6");
    expectError(() => announce(escrow.rotate("Ann"), "Bob", locked, lists), "NOT_PERMITTED", "ESC-6");
    // A review that makes no epoch grants nothing to escrow.
    const approving = announce(
      escrow.rotate("Ann"),
      "Bob",
      locked,
      { approve: ["Phone"] },
      { usersOwn: locked.ids("Laptop") },
    );
    expect(
      doAct(locked, approving.escrow, "Bob", approving.act, { usersOwn: locked.ids("Laptop") }).record.epoch,
    ).toBeUndefined();
    const renewed = renewedBy(locked, rotated, "Bob");
    const again = announce(rotated, "Bob", renewed, lists);
    const after = doAct(renewed, again.escrow, "Bob", again.act);
    expect(after.member("Phone").held).toEqual([[1, after.log.epochs.length]]);
  });

  it("is refused by another admin, and by one that took fresh keys since (ESC-8)", () => {
    const act = () => doAct(locked, announced.escrow, "Ann", announced.act);
    expectError(act, "NOT_PERMITTED", "ESC-8");
    expectError(() => does(announced.escrow.rekey("Bob")), "NOT_PERMITTED", "ESC-8");
  });

  it("is refused for any other review than the recorded one (ESC-8)", () => {
    for (const changed of [
      { ...act, salt: new Uint8Array(32) },
      { ...act, approve: [] },
      { ...act, remove: [] },
      { ...act, approve: act.remove, remove: act.approve },
      { ...act, recordedAt: act.recordedAt - 1 },
      { ...act, seq: act.seq + 1 },
      { ...act, prev: user.log.head.hash },
    ]) {
      expectError(() => does(announced.escrow, locked, changed), "NOT_PERMITTED", "ESC-8");
    }
  });

  it("is refused once the act is disowned (ESC-8)", () => {
    expectError(() => does(disownedBy(announced.escrow, "Bob", act.recordedAt)), "NOT_PERMITTED", "ESC-8");
  });

  it("is refused once the user's log has another link: a lost race needs a new act (ESC-8)", () => {
    const moved = locked.rename("Phone", "Mobile");
    const { message } = expectError(() => does(announced.escrow, moved), "NOT_PERMITTED", "ESC-8");
    expect(message).toContain("moved on");
    expect(restore(moved, announced.escrow, "Bob", PHONE_FOR_LAPTOP).user.record.type).toBe("review");
    const other = openUser("another", escrow).join("Phone");
    expectError(() => does(announced.escrow, other), "NOT_PERMITTED", "ESC-8");
  });

  it("continues from the record in the escrow log, when the device lost its own copy", () => {
    const { escrow: organisation } = announced;
    const [record] = actRecords(organisation.session("Bob"), organisation.entries);
    expect(record?.act).toEqual(act);
    expect(does(organisation, locked, record?.act ?? expect.unreachable()).last).toEqual(recovered.last);
  });
});

describe("escrowActs", () => {
  const { escrow: organisation } = announced;

  it("believes exactly the reviews that their admin recorded first (ESC-8)", () => {
    expect(escrowActs(recovered.log, organisation.log)).toEqual([
      {
        ...{ seq: 4, type: "review", approved: recovered.ids("Phone"), removed: recovered.ids("Laptop") },
        ...{ admin: escrow.id("Bob"), believed: true, because: "recorded", recordedAt: act.recordedAt },
      },
    ]);
    expect(doubted(recovered, organisation)).toEqual([]);
    expect(escrowActs(locked.log, organisation.log)).toEqual([]);
  });

  it("still believes after the admin took fresh keys, or left: that is ordinary staff turnover (ESC-8)", () => {
    for (const later of [organisation.rekey("Bob"), dismiss(organisation, "Bob"), organisation.leave("Bob")]) {
      expect(beliefIn(recovered, later)).toMatchObject({ believed: true, admin: escrow.id("Bob") });
      expect(doubted(recovered, later)).toEqual([]);
    }
  });

  it("does not believe a review without a record, even by a present admin (ESC-8)", () => {
    const acted = locked.append(actedBy((by) => by.set("salt", new Uint8Array(32))));
    expect(beliefIn(acted, organisation)).toMatchObject({ believed: false, because: "not-recorded", admin: undefined });
    expect(doubted(acted, organisation)).toEqual(acted.ids("Phone"));
    // Only clients judge this: the log itself admits the link.
    expect(acted.member("Phone").held).toEqual([[1, 3]]);
  });

  it.each([
    ["a key that no admin had", () => keysNamed("nobody")],
    ["another admin's key", () => escrow.signer("Ann")],
  ] as const)("does not believe an act under %s: it binds its admin (ESC-8)", (_what, who) => {
    const admin = who();
    const acted = locked.append(actedBy((by) => by.set("admin", admin.signingKey), [signer, admin]));
    expect(beliefIn(acted, organisation)).toMatchObject({ believed: false, because: "not-recorded" });
  });

  it("does not believe an act at another place of the user's log (ESC-8)", () => {
    const moved = locked.rename("Phone", "Mobile");
    const { seq, hash } = moved.log.head;
    const replayed = mutate(recovered.last, {
      body: (body) =>
        body
          .set("seq", seq + 1)
          .set("prev", idBytes(hash))
          .set("time", moved.log.time),
      signers: [signer, bob],
    });
    const acted = moved.append(replayed);
    expect(beliefIn(acted, organisation)).toMatchObject({ believed: false, because: "not-recorded" });
    expect(doubted(acted, organisation)).toEqual(acted.ids("Phone"));
  });

  it("does not believe an act in another user's log (ESC-8)", () => {
    const other = openUser("another", escrow).join("Phone");
    const theirs = announce(escrow, "Bob", other, PHONE_FOR_LAPTOP);
    const { salt, recordedAt: seq } = theirs.act;
    const hash = idBytes(theirs.escrow.log.head.hash);
    const acted = locked.append(actedBy((by) => by.set("salt", salt).set("seq", seq).set("hash", hash)));
    expect(beliefIn(acted, theirs.escrow)).toMatchObject({ believed: false, because: "not-recorded" });
  });

  it("does not believe a review of other members than the recorded ones (ESC-8)", () => {
    // The thief has the place and the salt of an act that approves the phone, and approves itself instead.
    const crowded = locked.join("Thief");
    const { escrow: later, act } = announce(escrow, "Bob", crowded, { approve: ["Phone"] });
    const good = doAct(crowded, later, "Bob", act);
    const wanted = announce(escrow, "Bob", crowded, { approve: ["Thief"] });
    const bad = doAct(crowded, wanted.escrow, "Bob", wanted.act);
    const forged = mutate(bad.last, {
      body: (body) => (body.get("by") as RawBody).set("salt", act.salt).set("hash", idBytes(later.log.head.hash)),
      signers: [signer, bob],
    });
    expect(beliefIn(good, later)?.believed).toBe(true);
    expect(beliefIn(crowded.append(forged), later)).toMatchObject({ believed: false, because: "not-recorded" });
  });

  it("waits for a newer escrow log if the act names a later position than the log has (ESC-8)", () => {
    expect(beliefIn(recovered, escrow)).toMatchObject({
      believed: false,
      because: "beyond-log",
      recordedAt: undefined,
    });
    const far = locked.append(actedBy((by) => by.set("seq", 1_000_000)));
    // The act is at another position than the link names: the commitment decides.
    expect(beliefIn(far, organisation)).toMatchObject({ believed: true, recordedAt: act.recordedAt });
    expect(beliefIn(far, escrow)).toMatchObject({ believed: false, because: "beyond-log" });
    const false1 = locked.append(actedBy((by) => by.set("salt", new Uint8Array(32)).set("seq", 1_000_000)));
    expect(beliefIn(false1, organisation)).toMatchObject({ believed: false, because: "beyond-log" });
  });

  it("does not believe a disowned act, and believes it again once it is recorded again (ESC-8)", () => {
    const disowned = disownedBy(organisation, "Ann", act.recordedAt);
    expect(beliefIn(recovered, disowned)).toMatchObject({
      believed: false,
      because: "disowned",
      admin: escrow.id("Bob"),
    });
    expect(doubted(recovered, disowned)).toEqual(recovered.ids("Phone"));
    // The same commitment in another act repairs the mistake.
    const { commitment, opening } = organisation.record.act ?? expect.unreachable();
    const fields = { type: "act", author: escrow.signer("Ann").signingKey, commitment, opening };
    const repaired = disowned.append(rawNext(disowned.log, fields, [escrow.signer("Ann")]));
    expect(beliefIn(recovered, repaired)).toMatchObject({ believed: true, recordedAt: repaired.log.head.seq });
  });

  it("does not believe an act for another escrow log (ESC-8)", () => {
    const other = openOrganisation("another");
    expect(beliefIn(recovered, other)).toMatchObject({ believed: false, because: "other-log" });
  });

  it("judges a renewal by whether its author is an admin now: it brings in nobody (ESC-10)", () => {
    const later = dismiss(escrow, "Eve");
    const renewed = renewedBy(user, later, "Bob");
    expect(beliefIn(renewed, later)).toMatchObject({ type: "renew-escrow", believed: true, because: "admin-now" });
    for (const now of [dismiss(later, "Bob"), later.rekey("Bob")]) {
      expect(beliefIn(renewed, now)).toMatchObject({ believed: false, because: "no-admin-now" });
    }
    expect(doubted(renewed, dismiss(later, "Bob"))).toEqual([]);
  });

  it("names only members that are still active (ESC-8)", () => {
    const gone = recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).review("Laptop", { remove: ["Phone"] });
    expect(beliefIn(gone, escrow)?.believed).toBe(false);
    expect(doubted(gone, escrow)).toEqual([]);
  });

  it("distinguishes members that a recorded act let in from others, if escrow alone vouches (ESC-8)", () => {
    const byAnn = restore(locked, escrow, "Ann", PHONE_FOR_LAPTOP);
    const both = restore(byAnn.user.join("Thief"), byAnn.escrow, "Bob", { approve: ["Thief"] });
    expect(both.user.member("Thief").founder).toBe(1);
    expect(doubted(both.user, both.escrow)).toEqual([]);
    expect(doubted(both.user, byAnn.escrow)).toEqual(both.user.ids("Thief"));
  });
});

describe("disown", () => {
  const { escrow: organisation } = announced;
  const seq = act.recordedAt;

  it("needs manage, or is by a device for its own acts (MEM-8)", () => {
    expectError(() => disownedBy(organisation, "Eve", seq), "NOT_PERMITTED", "MEM-8");
    expect(disownedBy(organisation, "Bob", seq).record.disowned).toEqual([seq]);
    expect(disownedBy(organisation, "Ann", seq).record).toMatchObject({
      type: "disown",
      disowned: [seq],
      epoch: undefined,
    });
    const twice = announce(organisation, "Ann", locked, PHONE_FOR_LAPTOP);
    const both = [seq, twice.act.recordedAt];
    expectError(() => disownedBy(twice.escrow, "Bob", ...both), "NOT_PERMITTED", "MEM-8");
    expect(disownedBy(twice.escrow, "Ann", ...both).record.disowned).toEqual(both);
  });

  it("accepts positions in any order, of acts that nobody disowned (MEM-2)", () => {
    const twice = announce(organisation, "Ann", locked, PHONE_FOR_LAPTOP);
    const both = [twice.act.recordedAt, seq, seq];
    expect(disownedBy(twice.escrow, "Ann", ...both).record.disowned).toEqual([seq, twice.act.recordedAt]);
    for (const wrong of [1, seq - 1, seq + 1, 1_000_000]) {
      expectError(() => disownedBy(organisation, "Ann", wrong), "NOT_PERMITTED", "MEM-2");
    }
    expectError(() => disownedBy(disownedBy(organisation, "Ann", seq), "Ann", seq), "NOT_PERMITTED", "MEM-2");
    for (const wrong of [undefined, [], [0], [1.5], ["1"], 7]) {
      const act = () => disown(organisation.session("Ann"), wrong as never, organisation.env("x"));
      expectError(act, "INVALID_ARGUMENT", undefined);
    }
  });

  it("can be in the same link as the removal of the admin (ESC-8)", () => {
    const lists = { remove: organisation.ids("Bob"), disown: [seq] };
    const removed = organisation.act("Ann", "removes Bob", (session, env) => review(session, lists, env));
    expect(removed.record).toMatchObject({ type: "review", removed: organisation.ids("Bob"), disowned: [seq] });
    expect(beliefIn(recovered, removed)).toMatchObject({ believed: false, because: "disowned" });
    const wrong = { remove: organisation.ids("Bob"), disown: [1] };
    const act = () => review(organisation.session("Ann"), wrong, organisation.env("x"));
    expectError(act, "NOT_PERMITTED", "MEM-2");
    const user = { remove: locked.ids("Phone"), disown: [1] };
    expectError(() => review(locked.session("Laptop"), user, locked.env("x")), "NOT_PERMITTED", "MEM-8");
  });
});

describe("recordActAgain", () => {
  const { escrow: organisation } = announced;
  const given = { userLog: recovered.log, review: act.seq, reason: "disowned by mistake" };
  const again = (world: World, by: string, options = {}) =>
    world.act(by, "records again", (session, env) => recordActAgain(session, { ...given, ...options }, env));

  it("makes a review believed again that was disowned by mistake, by any admin (ESC-8)", () => {
    const disowned = disownedBy(dismiss(organisation, "Bob"), "Ann", act.recordedAt);
    const repaired = again(disowned, "Ann");
    expect(beliefIn(recovered, disowned)?.believed).toBe(false);
    expect(beliefIn(recovered, repaired)).toMatchObject({ believed: true, recordedAt: repaired.log.head.seq });
    // The new act is not junk, although its commitment has Bob's key.
    const records = actRecords(repaired.session("Ann"), repaired.entries);
    expect(records.map(({ junk, act }) => [junk, act?.reason])).toEqual([
      [false, "lost everything"],
      [false, "disowned by mistake"],
    ]);
    expect(reviewOf(recovered.log, repaired.log, records[1]?.act ?? expect.unreachable())?.seq).toBe(act.seq);
  });

  it("repairs an act that the service lost, only by the device that made it (ESC-8)", () => {
    // The service was restored from a copy that lacks the act.
    const restored = escrow.rename("Ann", "Anne");
    expect(beliefIn(recovered, again(restored, "Bob"))?.believed).toBe(true);
    expectError(() => again(restored, "Ann"), "NOT_PERMITTED", "ESC-8");
    expectError(() => again(restored.rekey("Bob"), "Bob"), "NOT_PERMITTED", "ESC-8");
    // At the position of the first act only that act counts.
    expect(escrow.log.head.seq + 1).toBe(act.recordedAt);
    expectError(() => again(escrow, "Bob"), "NOT_PERMITTED", "ESC-8");
  });

  it("is refused without the role, and for a link that is no review by escrow (MEM-8)", () => {
    expectError(() => again(organisation, "Eve"), "NOT_PERMITTED", "MEM-8");
    for (const review of [1, act.seq - 1, act.seq + 1, 1.5, undefined, "4"])
      expectError(() => again(organisation, "Ann", { review }), "INVALID_ARGUMENT", undefined);
    expectError(() => again(organisation, "Ann", { reason: "" }), "INVALID_ARGUMENT", "ESC-8");
  });
});

describe("actRecords", () => {
  const { escrow: organisation } = announced;

  it("lists every act with its opening, for every admin that holds the epoch (ESC-8)", () => {
    for (const name of ["Ann", "Bob", "Eve"]) {
      expect(actRecords(organisation.session(name), organisation.entries)).toEqual([
        {
          ...{ seq: act.recordedAt, admin: escrow.id("Bob"), when: new Date(organisation.log.time) },
          ...{ isByAdminNow: true, delivered: true, disowned: false, junk: false, act },
        },
      ]);
    }
    expect(actRecords(escrow.session("Ann"), escrow.entries)).toEqual([]);
  });

  it("names the admins whose key is gone, and the acts that were disowned", () => {
    const later = disownedBy(organisation.rekey("Bob"), "Ann", act.recordedAt);
    const records = actRecords(later.session("Ann"), later.entries);
    expect(records).toMatchObject([{ isByAdminNow: false, disowned: true, act }]);
    const gone = dismiss(organisation, "Bob");
    expect(actRecords(gone.session("Ann"), gone.entries)).toMatchObject([{ isByAdminNow: false, disowned: false }]);
  });

  it("lists acts that were not delivered or cannot be read as unknown, not as junk", () => {
    expect(actRecords(organisation.session("Ann"), [])).toMatchObject([
      { act: undefined, delivered: false, junk: false },
    ]);
    const renewed = renewedBy(locked, dismiss(organisation, "Bob"), "Ann");
    const later = announce(dismiss(organisation, "Bob"), "Ann", renewed, PHONE_FOR_LAPTOP).escrow;
    const seen = actRecords(later.session("Bob"), later.entries);
    expect(seen.map(({ act }) => act?.recordedAt)).toEqual([act.recordedAt, undefined]);
    expect(seen.every(({ junk, delivered }) => delivered && !junk)).toBe(true);
  });

  it("names an act whose opening does not match its commitment (ESC-8)", () => {
    const noise = escrow.append(withAttachment(organisation.last, 0, new Uint8Array(1300), [bob]));
    const lied = escrow.append(
      mutate(organisation.last, { body: setField("commitment", new Uint8Array(32)), signers: [bob] }),
    );
    // Another admin's act with the same opening commits to another key.
    const { commitment, opening } = organisation.record.act ?? expect.unreachable();
    const ann = escrow.signer("Ann");
    const fields = { type: "act", author: ann.signingKey, commitment, opening };
    const copied = escrow.append(rawNext(escrow.log, fields, [ann], takeApart(organisation.last).attachments));
    for (const world of [noise, lied, copied]) {
      expect(actRecords(world.session("Ann"), world.entries)).toMatchObject([{ act: undefined, junk: true }]);
    }
  });

  it("is a link that a log admits only by a confirmed admin's device (MEM-8, LOG-4)", () => {
    const { commitment, opening } = organisation.record.act ?? expect.unreachable();
    const by = (signer: RawSigner) =>
      rawNext(escrow.log, { type: "act", author: signer.signingKey, commitment, opening }, [signer]);
    expectTwins(escrow.log, by(escrow.signer("Eve")), by(bob), "INVALID_LINK", "MEM-8");
    const laptop = user.signer("Laptop");
    const inUsersLog = rawNext(user.log, { type: "act", author: laptop.signingKey, commitment, opening }, [laptop]);
    expectRefused(user.log, inUsersLog, "INVALID_LINK", "MEM-8");
  });
});
