// Strays: members that no active member vouches for any more (docs/spec.md sections 8 and 13).

import { describe, expect, it } from "vitest";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { straysOf } from "../../src/coverage/strays.js";
import { spokenWarning } from "../support/spoken.js";
import { World } from "./support/world.js";

const strays = (world: World) => straysOf(world.log).map(({ name }) => name);

const spoken = (world: World) =>
  resilienceWarnings(world.log)
    .filter(({ code }) => code === "stray")
    .map(spokenWarning);

describe("straysOf", () => {
  it("finds the backup key that remains after the thief's device, and names the member that added it", () => {
    const world = new World().join("Thief").enroll("Thief", "Paper");
    expect(strays(world)).toEqual([]);
    world.review("Laptop", { remove: ["Thief"] });
    expect(strays(world)).toEqual(["Paper"]);
    expect(spoken(world)[0]).toEqual({
      ...{ code: "stray", members: [world.id("Paper")] },
      text: "Nobody who is still active vouches for Paper (approved by Thief, removed since): if you do not know it, remove it.",
    });
  });

  it("does not name a member that an active member has approved as well", () => {
    const world = new World()
      .join("Thief")
      .enroll("Thief", "Paper")
      .review("Laptop", { approve: ["Paper"] });
    world.review("Laptop", { remove: ["Thief"] });
    expect(strays(world)).toEqual([]);
  });

  it("does not name a member that an active, unapproved member vouches for", () => {
    const world = new World()
      .join("Phone")
      .join("Thief")
      .enroll("Thief", "Paper")
      .review("Phone", { approve: ["Paper"] });
    world.review("Laptop", { remove: ["Thief"] });
    expect(strays(world)).toEqual([]);
    world.review("Laptop", { remove: ["Phone"] });
    expect(strays(world)).toEqual(["Paper"]);
  });

  it("calls neither the first device a stray, nor a device that nobody has approved yet", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone"] });
    world
      .lie("Laptop", 2)
      .review("Phone", { approve: ["Laptop"] })
      .review("Laptop", { remove: ["Phone"] });
    expect(world.member("Laptop").approvals).toHaveLength(1);
    expect(strays(world)).toEqual([]);
  });

  it("is not deceived by members that approve each other", () => {
    const world = new World()
      .join("Thief")
      .join("Second")
      .review("Thief", { approve: ["Second"] });
    world
      .enroll("Second", "Paper")
      .lie("Second", 2)
      .review("Paper", { approve: ["Second"] });
    expect(strays(world)).toEqual([]);
    world.review("Laptop", { remove: ["Thief"] });
    expect(strays(world)).toEqual(["Second", "Paper"]);
    expect(spoken(world)).toEqual([
      {
        ...{ code: "stray", members: [world.id("Second")] },
        text: "Nobody who is still active vouches for Second (approved by Thief, removed since): if you do not know it, remove it.",
      },
      {
        ...{ code: "stray", members: [world.id("Paper")] },
        text: "Nobody who is still active vouches for Paper: if you do not know it, remove it.",
      },
    ]);
  });

  it("does not name a member that approves the first device and is approved by it, whatever members were removed", () => {
    const world = new World()
      .join("Tablet")
      .join("Phone")
      .review("Tablet", { approve: ["Phone"] });
    world
      .review("Laptop", { approve: ["Phone"] })
      .lie("Laptop", 2)
      .review("Phone", { approve: ["Laptop"] })
      .review("Laptop", { remove: ["Tablet"] });
    expect(world.member("Phone").approvals.map(({ by }) => by)).toEqual([world.id("Tablet"), world.id("Laptop")]);
    expect(strays(world)).toEqual([]);
  });

  it("does not name the members of a circle while an active member outside of it vouches for one of them", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Phone", { approve: ["Tablet"] });
    world
      .enroll("Tablet", "Paper")
      .lie("Tablet", 2)
      .review("Paper", { approve: ["Tablet"] });
    world.review("Laptop", { approve: ["Paper"] }).review("Laptop", { remove: ["Phone"] });
    expect(strays(world)).toEqual([]);
  });
});
