// Approvals are directed: they extend and move the approved member and all that it approved, never the approver. docs/spec.md
// section 6 (MEM-1).

import { describe, expect, it } from "vitest";
import { foundersOf } from "../../src/log/approvals.js";
import { confirmedFounder } from "../../src/log/state.js";
import { boxIndex, idBytes, mutate, rawNext, setField, withAttachment } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const base = openWorld("approvals").join("Phone").join("Thief");
const laptop = base.signer("Laptop");

/** Founders by name, from the state and from the whole history. */
function founders(world: World, ...names: readonly string[]): readonly (number | undefined)[] {
  const history = foundersOf(world.log);
  for (const { id, founder } of world.log.active.values()) expect(history.get(id)).toBe(founder);
  return names.map((name) => history.get(world.id(name)));
}

/** The thief joins and grants its epoch to the laptop as junk, so that there is an epoch by which the laptop can be extended. */
function junkJoin(world: World, name: string): World {
  const joined = world.join(name);
  const index = boxIndex(joined.record, world.id("Laptop"));
  const junk = withAttachment(joined.last, index, new Uint8Array(1168), [joined.signer(name)]);
  return world.append(junk).with(name, joined.session(name).keyring);
}

describe("an approval that changes nothing", () => {
  const approval = (by: string, ...names: readonly string[]): Uint8Array =>
    rawNext(
      base.log,
      {
        ...{ type: "review", author: base.signer(by).signingKey, remove: [] },
        approve: [...base.ids(...names)].sort().map(idBytes),
      },
      [base.signer(by)],
    );

  it("refuses a thief's device that approves the owner's in order to get its class (MEM-1)", () => {
    expectTwins(
      base.log,
      approval("Thief", "Laptop"),
      base.review("Laptop", { approve: ["Thief"] }).last,
      "INVALID_LINK",
      "MEM-1",
    );
    expectError(() => base.review("Thief", { approve: ["Laptop"] }), "NOT_PERMITTED", "MEM-1");
    expectRefused(base.log, approval("Thief", "Phone"), "INVALID_LINK", "MEM-1");
  });

  it("refuses to approve an approved member again (MEM-1)", () => {
    const approved = base.review("Laptop", { approve: ["Phone"] });
    const error = expectError(() => approved.review("Laptop", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-1");
    expect(error.message).toContain(base.id("Phone"));
  });

  it("refuses an approval without effect among others with effect (MEM-1)", () => {
    const approved = base.review("Laptop", { approve: ["Phone"] });
    const twin = approved.review("Laptop", { approve: ["Thief"] });
    const both = [...base.ids("Phone", "Thief")].sort().map(idBytes);
    const attack = mutate(twin.last, { body: setField("approve", both), signers: [laptop] });
    expectTwins(approved.log, attack, twin.last, "INVALID_LINK", "MEM-1");
  });
});

describe("direction", () => {
  it("moves the approved to the approver's class, and leaves the approver where it was (MEM-1)", () => {
    const approved = base.review("Phone", { approve: ["Thief"] });
    expect(founders(approved, "Laptop", "Phone", "Thief")).toEqual([1, 2, 2]);
    expect(approved.member("Thief").approvals).toEqual([{ by: base.id("Phone"), seq: 4 }]);
    expect(approved.member("Phone").approvals).toEqual([]);
  });

  it("does not confirm a thief's device that finds an epoch to give to the owner's (MEM-1)", () => {
    // The laptop declares the thief's junk missing, so the thief may extend it. That moves no member.
    const declared = junkJoin(openWorld("approvals, junk"), "Thief").rotate("Laptop");
    expect(declared.member("Laptop").held).toEqual([
      [1, 1],
      [3, 3],
    ]);
    const given = declared.review("Thief", { approve: ["Laptop"] });
    expect(given.member("Laptop").held).toEqual([[1, 3]]);
    expect(founders(given, "Laptop", "Thief")).toEqual([1, 2]);
    expect(confirmedFounder(given.log)).toBe(1);
    expectError(() => given.lockdown("Thief", true), "NOT_PERMITTED", "MEM-5");
  });

  it("extends within a class without moving, and moves without extending (MEM-1)", () => {
    const declared = junkJoin(
      openWorld("approvals, within")
        .join("Phone")
        .review("Laptop", { approve: ["Phone"] }),
      "Thief",
    );
    const healed = declared.rotate("Laptop").review("Phone", { approve: ["Laptop"] });
    expect(healed.member("Laptop").held).toEqual([[1, 4]]);
    expect(founders(healed, "Laptop", "Phone")).toEqual([1, 1]);

    // A member may give up its epochs: then its approval gives nothing, and still counts for the class.
    const poor = base.append(giveUp(base));
    expect(poor.member("Laptop").held).toEqual([[2, 4]]);
    const moved = poor.review("Laptop", { approve: ["Phone"] });
    expect(moved.record.grants).toEqual([]);
    expect(founders(moved, "Laptop", "Phone", "Thief")).toEqual([1, 1, 3]);
  });

  it("records every approval, also a repeated one by the same member (MEM-1)", () => {
    const approved = base.review("Laptop", { approve: ["Phone"] });
    const poor = approved.append(giveUp(approved, "Phone"));
    const again = poor.review("Laptop", { approve: ["Phone"] });
    const by = base.id("Laptop");
    expect(again.member("Phone").approvals).toEqual([4, 6].map((seq) => ({ by, seq })));
    expect(again.member("Phone").held).toEqual([[1, 4]]);
  });

  it("counts enrolling as an approval (MEM-1)", () => {
    const enrolled = base.enroll("Phone", "Tablet").backup("Laptop", "Paper");
    expect(founders(enrolled, "Tablet", "Paper")).toEqual([2, 1]);
    expect(enrolled.member("Tablet").approvals).toEqual([{ by: base.id("Phone"), seq: 4 }]);
    expect(enrolled.record).toMatchObject({ entered: enrolled.id("Paper"), approved: [] });
  });
});

describe("recursion", () => {
  const chain = base
    .join("Watch")
    .review("Phone", { approve: ["Thief"] })
    .review("Thief", { approve: ["Watch"] });

  it("also moves every member that the approved one ever approved (MEM-1)", () => {
    expect(founders(chain, "Laptop", "Phone", "Thief", "Watch")).toEqual([1, 2, 2, 2]);
    const approved = chain.review("Laptop", { approve: ["Phone"] });
    expect(founders(approved, "Laptop", "Phone", "Thief", "Watch")).toEqual([1, 1, 1, 1]);
    for (const name of ["Thief", "Watch"]) {
      expect(approved.member(name).approvals).toEqual(chain.member(name).approvals);
    }
  });

  it("also moves them through a member that was removed in between (MEM-1)", () => {
    const approved = chain.review("Laptop", { remove: ["Thief"] }).review("Laptop", { approve: ["Phone"] });
    expect(founders(approved, "Phone", "Thief", "Watch")).toEqual([1, 1, 1]);
    expect(approved.member("Watch").founder).toBe(1);
  });

  it("also moves them if the approver was approved after it approved (MEM-1)", () => {
    const before = base.review("Laptop", { approve: ["Phone"] }).review("Phone", { approve: ["Thief"] });
    const after = base.review("Phone", { approve: ["Thief"] }).review("Laptop", { approve: ["Phone"] });
    for (const world of [before, after]) expect(founders(world, "Phone", "Thief")).toEqual([1, 1]);
  });

  it("keeps a class whose founder is gone only through its members (MEM-1)", () => {
    const gone = chain.leave("Laptop");
    expect(confirmedFounder(gone.log)).toBe(2);
    expect(founders(gone, "Laptop", "Phone", "Watch")).toEqual([1, 2, 2]);
  });
});

/** A member rotates and declares that it cannot open the first epoch. */
function giveUp(world: World, by = "Laptop"): Uint8Array {
  return mutate(world.rotate(by).last, { body: setField("missing", [[1, 1]]), signers: [world.signer(by)] });
}
