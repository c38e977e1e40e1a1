// Names in texts for people (docs/spec.md section 8). Every device chooses its own name, also a thief's.

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { nameMembersWith } from "../../src/coverage/knowledge.js";
import { nameMembers, seenFrom } from "../../src/coverage/names.js";
import { escrowOf, openOrganisation, openUser } from "../escrow/support.js";
import { rename } from "../support/accepted.js";
import { say } from "../support/spoken.js";
import { World } from "./support/world.js";

describe("nameMembers", () => {
  it("calls members by their names", () => {
    const world = new World().join("Phone");
    const nameOf = nameMembers(world.log);
    expect([nameOf(world.id("Laptop")), nameOf(world.id("Phone")), nameOf("operator")].map(say)).toEqual([
      "Laptop",
      "Phone",
      "the service",
    ]);
  });

  it("distinguishes a device that took another's name, by their ids", () => {
    const world = new World().join("Thief", { called: " LAPTOP\u200b " });
    const nameOf = nameMembers(world.log);
    const [laptop, thief] = [world.id("Laptop"), world.id("Thief")];
    expect(say(nameOf(laptop))).toBe("Laptop");
    expect(say(nameOf(thief))).toBe(`LAPTOP (${thief.slice(0, 8)})`);
  });

  it("treats names as equal that differ only in the form of their letters", () => {
    const world = new World().join("Phone", { called: "Gro\u00df" }).join("Thief", { called: "GRO\u1e9e" });
    const nameOf = nameMembers(world.log);
    const [phone, thief] = [world.id("Phone"), world.id("Thief")];
    expect(say(nameOf(phone))).toBe("Gro\u00df");
    expect(say(nameOf(thief))).toBe(`GRO\u1e9e (${thief.slice(0, 8)})`);
  });

  it("names escrow, which has no name, by what it is and its id", () => {
    const world = openUser("names", openOrganisation("names"));
    const { id } = escrowOf(world);
    expect(say(nameMembers(world.log)(id))).toBe(`escrow (${id.slice(0, 8)})`);
  });

  it("names a member that the log does not have by its id", () => {
    const stranger = "00".repeat(16) as MemberId;
    expect(say(nameMembers(new World().log)(stranger))).toBe(`somebody unknown (${stranger})`);
  });

  it("gives no two members the same name, even if one is called like the other with its suffix", () => {
    const world = new World().join("Second", { called: "Laptop" });
    world.join("Third", { called: `Laptop (${world.id("Second").slice(0, 8)})` });
    const names = world.names.map((name) => say(nameMembers(world.log)(world.id(name))));
    expect(names).toEqual([
      "Laptop",
      `Laptop (${world.id("Second").slice(0, 8)})`,
      `Laptop (${world.id("Second").slice(0, 8)}) (${world.id("Third").slice(0, 8)})`,
    ]);
  });

  it("leaves a known device its name when another takes it later, also by a renaming", () => {
    const world = new World().join("Phone").join("Tablet");
    const called = (name: string) => say(nameMembers(world.log)(world.id(name)));
    world.act("Phone", (s, env) => rename(s, { name: "Tablet" }, env));
    expect([called("Tablet"), called("Phone")]).toEqual(["Tablet", `Tablet (${world.id("Phone").slice(0, 8)})`]);
    // The suffix stays when the other is removed.
    world.review("Laptop", { remove: ["Tablet"] });
    expect(called("Phone")).toBe(`Tablet (${world.id("Phone").slice(0, 8)})`);
  });

  it("has the facts beside the name: what it is, and the digits that stand beside it or not", () => {
    const world = new World().join("Phone");
    const phone = world.id("Phone");
    expect(nameMembers(world.log)(phone)).toEqual({
      ...{ code: "member", member: phone, kind: "device", name: "Phone", organisation: undefined },
      ...{ shortId: phone.slice(0, 8), withId: false },
    });
    expect(seenFrom(phone, nameMembers(world.log))(phone)).toMatchObject({ code: "this-device", name: "Phone" });
  });

  it("names escrow by its organisation only where a trusted escrow log says that the keys are its own", () => {
    const organisation = openOrganisation("names");
    const world = openUser("names", organisation);
    const { id } = escrowOf(world);
    const known = { escrowLog: organisation.log, storedConfirmation: organisation.log.head };
    const name = nameMembersWith(world.log, known)(id);
    expect(name).toMatchObject({ code: "escrow", organisation: organisation.log.subject, withId: false });
    expect(say(name)).toBe(`escrow of ${organisation.log.subject}`);
    for (const other of [{ escrowLog: openOrganisation("others").log }, { escrowLog: "unsupported" } as const, {}])
      expect(nameMembersWith(world.log, other)(id)).toMatchObject({ organisation: undefined, withId: true });
  });

  it("lets no device pass for escrow or for this device", () => {
    for (const called of [
      "Escrow of example.org",
      "this device",
      "unnamed device (12345678)",
      "Somebody unknown (12345678)",
    ]) {
      const world = new World().join("Thief", { called });
      expect(say(nameMembers(world.log)(world.id("Thief")))).toBe(`${called} (${world.id("Thief").slice(0, 8)})`);
    }
  });

  it("lets no device pass for the service", () => {
    const world = new World().join("Thief", { called: "The Service" });
    expect(say(nameMembers(world.log)(world.id("Thief")))).toBe(`The Service (${world.id("Thief").slice(0, 8)})`);
  });

  it("names a device by its id if its name is invisible", () => {
    const world = new World().join("Thief", { called: "\u202e \u0007" });
    expect(say(nameMembers(world.log)(world.id("Thief")))).toBe(`unnamed device (${world.id("Thief").slice(0, 8)})`);
  });
});
