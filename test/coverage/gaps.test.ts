// Gaps: the members that could close each gap, how, and what is lost (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { gapsOf } from "../../src/coverage/gaps.js";
import { type LostStretch, lossFinder, lostStretches, unknownStretches } from "../../src/coverage/loss.js";
import {
  enroll,
  escrowOf,
  hire,
  joinWithholding,
  openOrganisation,
  openUser,
  reviewEscrow,
} from "../escrow/support.js";
import { rotate, setLockdown } from "../support/accepted.js";
import { adviceOn, named, say } from "../support/spoken.js";
import { openWorld } from "../support/world.js";
import { escrowReview } from "./support/escrow.js";
import { World } from "./support/world.js";

/** Laptop opens the log on 1 January, Phone joins on 5 March, Tablet on 7 April. */
function threeDevices(): World {
  return new World().on("2026-03-05").join("Phone").on("2026-04-07").join("Tablet");
}

describe("gapsOf", () => {
  it("names the epochs that were never granted, with their dates, and the members whose approval closes the gap (MEM-1)", () => {
    const world = threeDevices();
    const [laptop, phone, tablet] = [world.id("Laptop"), world.id("Phone"), world.id("Tablet")];
    expect(gapsOf(world.log, laptop)).toEqual([]);
    const [gap, ...others] = gapsOf(world.log, tablet).map(named);
    expect(others).toEqual([]);
    const [best, next] = gap?.closers ?? [];
    expect(gap).toEqual({
      ...{ member: tablet, name: "Tablet", because: "never-granted", from: 1, to: 2 },
      ...{ lost: [], escrowOnly: [], unknown: [] },
      ...{ since: new Date("2026-01-01T12:00:00Z"), until: new Date("2026-04-07T12:00:00Z") },
      closers: [best, next],
      advice: [{ code: "gap-closer", closer: best, epochs: [[1, 2]], whole: true }],
    });
    const approval = { code: "approve-from", target: "Tablet", by: ["approve"] };
    expect(best).toEqual({ ...approval, member: laptop, name: "Laptop", epochs: [[1, 2]] });
    expect(next).toEqual({ ...approval, member: phone, name: "Phone", epochs: [[2, 2]] });
  });

  it("names the members first that close most of it, however late they entered", () => {
    const world = threeDevices()
      .review("Laptop", { approve: ["Phone"] })
      .lie("Laptop", 1);
    const [gap] = gapsOf(world.log, world.id("Tablet"));
    expect(gap?.closers.map(({ member, epochs }) => [member, epochs])).toEqual([
      [world.id("Phone"), [[1, 2]]],
      [world.id("Laptop"), [[2, 2]]],
    ]);
    expect(adviceOn(gap)).toBe("approve Tablet from Phone");
  });

  it("counts epochs, not stretches, to find the member that closes most", () => {
    const world = new World().join("Phone").act("Laptop", rotate).act("Laptop", rotate).join("Tablet");
    world.lie("Laptop", 3).lie("Phone", 4);
    const [gap] = gapsOf(world.log, world.id("Tablet"));
    expect(gap?.closers.map(({ member, epochs }) => [member, epochs])).toEqual([
      [
        world.id("Laptop"),
        [
          [1, 2],
          [4, 4],
        ],
      ],
      [world.id("Phone"), [[2, 3]]],
    ]);
  });

  it("goes from the oldest epoch to the newest, for all reasons (MEM-9)", () => {
    const world = new World().act("Laptop", rotate).lie("Laptop", 2).enroll("Laptop", "Paper").lie("Paper", 1);
    expect(gapsOf(world.log, world.id("Paper")).map(({ from, to, because }) => [from, to, because])).toEqual([
      [1, 1, "declared-missing"],
      [2, 2, "never-granted"],
    ]);
  });

  it("names the epochs that an approval leaves open, and says that the rest is lost", () => {
    const world = threeDevices().review("Tablet", { remove: ["Laptop"] });
    const [gap] = gapsOf(world.log, world.id("Tablet"));
    expect(gap?.lost).toEqual([[1, 1]]);
    expect(adviceOn(gap)).toBe(
      "approve Tablet from Phone for encryption key 2; encryption key 1 (1 January 2026 to 5 March 2026): lost, nobody active holds it; Laptop, removed since, could bring it back",
    );
  });

  it("offers a regrant for epochs that were declared missing, by every member that holds them (MEM-9)", () => {
    const world = threeDevices()
      .enroll("Phone", "Paper")
      .review("Laptop", { approve: ["Phone"] });
    world.lie("Paper", 2);
    const [never, declared, ...others] = gapsOf(world.log, world.id("Paper"));
    expect(others).toEqual([]);
    expect(never).toMatchObject({ from: 1, to: 1, because: "never-granted" });
    expect(declared).toMatchObject({ from: 2, to: 2, because: "declared-missing" });
    expect(adviceOn(declared)).toBe("let Laptop give it again");
    expect(declared?.closers.map(({ member, by }) => [member, by])).toEqual([
      [world.id("Laptop"), ["regrant", "approve"]],
      [world.id("Phone"), ["regrant", "approve"]],
    ]);
  });

  it("sends people to the backup key when it alone reaches further", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] });
    expect(adviceOn(gapsOf(world.log, world.id("Phone"))[0])).toBe("approve Phone with the backup key Paper");
  });

  it("names no unconfirmed member in lockdown, since it may not approve (MEM-5)", () => {
    const world = new World()
      .act("Laptop", (s, env) => setLockdown(s, { on: true }, env))
      .join("Phone")
      .join("Tablet");
    const closers = () =>
      gapsOf(world.log, world.id("Tablet")).flatMap((gap) => gap.closers.map(({ member }) => member));
    expect(closers()).toEqual([world.id("Laptop")]);
    world.review("Laptop", { approve: ["Phone"] });
    expect(closers()).toEqual([world.id("Laptop"), world.id("Phone")]);
  });

  it("does not suggest to grant to escrow: a person cannot see whose keys it has (case 1)", () => {
    const world = joinWithholding(openUser("gaps of escrow", openOrganisation("gaps")), "Phone");
    const { id } = escrowOf(world);
    expect(gapsOf(world.log, id)).toMatchObject([
      {
        ...{ from: 2, to: 2, because: "withheld", closers: [], lost: [] },
        advice: [{ code: "gap-of-escrow" }],
      },
    ]);
    const late = enroll(openWorld("late").rotate("Laptop").join("Phone"), "Phone", openOrganisation("gaps"));
    expect(gapsOf(late.log, escrowOf(late).id)).toMatchObject([
      { from: 1, to: 2, because: "never-granted", closers: [], advice: [{ code: "gap-of-escrow" }] },
    ]);
  });

  it("does not send people to escrow, which acts only through an admin (section 8)", () => {
    const world = openUser("gaps", openOrganisation("gaps")).join("Phone");
    expect(escrowOf(world).held).toEqual([[1, 2]]);
    expect(gapsOf(world.log, world.id("Phone"))).toMatchObject([
      { from: 1, to: 1, closers: [{ member: world.id("Laptop") }], advice: [{ code: "gap-closer", whole: true }] },
    ]);
  });

  it("names in an escrow log only members with the role manage (MEM-8)", () => {
    const world = hire(openOrganisation("gaps"), "Bob", ["recover"]).join("Eve");
    expect(world.member("Bob").held).toEqual([[1, 1]]);
    const closers = () => gapsOf(world.log, world.id("Eve")).flatMap((gap) => gap.closers.map(({ member }) => member));
    const managers = [...world.log.active.values()].filter(({ roles }) => roles.includes("manage"));
    expect(closers()).toEqual(managers.map(({ id }) => id));
    expect(closers()).not.toContain(world.id("Bob"));
  });

  it("refuses a removed member: nothing can be closed for it any more (MEM-4)", () => {
    const world = threeDevices().review("Laptop", { remove: ["Tablet"] });
    expect(() => gapsOf(world.log, world.id("Tablet"))).toThrowError(
      expect.objectContaining({ code: "UNKNOWN_MEMBER" }),
    );
  });
});

describe("lostStretches", () => {
  it("is empty while one active member holds each epoch", () => {
    const world = threeDevices();
    expect(lostStretches(world.log)).toEqual([]);
    world.enroll("Laptop", "Paper").review("Tablet", { remove: ["Laptop", "Phone"] });
    expect(lostStretches(world.log)).toEqual([]);
  });

  it("names the epochs that left with the last member that held them, with dates", () => {
    const world = threeDevices().review("Tablet", { remove: ["Laptop", "Phone"] });
    expect(lostStretches(world.log)).toMatchObject([
      { from: 1, to: 2, since: new Date("2026-01-01T12:00:00Z"), until: new Date("2026-04-07T12:00:00Z") },
    ]);
  });

  it("names the removed members that held the epochs, which of them, and that they could bring them back (MEM-10)", () => {
    const world = threeDevices().review("Tablet", { remove: ["Laptop", "Phone"] });
    const [{ keepers }] = lostStretches(world.log) as [LostStretch];
    expect(named(keepers)).toEqual(
      [
        { member: world.id("Laptop"), name: "Laptop", epochs: [[1, 2]], can: "reclaim" },
        { member: world.id("Phone"), name: "Phone", epochs: [[2, 2]], can: "reclaim" },
      ].sort((a, b) => (a.member < b.member ? -1 : 1)),
    );
    world.reclaim("Tablet", "Laptop", [[1, 2]]);
    expect(lostStretches(world.log)).toEqual([]);
  });

  it("says that a removed member can only read it, to a device whose reclaim would be refused: in lockdown (MEM-5, MEM-10)", () => {
    const world = new World().enroll("Laptop", "Paper").lie("Laptop", 1).lockdown("Laptop").join("Phone");
    world.review("Laptop", { remove: ["Paper"] });
    const can = (me?: string) =>
      lostStretches(world.log, me === undefined ? {} : { me: world.id(me) }).flatMap(({ from, keepers }) =>
        keepers.map(({ name, can }) => `${from} ${say(name)}: ${can}`),
      );
    // A confirmed device that gets the paper's words.
    for (const me of [undefined, "Laptop"]) expect(can(me)).toEqual(["1 Paper: reclaim"]);
    for (const me of ["Phone", "Paper"]) expect(can(me)).toEqual(["1 Paper: read"]);
    const advice = () => adviceOn(gapsOf(world.log, world.id("Phone"), { me: world.id("Phone") })[0]);
    expect(advice()).toMatch(/lost, nobody active holds it; Paper, removed since, can only read it$/);
    world.act("Laptop", (s, env) => setLockdown(s, { on: false }, env));
    for (const me of [undefined, "Laptop", "Phone", "Paper"]) expect(can(me)).toEqual(["1 Paper: reclaim"]);
    expect(advice()).toMatch(/Paper, removed since, could bring it back$/);
  });

  it("names no member that held an epoch only through escrow's approval: it may be junk of a thief's pointer (section 4)", () => {
    const organisation = openOrganisation("kept");
    const joined = openUser("kept", organisation).join("Phone");
    const given = escrowReview(joined, organisation, { approve: ["Phone"], runs: [[1, 1]] });
    const approved = joined.review("Laptop", { approve: ["Phone"] });
    // Escrow leaves too, and nobody knows here whose keys it had. So epoch 1 is lost, not unknown.
    const keepers = (world: typeof given) => {
      const left = reviewEscrow(world.join("Tablet"), "Tablet", "remove", { remove: ["Laptop", "Phone"] });
      const options = { escrowLog: openOrganisation("another").log };
      expect(unknownStretches(left.log, options)).toMatchObject([{ from: 1 }]);
      return explained(left);
    };
    const explained = ({ log }: typeof given) =>
      lossFinder(log)([[1, 1]]).map(({ keepers }) => keepers.map(({ name }) => say(name)).sort());
    expect(keepers(given)).toEqual([["Laptop"]]);
    expect(keepers(approved)).toEqual([["Laptop", "Phone"]]);
  });

  it("counts epochs that a member declared missing as lost, whatever its reach: it cannot pass them on (MEM-9)", () => {
    const world = new World().act("Laptop", rotate);
    expect(lostStretches(world.log)).toEqual([]);
    world.lie("Laptop", 1);
    expect(world.member("Laptop").reach).toEqual([[1, 3]]);
    expect(lostStretches(world.log)).toMatchObject([{ from: 1, to: 1 }]);
  });
});
