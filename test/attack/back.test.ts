// An admin's renewal names a new head of the escrow log, and a thief's device points escrow back to an old, true pointer. A server
// shows a dismissed admin's fork that ends before the head which the admin named, and that fork has the act by which the thief
// came in. docs/spec.md section 11.2 (ESC-4, ESC-8).

import { describe, expect, it } from "vitest";
import { review, rotate } from "../../src/authoring/verbs.js";
import { renewEscrow } from "../../src/escrow/enroll.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  dismiss,
  dutiful,
  hire,
  type Known,
  openOrganisation,
  openUser,
  owes,
  pointedBy,
  policyBy,
  renew,
  renewedBy,
  restore,
  reviewEscrow,
} from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import type { World } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);
const truth = dismiss(hired, "Bob");
const grown = policyBy(truth, "Ann", { userContacts: ["desk 2"] });
const later = policyBy(grown, "Ann", { userContacts: ["desk 3"] });

const knowing = (escrow: World, confirmed?: World) => ({
  escrowLog: escrow.log,
  storedConfirmation: confirmed?.log.head,
});
const isSound = (user: World, escrow: World, { confirmed, confirmedAt }: Known): boolean =>
  escrowIsSound(user.log, { ...knowing(escrow, confirmed), confirmedAt });
const doubted = (user: World, escrow: World, confirmed?: World) =>
  doubtedMembers(user.log, knowing(escrow, confirmed), user.id("Laptop"));

const fetch = "fetch escrow-log newer-named";
const asks = (confirmed: World | undefined) => `ask confirm-escrow ${confirmed ? "not-trusted" : "never-confirmed"}`;

describe("a fork that ends before a head which an earlier pointer named", () => {
  const joined = openUser("u", hired).join("Thief");
  const ways: Record<string, World> = {
    // Only an admin named the newer head.
    "an admin": renewedBy(joined, grown, "Ann"),
    // The twin: a founding device named it.
    "a founding device": renew(joined, "Laptop", grown),
    // The new phone of the owner, which nobody approved yet.
    "an unapproved device": pointedBy(joined.join("Phone"), "Phone", newestPointer(grown.log)),
  };

  for (const [name, renewed] of Object.entries(ways)) {
    const back = pointedBy(renewed, "Thief", newestPointer(hired.log));
    const { user, escrow: fork } = restore(back, hired, "Bob", { approve: ["Thief"] });

    it(`is not trusted, where ${name} named it: the user is asked (ESC-4, row 13)`, () => {
      for (const confirmed of [undefined, hired]) {
        expect(owes(user, "Laptop", fork, { confirmed })).toEqual([fetch, asks(confirmed), "ask whose-members"]);
        expect(doubted(user, fork, confirmed)).toEqual(user.ids("Thief"));
        expect(escrowIsSound(user.log, knowing(fork, confirmed))).toBe(false);
      }
    });

    it(`gets nothing, where ${name} named it (ESC-4, ESC-8)`, () => {
      for (const confirmed of [undefined, hired]) {
        const [session, escrow] = [user.session("Laptop"), knowing(fork, confirmed)];
        expectError(() => renewEscrow(session, escrow, user.env("renews")), "ESCROW_UNKNOWN", "ESC-4");
        expectError(() => rotate(session, user.env("rotates"), { escrow }), "ESCROW_UNKNOWN", "ESC-4");
        const approval = { approveUncompared: user.ids("Thief"), escrow, withholdFromEscrow: true };
        expectError(() => review(session, approval, user.env("approves")), "UNVERIFIED_MEMBERS", "ESC-8");
      }
    });

    it(`does not hide the true log, where ${name} named it: nobody compares anything`, () => {
      for (const confirmed of [undefined, hired]) {
        for (const escrow of [grown, later]) {
          expect(owes(user, "Laptop", escrow, { confirmed })).toEqual(["ask whose-members"]);
          const done = dutiful(user, "Laptop", escrow, { confirmed });
          expect(done.did.slice(0, 2)).toEqual(["ask whose-members", "author remove not-believed"]);
          expect(done.user.log.active.has(user.id("Thief"))).toBe(false);
        }
      }
    });

    it(`is not trusted either once the thief removed escrow, where ${name} named it (rows 2 and 3)`, () => {
      const gone = reviewEscrow(user, "Thief", "remove");
      for (const confirmed of [undefined, hired]) {
        expect(doubted(gone, fork, confirmed)).toEqual(user.ids("Thief"));
        expect(owes(gone, "Laptop", fork, { confirmed })).toEqual([fetch, asks(confirmed), "ask whose-members"]);
        expect(owes(gone, "Laptop", grown, { confirmed })).toEqual(["ask whose-members"]);
      }
    });
  }
});

describe("a server that shows the escrow log as it was when the user compared", () => {
  const joined = openUser("u", hired).join("Thief");
  const back = pointedBy(renewedBy(joined, grown, "Ann"), "Thief", newestPointer(hired.log));
  const at = back.log.head;

  it("gets no grants to the old epoch: only a comparison made since counts (ESC-4)", () => {
    expect(owes(back, "Laptop", hired, { confirmed: hired })).toEqual([fetch, asks(hired)]);
    expect(isSound(back, hired, { confirmed: hired })).toBe(false);
    expect(isSound(back, hired, { confirmed: hired, confirmedAt: joined.log.head })).toBe(false);
    // The twin: the user compared it after Ann's renewal, so nobody else has that head.
    expect(isSound(back, hired, { confirmed: hired, confirmedAt: at })).toBe(true);
  });

  it("gets nothing by a confirmation of another log or of a fork (ESC-4)", () => {
    expect(isSound(back, hired, { confirmed: openOrganisation("another"), confirmedAt: at })).toBe(false);
    expect(isSound(back, hired, { confirmed: hired.rotate("Bob"), confirmedAt: at })).toBe(false);
  });
});

describe("a head that never comes, and a pointer back", () => {
  const start = openUser("u", grown).join("Thief");
  const far = { ...newestPointer(grown.log), seq: 1_000_000 };
  const nor = { ...far, epoch: 1_000 };

  for (const [what, pointer] of Object.entries({ head: far, epoch: nor }))
    it(`asks the user once about the ${what}, and not again when the escrow log grows (ESC-4, row 13)`, () => {
      const back = pointedBy(pointedBy(start, "Thief", pointer), "Thief", newestPointer(grown.log));
      for (const confirmed of [undefined, grown]) {
        expect(owes(back, "Laptop", later, { confirmed })).toEqual([fetch, asks(confirmed)]);
        const done = dutiful(back, "Laptop", later, { confirmed });
        expect(done.did).toEqual([asks(confirmed), "author renew-escrow founder"]);
        const more = policyBy(later, "Ann", { userContacts: ["desk 4"] });
        expect(owes(done.user, "Laptop", more, done.known)).toEqual([]);
        // The pointer of a founding device settles it for other devices.
        expect(owes(done.user, "Laptop", more, { confirmed })).toEqual([]);
      }
    });

  it("is settled for each restored device by its own user's word (ESC-4)", () => {
    const named = pointedBy(start.join("Phone"), "Thief", far);
    const lost = restore(named, later, "Ann", { approve: ["Phone"], remove: ["Laptop", "Thief"] });
    const done = dutiful(lost.user, "Phone", lost.escrow);
    expect(done.did).toEqual(["ask confirm-escrow contradicts-pointer", "author renew-escrow beyond-log"]);
    const more = policyBy(lost.escrow, "Ann", { userContacts: ["desk 4"] });
    expect(owes(done.user, "Phone", more, done.known)).toEqual([]);
    // Only escrow let this device in, so its pointer settles nothing for others.
    expect(isSound(done.user, more, {})).toBe(false);
  });
});

describe("a stolen founding device that names an epoch which never comes", () => {
  const start = openUser("u", truth)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });
  const never = { ...newestPointer(truth.log), seq: 1_000_000, epoch: 1_000, kemKey: new Uint8Array(1216).fill(7) };

  it("does not stop escrow: the user compares, removes escrow and enrolls it again (ESC-4, row 11)", () => {
    const named = pointedBy(start, "Phone", { ...never, kemKey: newestPointer(truth.log).kemKey });
    const stolen = named.review("Laptop", { remove: ["Phone"] });
    for (const confirmed of [undefined, truth]) {
      expect(owes(stolen, "Laptop", grown, { confirmed })).toEqual([fetch, asks(confirmed)]);
      expect(escrowIsSound(stolen.log, knowing(grown, confirmed))).toBe(false);
      const done = dutiful(stolen, "Laptop", grown, { confirmed });
      expect(done.did).toEqual([
        asks(confirmed),
        "ask remove-escrow ahead",
        "author remove user-said",
        "ask enroll-again",
        "author enroll-escrow",
      ]);
      const more = policyBy(grown, "Ann", { userContacts: ["desk 3"] });
      expect(owes(done.user, "Laptop", more, { confirmed: grown })).toEqual([]);
    }
    // A user who confirmed a later head than this log has is not asked to confirm less.
    expect(owes(stolen, "Laptop", truth, { confirmed: grown })).toEqual([fetch]);
  });
});
