// Takeovers: members that removed a user's devices, and members brought in by acts that are not believed (docs/spec.md sections 8
// and 11.3).

import { describe, expect, it } from "vitest";
import { type TakeoverOptions, takeoverOf } from "../../src/coverage/takeover.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { openOrganisation, openUser } from "../escrow/support.js";
import { say } from "../support/spoken.js";
import { escrowReview, recordAct } from "./support/escrow.js";
import { World } from "./support/world.js";

const removers = (world: World, me: string, own: readonly string[] = []) =>
  takeoverOf(world.log, { me: world.id(me), own: own.map((name) => world.id(name)) }).removers.map(
    ({ name, removed }) =>
      `${say(name)}: ${removed.map(({ member }) => (member === world.id(me) ? "me" : world.names.find((each) => world.id(each) === member)))}`,
  );

/** A stolen founding device removes the laptop and the paper; the owner joins again. */
function stolen(): World {
  const world = new World("stolen").enroll("Laptop", "Phone", { kind: "device" }).enroll("Phone", "Paper");
  return world
    .on("2026-03-05")
    .review("Laptop", { remove: ["Phone", "Paper"] })
    .join("Phone again");
}

describe("takeoverOf", () => {
  it("names an active member that removed the user's devices, to a device that joined again (case 5)", () => {
    const world = stolen();
    const { removed } =
      takeoverOf(world.log, { me: world.id("Phone again"), own: [world.id("Phone")] }).removers[0] ?? {};
    expect(removed?.map(({ seq, when }) => [seq, when.toISOString()])).toEqual([
      [4, "2026-03-05T12:00:00.000Z"],
      [4, "2026-03-05T12:00:00.000Z"],
    ]);
    expect(removers(world, "Phone", [])).toHaveLength(1);
    // Without `formerly`, nobody knows that the phone was this device.
    expect(removers(world, "Phone again")).toEqual([]);
    world.review("Phone again", { remove: ["Laptop"] });
    expect(removers(world, "Phone again", ["Phone"])).toEqual([]);
  });

  it("names none of the user's own devices that removed another of them, and none that removed a stranger", () => {
    const world = new World()
      .enroll("Laptop", "Phone", { kind: "device" })
      .enroll("Laptop", "Tablet", { kind: "device" })
      .join("Thief");
    world.review("Phone", { remove: ["Thief"] }).review("Phone", { remove: ["Tablet"] });
    expect(removers(world, "Laptop")).toEqual([]);
    expect(removers(world, "Laptop", ["Phone", "Tablet"])).toEqual([]);
    // From Tablet's own point of view, another device removed it.
    expect(removers(world, "Tablet")).toEqual(["Phone: me"]);
  });

  it("names a device that the user approved by mistake, if it removed this device itself", () => {
    const world = new World().join("Thief").review("Laptop", { approve: ["Thief"] });
    world.enroll("Laptop", "Paper").review("Thief", { remove: ["Paper"] });
    expect(removers(world, "Laptop")).toEqual([]);
    expect(removers(world, "Laptop", ["Paper"])).toEqual(["Thief: Paper"]);
    world.review("Thief", { remove: ["Laptop"] });
    expect(removers(world, "Laptop")).toEqual(["Thief: me"]);
  });

  it("refuses invalid member ids", () => {
    const world = new World();
    const me = world.id("Laptop");
    const refuse = (options: unknown, code = "INVALID_ARGUMENT") =>
      expect(() => takeoverOf(world.log, options as TakeoverOptions)).toThrowError(expect.objectContaining({ code }));
    refuse(null);
    refuse({});
    refuse({ me, own: "x" });
    refuse({ me, own: ["00".repeat(16)] }, "UNKNOWN_MEMBER");
    refuse({ me, escrowLog: world.log });
    expect(takeoverOf(world.log, { me })).toEqual({ removers: [], doubted: [] });
  });
});

describe("takeoverOf with an escrow log", () => {
  const organisation = openOrganisation("takeover");
  const user = openUser("takeover", organisation).join("Phone");
  const recorded = recordAct(organisation, user, { approve: ["Phone"] });
  const restored = escrowReview(user, recorded, { approve: ["Phone"], runs: [[1, 1]] });
  const me = restored.id("Laptop");
  const doubted = (options: Omit<TakeoverOptions, "me">) =>
    takeoverOf(restored.log, { me, ...options }).doubted.map(({ name, because }) => [say(name), because]);
  const storedConfirmation = organisation.log.head;

  it("names members brought in by an act that no administrator recorded, and none if one did (ESC-8)", () => {
    expect(doubted({ escrowLog: recorded.log, storedConfirmation })).toEqual([]);
    expect(doubted({ escrowLog: organisation.join("Bob").log, storedConfirmation })).toEqual([
      ["Phone", "not-recorded"],
    ]);
    expect(
      doubted({ escrowLog: organisation.join("Bob").log, storedConfirmation, own: [restored.id("Phone")] }),
    ).toEqual([]);
  });

  it("says that it cannot check them if the escrow log is not trusted, and says nothing if there is none", () => {
    expect(doubted({ escrowLog: "unsupported" })).toEqual([["Phone", "unchecked"]]);
    expect(doubted({ escrowLog: openOrganisation("another").log })).toEqual([["Phone", "unchecked"]]);
    expect(doubted({})).toEqual([]);
  });

  it("says that an administrator did what escrow removed: removing escrow would not help", () => {
    const removed = escrowReview(user, organisation, { remove: ["Laptop"] });
    const options = { me: user.id("Laptop"), now: removed.log.time };
    const text = membersSeenBy(removed.log, options)
      .warnings.filter(({ code }) => code === "takeover")
      .map(say)[0];
    expect(text).toMatch(/^An administrator removed this device on .* \(change 4\), in escrow's name\. If you did not/);
  });

  it("warns of them, and does not offer them for approval", () => {
    const texts = (options: Omit<TakeoverOptions, "me">) => {
      const { warnings, pending } = membersSeenBy(restored.log, { me, now: restored.log.time, ...options });
      const about = warnings.filter(({ code }) => code === "not-believed").map(say);
      return [about, pending.map(({ name }) => say(name))];
    };
    expect(texts({ escrowLog: organisation.join("Bob").log, storedConfirmation })).toEqual([
      [
        "Phone came in by an approval in escrow's name, and no administrator stands by that: if you do not know it, remove it.",
      ],
      [],
    ]);
    expect(texts({ escrowLog: "unsupported" })[0]).toEqual([
      "Phone came in by an approval in escrow's name, and this device cannot check that without a trusted history of escrow: if you do not know it, remove it.",
    ]);
    expect(texts({ escrowLog: recorded.log, storedConfirmation })).toEqual([[], ["Phone"]]);
  });
});
