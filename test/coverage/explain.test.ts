// explainAccess: why a member can or cannot read, by which links (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { explainAccess } from "../../src/coverage/explain.js";
import { escrowOf, joinWithholding, openOrganisation, openUser, regrantEscrow } from "../escrow/support.js";
import { leave, rekey, rotate, setLockdown } from "../support/accepted.js";
import { say } from "../support/spoken.js";
import { World } from "./support/world.js";

function explain(world: World, name: string, epoch: number) {
  const { links, ...verdict } = explainAccess(world.log, world.id(name), epoch);
  return { ...verdict, links: links.map(say) };
}

describe("explainAccess", () => {
  it("says that a device entered too late, and then which approval let it read (MEM-1)", () => {
    const world = new World().join("Phone");
    const late = [
      "change 1: Laptop made encryption key 1, before Phone entered",
      "change 2: Phone entered, after encryption key 1 was made in change 1",
    ];
    expect(explain(world, "Phone", 1)).toEqual({ canRead: false, mayHaveRead: false, links: late });
    world.review("Laptop", { approve: ["Phone"] });
    expect(explain(world, "Phone", 1)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [...late, "change 3: Laptop approved Phone and so gave it encryption key 1"],
    });
    expect(explainAccess(world.log, world.id("Phone"), 1).links.at(-1)).toMatchObject({
      ...{ seq: 3, type: "review", author: world.id("Laptop"), code: "access-granted" },
    });
  });

  it("separates what a member may have read from what it can read: a declaration ends only the second (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Thief", { junk: ["Paper"] });
    world.review("Paper", { remove: ["Thief"] });
    const declared = [
      "change 3: Thief made encryption key 2, also for Paper",
      "change 4: Paper declared encryption key 2 missing: it did not open",
    ];
    expect(explain(world, "Paper", 2)).toEqual({ canRead: false, mayHaveRead: true, links: declared });
    world.regrant("Laptop", "Paper", [[2, 2]]);
    expect(explain(world, "Paper", 2)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [...declared, "change 5: Laptop gave encryption key 2 to Paper"],
    });
  });

  it("says that grants to a removed member cannot be taken back, and that it got no later epoch (MEM-4)", () => {
    const world = new World().join("Phone").review("Laptop", { remove: ["Phone"] });
    expect(explain(world, "Phone", 2)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [
        "change 2: Phone made encryption key 2",
        "change 3: Phone was removed by Laptop; what it was given before, nobody can take back",
      ],
    });
    expect(explain(world, "Phone", 3)).toEqual({
      ...{ canRead: false, mayHaveRead: false },
      links: [
        "change 3: Laptop made encryption key 3, for those who stayed when Phone was removed",
        "change 3: Phone was removed by Laptop",
      ],
    });
  });

  it("says that a member took over an epoch of a removed one, and which link lets it read the epoch (MEM-10)", () => {
    const world = new World().join("Phone").review("Phone", { remove: ["Laptop"] });
    expect(explain(world, "Phone", 1).canRead).toBe(false);
    world.reclaim("Phone", "Laptop", [[1, 1]]);
    expect(explain(world, "Phone", 1)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [
        "change 1: Laptop made encryption key 1, before Phone entered",
        "change 2: Phone entered, after encryption key 1 was made in change 1",
        "change 4: Phone took over encryption key 1 of Laptop, which was removed",
      ],
    });
    expect(explain(world, "Laptop", 1).links.at(-1)).toContain("Laptop was removed by Phone");
  });

  it("names the link that granted each epoch of a set (GRT-1)", () => {
    const world = new World().enroll("Laptop", "Paper").act("Laptop", rotate).act("Laptop", rotate);
    world
      .lie("Paper", 1)
      .lie("Paper", 3)
      .regrant("Laptop", "Paper", [
        [1, 1],
        [3, 3],
      ]);
    const last = (epoch: number) => explain(world, "Paper", epoch).links.at(-1);
    expect([1, 2, 3].map(last)).toEqual([
      "change 7: Laptop gave encryption key 1 to Paper",
      "change 3: Laptop made encryption key 2, also for Paper",
      "change 7: Laptop gave encryption key 3 to Paper",
    ]);
  });

  it("names enrolment, re-keying and the service (MEM-6, MEM-7)", () => {
    const world = new World().enroll("Laptop", "Tablet", { kind: "device" }).act("Tablet", rekey).expel("Tablet");
    expect(explain(world, "Tablet", 1).links).toEqual([
      "change 1: Laptop made encryption key 1, before Tablet entered",
      "change 2: Tablet entered, after encryption key 1 was made in change 1",
      "change 2: Laptop added Tablet with encryption key 1",
      "change 3: Tablet gave encryption key 1 to its own fresh key",
      "change 4: Tablet was removed by the service; what it was given before, nobody can take back",
    ]);
  });

  it("says that an epoch of lockdown was for confirmed members only (MEM-5, MEM-6)", () => {
    const world = new World().enroll("Laptop", "Paper").act("Laptop", (s, env) => setLockdown(s, { on: true }, env));
    world.join("Phone").act("Laptop", rekey);
    expect(explain(world, "Phone", 2)).toEqual({
      ...{ canRead: false, mayHaveRead: false },
      links: ["change 5: Laptop made encryption key 2, in lockdown, when Phone was not confirmed"],
    });
    expect(explain(world, "Paper", 2)).toMatchObject({ canRead: true });
  });

  it("says of an epoch of lockdown that it was for confirmed members, also to one removed since (MEM-4, MEM-5)", () => {
    const world = new World().act("Laptop", (s, env) => setLockdown(s, { on: true }, env)).join("Phone");
    world.act("Laptop", rekey).expel("Phone");
    expect(explain(world, "Phone", 2).links).toEqual([
      "change 4: Laptop made encryption key 2, in lockdown, when Phone was not confirmed",
      "change 5: Phone was removed by the service; what it was given before, nobody can take back",
    ]);
  });

  it("says that a device joined and withheld its epoch from escrow: lockdown has no part in it (MEM-6)", () => {
    const world = joinWithholding(openUser("explained", openOrganisation("explained")), "Phone");
    const { id } = escrowOf(world);
    const { canRead, links } = explainAccess(world.log, id, 2);
    expect(canRead).toBe(false);
    expect(links.map(say)).toEqual([`change 3: Phone made encryption key 2, withheld from escrow (${id.slice(0, 8)})`]);
    const regranted = regrantEscrow(world.review("Laptop", { approve: ["Phone"] }), "Phone", [[2, 2]]);
    expect(explainAccess(regranted.log, id, 2).links.slice(-1).map(say)).toEqual([
      `change 5: Phone gave encryption key 2 to escrow (${id.slice(0, 8)})`,
    ]);
  });

  it("gives programs the code of each link, with its position, type and author (section 8)", () => {
    const world = new World().join("Phone", { junk: "everybody" }).review("Laptop", { approve: ["Phone"] });
    world.act("Phone", leave);
    const effects = (name: string, epoch: number) =>
      explainAccess(world.log, world.id(name), epoch).links.map((link) => {
        const { seq, type, author, code } = link;
        return [{ seq, type, author, code }, say(link)];
      });
    const [laptop, phone] = [world.id("Laptop"), world.id("Phone")];
    expect(effects("Phone", 1)).toEqual([
      [
        { seq: 1, type: "genesis", author: laptop, code: "access-made" },
        "change 1: Laptop made encryption key 1, before Phone entered",
      ],
      [
        { seq: 2, type: "join", author: phone, code: "access-entered" },
        "change 2: Phone entered, after encryption key 1 was made in change 1",
      ],
      [
        { seq: 3, type: "review", author: laptop, code: "access-granted" },
        "change 3: Laptop approved Phone and so gave it encryption key 1",
      ],
      [
        { seq: 4, type: "leave", author: phone, code: "access-removed" },
        "change 4: Phone left; what it was given before, nobody can take back",
      ],
    ]);
    expect(effects("Laptop", 2).map(([reason]) => reason)).toEqual([
      { seq: 2, type: "join", author: phone, code: "access-granted" },
      { seq: 3, type: "review", author: laptop, code: "access-missing" },
    ]);
  });

  it("refuses an epoch that the log does not have", () => {
    const world = new World();
    for (const epoch of [0, 2, 1.5, Number.NaN, "1" as never]) {
      expect(() => explainAccess(world.log, world.id("Laptop"), epoch)).toThrowError(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
    expect(explainAccess(world.log, world.id("Laptop"), 1).canRead).toBe(true);
  });
});
