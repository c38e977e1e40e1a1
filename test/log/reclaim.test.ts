// Reclaiming: a member takes over the epochs of a removed member, and proves it with that member's key. docs/spec.md section 6
// (MEM-10).

import { describe, expect, it } from "vitest";
import type { Runs } from "../../src/bytes/runs.js";
import { type LinkFields, Links, namedId, namedKeys, pointerTo, publicKeysOf } from "../support/links.js";
import { fieldOf, forger, idBytes, mutate, type RawBody, setField } from "../support/raw-link.js";
import { expectRefused, expectTwins } from "../support/refusal.js";

// The phone held 1 to 3 when a thief's device removed it. Its owner's new phone joined with epoch 5.
const young = Links.ofUser().rotate("Laptop").enroll("Laptop", "Phone", "device").enroll("Laptop", "Paper", "backup");
const base = young
  .join("Thief")
  .review("Thief", { remove: ["Phone"] })
  .join("New phone");

/** A reclaim by `author`, signed by it and by `from`. */
const reclaim = (world: Links, author: string, from: string, runs: Runs, fields: LinkFields = {}): Uint8Array =>
  world.by([author, from], { type: "reclaim", from: idBytes(namedId(from)), runs, ...fields });
const good = reclaim(base, "New phone", "Phone", [[1, 3]]);
const [author, from] = [namedKeys("New phone"), namedKeys("Phone")];

/** An attack that names epochs which cannot be granted has the grants of its twin. */
const grants = fieldOf(good, "grants");

/** A member gives up epochs that it held. */
const lacking = (world: Links, name: string, missing: Runs): Links => world.rotate(name, { missing });

describe("a reclaim", () => {
  const reclaimed = base.append(good);

  it("owes its author the named epochs, and does nothing else (MEM-10)", () => {
    expect(base.member("Phone")).toMatchObject({ held: [[1, 3]], removed: { seq: 6 } });
    expect(base.member("New phone").held).toEqual([[5, 5]]);
    const { held, reach, ...after } = reclaimed.member("New phone");
    expect([held, reach]).toEqual([
      [
        [1, 3],
        [5, 5],
      ],
      [
        [1, 3],
        [5, 5],
      ],
    ]);
    const { held: _held, reach: _reach, ...before } = base.member("New phone");
    expect(after).toEqual(before);
    expect(reclaimed.founders("New phone")).toEqual([7]);
    const { active, epochs, lockdown, rotationDue, removed } = reclaimed.log;
    expect({ epochs: epochs.length, lockdown, rotationDue }).toEqual({
      epochs: 5,
      lockdown: false,
      rotationDue: false,
    });
    expect(reclaimed.record).toMatchObject({
      ...{ type: "reclaim", author: namedId("New phone"), reclaimedFrom: namedId("Phone") },
      ...{ approved: [], removed: [], epoch: undefined, missing: [] },
    });
    expect(reclaimed.record.grants.map(({ boxes }) => boxes.map(({ member }) => member))).toEqual([
      [namedId("New phone")],
    ]);
    // Nobody else changes, and the removed member stays as it was.
    for (const [id, member] of base.log.active) if (id !== namedId("New phone")) expect(active.get(id)).toEqual(member);
    expect([...removed]).toEqual([...base.log.removed]);
  });

  it("brings back epochs that its author then gives to others as its own (MEM-1, MEM-9)", () => {
    const approved = reclaimed.join("Tablet").review("New phone", { approve: ["Tablet"] });
    expect(approved.member("Tablet").held).toEqual([
      [1, 3],
      [5, 6],
    ]);
  });

  it("may bring back a part, and the rest later, and no epoch twice (MEM-10)", () => {
    const part = base.append(reclaim(base, "New phone", "Phone", [[2, 2]]));
    const rest: Runs = [
      [1, 1],
      [3, 3],
    ];
    expectTwins(
      part.log,
      reclaim(part, "New phone", "Phone", [[1, 3]]),
      reclaim(part, "New phone", "Phone", rest),
      "INVALID_LINK",
      "MEM-10",
    );
    expectTwins(
      part.log,
      reclaim(part, "New phone", "Phone", [[2, 2]]),
      reclaim(part, "New phone", "Phone", [[3, 3]]),
      "INVALID_LINK",
      "MEM-10",
    );
    expect(part.append(reclaim(part, "New phone", "Phone", rest)).member("New phone").held).toEqual(
      reclaimed.member("New phone").held,
    );
  });

  it("may be repeated by another device of the same person, from the same member (MEM-10)", () => {
    const more = reclaimed.join("Tablet");
    expect(more.append(reclaim(more, "Tablet", "Phone", [[1, 3]])).member("Tablet").held).toEqual([
      [1, 3],
      [6, 6],
    ]);
  });

  it.each([
    ["by leaving", young.plus("Phone", { type: "leave" }), "Phone"],
    ["by the operator", young.expel("Phone"), "Phone"],
    ["by review", young.review("Laptop", { remove: ["Phone"] }), "Phone"],
    ["by lockdown", young.plus("Laptop", { type: "lockdown", on: true, remove: [idBytes(namedId("Phone"))] }), "Phone"],
    ["as a backup key", young.review("Laptop", { remove: ["Paper"] }), "Paper"],
  ] as const)("takes from a member that went %s (MEM-10)", (_how, world, gone) => {
    const poor = lacking(world, "Laptop", [[1, 2]]);
    const back = poor.append(reclaim(poor, "Laptop", gone, [[1, 2]]));
    expect(back.member("Laptop").held).toEqual([[1, poor.log.epochs.length]]);
  });

  it("leaves rotation due if it was due (MEM-7)", () => {
    const left = base.plus("Thief", { type: "leave" });
    expect(left.append(reclaim(left, "New phone", "Phone", [[1, 3]])).log.rotationDue).toBe(true);
  });
});

describe("the author of a reclaim", () => {
  it("must hold the current epoch (LOG-4)", () => {
    const locked = young
      .review("Laptop", { remove: ["Phone"] })
      .plus("Laptop", { type: "lockdown", on: true, remove: [] })
      .rotate("Laptop", { missing: [[1, 1]] })
      .join("Pending");
    const attack = reclaim(locked, "Pending", "Phone", [[1, 1]]);
    expectTwins(locked.log, attack, reclaim(locked, "Laptop", "Phone", [[1, 1]]), "INVALID_LINK", "LOG-4");
  });

  it("must be confirmed in lockdown (MEM-5)", () => {
    // In a real lockdown an unconfirmed member holds nothing. Here the same links are judged on a state in which one does.
    const locked = lacking(base, "Laptop", [[1, 1]]).with({ lockdown: true });
    const attack = reclaim(locked, "New phone", "Phone", [[1, 1]]);
    expectTwins(locked.log, attack, reclaim(locked, "Laptop", "Phone", [[1, 1]]), "INVALID_LINK", "MEM-5");
  });

  it("must have manage in an escrow log (MEM-8)", () => {
    const missing: Runs = [[1, 1]];
    const staffed = Links.ofEscrow().hire("Bob", "discover", "recover").hire("Eve", "manage").hire("Zoe");
    const fresh = { type: "rekey", keys: publicKeysOf("Bob, fresh"), missing };
    const poor = staffed
      .review("Ann", { remove: ["Zoe"] })
      .plus(["Bob", "Bob, fresh"], fresh)
      .rotate("Eve", { missing });
    const attack = poor.by(["Bob, fresh", "Zoe"], { type: "reclaim", from: idBytes(namedId("Zoe")), runs: missing });
    expectTwins(poor.log, attack, reclaim(poor, "Eve", "Zoe", missing), "INVALID_LINK", "MEM-8");
  });

  it("cannot be escrow, whose keys sign only links with `by` (LOG-4)", () => {
    const world = base.enrollEscrow("New phone", pointerTo("Key 1"));
    const body = { type: "reclaim", from: idBytes(namedId("Phone")), runs: [[1, 3]], grants };
    const attack = world.by(["Key 1", "Phone"], body);
    expectTwins(world.log, attack, reclaim(world, "New phone", "Phone", [[1, 3]]), "INVALID_LINK", "LOG-4");
  });

  it("cannot be a removed member, even the one that held the epochs (MEM-4)", () => {
    expectTwins(base.log, reclaim(base, "Phone", "Phone", [[1, 3]], { grants }), good, "INVALID_LINK", "MEM-4");
  });
});

describe("the member that it takes from", () => {
  const withFrom = (world: Links, id: string, key: string): Uint8Array =>
    world.by(["New phone", key], { type: "reclaim", from: idBytes(id), runs: [[1, 3]], grants });

  it.each([
    ["an active member", namedId("Laptop"), "Laptop"],
    ["its author", namedId("New phone"), "New phone"],
    ["a stranger", namedId("Stranger"), "Stranger"],
  ] as const)("is not %s (MEM-10)", (_what, id, key) => {
    expectTwins(base.log, withFrom(base, id, key), good, "INVALID_LINK", "MEM-10");
  });

  it("cannot be escrow, active or removed (MEM-10)", () => {
    // It holds the same epochs as the laptop, and the new phone lacks some.
    const active = base.enrollEscrow("Laptop", pointerTo("Key 1"));
    const gone = active.review("Laptop", { remove: ["Escrow"] });
    for (const world of [active, gone]) {
      const twin = reclaim(world, "New phone", "Phone", [[1, 3]]);
      expectTwins(world.log, withFrom(world, active.escrow.id, "Key 1"), twin, "INVALID_LINK", "MEM-10");
    }
  });

  it("is judged after the author, and before the signatures, which depend on it (LOG-4, MEM-10)", () => {
    const unsigned = (entry: Uint8Array) =>
      mutate(entry, { signatures: (all) => all.map(([key]) => [key, new Uint8Array(64)] as const) });
    expectRefused(base.log, unsigned(withFrom(base, namedId("Laptop"), "Laptop")), "INVALID_LINK", "MEM-10");
    expectRefused(base.log, unsigned(good), "INVALID_SIGNATURE", "LOG-4");
    const body = { type: "reclaim", from: idBytes(namedId("Laptop")), runs: [[1, 3]], grants };
    expectRefused(base.log, base.by(["Stranger", "Laptop"], body), "INVALID_LINK", "LOG-4");
  });
});

describe("the proof", () => {
  it.each([
    ["without the removed member's signature", [author]],
    ["signed by its author twice", [author, author]],
    ["whose second signature its author made", [author, forger(from, author)]],
    ["whose first signature the removed member made", [forger(author, from), from]],
    ["signed the other way round", [from, author]],
    ["signed by another removed member", [author, namedKeys("Gone")]],
    ["with one more signature", [author, from, from]],
  ])("refuses one %s (LOG-4)", (_what, signers) => {
    expectTwins(base.log, mutate(good, { signers }), good, "INVALID_SIGNATURE", "LOG-4");
  });

  it("must be by the last key of the removed member (LOG-4)", () => {
    const keys = publicKeysOf("Phone, fresh");
    const rekeyed = young
      .plus(["Phone", "Phone, fresh"], { type: "rekey", keys })
      .review("Laptop", { remove: ["Phone"] })
      .join("New phone");
    const body = { type: "reclaim", from: idBytes(namedId("Phone")), runs: [[1, 3]] };
    const [old, last] = ["Phone", "Phone, fresh"].map((key) => rekeyed.by(["New phone", key], body)) as [
      Uint8Array,
      Uint8Array,
    ];
    expectTwins(rekeyed.log, old, last, "INVALID_SIGNATURE", "LOG-4");
  });
});

describe("the runs of a reclaim", () => {
  it.each([
    ["none", []],
    [
      "runs that touch",
      [
        [1, 1],
        [2, 3],
      ],
    ],
    [
      "runs that overlap",
      [
        [1, 2],
        [2, 3],
      ],
    ],
    [
      "a run twice",
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      "runs in another order",
      [
        [3, 3],
        [1, 1],
      ],
    ],
    ["a run that ends before it starts", [[3, 1]]],
    ["an epoch that the removed member never held", [[1, 4]]],
    [
      "what the author holds",
      [
        [1, 3],
        [5, 5],
      ],
    ],
    [
      "an epoch that is not there yet",
      [
        [1, 3],
        [6, 6],
      ],
    ],
    ["an epoch of any number", [[1, Number.MAX_SAFE_INTEGER]]],
  ] as readonly (readonly [string, Runs])[])("are not %s (MEM-10)", (_what, runs) => {
    expectTwins(base.log, reclaim(base, "New phone", "Phone", runs, { grants }), good, "INVALID_LINK", "MEM-10");
  });

  it("have no epoch 0 (ENC-2)", () => {
    for (const runs of [[[0, 3]], [[1, 0]]] as readonly Runs[]) {
      const attack = mutate(good, { body: setField("runs", runs as never), signers: [author, from] });
      expectTwins(base.log, attack, good, "INVALID_ENCODING", "ENC-2");
    }
  });

  it("must not include epochs that the removed member could not open, although it had reached them (MEM-10)", () => {
    const poor = lacking(young, "Phone", [[2, 2]])
      .review("Laptop", { remove: ["Phone"] })
      .join("New phone");
    expect(poor.member("Phone").reach).toEqual([[1, 3]]);
    const twin = reclaim(poor, "New phone", "Phone", [
      [1, 1],
      [3, 3],
    ]);
    expectTwins(poor.log, reclaim(poor, "New phone", "Phone", [[1, 3]]), twin, "INVALID_LINK", "MEM-10");
  });

  it("must not include epochs that its author could bring back only from another member (MEM-10)", () => {
    const both = base.review("Laptop", { remove: ["Thief"] });
    const twin = reclaim(both, "New phone", "Thief", [[3, 4]]);
    expectTwins(both.log, reclaim(both, "New phone", "Thief", [[2, 4]]), twin, "INVALID_LINK", "MEM-10");
  });
});

describe("epochs that its author declares missing", () => {
  const world = young.review("Laptop", { remove: ["Phone"] });
  const declaring = (missing: Runs, runs: Runs) => reclaim(world, "Laptop", "Phone", runs, { missing });

  it("can be taken: it takes epochs that it held as junk from the removed member (MEM-9, MEM-10)", () => {
    const back = world.append(declaring([[1, 1]], [[1, 1]]));
    expect(back.member("Laptop")).toMatchObject({ held: [[1, 3]] });
    expect(back.record).toMatchObject({ missing: [[1, 1]], reclaimedFrom: namedId("Phone") });
    const without = reclaim(world, "Laptop", "Phone", [[1, 1]]);
    expectTwins(world.log, without, declaring([[1, 1]], [[1, 1]]), "INVALID_LINK", "MEM-10");
    expectTwins(world.log, declaring([[1, 1]], [[1, 2]]), declaring([[1, 2]], [[1, 2]]), "INVALID_LINK", "MEM-10");
    // It may declare more epochs than it takes.
    expect(world.append(declaring([[1, 2]], [[1, 1]])).member("Laptop").held).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it("must not include the current one, which it holds (MEM-9)", () => {
    expectTwins(world.log, declaring([[1, 3]], [[1, 2]]), declaring([[1, 2]], [[1, 2]]), "INVALID_LINK", "MEM-9");
  });

  it("are judged first, and by their own rules (MEM-9)", () => {
    const twin = declaring([[1, 1]], [[1, 1]]);
    for (const missing of [
      [],
      [[2, 1]],
      [
        [1, 1],
        [2, 2],
      ],
      [[4, 4]],
    ] as readonly Runs[]) {
      expectTwins(world.log, declaring(missing, [[9, 9]]), twin, "INVALID_LINK", "MEM-9");
    }
  });
});

describe("the grants of a reclaim", () => {
  it("are for its author only, and must be there (GRT-1, ENC-2)", () => {
    const other = (body: RawBody) => {
      const [grant] = body.get("grants") as RawBody[];
      grant?.set("boxes", [[idBytes(namedId("Thief")), new Uint8Array(32)]]);
    };
    expectTwins(base.log, mutate(good, { body: other, signers: [author, from] }), good, "INVALID_LINK", "GRT-1");
    const none = mutate(good, { body: (body) => body.delete("grants"), signers: [author, from] });
    expectTwins(base.log, none, good, "INVALID_ENCODING", "ENC-2");
    const epoch = mutate(good, {
      body: setField("epoch", new Map([["kem", from.publicKeys.kem]])),
      signers: [author, from],
    });
    expectTwins(base.log, epoch, good, "INVALID_ENCODING", "ENC-2");
  });
});
