// Links that were added while another one was on its way (docs/spec.md section 13).

import { describe, expect, it } from "vitest";
import { linksTouching } from "../../src/views/lost-race.js";
import { World } from "../coverage/support/world.js";
import { regrant, rekey, rename, rotate } from "../support/accepted.js";
import { say } from "../support/spoken.js";

/** Links that touched Phone since this state of the world. */
function touching(world: World, happens: (world: World) => unknown) {
  const since = world.log.head;
  happens(world);
  return linksTouching(world.log, { since, members: [world.id("Phone")] }).map(say);
}

const threeDevices = () => new World().join("Phone").join("Tablet");

describe("linksTouching", () => {
  it("is empty without new links, or if they touch no member that the link names", () => {
    expect(touching(threeDevices(), () => undefined)).toEqual([]);
    expect(
      touching(threeDevices(), (world) => world.act("Laptop", rotate).review("Laptop", { remove: ["Tablet"] })),
    ).toEqual([]);
  });

  it("names approvals, removals, renamings and re-grants of the member, and its own links", () => {
    const world = threeDevices().lie("Phone", 2);
    const happens = () =>
      world
        .review("Laptop", { approve: ["Phone"] })
        .act("Laptop", (s, env) => rename(s, { name: "Pixel", member: world.id("Phone") }, env))
        .regrant("Laptop", "Phone", [[3, 3]])
        .act("Phone", rekey)
        .enroll("Phone", "Paper")
        .review("Tablet", { remove: ["Phone"] });
    expect(touching(world, happens)).toEqual([
      "Laptop approved Pixel",
      "Laptop renamed Pixel",
      "Laptop gave encryption key 3 to Pixel",
      "Pixel took fresh keys",
      "Pixel added the backup key Paper",
      "Tablet removed Pixel",
    ]);
  });

  it("names a re-grant of which the member gets a part, and none for others only", () => {
    const world = threeDevices().lie("Phone", 2).lie("Tablet", 3);
    const [phone, tablet] = [world.id("Phone"), world.id("Tablet")];
    const regranting = (...regrants: Parameters<typeof regrant>[1]) =>
      touching(world, () => world.act("Laptop", (s, env) => regrant(s, regrants, env)));
    expect(regranting({ member: tablet, epochs: [[3, 3]] })).toEqual([]);
    const each = regranting({ member: phone, epochs: [[2, 2]] }, { member: tablet, epochs: [[3, 3]] });
    expect(each).toEqual(["Laptop gave encryption keys 2-3 to Phone and Tablet"]);
    const both = regranting({ member: phone, epochs: [[3, 3]] }, { member: tablet, epochs: [[3, 3]] });
    expect(both).toHaveLength(1);
  });

  it("names a removed member whose epochs another took over: a lost reclaim may have less to take (MEM-10)", () => {
    const world = threeDevices().review("Tablet", { remove: ["Phone"] });
    expect(touching(world, () => world.review("Laptop", { approve: ["Tablet"] }))).toEqual([]);
    const other = new World().join("Phone").review("Phone", { remove: ["Laptop"] });
    const since = other.log.head;
    other.reclaim("Phone", "Laptop", [[1, 1]]);
    expect(linksTouching(other.log, { since, members: [other.id("Laptop")] })).toMatchObject([{ type: "reclaim" }]);
  });

  it("refuses a head that the log never had: that is a fork, not a lost race", () => {
    const world = threeDevices();
    const [members, other] = [[world.id("Phone")], new World("other").log.head];
    const since = { ...world.log.head, hash: other.hash };
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    for (const head of [
      since,
      other,
      undefined,
      null,
      { ...world.log.head, seq: 99 },
      { ...world.log.head, log: other.log },
      { log: other.log, seq: 99 },
      { log: world.log.head.log, seq: 99 },
    ]) {
      expect(() => linksTouching(world.log, { since: head as never, members })).toThrowError(invalid);
    }
    expect(() => linksTouching(world.log, { since: world.log.head, members: "x" as never })).toThrowError(invalid);
    expect(linksTouching(world.log, { since: world.log.head, members })).toEqual([]);
  });
});
