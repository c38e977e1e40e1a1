// A lying server offers an escrow log that ends before the head that the pointer in force names: a dismissed admin's fork from
// before the dismissal, or an old state of the true log. And a thief names a head far ahead. docs/spec.md section 11.2 (ESC-4,
// ESC-8).

import { describe, expect, it } from "vitest";
import { review, rotate } from "../../src/authoring/verbs.js";
import { renewEscrow } from "../../src/escrow/enroll.js";
import type { Pointer } from "../../src/log/fields.js";
import type { Head } from "../../src/log/state.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  daily,
  dismiss,
  dutiful,
  escrowOf,
  hire,
  openOrganisation,
  openUser,
  owes,
  pointedBy,
  renewedBy,
  restore,
  reviewEscrow,
} from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import type { World } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);
/** The start of Bob's fork, and the log that continues from there without a new epoch. */
const second = hired.rotate("Ann");
const later = daily(second, 3);

const fetch = "fetch escrow-log newer-named";
const asks = "ask confirm-escrow contradicts-pointer";

const isSound = (user: World, escrow: World, confirmed?: World, confirmedAt?: Head): boolean =>
  escrowIsSound(user.log, { escrowLog: escrow.log, storedConfirmation: confirmed?.log.head, confirmedAt });
const doubted = (user: World, escrow: World, confirmed?: World) =>
  doubtedMembers(user.log, { escrowLog: escrow.log, storedConfirmation: confirmed?.log.head }, user.id("Laptop"));

describe("an escrow log that ends before the head that the pointer in force names", () => {
  // Ann renewed for the user, and named the head that the escrow log had then.
  const renewed = renewedBy(openUser("u", hired).join("Thief"), later, "Ann");
  // Bob, who is dismissed by now, continues from the state where he still was an admin, and brings the thief in.
  const { user, escrow: fork } = restore(renewed, second, "Bob", { approve: ["Thief"] });
  const truth = dismiss(later, "Bob");

  it("judges no act, where only an admin set the pointer (ESC-4, ESC-8)", () => {
    const pointer = escrowOf(user).pointer as Pointer;
    expect(judgePointer(pointer, fork.log)).toBe("newest");
    expect(fork.log.head.seq).toBeLessThan(pointer.seq);
    for (const confirmed of [undefined, hired, second]) {
      expect(doubted(user, fork, confirmed)).toEqual(user.ids("Thief"));
      expect(doubted(user, later, confirmed), "the twin: Bob never recorded it there").toEqual(user.ids("Thief"));
      expect(doubted(user, truth, confirmed)).toEqual(user.ids("Thief"));
    }
    // The twin: Ann's record in the log that has this head is believed.
    const byAnn = restore(renewed, later, "Ann", { approve: ["Thief"] });
    expect(doubted(byAnn.user, byAnn.escrow, hired)).toEqual([]);
  });

  it("is not sound, and a device grants nothing by it (ESC-4)", () => {
    for (const confirmed of [undefined, hired, second]) {
      const escrow = { escrowLog: fork.log, storedConfirmation: confirmed?.log.head };
      expect(isSound(user, fork, confirmed)).toBe(false);
      expect(isSound(user, later, confirmed), "the twin").toBe(true);
      const session = user.session("Laptop");
      expectError(() => rotate(session, user.env("rotates"), { escrow }), "ESCROW_UNKNOWN", "ESC-4");
      expectError(() => renewEscrow(session, escrow, user.env("renews")), "ESCROW_UNKNOWN", "ESC-4");
      const approval = { approveUncompared: user.ids("Thief"), escrow, withholdFromEscrow: true };
      const approves = () => review(session, approval, user.env("approves"));
      expectError(approves, "UNVERIFIED_MEMBERS", "ESC-8");
    }
  });

  it("is not renewed to, where the pointer is of an epoch that this log does not have (ESC-4, ESC-6)", () => {
    const renews = (world: World, escrow: World, confirmed: World, confirmedAt?: Head) => () => {
      const knowledge = { escrowLog: escrow.log, storedConfirmation: confirmed.log.head, confirmedAt };
      return renewEscrow(world.session("Laptop"), knowledge, world.env("renews")).accept();
    };
    const ahead = renewedBy(openUser("u", hired).join("Thief"), truth, "Ann");
    expect(judgePointer(escrowOf(ahead).pointer as Pointer, later.log)).toBe("ahead");
    expectError(renews(ahead, later, hired), "ESCROW_UNKNOWN", "ESC-4");
    expectError(renews(ahead, fork, hired), "ESCROW_UNKNOWN", "ESC-4");
    // A comparison made before the pointer was set does not count: the server may withhold what came since.
    const { log, hash } = ahead.log.head;
    const before = { log, seq: ahead.log.head.seq - 1, hash: ahead.record.prev as Head["hash"] };
    expectError(renews(ahead, later, later, before), "ESCROW_UNKNOWN", "ESC-4");
    // One made on another branch of the user's own log does not count either.
    expectError(renews(ahead, later, later, { ...ahead.log.head, hash: before.hash }), "ESCROW_UNKNOWN", "ESC-4");
    expectError(renews(ahead, later, later, { ...before, seq: 1_000, hash }), "ESCROW_UNKNOWN", "ESC-4");
    // The twin: the user confirmed since that this log is the newest, so the thief made up the epoch.
    expect(renews(ahead, later, later, ahead.log.head)().log.head.seq).toBe(ahead.log.head.seq + 1);
  });

  it("is fetched again, and where there is no newer one, the user is asked (ESC-4, row 12)", () => {
    for (const confirmed of [undefined, hired, second]) {
      expect(owes(user, "Laptop", fork, { confirmed })).toEqual([fetch, asks, "ask whose-members"]);
      // An old state of the true log is no fork, but it lacks the head that the pointer names too.
      expect(owes(renewed, "Laptop", second, { confirmed: hired })).toEqual([fetch, asks]);
      expect(owes(renewed, "Laptop", later, { confirmed })).toEqual([]);
      expect(owes(user, "Laptop", truth, { confirmed })).toEqual(["ask whose-members"]);
    }
    // A user who confirmed a later head than this log has is not asked to confirm less.
    expect(owes(renewed, "Laptop", second, { confirmed: later })).toEqual([fetch]);
  });
});

describe("a thief who names a head far ahead, with true keys of the newest epoch", () => {
  const far = { ...newestPointer(later.log), seq: 1_000_000 };
  const more = daily(later, 5);
  const start = openUser("u", later)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });

  it("does not stop escrow: the user settles it once, and the device renews (ESC-4, rows 12 and 17)", () => {
    const user = pointedBy(start.join("Thief"), "Thief", far);
    for (const confirmed of [undefined, later]) {
      expect(owes(user, "Laptop", more, { confirmed })).toEqual([fetch, asks]);
      const done = dutiful(user, "Laptop", more, { confirmed });
      expect(done.did).toEqual([asks, "author renew-escrow beyond-log"]);
      expect(escrowOf(done.user)).toMatchObject({ founder: 1, pointer: newestPointer(more.log) });
      // The log continues, and neither device has anything to ask.
      for (const device of ["Laptop", "Phone"]) {
        expect(owes(done.user, device, daily(more, 7), { confirmed })).toEqual([]);
        expect(isSound(done.user, daily(more, 7), confirmed)).toBe(true);
      }
    }
  });

  it("counts as sound where the user compared since, and only there (ESC-4)", () => {
    const user = pointedBy(start.join("Thief"), "Thief", far);
    const { head } = user.log;
    // The log may have grown since the user confirmed it to its end.
    for (const confirmed of [undefined, later, more]) {
      for (const at of [undefined, start.log.head]) expect(isSound(user, more, confirmed, at)).toBe(false);
    }
    expect(isSound(user, more, undefined, head), "a position without a confirmed head").toBe(false);
    expect(isSound(user, more, more, head)).toBe(true);
    expect(isSound(user, daily(more, 1), more, head)).toBe(true);
  });

  it("does not stop escrow where a founding device was stolen either (ESC-4, rows 12 and 13)", () => {
    const stolen = pointedBy(start, "Phone", far).review("Laptop", { remove: ["Phone"] });
    for (const confirmed of [undefined, later]) {
      expect(owes(stolen, "Laptop", more, { confirmed })).toEqual([fetch, asks]);
      expect(isSound(stolen, more, confirmed)).toBe(false);
      const done = dutiful(stolen, "Laptop", more, { confirmed });
      expect(done.did).toEqual([asks, "author renew-escrow beyond-log"]);
      expect(owes(done.user, "Laptop", daily(more, 7), { confirmed })).toEqual([]);
      // A thief who names a later head of the log changes nothing: the head that a founding device named last counts.
      const again = pointedBy(pointedBy(start, "Phone", far).join("Thief"), "Thief", newestPointer(more.log));
      expect(owes(again, "Laptop", more, { confirmed })[0]).toBe(fetch);
      expect(owes(again, "Laptop", more, { confirmed })[1]).toMatch(/^ask confirm-escrow/);
      const compared = { confirmed: more, confirmedAt: again.log.head };
      expect(owes(again, "Laptop", more, compared)).toEqual(["author renew-escrow founder"]);
    }
  });

  it("does not stop a user whose escrow was removed either: the user is asked, and escrow is enrolled (ESC-4, row 5)", () => {
    const named = pointedBy(start, "Phone", far);
    const gone = reviewEscrow(named.review("Laptop", { remove: ["Phone"] }), "Laptop", "remove");
    expect(owes(gone, "Laptop", more, { confirmed: later })).toEqual([fetch, "ask confirm-escrow not-trusted"]);
    expect(owes(gone, "Laptop", more, { confirmed: more, confirmedAt: gone.log.head })).toEqual(["ask enroll-again"]);
    expect(dutiful(gone, "Laptop", more, { confirmed: later }).did).toEqual([
      "ask confirm-escrow not-trusted",
      "ask enroll-again",
      "author enroll-escrow",
    ]);
  });
});
