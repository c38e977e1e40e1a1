// Which reviews by escrow are not believed, and whom a device doubts by them. docs/spec.md section 11.3 (ESC-8).

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { broughtIn, doubtedMembers, ownClosure, unbelievedReviews } from "../../src/trust/doubt.js";
import {
  dismiss,
  doubted,
  hire,
  openOrganisation,
  openUser,
  recoverBy,
  renewedBy,
  restore,
} from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

const hired = hire(openOrganisation("doubt"), "Bob", ["manage"]);
const truth = dismiss(hired, "Bob");
const thiefJoined = openUser("doubt", hired).join("Thief");

describe("reviews by escrow that are not believed", () => {
  // Bob is dismissed by the time the log is judged: his renewal is not believed either, and brings in nobody.
  const acted = recoverBy(renewedBy(thiefJoined, hired.rotate("Ann"), "Bob"), hired.rotate("Ann"), "Bob", {
    approve: ["Thief"],
  });
  const user = acted.join("Phone").review("Laptop", { approve: ["Phone"] });

  it("are neither renewals nor reviews by devices (ESC-8)", () => {
    const known = { escrowLog: dismiss(hired.rotate("Ann"), "Bob").log, storedConfirmation: hired.log.head };
    expect(unbelievedReviews(user.log, known)).toEqual(new Set([acted.log.head.seq]));
    expect(unbelievedReviews(user.log, undefined)).toEqual(new Set([acted.log.head.seq]));
    expect(unbelievedReviews(thiefJoined.log, undefined)).toEqual(new Set());
  });
});

describe("members that a device doubts", () => {
  it("are still doubted where they removed the device that would be confirmed without them (ESC-8)", () => {
    const acted = recoverBy(thiefJoined, hired, "Bob", { approve: ["Thief"] }).join("Phone");
    const thiefs = acted.ids("Thief");
    expect(doubted(acted, truth)).toEqual(thiefs);
    expect(doubted(acted.review("Thief", { remove: ["Laptop"] }), truth)).toEqual(thiefs);
    // The twin: the owner's phone removed the laptop, which stays removed.
    expect(doubted(acted.review("Phone", { remove: ["Laptop"] }), truth)).toEqual([]);
  });

  it("include nobody whom a recorded act let in", () => {
    const { user, escrow } = restore(thiefJoined.join("Phone"), hired, "Ann", { approve: ["Phone"] });
    expect(doubted(user, escrow)).toEqual([]);
    expect(doubtedMembers(user.log, undefined)).toEqual(user.ids("Phone"));
  });

  it("need a member of the log as `me`, and a list as `own`", () => {
    const stranger = openWorld("another").id("Laptop");
    expectError(() => doubtedMembers(thiefJoined.log, undefined, stranger), "UNKNOWN_MEMBER", "MEM-2");
    for (const own of ["all", 7, null]) {
      const call = () => broughtIn(thiefJoined.log, new Set(), { own: own as never });
      expect(expectError(call, "INVALID_ARGUMENT", undefined).message).toMatch(/^own must be a list of members/);
    }
  });
});

describe("members that a device knows to be its owner's", () => {
  const user = thiefJoined
    .join("Phone")
    .join("Tablet")
    .review("Phone", { approve: ["Tablet"] });
  const [laptop, phone, tablet] = ["Laptop", "Phone", "Tablet"].map((name) => user.id(name)) as [
    MemberId,
    MemberId,
    MemberId,
  ];

  it("are itself, those that the user named, and those that these approved (ESC-8)", () => {
    expect(ownClosure(user.log, {})).toEqual(new Set());
    expect(ownClosure(user.log, { me: laptop })).toEqual(new Set([laptop]));
    expect(ownClosure(user.log, { own: [phone] })).toEqual(new Set([phone, tablet]));
    expect(ownClosure(user.log, { me: laptop, own: [phone] })).toEqual(new Set([laptop, phone, tablet]));
  });
});
