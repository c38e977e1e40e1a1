// After a removal: what the removed device does, and whom the user is offered next (docs/spec.md section 13).

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { afterRemoval, foundingClassBefore, offerToRemove } from "../../src/coverage/after-removal.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { epochSigner, openOrganisation, openUser, recoverBy } from "../escrow/support.js";
import { leave } from "../support/accepted.js";
import { DIGEST, dueNext, idList } from "../support/links.js";
import { World } from "./support/world.js";

const verdict = (world: World, name: string) => afterRemoval(world.log, world.id(name))?.verdict;

describe("afterRemoval", () => {
  it("wipes unasked when both were in the founding class", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    expect(verdict(world, "Phone")).toBeUndefined();
    world.review("Paper", { remove: ["Phone"] });
    const { seq, time } = world.last;
    expect(afterRemoval(world.log, world.id("Phone"))).toEqual({ verdict: "wipe", by: world.id("Paper"), seq, time });
  });

  it("locks and asks when a device that nobody approved removed a good one", () => {
    const world = new World()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .join("Thief");
    world.review("Thief", { remove: ["Phone"] });
    expect(verdict(world, "Phone")).toBe("lock-and-ask");
  });

  it("locks and asks still, when that device is approved by mistake afterwards", () => {
    const world = new World()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .join("Thief");
    world.review("Thief", { remove: ["Phone"] }).review("Laptop", { approve: ["Thief"] });
    expect(world.member("Thief").founder).toBe(1);
    expect(verdict(world, "Phone")).toBe("lock-and-ask");
  });

  it("wipes when the remover was removed itself since: what counts is before the link", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.review("Tablet", { remove: ["Phone"] }).review("Laptop", { remove: ["Tablet"] });
    expect(verdict(world, "Phone")).toBe("wipe");
  });

  it("locks and asks when the removed one was not in the founding class itself", () => {
    const world = new World().join("Phone").review("Laptop", { remove: ["Phone"] });
    expect(verdict(world, "Phone")).toBe("lock-and-ask");
  });

  it("locks and asks when escrow did it, or whom only escrow had approved: an admin could turn it against good devices", () => {
    const organisation = openOrganisation("after a removal");
    const user = openUser("after a removal", organisation).enroll("Laptop", "Phone").join("Thief");
    const by = { ...{ admin: organisation.signer("Ann").sign, seq: 1, hash: DIGEST }, salt: DIGEST };
    const signers = [epochSigner(organisation, "Ann"), organisation.signer("Ann")];
    const reviewed = (approve: readonly MemberId[], remove: readonly MemberId[]) => {
      const lists = { approve: idList(...approve), remove: idList(...remove) };
      const actor = approve.length > 0 ? { ...by, runs: [[1, 1]] } : by;
      const body = { type: "review", author: signers[0]?.sign, by: actor, ...lists };
      return user.append(dueNext(user.log, body, signers));
    };
    const approved = reviewed(user.ids("Thief"), []);
    const verdictOf = ({ log }: { readonly log: LogState }) => afterRemoval(log, user.id("Phone"))?.verdict;
    expect(verdictOf(reviewed([], user.ids("Phone")))).toBe("lock-and-ask");
    expect(verdictOf(approved.review("Thief", { remove: ["Phone"] }))).toBe("lock-and-ask");
    expect(verdictOf(approved.review("Laptop", { remove: ["Phone"] }))).toBe("wipe");
  });

  it("locks and asks when the service did it, or the member itself by its key", () => {
    const world = new World()
      .enroll("Laptop", "Phone", { kind: "device" })
      .enroll("Laptop", "Tablet", { kind: "device" });
    world.expel("Phone").act("Tablet", leave);
    expect([verdict(world, "Phone"), verdict(world, "Tablet")]).toEqual(["lock-and-ask", "lock-and-ask"]);
  });
});

describe("foundingClassBefore", () => {
  it("is, at every link, the class that verification of the links before it finds (MEM-1)", () => {
    const world = new World().join("Phone").join("Thief").enroll("Thief", "Paper");
    world
      .review("Phone", { approve: ["Thief"] })
      .review("Laptop", { approve: ["Phone"] })
      .review("Paper", { remove: ["Phone"] });
    world.join("Tablet").review("Thief", { approve: ["Tablet"] });
    for (let seq = 2; seq <= world.log.head.seq; seq++) {
      const before = verifyLog(world.entries.slice(0, seq - 1), { subject: world.log.subject, now: "unchecked" });
      const founding = [...before.active.values()].filter(({ founder }) => founder === 1).map(({ id }) => id);
      const found = [...foundingClassBefore(world.log, seq)].filter((id) => before.active.has(id));
      expect(found.sort(), `before link ${seq}`).toEqual(founding.sort());
    }
  });
});

describe("offerToRemove", () => {
  const offer = (world: World, removed: string, me = "Laptop") =>
    offerToRemove(world.log, { removed: world.id(removed), me: world.id(me) }).map(
      ({ member, reason }) => `${world.log.active.get(member)?.name}: ${reason}`,
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

  it("does not offer the user's own class when a device of it was lost, but whom only that one vouched for", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.enroll("Phone", "Paper").review("Laptop", { remove: ["Phone"] });
    expect(offer(world, "Phone")).toEqual(["Paper: stray"]);
  });

  it("never offers the device itself, though the one that approved it is gone", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    world.review("Phone", { remove: ["Laptop"] });
    expect(offer(world, "Laptop", "Phone")).toEqual(["Tablet: stray"]);
    expect(offer(world, "Laptop", "Tablet")).toEqual(["Phone: stray"]);
  });

  it("refuses who is no member", () => {
    const world = new World();
    const refuse = (options: unknown) => () => offerToRemove(world.log, options as never);
    expect(refuse({ removed: world.id("Laptop"), me: world.id("Laptop") })).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(refuse(null)).toThrowError(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(refuse({ removed: "00".repeat(16), me: world.id("Laptop") })).toThrowError(
      expect.objectContaining({ code: "UNKNOWN_MEMBER" }),
    );
  });
});
