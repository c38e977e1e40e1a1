// Resilience: each warning, and a twin that differs in one thing and gives no warning (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { leave } from "../support/accepted.js";
import { say, spokenWarning } from "../support/spoken.js";
import { World } from "./support/world.js";

/** Laptop with a backup key, both with all epochs: nothing to warn about. */
function safe(): World {
  return new World().enroll("Laptop", "Paper");
}

const texts = (world: World, code: string) =>
  resilienceWarnings(world.log)
    .filter((warning) => warning.code === code)
    .map(say);

describe("resilience", () => {
  it("has nothing to say about a device with a backup key that both hold everything", () => {
    expect(resilienceWarnings(safe().log)).toEqual([]);
  });

  it("no-backup-key: warns until there is an active one (BAK-3)", () => {
    const world = new World();
    expect(resilienceWarnings(world.log).filter(({ code }) => code === "no-backup-key")).toEqual([
      { code: "no-backup-key", members: [] },
    ]);
    expect(texts(world, "no-backup-key")).toEqual([
      "There is no backup key: when every device is lost, so is the data.",
    ]);
    world.enroll("Laptop", "Paper");
    expect(texts(world, "no-backup-key")).toEqual([]);
    world.review("Laptop", { remove: ["Paper"] });
    expect(texts(world, "no-backup-key")).toHaveLength(1);
  });

  it("no-backup-key: is not silenced by a backup key that only a pending device brought (MEM-1)", () => {
    const world = new World().join("Phone").enroll("Phone", "Paper");
    expect(texts(world, "no-backup-key")).toHaveLength(1);
    world.review("Laptop", { approve: ["Phone"] });
    expect(texts(world, "no-backup-key")).toEqual([]);
  });

  it("rotation-due: warns from the removal until the next epoch (MEM-7)", () => {
    const world = safe().join("Phone").act("Phone", leave);
    expect(resilienceWarnings(world.log).map(spokenWarning)).toEqual([
      {
        ...{ code: "rotation-due", members: [] },
        text: "A removed device or backup key still knows the newest encryption key: the next device that comes online makes a new one.",
      },
    ]);
    world.join("Tablet");
    expect(texts(world, "rotation-due")).toEqual([]);
  });

  it("single-member: names the member that alone holds a stretch, until another one holds it too", () => {
    const world = new World().on("2026-03-05").join("Phone").enroll("Phone", "Paper");
    expect(
      resilienceWarnings(world.log)
        .filter(({ code }) => code === "single-member")
        .map(spokenWarning),
    ).toEqual([
      {
        ...{ code: "single-member", members: [world.id("Laptop")] },
        stretch: { from: 1, to: 1, since: new Date("2026-01-01T12:00:00Z"), until: new Date("2026-03-05T12:00:00Z") },
        text: "Only Laptop holds encryption key 1 (1 January 2026 to 5 March 2026): approve another device or backup key from it, or that data goes with it.",
      },
    ]);
    world.review("Laptop", { approve: ["Phone"] });
    expect(texts(world, "single-member")).toEqual([]);
  });

  it("single-member: does not count a member that declared the epoch missing, whatever its reach (MEM-9)", () => {
    const world = safe().join("Phone");
    expect(texts(world, "single-member")).toEqual([]);
    world.lie("Paper", 1);
    expect(texts(world, "single-member")).toMatchObject([
      expect.stringMatching(/^Only Laptop holds encryption key 1 /),
    ]);
  });

  it("used-backup-key: suggests a new paper after this one brought a device back and its maker is gone (case 19)", () => {
    const world = safe()
      .on("2026-03-05")
      .join("Phone")
      .review("Paper", { approve: ["Phone"], remove: ["Laptop"] });
    const text = (whom: string, them: string) =>
      `Paper approved ${whom} on 5 March 2026, and nobody who made it is still active. If you used it, make a new backup key and then remove Paper. If you did not, remove ${them}.`;
    const members = [world.id("Paper")];
    const about = (me?: string) =>
      resilienceWarnings(world.log, me === undefined ? {} : { me: world.id(me) })
        .filter(({ code }) => code === "stray" || code === "used-backup-key")
        .map(spokenWarning);
    expect(about("Phone")).toEqual([{ code: "used-backup-key", members, text: text("this device", "Paper") }]);
    // On other devices, a thief's paper that approved a thief's device looks the same, so both are named.
    expect(about()).toEqual([{ code: "used-backup-key", members, text: text("Phone", "Paper and Phone") }]);
  });

  it("used-backup-key: not for an unused paper, and not while its maker is active", () => {
    const used = safe()
      .join("Phone")
      .review("Paper", { approve: ["Phone"] });
    expect(texts(used, "used-backup-key")).toEqual([]);
    expect(texts(used, "stray")).toEqual([]);
    const unused = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone"] });
    unused.enroll("Phone", "Paper").review("Laptop", { remove: ["Phone"] });
    expect(texts(unused, "used-backup-key")).toEqual([]);
    expect(texts(unused, "stray")).toEqual([
      "Nobody who is still active vouches for Paper (approved by Phone, removed since): if you do not know it, remove it.",
    ]);
  });

  it("declared-missing: says which grant did not open and who can repair it, until somebody does (MEM-9)", () => {
    const world = safe()
      .on("2026-03-05")
      .join("Thief", { junk: ["Paper"] });
    expect(texts(world, "declared-missing")).toEqual([]);
    world.review("Paper", { remove: ["Thief"] });
    const stretch = {
      from: 2,
      to: 2,
      since: new Date("2026-03-05T12:00:00Z"),
      until: new Date("2026-03-05T12:00:00Z"),
    };
    expect(resilienceWarnings(world.log).map(spokenWarning)).toMatchObject([
      {
        ...{ code: "declared-missing", members: [world.id("Paper")], stretch },
        text: "Paper was given encryption key 2 (5 March 2026) and could not open it: let Laptop give it again.",
      },
      { code: "single-member", members: [world.id("Laptop")], stretch },
    ]);
    world.regrant("Laptop", "Paper", [[2, 2]]);
    expect(texts(world, "declared-missing")).toEqual([]);
  });
});
