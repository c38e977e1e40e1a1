// Removals: the member that removed a device, its class at that time, and the suggestions for people (docs/spec.md sections 8 and
// 13).

import { describe, expect, it } from "vitest";
import { isConfirmed } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { classBefore, type RemovalView, removalOf, suggestRemovals } from "../../src/views/removal.js";
import { escrowReview } from "../coverage/support/escrow.js";
import { World } from "../coverage/support/world.js";
import { openOrganisation, openUser } from "../escrow/support.js";
import { leave } from "../support/accepted.js";
import { named, say } from "../support/spoken.js";

const spoken = (removal: RemovalView | undefined) => removal && say(removal);

const by = (world: World, name: string) => removalOf(world.log, world.id(name))?.removerWas;

const ALL = ["keep-reading", "rejoin", "wipe"] as const;

describe("removalOf", () => {
  it("gives the remover of a member, the time and the class, and never says that it must wipe", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    expect(removalOf(world.log, world.id("Phone"))).toBeUndefined();
    world.on("2026-03-05").review("Paper", { remove: ["Phone"] });
    const removal = removalOf(world.log, world.id("Phone"));
    expect(spoken(removal)).toBe("On 5 March 2026 Paper, of the first device's class, removed it (change 5).");
    expect(named(removal)).toEqual({
      code: "removal",
      ...{ by: world.id("Paper"), name: "Paper", seq: 5, when: new Date("2026-03-05T12:00:00Z") },
      ...{ removerWas: "founding", offers: ALL },
    });
  });

  it("says that an unapproved device did it, even if it is approved by mistake afterwards", () => {
    const world = new World()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .join("Thief");
    world.review("Thief", { remove: ["Phone"] });
    expect(by(world, "Phone")).toBe("unconfirmed");
    world.review("Laptop", { approve: ["Thief"] });
    expect(world.member("Thief").founder).toBe(1);
    expect(by(world, "Phone")).toBe("unconfirmed");
  });

  it("judges by the state before the link, even if the remover was removed itself since", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.review("Tablet", { remove: ["Phone"] }).review("Laptop", { remove: ["Tablet"] });
    expect(by(world, "Phone")).toBe("founding");
  });

  it("distinguishes the confirmed class from the founding class, which is gone", () => {
    const world = new World().join("Phone").join("Tablet").act("Laptop", leave);
    world.review("Phone", { remove: ["Tablet"] });
    expect(by(world, "Tablet")).toBe("confirmed");
  });

  it("names escrow, and does not count a member that only escrow approved as founding: an admin could misuse that", () => {
    const organisation = openOrganisation("removals");
    const user = openUser("removals", organisation).enroll("Laptop", "Phone").join("Thief");
    const phone = user.id("Phone");
    const removed = escrowReview(user, organisation, { remove: ["Phone"] });
    expect(removalOf(removed.log, phone)?.removerWas).toBe("escrow");
    expect(spoken(removalOf(removed.log, phone))).toContain(
      "an administrator of the organisation removed it, in escrow's name",
    );
    const approved = escrowReview(user, organisation, { approve: ["Thief"], runs: [[1, 1]] });
    expect(removalOf(approved.review("Thief", { remove: ["Phone"] }).log, phone)?.removerWas).toBe("unconfirmed");
    expect(removalOf(approved.review("Laptop", { remove: ["Phone"] }).log, phone)?.removerWas).toBe("founding");
    const alone = approved.leave("Laptop").leave("Phone").join("Tablet");
    expect(removalOf(alone.review("Thief", { remove: ["Tablet"] }).log, alone.id("Tablet"))?.removerWas).toBe(
      "confirmed",
    );
  });

  it("names the service, and the member itself", () => {
    const world = new World()
      .enroll("Laptop", "Phone", { kind: "device" })
      .enroll("Laptop", "Tablet", { kind: "device" });
    world.expel("Phone").act("Tablet", leave);
    expect([by(world, "Phone"), by(world, "Tablet")]).toEqual(["operator", "itself"]);
    const texts = ["Phone", "Tablet"].map((name) => spoken(removalOf(world.log, world.id(name))));
    expect(texts).toEqual([
      "On 1 January 2026 the service removed it (change 4).",
      "On 1 January 2026 it left (change 5).",
    ]);
  });

  it("offers reading if there is something to read, and does not suggest that a paper rejoins", () => {
    const world = new World().enroll("Laptop", "Paper").lockdown("Laptop").join("Phone");
    world.review("Laptop", { remove: ["Paper", "Phone"] });
    const offers = (name: string) => removalOf(world.log, world.id(name))?.offers;
    expect(offers("Phone")).toEqual(["rejoin", "wipe"]);
    expect(offers("Paper")).toEqual(["keep-reading", "wipe"]);
  });

  it("refuses an id that is no member", () => {
    const { log } = new World();
    expect(() => removalOf(log, "00".repeat(16) as never)).toThrowError(
      expect.objectContaining({ code: "UNKNOWN_MEMBER" }),
    );
  });
});

describe("classBefore", () => {
  it("equals, at every link, the class from verifying the links before it (MEM-1)", () => {
    const world = new World().join("Phone").join("Thief").enroll("Thief", "Paper");
    world
      .review("Phone", { approve: ["Thief"] })
      .review("Laptop", { approve: ["Phone"] })
      .review("Paper", { remove: ["Phone"] });
    world
      .join("Tablet")
      .act("Laptop", leave)
      .review("Thief", { approve: ["Tablet"] });
    for (let seq = 2; seq <= world.log.head.seq; seq++) {
      const before = verifyLog(world.entries.slice(0, seq - 1), { subject: world.log.subject, now: "unchecked" });
      const classes = classBefore(world.log, seq);
      for (const member of before.active.values()) {
        const confirmed = isConfirmed(before, member) ? "confirmed" : "unconfirmed";
        expect(classes(member.id), `before link ${seq}`).toBe(member.founder === 1 ? "founding" : confirmed);
      }
    }
  });
});

describe("suggestRemovals", () => {
  const offer = (world: World, removed: string, me = "Laptop") =>
    suggestRemovals(world.log, { removed: world.id(removed), me: world.id(me) }).map(
      ({ member, because }) => `${world.log.active.get(member)?.name}: ${because}`,
    );

  it("offers the whole class of a thief's device, and every stray", () => {
    const world = new World()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .join("Thief")
      .join("Second")
      .join("Tablet");
    world
      .review("Thief", { approve: ["Second"] })
      .enroll("Second", "Paper")
      .review("Laptop", { remove: ["Thief"] });
    expect(offer(world, "Thief")).toEqual(["Second: same-class", "Paper: same-class"]);
    world.review("Laptop", { remove: ["Second"] });
    expect(offer(world, "Second")).toEqual(["Paper: same-class"]);
    world.review("Laptop", { remove: ["Phone"] });
    expect(offer(world, "Phone")).toEqual(["Paper: stray"]);
  });

  it("does not offer the user's own class when a device of it was lost, but members that only that device vouched for", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.enroll("Phone", "Paper").review("Laptop", { remove: ["Phone"] });
    expect(offer(world, "Phone")).toEqual(["Paper: stray"]);
  });

  it("never offers the device itself, although the one that approved it is gone", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.review("Phone", { remove: ["Laptop"] });
    expect(offer(world, "Laptop", "Phone")).toEqual(["Tablet: stray"]);
    expect(offer(world, "Laptop", "Tablet")).toEqual(["Phone: stray"]);
  });

  it("refuses an id that is no member", () => {
    const world = new World();
    const refuse = (options: unknown) => () => suggestRemovals(world.log, options as never);
    expect(refuse({ removed: world.id("Laptop"), me: world.id("Laptop") })).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(refuse(null)).toThrowError(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(refuse({ removed: "00".repeat(16), me: world.id("Laptop") })).toThrowError(
      expect.objectContaining({ code: "UNKNOWN_MEMBER" }),
    );
  });
});
