// A stolen founding device points escrow at a log of the thief's, or at a dismissed admin's fork. Once the owner has removed it, its
// word must not make the other devices grant what comes since. docs/spec.md section 11.2 (ESC-4).

import { describe, expect, it } from "vitest";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  dismiss,
  enroll,
  hire,
  openOrganisation,
  openUser,
  owes,
  pointedBy,
  renewedBy,
  restore,
} from "../escrow/support.js";
import { openWorld, type World } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);
const truth = dismiss(hired, "Bob");
const fork = hired.rotate("Bob").rotate("Bob");
const own = openOrganisation("the thief's own");

const isSound = (user: World, escrow: World, confirmed?: World): boolean =>
  escrowIsSound(user.log, { escrowLog: escrow.log, storedConfirmation: confirmed?.log.head });
const family = (start: World): World => start.join("Phone").review("Laptop", { approve: ["Phone"] });

describe("an escrow log that a stolen founding device named", () => {
  it("is not trusted on its word, once the owner's other device removed it (ESC-4)", () => {
    const named = enroll(family(openWorld("u")), "Phone", own);
    expect(isSound(named, own), "while nobody knows of the theft").toBe(true);
    const removed = named.review("Laptop", { remove: ["Phone"] });
    expect(isSound(removed, own)).toBe(false);
    expect(owes(removed, "Laptop", own)).toEqual(["ask confirm-escrow never-confirmed"]);
    // The twins: a device that left, and one that a stranger's device removed.
    expect(isSound(named.leave("Phone"), own)).toBe(true);
    expect(isSound(named.join("Thief").review("Thief", { remove: ["Phone"] }), own)).toBe(true);
  });

  it("settles no head that an admin named before, where it is a fork (ESC-4, ESC-8)", () => {
    const renewed = renewedBy(family(openUser("u", hired)), truth, "Ann");
    const named = pointedBy(renewed, "Phone", newestPointer(fork.log));
    for (const confirmed of [undefined, hired]) {
      expect(isSound(named, fork, confirmed)).toBe(true);
      const removed = named.review("Laptop", { remove: ["Phone"] });
      expect(isSound(removed, fork, confirmed)).toBe(false);
      expect(owes(removed, "Laptop", fork, { confirmed })[0]).toMatch(/^ask confirm-escrow/);
      // The true log contradicts the fork's pointer, and the user is asked about it, too.
      expect(owes(removed, "Laptop", truth, { confirmed }).at(-1)).toMatch(/^ask confirm-escrow/);
    }
  });

  it("is trusted on the word of a device that an admin removed: a restored user is not asked (ESC-4)", () => {
    const { user, escrow } = restore(openUser("u", hired).join("Phone"), hired, "Ann", {
      approve: ["Phone"],
      remove: ["Laptop"],
    });
    expect(isSound(user, escrow)).toBe(true);
  });
});
