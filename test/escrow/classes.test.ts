// Approval classes with escrow: every pointer is a node of its own, and escrow's approvals count only while no device is founding
// without them. docs/spec.md section 6 (MEM-1).

import { describe, expect, it } from "vitest";
import { foundersOf } from "../../src/log/approvals.js";
import { confirmedFounder, escrowCounts, isConfirmed } from "../../src/log/state.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  escrowOf,
  expectSameClasses,
  hire,
  openOrganisation,
  openUser,
  recoverBy,
  renew,
  renewedBy,
  reviewEscrow,
} from "./support.js";

const escrow = hire(openOrganisation("classes"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const latest = later.rotate("Ann");
const user = openUser("classes", escrow);

/** Every member's founder by name, `Escrow` for the escrow member. Asserts that history gives the same at every head. */
function classesOf(world: World): Readonly<Record<string, number>> {
  expectSameClasses(world);
  const names = new Map([...world.sessions.keys()].map((name) => [world.id(name), name]));
  return Object.fromEntries(
    [...world.log.active.values()].map(({ id, founder }) => [names.get(id) ?? "Escrow", founder]),
  );
}

describe("a pointer", () => {
  it("takes the class of the device that enrolls it (MEM-1)", () => {
    expect(classesOf(user)).toEqual({ Laptop: 1, Escrow: 1 });
    const bare = openWorld("classes").join("Thief");
    expect(classesOf(enroll(bare, "Thief", escrow))).toEqual({ Laptop: 1, Thief: 2, Escrow: 2 });
  });

  it("is another node when a device renews it, approved by that device alone (MEM-1)", () => {
    const renewed = renew(user.join("Thief"), "Thief", latest);
    expect(classesOf(renewed)).toEqual({ Laptop: 1, Thief: 3, Escrow: 3 });
    expect(escrowOf(renewed).approvals).toHaveLength(2);
    // The owner's next renewal is of the founding class again.
    expect(classesOf(renew(renewed, "Laptop", later))).toEqual({ Laptop: 1, Thief: 3, Escrow: 1 });
  });

  it("inherits the class when escrow renews itself (MEM-1)", () => {
    expect(classesOf(renewedBy(user.join("Thief"), later, "Ann"))).toEqual({ Laptop: 1, Thief: 3, Escrow: 1 });
    const bad = enroll(openWorld("classes").join("Thief"), "Thief", escrow);
    expect(classesOf(renewedBy(bad, later, "Ann"))).toEqual({ Laptop: 1, Thief: 2, Escrow: 2 });
  });

  it("takes an older class when a device of it approves escrow (MEM-1)", () => {
    const bad = enroll(openWorld("classes").join("Thief"), "Thief", escrow);
    const approved = reviewEscrow(bad, "Laptop", "approve");
    expect(classesOf(approved)).toEqual({ Laptop: 1, Thief: 2, Escrow: 1 });
    expect(escrowOf(approved).held).toEqual([[1, 2]]);
    // Approving it again would not extend or move it.
    expectError(() => reviewEscrow(approved, "Laptop", "approve"), "NOT_PERMITTED", "MEM-1");
  });

  it("does not move the members that an earlier pointer approved (MEM-1)", () => {
    const locked = recoverBy(user.join("Phone"), escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(classesOf(locked)).toEqual({ Phone: 1, Escrow: 1 });
    // The thief's pointer is a node of the thief's class, and moves only members that it approves itself.
    const renewed = renew(locked.join("Thief"), "Thief", later);
    expect(classesOf(renewed)).toMatchObject({ Phone: 1, Thief: 5 });
  });
});

describe("members that a thief's pointer approved", () => {
  it("stay with the thief when the owner renews escrow (MEM-1)", () => {
    const bad = enroll(openWorld("classes").join("Thief"), "Thief", escrow).join("Thief 2");
    const approved = recoverBy(bad, escrow, "Bob", { approve: ["Thief 2"] });
    const renewed = renew(approved, "Laptop", later);
    expect(classesOf(renewed)).toEqual({ Laptop: 1, Thief: 2, Escrow: 1, "Thief 2": 4 });
    const left = renewed.leave("Laptop");
    expect(classesOf(left)).toEqual({ Thief: 2, Escrow: 1, "Thief 2": 2 });
    // And escrow keeps no class alive.
    expect(confirmedFounder(left.log)).toBe(2);
  });
});

describe("escrow's approvals", () => {
  const two = user.join("Phone");

  it("do not count while a device is founding without them (MEM-1)", () => {
    const approved = recoverBy(two, escrow, "Bob", { approve: ["Phone"] });
    expect(escrowCounts(approved.log)).toBe(false);
    expect(approved.member("Phone").held).toEqual([[1, 2]]);
    expect(classesOf(approved)).toEqual({ Laptop: 1, Escrow: 1, Phone: 3 });
    // Once the last such device is gone, they count, including earlier ones.
    const left = approved.leave("Laptop");
    expect(escrowCounts(left.log)).toBe(true);
    expect(classesOf(left)).toEqual({ Escrow: 1, Phone: 1 });
  });

  it("are refused as the only reason to approve while they do not count (MEM-1)", () => {
    const approved = recoverBy(two, escrow, "Bob", { approve: ["Phone"] });
    expectError(() => recoverBy(approved, escrow, "Bob", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-1");
    expect(recoverBy(two, escrow, "Bob", { approve: ["Phone"] }).record.approved).toEqual(two.ids("Phone"));
  });

  it("count for the members that the approved one approved (MEM-1)", () => {
    const further = two.join("Tablet").review("Phone", { approve: ["Tablet"] });
    const saved = recoverBy(further, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(classesOf(saved)).toEqual({ Escrow: 1, Phone: 1, Tablet: 1 });
  });

  it("do not make a paper found by the founding class count less (MEM-1)", () => {
    const withTablet = openWorld("classes").enroll("Laptop", "Tablet");
    const enrolled = enroll(withTablet, "Laptop", escrow).join("Phone");
    const saved = recoverBy(enrolled, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(classesOf(saved)).toEqual({ Tablet: 1, Escrow: 1, Phone: 4 });
  });

  it("cannot bring a thief into the founding class by a removed admin's old epoch (MEM-1)", () => {
    // The organisation removed Bob, and the owner renewed. A thief's device points back to the epoch that Bob still has.
    const renewed = renew(user, "Laptop", later).join("Thief");
    const back = renew(renewed, "Thief", escrow);
    expect(classesOf(back)).toMatchObject({ Laptop: 1, Thief: 4, Escrow: 4 });
    const approved = recoverBy(back.join("Thief 2"), escrow, "Bob", { approve: ["Thief 2"] });
    expect(classesOf(approved)).toMatchObject({ Laptop: 1, "Thief 2": 6 });
    expect(isConfirmed(approved.log, approved.member("Thief 2"))).toBe(false);
    // The owner's next pointer does not change the members that the thief's pointer approved either.
    const cured = renew(approved, "Laptop", later).leave("Laptop");
    expect(classesOf(cured)).toEqual({ Thief: 4, "Thief 2": 4, Escrow: 1 });
    // Even when the owner's last device is gone, the thief's pointer leads only to the thief.
    const alone = recoverBy(approved, escrow, "Bob", { approve: [], remove: ["Laptop"] });
    expect(classesOf(alone)).toEqual({ Thief: 4, "Thief 2": 4, Escrow: 4 });
    expect(foundersOf(alone.log).get(alone.id("Laptop"))).toBe(1);
  });

  it("cannot do so either when the removed admin renews for escrow itself while the owner is founding (MEM-1)", () => {
    const thief = user.join("Thief");
    const approved = recoverBy(thief, escrow, "Bob", { approve: ["Thief"] });
    expect(classesOf(approved)).toEqual({ Laptop: 1, Escrow: 1, Thief: 3 });
    expectError(() => approved.lockdown("Thief", true), "NOT_PERMITTED", "MEM-5");
    const cured = approved.lockdown("Laptop", true, ["Thief"]);
    expect(classesOf(cured)).toEqual({ Laptop: 1, Escrow: 1 });
  });
});
