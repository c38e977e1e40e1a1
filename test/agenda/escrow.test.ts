// The steps that a user's device owes about escrow, row by row, and the verdicts on a pointer. docs/spec.md section 11.2 (ESC-3
// to ESC-7, ESC-10) and issue 11, cases 8 and 16.

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { enrollEscrow as enrollWith, renewEscrow as renewWith } from "../../src/escrow/enroll.js";
import type { Pointer } from "../../src/log/fields.js";
import { escrowMember } from "../../src/log/state.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  dismiss,
  dutiful,
  enroll,
  escrowOf,
  expectSameClasses,
  grantedJunk,
  hire,
  joinWithholding,
  junkFor,
  openEscrow,
  openOrganisation,
  openUser,
  owes,
  paper,
  policyBy,
  regrantEscrow,
  renew,
  renewedBy,
  renewedRaw,
  reviewEscrow,
  stepsOf,
  write,
} from "../escrow/support.js";
import { enrollEscrow, rotate } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";
import { keysNamed, OPERATOR, openWorld, pointerKeys, type World } from "../support/world.js";

const escrow = hire(openOrganisation("duty"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const other = openOrganisation("a thief's organisation");
const bare = openWorld("duty");
const user = openUser("duty", escrow);
const pointer = newestPointer(escrow.log);
const confirmed = escrow;

/** A device enrolls a pointer that it made up. */
const enrollRaw = (world: World, by: string, escrowPointer: Pointer): World =>
  world.act(by, "enrolls a pointer", write("enroll", { escrow: escrowPointer }));

describe("the agenda about escrow", () => {
  it("depends on what this keyring itself can judge, not on other keyrings that looked before (ESC-4, GRT-3)", () => {
    // The phone was approved and did not get the bytes: it cannot judge the grant of epochs 1 and 2 to escrow.
    const joined = openWorld("what a keyring can judge").join("Phone");
    const approved = joined.review("Laptop", { approve: ["Phone"] });
    const world = enroll(approved, "Laptop", escrow).with("Phone", joined.session("Phone").keyring);
    const phone = () => stepsOf(world, "Phone", escrow, { confirmed });
    const first = phone();
    expect(first).toMatchObject([
      { link: "regrant", give: [{ member: escrowOf(world).id, epochs: [[2, 2]] }] },
      { what: "attachments", epochs: [[1, 1]] },
    ]);
    expect(stepsOf(world, "Laptop", escrow, { confirmed })).toEqual([]);
    expect(phone()).toEqual(first);
  });

  it("is empty without any escrow, and when nothing is wrong (ESC-4)", () => {
    const approved = bare
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    expect(owes(bare, "Laptop", undefined)).toEqual([]);
    expect(owes(approved, "Phone", undefined)).toEqual([]);
    expect(owes(user, "Laptop", escrow, { confirmed })).toEqual([]);
    expect(owes(user, "Laptop", escrow)).toEqual([]);
  });

  it("is empty in an escrow log, whatever escrow log is at hand: only users entrust it their epochs (ESC-2)", () => {
    for (const known of [escrow, other]) expect(owes(escrow, "Ann", known, { confirmed: known })).toEqual([]);
  });

  it("is empty while escrow is not ready, or the user declined it (ESC-1, row 4)", () => {
    const unready = openEscrow("unready");
    expect(owes(bare, "Laptop", unready, { confirmed: unready })).toEqual([]);
    expect(owes(bare, "Laptop", escrow, { declinedEscrow: true })).toEqual([]);
    expect(owes(bare, "Laptop", escrow)).toEqual(["ask confirm-escrow never-confirmed"]);
  });

  it("asks to confirm the fingerprint, and then enrolls (ESC-4, rows 6 and 8)", () => {
    expect(stepsOf(bare, "Laptop", escrow)).toEqual([
      {
        do: "ask",
        question: "confirm-escrow",
        code: "question-confirm-escrow",
        head: escrow.log.head,
        at: bare.log.head,
        because: "never-confirmed",
      },
    ]);
    expect(owes(bare, "Laptop", escrow, { confirmed: other })).toEqual(["ask confirm-escrow not-trusted"]);
    expect(owes(bare, "Laptop", escrow, { confirmed })).toEqual(["author enroll-escrow"]);
    const done = dutiful(bare, "Laptop", escrow);
    expect(done.did).toEqual(["ask confirm-escrow never-confirmed", "author enroll-escrow"]);
    expect(escrowOf(done.user).pointer).toEqual(pointer);
  });

  it("rotates before it enrolls, while the current epoch is junk: an enrollment cannot declare that (MEM-9, row 8)", () => {
    const spoiled = grantedJunk(bare.join("Thief"), "Laptop", "Thief");
    expect(owes(spoiled, "Laptop", escrow, { confirmed })).toEqual(["author rotate current-epoch-unopened"]);
    const done = dutiful(spoiled, "Laptop", escrow, { confirmed });
    expect(done.did).toEqual(["author rotate current-epoch-unopened", "author enroll-escrow"]);
    expect(escrowOf(done.user).pointer).toEqual(pointer);
  });

  it("asks for no new confirmation for an escrow log that extends the confirmed one (ESC-5)", () => {
    expect(owes(bare, "Laptop", later, { confirmed })).toEqual(["author enroll-escrow"]);
    // The confirmed head is newer than the log that the server shows now: there is nothing to ask the user.
    expect(owes(bare, "Laptop", escrow, { confirmed: later })).toEqual(["fetch escrow-log newer-named"]);
    const enrollOn = (organisation: World, head: World) =>
      enrollEscrow(bare.session("Laptop"), organisation.log, head.log.head, bare.env("enrolls"));
    expectError(() => enrollOn(escrow, later), "ESCROW_UNKNOWN", "ESC-4");
    expectError(() => enrollOn(other, escrow), "ESCROW_UNKNOWN", "ESC-4");
    expect(enrollOn(later, escrow).log.head.seq).toBe(bare.log.head.seq + 1);
  });

  it("fetches the escrow log when there is none, one that cannot be read, or an older one (ESC-4, LOG-1, rows 1 and 11)", () => {
    expect(owes(user, "Laptop", undefined)).toEqual(["fetch escrow-log none-at-hand"]);
    expect(owes(user, "Laptop", "unsupported", { confirmed })).toEqual(["fetch escrow-log unsupported"]);
    const ahead = enroll(bare, "Laptop", later);
    // The founding laptop named the later head, so this log must be fetched again. The user is asked if there is nothing newer.
    expect(owes(ahead, "Laptop", escrow, { confirmed })).toEqual([
      "fetch escrow-log newer-named",
      "ask confirm-escrow not-trusted",
    ]);
    expect(escrowIsSound(ahead.log, { escrowLog: escrow.log, storedConfirmation: escrow.log.head })).toBe(false);
    // An unconfirmed device too, where no admin can act by the pointer (row 9).
    expect(owes(ahead.join("Phone"), "Phone", escrow, { confirmed: later })).toEqual(["fetch escrow-log newer-named"]);
    expect(owes(ahead.join("Phone"), "Phone", other)).toEqual(["ask confirm-escrow never-confirmed"]);
  });

  it("renews an older pointer, once (ESC-6, row 17)", () => {
    expect(owes(user, "Laptop", later, { confirmed })).toEqual(["author renew-escrow older"]);
    for (const renewed of [dutiful(user, "Laptop", later, { confirmed }).user, renewedBy(user, later, "Ann")]) {
      expect(owes(renewed, "Laptop", later, { confirmed })).toEqual([]);
      expectSameClasses(renewed);
    }
  });

  it("renews a false pointer, and the honest renewal is admitted (ESC-4)", () => {
    const fake = {
      ...pointer,
      seq: 1,
      hash: "11".repeat(32) as Pointer["hash"],
      ...pointerKeys(keysNamed("a fake epoch")),
    };
    const liar = enrollRaw(bare, "Laptop", fake);
    expect(owes(liar, "Laptop", escrow, { confirmed })).toEqual(["ask confirm-escrow contradicts-pointer"]);
    const compared = { confirmed, confirmedAt: liar.log.head };
    expect(owes(liar, "Laptop", escrow, compared)).toEqual(["author renew-escrow false"]);
    expect(escrowIsSound(liar.log, { escrowLog: escrow.log, storedConfirmation: escrow.log.head })).toBe(false);
    // No admin can open content that was sealed to the false keys, although the log claims it.
    const renewed = renew(liar, "Laptop", escrow);
    const { id } = escrowOf(renewed);
    expect(stepsOf(renewed, "Laptop", escrow, { confirmed })).toEqual([
      { do: "author", link: "regrant", give: [{ member: id, epochs: [[1, 1]] }], others: [] },
    ]);
    expect(owes(regrantEscrow(renewed, "Laptop", [[1, 1]]), "Laptop", escrow, { confirmed })).toEqual([]);
  });

  it("asks before it removes a pointer into another log than the one that the user confirmed (ESC-4, row 10; case 16)", () => {
    const taken = enroll(bare.join("Thief"), "Thief", other);
    const { id } = escrowOf(taken);
    expect(owes(taken, "Laptop", escrow, { confirmed })).toEqual(["ask remove-escrow other-log"]);
    expect(owes(taken, "Laptop", escrow)).toEqual(["ask remove-escrow other-log"]);
    const step = { do: "author", link: "remove", members: [id], because: "user-said", withholdFromEscrow: false };
    expect(stepsOf(taken, "Laptop", escrow, { confirmed, removeEscrow: id })).toEqual([step]);
    const done = dutiful(taken, "Laptop", escrow, { confirmed });
    expect(done.did).toEqual(["ask remove-escrow other-log", "author remove user-said", "author enroll-escrow"]);
    expect(escrowOf(done.user).pointer?.log).toBe(escrow.log.head.log);
  });

  it("does not let two devices with two organisations' logs undo each other (row 10; case 16)", () => {
    // The user moved: the laptop removed the old escrow and enrolled the new one. The server still shows the old organisation's
    // log to the phone.
    const two = user.join("Phone").review("Laptop", { approve: ["Phone"] });
    const moved = enroll(reviewEscrow(two, "Laptop", "remove"), "Laptop", other);
    expect(owes(moved, "Phone", escrow, { confirmed })).toEqual(["ask remove-escrow other-log"]);
    expect(owes(moved, "Laptop", other, { confirmed: other })).toEqual([]);
    // Where a thief or the other device removed escrow, it is not enrolled again without asking either (row 7).
    const gone = reviewEscrow(two, "Laptop", "remove");
    expect(owes(gone, "Phone", escrow, { confirmed })).toEqual(["ask enroll-again"]);
    const removedAt = gone.log.head.seq;
    expect(owes(gone, "Phone", escrow, { confirmed, enrollAgainAfter: removedAt })).toEqual(["author enroll-escrow"]);
    // Only removals of escrow count.
    const fewer = bare.join("Phone").review("Laptop", { remove: ["Phone"] });
    expect(owes(fewer, "Laptop", escrow, { confirmed })).toEqual(["author enroll-escrow"]);
  });

  it("asks when only an unconfirmed device has enrolled escrow, and gives it an older class (ESC-4, row 18)", () => {
    const byThief = enroll(bare.join("Thief"), "Thief", escrow);
    expect(owes(byThief, "Laptop", escrow)).toEqual(["ask confirm-escrow never-confirmed"]);
    expect(owes(byThief, "Laptop", escrow, { confirmed })).toEqual(["author renew-escrow founder"]);
    expect(escrowIsSound(byThief.log, { escrowLog: escrow.log })).toBe(false);
    expect(escrowIsSound(byThief.log, { escrowLog: escrow.log, storedConfirmation: escrow.log.head })).toBe(true);
    expect(escrowIsSound(user.log, { escrowLog: escrow.log })).toBe(true);
  });

  it("takes the class back from a thief that renewed to the true newest pointer, in one link (row 18; case 17)", () => {
    const renewed = renew(user.join("Thief"), "Thief", later);
    expect(escrowOf(renewed).founder).toBe(3);
    const done = dutiful(renewed, "Laptop", later, { confirmed });
    expect(done.did).toEqual(["author renew-escrow founder"]);
    expect(escrowOf(done.user)).toMatchObject({ founder: 1, pointer: newestPointer(later.log) });
    // The twin: the laptop renewed itself.
    expect(owes(renew(user.join("Thief"), "Laptop", later), "Laptop", later, { confirmed })).toEqual([]);
  });

  it("leaves escrow to a confirmed device (ESC-4, row 9)", () => {
    const joined = user.join("Phone");
    for (const organisation of [escrow, later]) {
      expect(owes(joined, "Phone", organisation, { confirmed })).toEqual([]);
      expect(owes(joined, "Phone", organisation)).toEqual([]);
    }
    expect(owes(joined, "Laptop", later, { confirmed })).toEqual(["author renew-escrow older"]);
    const approved = joined.review("Laptop", { approve: ["Phone"] });
    expect(owes(approved, "Phone", later, { confirmed })).toEqual(["author renew-escrow older"]);
  });

  it("gives again the epoch that a join withheld, and nothing else (MEM-6, row 20)", () => {
    const withheld = joinWithholding(user, "Phone").review("Laptop", { approve: ["Phone"] });
    // The approval gave the laptop nothing, and the phone's epoch is the laptop's too: every active device is a recipient.
    expect(stepsOf(withheld, "Laptop", escrow)).toEqual([
      { do: "author", link: "regrant", give: [{ member: escrowOf(withheld).id, epochs: [[2, 2]] }], others: [] },
    ]);
    expect(owes(regrantEscrow(withheld, "Laptop", [[2, 2]]), "Laptop", escrow)).toEqual([]);
    // A regrant cannot declare the current epoch missing (MEM-9).
    const spoiled = grantedJunk(withheld, "Laptop", "Phone");
    expect(owes(spoiled, "Laptop", escrow, { confirmed })).toEqual(["author rotate current-epoch-unopened"]);
  });

  it("extends escrow by the older epochs that this device holds (ESC-5, row 20)", () => {
    const short = renew(enroll(bare.join("Phone"), "Phone", escrow), "Laptop", later);
    expect(escrowOf(short).held).toEqual([[2, 3]]);
    const step = { do: "author", link: "extend-escrow", escrow: escrowOf(short).id, epochs: [[1, 1]] };
    expect(stepsOf(short, "Laptop", later, { confirmed })).toEqual([step]);
    const extended = dutiful(short, "Laptop", later, { confirmed });
    expect(extended.did).toEqual(["author extend-escrow"]);
    expect(escrowOf(extended.user).held).toEqual([[1, 3]]);
  });

  it("repairs a thief's grant to escrow, while somebody still has the epoch (GRT-3, row 20)", () => {
    const pointed = user
      .join("Thief")
      .act(
        "Thief",
        "lies",
        write("renew-escrow", { escrow: { ...pointer, ...pointerKeys(keysNamed("a fake epoch")) } }),
      );
    const done = dutiful(pointed, "Laptop", escrow, { confirmed });
    expect(done.did).toEqual(["author renew-escrow false", "author regrant"]);
    expect(owes(done.user, "Laptop", escrow, { confirmed })).toEqual([]);
    // The pointer is true here, and the box is noise. The log says that escrow holds the epoch.
    const { id } = escrowOf(user);
    const noise = junkFor(user.join("Thief"), id);
    const step = { do: "author", link: "regrant", give: [{ member: id, epochs: [[3, 3]] }], others: [] };
    expect(escrowOf(noise).held).toEqual([[1, 3]]);
    expect(stepsOf(noise, "Laptop", escrow, { confirmed })).toEqual([step]);
    expect(owes(regrantEscrow(noise, "Laptop", [[3, 3]]), "Laptop", escrow, { confirmed })).toEqual([]);
  });

  it("refuses an invalid member id, and asks the user of a removed member (section 13)", () => {
    const gone = user.join("Phone").review("Laptop", { remove: ["Phone"] });
    expect(owes(gone, "Phone", escrow)).toEqual(["ask standing"]);
    const stranger = { log: user.log, keyring: openWorld("duty").join("Stranger").session("Stranger").keyring };
    const knowledge = { now: "unchecked", escrowLog: escrow.log } as const;
    expectError(() => agenda(stranger, knowledge), "UNKNOWN_MEMBER", "MEM-2");
  });
});

describe("an escrow that was switched off (case 16)", () => {
  const operated = policyBy(paper(openEscrow("switched off", { operator: true }), ["manage"]), "Ann", {
    enabled: true,
  });
  const off = policyBy(operated, "Ann", { enabled: false }, OPERATOR);
  const enrolled = openUser("off", operated);

  it("gets no more grants: devices withhold, and ask their user (ESC-4, ESC-2, row 16)", () => {
    expect(escrowIsSound(enrolled.log, { escrowLog: operated.log })).toBe(true);
    expect(escrowIsSound(enrolled.log, { escrowLog: off.log })).toBe(false);
    expect(owes(enrolled, "Laptop", off)).toEqual(["ask remove-escrow disabled"]);
    expectError(
      () => rotate(enrolled.session("Laptop"), enrolled.env("rotates"), { escrow: { escrowLog: off.log } }),
      "ESCROW_UNKNOWN",
      "ESC-4",
    );
    const options = { escrow: { escrowLog: off.log }, withholdFromEscrow: true };
    const rotated = enrolled.act("Laptop", "rotates", (session, env) => rotate(session, env, options));
    expect(rotated.record.withheldFromEscrow).toBe(true);
    // A new epoch that is due is withheld too.
    const due = enrolled
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .leave("Phone");
    expect(stepsOf(due, "Laptop", off)).toMatchObject([
      { question: "remove-escrow" },
      { link: "rotate", because: ["rotation-due"], withholdFromEscrow: true },
    ]);
  });

  it("does not keep an epoch that a former admin knows (ESC-10, row 16)", () => {
    const staffed = hire(operated, "Bob", ["recover"]);
    const without = dismiss(staffed, "Bob");
    const renewed = renewedRaw(openUser("off", staffed).join("Phone"), staffed, "Bob", newestPointer(without.log));
    const gone = policyBy(without, "Ann", { enabled: false }, OPERATOR);
    const asks = "ask remove-escrow disabled";
    expect(owes(renewed, "Laptop", gone)).toEqual([asks, "author rotate known-to-former-admin"]);
    // Only a confirmed device rotates, and only where such an admin knows the epoch.
    expect(owes(renewed, "Phone", gone)).toEqual([]);
    expect(owes(renewed.rotate("Laptop"), "Laptop", gone)).toEqual([asks]);
  });

  it("is not enrolled and not renewed (ESC-1, ESC-4)", () => {
    const knowledge = { escrowLog: off.log, storedConfirmation: off.log.head };
    const plain = openWorld("off");
    expect(owes(plain, "Laptop", off, { confirmed: off })).toEqual([]);
    const act = () => enrollWith(plain.session("Laptop"), knowledge, plain.env("enrolls"));
    expectError(act, "NOT_PERMITTED", "ESC-1");
    const moved = { escrowLog: off.rotate("Ann").log, storedConfirmation: off.log.head };
    const renewal = () => renewWith(enrolled.session("Laptop"), moved, enrolled.env("renews"));
    expectError(renewal, "ESCROW_UNKNOWN", "ESC-4");
  });

  it("is removed if the user decides so, and gets what it lacks once it is on again", () => {
    const done = dutiful(enrolled, "Laptop", off);
    expect(done.did).toEqual(["ask remove-escrow disabled", "author remove user-said"]);
    expect(escrowMember(done.user.log)).toBeUndefined();
    const options = { escrow: { escrowLog: off.log }, withholdFromEscrow: true };
    const rotated = enrolled.act("Laptop", "rotates", (session, env) => rotate(session, env, options));
    const on = policyBy(off, "Ann", { enabled: true });
    expect(dutiful(rotated, "Laptop", on).did).toEqual(["author regrant"]);
  });
});

describe("an epoch that a former admin knows (ESC-10; case 8)", () => {
  const renewed = renewedRaw(user, escrow, "Bob", newestPointer(later.log));

  it("is replaced by a confirmed device, which rotates (row 19)", () => {
    expect(escrowOf(renewed).pointer).toEqual(newestPointer(later.log));
    const done = dutiful(renewed, "Laptop", later, { confirmed });
    expect(done.did).toEqual(["author rotate known-to-former-admin"]);
    expect(done.user.record).toMatchObject({ type: "rotate", epoch: 3 });
    expect(owes(renewed.join("Phone"), "Phone", later, { confirmed })).toEqual([]);
    const two = renewedRaw(user.join("Phone"), escrow, "Bob", newestPointer(later.log));
    const step = { do: "author", link: "rotate", because: ["known-to-former-admin"], withholdFromEscrow: false };
    expect(stepsOf(two, "Laptop", later, { confirmed })).toEqual([{ ...step, others: two.ids("Phone") }]);
  });

  it("waits until the escrow log was fetched (ESC-10)", () => {
    expect(owes(renewed, "Laptop", undefined)).toEqual(["fetch escrow-log none-at-hand"]);
    expect(owes(renewed, "Laptop", escrow, { confirmed })[0]).toBe("fetch escrow-log newer-named");
  });

  it("is not one that a present admin made, and not one that was replaced since (row 19)", () => {
    expect(owes(renewedBy(user, later, "Ann"), "Laptop", later, { confirmed })).toEqual([]);
    expect(owes(renewed.rotate("Laptop"), "Laptop", later, { confirmed })).toEqual([]);
    // Ann took fresh keys since: anybody who has the old ones knows the epoch.
    const rekeyed = later.rekey("Ann");
    const byOld = renewedBy(user, later, "Ann");
    expect(owes(byOld, "Laptop", rekeyed, { confirmed })).toEqual(["author renew-escrow older"]);
    expect(owes(renew(byOld, "Laptop", rekeyed), "Laptop", rekeyed, { confirmed })).toEqual([]);
  });
});

describe("judgePointer", () => {
  const real = escrow.log.links.at(1) ?? expect.unreachable();

  it.each([
    ["newest", pointer, escrow],
    ["newest", { ...pointer, seq: real.seq, hash: real.hash }, escrow],
    ["older", pointer, later],
    ["ahead", newestPointer(later.log), escrow],
    // Its keys decide, not the head that it names.
    ["newest", { ...pointer, seq: 1_000_000 }, escrow],
    ["older", { ...pointer, seq: 1_000_000 }, later],
    ["newest", { ...pointer, hash: real.hash }, escrow],
    ["other-log", pointer, other],
    ["ahead", { ...pointer, epoch: 2 }, escrow],
    ["false", { ...pointer, epoch: 2 }, later],
    ["false", { ...pointer, signingKey: keysNamed("x").signingKey }, escrow],
    ["false", { ...pointer, kemKey: keysNamed("x").publicKeys.kem }, escrow],
  ] as const)("says %s (ESC-4) [%#]", (verdict, given, organisation) => {
    expect(judgePointer(given, organisation.log)).toBe(verdict);
  });

  it("accepts what newestPointer gives, at every head of a ready log (ESC-3)", () => {
    for (const world of [escrow, later, later.rotate("Ann")]) {
      expect(judgePointer(newestPointer(world.log), world.log)).toBe("newest");
      expect(newestPointer(world.log).epoch).toBe(world.log.epochs.length);
    }
  });
});
