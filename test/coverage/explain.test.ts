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
      "link 1: Laptop made epoch 1, before Phone entered",
      "link 2: Phone entered, after epoch 1 was made in link 1",
    ];
    expect(explain(world, "Phone", 1)).toEqual({ canRead: false, mayHaveRead: false, links: late });
    world.review("Laptop", { approve: ["Phone"] });
    expect(explain(world, "Phone", 1)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [...late, "link 3: Laptop approved Phone and so granted it epoch 1"],
    });
    expect(explainAccess(world.log, world.id("Phone"), 1).links.at(-1)).toMatchObject({
      ...{ seq: 3, type: "review", author: world.id("Laptop"), code: "access-granted" },
    });
  });

  it("separates what a member may have read from what it can read: a declaration ends only the second (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Thief", { junk: ["Paper"] });
    world.review("Paper", { remove: ["Thief"] });
    const declared = [
      "link 3: Thief made epoch 2, also for Paper",
      "link 4: Paper declared epoch 2 missing: it did not open",
    ];
    expect(explain(world, "Paper", 2)).toEqual({ canRead: false, mayHaveRead: true, links: declared });
    world.regrant("Laptop", "Paper", [[2, 2]]);
    expect(explain(world, "Paper", 2)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [...declared, "link 5: Laptop granted epoch 2 to Paper"],
    });
  });

  it("says that grants to a removed member cannot be taken back, and that it got no later epoch (MEM-4)", () => {
    const world = new World().join("Phone").review("Laptop", { remove: ["Phone"] });
    expect(explain(world, "Phone", 2)).toEqual({
      ...{ canRead: true, mayHaveRead: true },
      links: [
        "link 2: Phone made epoch 2",
        "link 3: Phone was removed by Laptop; what it was granted before, nobody can take back",
      ],
    });
    expect(explain(world, "Phone", 3)).toEqual({
      ...{ canRead: false, mayHaveRead: false },
      links: [
        "link 3: Laptop made epoch 3, for those who stayed when Phone was removed",
        "link 3: Phone was removed by Laptop",
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
        "link 1: Laptop made epoch 1, before Phone entered",
        "link 2: Phone entered, after epoch 1 was made in link 1",
        "link 4: Phone took over epoch 1 of Laptop, which was removed",
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
      "link 7: Laptop granted epoch 1 to Paper",
      "link 3: Laptop made epoch 2, also for Paper",
      "link 7: Laptop granted epoch 3 to Paper",
    ]);
  });

  it("names enrolment, re-keying and the service (MEM-6, MEM-7)", () => {
    const world = new World().enroll("Laptop", "Tablet", { kind: "device" }).act("Tablet", rekey).expel("Tablet");
    expect(explain(world, "Tablet", 1).links).toEqual([
      "link 1: Laptop made epoch 1, before Tablet entered",
      "link 2: Tablet entered, after epoch 1 was made in link 1",
      "link 2: Laptop enrolled Tablet with epoch 1",
      "link 3: Tablet granted epoch 1 to its own fresh key",
      "link 4: Tablet was removed by the service; what it was granted before, nobody can take back",
    ]);
  });

  it("says that an epoch of lockdown was for confirmed members only (MEM-5, MEM-6)", () => {
    const world = new World().enroll("Laptop", "Paper").act("Laptop", (s, env) => setLockdown(s, { on: true }, env));
    world.join("Phone").act("Laptop", rekey);
    expect(explain(world, "Phone", 2)).toEqual({
      ...{ canRead: false, mayHaveRead: false },
      links: ["link 5: Laptop made epoch 2, in lockdown, when Phone was not confirmed"],
    });
    expect(explain(world, "Paper", 2)).toMatchObject({ canRead: true });
  });

  it("says of an epoch of lockdown that it was for confirmed members, also to one removed since (MEM-4, MEM-5)", () => {
    const world = new World().act("Laptop", (s, env) => setLockdown(s, { on: true }, env)).join("Phone");
    world.act("Laptop", rekey).expel("Phone");
    expect(explain(world, "Phone", 2).links).toEqual([
      "link 4: Laptop made epoch 2, in lockdown, when Phone was not confirmed",
      "link 5: Phone was removed by the service; what it was granted before, nobody can take back",
    ]);
  });

  it("says that a device joined and withheld its epoch from escrow: lockdown has no part in it (MEM-6)", () => {
    const world = joinWithholding(openUser("explained", openOrganisation("explained")), "Phone");
    const { id } = escrowOf(world);
    const { canRead, links } = explainAccess(world.log, id, 2);
    expect(canRead).toBe(false);
    expect(links.map(say)).toEqual([`link 3: Phone made epoch 2, withheld from escrow (${id.slice(0, 8)})`]);
    const regranted = regrantEscrow(world.review("Laptop", { approve: ["Phone"] }), "Phone", [[2, 2]]);
    expect(explainAccess(regranted.log, id, 2).links.slice(-1).map(say)).toEqual([
      `link 5: Phone granted epoch 2 to escrow (${id.slice(0, 8)})`,
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
        "link 1: Laptop made epoch 1, before Phone entered",
      ],
      [
        { seq: 2, type: "join", author: phone, code: "access-entered" },
        "link 2: Phone entered, after epoch 1 was made in link 1",
      ],
      [
        { seq: 3, type: "review", author: laptop, code: "access-granted" },
        "link 3: Laptop approved Phone and so granted it epoch 1",
      ],
      [
        { seq: 4, type: "leave", author: phone, code: "access-removed" },
        "link 4: Phone left; what it was granted before, nobody can take back",
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
