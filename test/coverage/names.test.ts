// Names in texts for people (docs/spec.md section 8). Every device chooses its own name, also a thief's.

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { counted, nameMembers, plainText } from "../../src/coverage/names.js";
import { escrowOf, openOrganisation, openUser } from "../escrow/support.js";
import { World } from "./support/world.js";

describe("nameMembers", () => {
  it("calls members by their names", () => {
    const world = new World().join("Phone");
    const nameOf = nameMembers(world.log);
    expect([nameOf(world.id("Laptop")), nameOf(world.id("Phone")), nameOf("operator")]).toEqual([
      "Laptop",
      "Phone",
      "the service",
    ]);
  });

  it("distinguishes a device that took another's name, by their ids", () => {
    const world = new World().join("Thief", { called: " LAPTOP\u200b " });
    const nameOf = nameMembers(world.log);
    const [laptop, thief] = [world.id("Laptop"), world.id("Thief")];
    expect(nameOf(laptop)).toBe(`Laptop (${laptop.slice(0, 8)})`);
    expect(nameOf(thief)).toBe(`LAPTOP (${thief.slice(0, 8)})`);
  });

  it("treats names as equal that differ only in the form of their letters", () => {
    const world = new World().join("Phone", { called: "Gro\u00df" }).join("Thief", { called: "GRO\u1e9e" });
    const nameOf = nameMembers(world.log);
    const [phone, thief] = [world.id("Phone"), world.id("Thief")];
    expect(nameOf(phone)).toBe(`Gro\u00df (${phone.slice(0, 8)})`);
    expect(nameOf(thief)).toBe(`GRO\u1e9e (${thief.slice(0, 8)})`);
  });

  it("names escrow, which has no name, by what it is and its id", () => {
    const world = openUser("names", openOrganisation("names"));
    const { id } = escrowOf(world);
    expect(nameMembers(world.log)(id)).toBe(`unnamed escrow (${id.slice(0, 8)})`);
  });

  it("names a member that the log does not have by its id", () => {
    const stranger = "00".repeat(16) as MemberId;
    expect(nameMembers(new World().log)(stranger)).toBe(`member ${stranger}`);
  });

  it("gives no two members the same name, even if one is called like the other with its suffix", () => {
    const world = new World().join("Second", { called: "Laptop" });
    world.join("Third", { called: `Laptop (${world.id("Laptop").slice(0, 8)})` });
    const names = world.names.map((name) => nameMembers(world.log)(world.id(name)));
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toContain(world.id("Laptop"));
  });

  it("lets no device pass for the service", () => {
    const world = new World().join("Thief", { called: "The Service" });
    expect(nameMembers(world.log)(world.id("Thief"))).toBe(`The Service (${world.id("Thief").slice(0, 8)})`);
  });

  it("names a device by its id if its name is invisible", () => {
    const world = new World().join("Thief", { called: "\u202e \u0007" });
    expect(nameMembers(world.log)(world.id("Thief"))).toBe(`unnamed device (${world.id("Thief").slice(0, 8)})`);
  });
});

describe("counted", () => {
  it("puts a noun into the form for its number", () => {
    expect([0, 1, 2].map((count) => counted(count, "epoch"))).toEqual(["0 epochs", "1 epoch", "2 epochs"]);
  });
});

describe("plainText", () => {
  it("keeps a text on one line, in its order, without control characters of a terminal", () => {
    expect(plainText("\u001b[2JLaptop\r\n\u2028of  Alice\u202eecivres\u2069")).toBe("[2JLaptop of Aliceecivres");
    expect(plainText("Zoë’s 📱 電話")).toBe("Zoë’s 📱 電話");
  });
});
