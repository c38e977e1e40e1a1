// Junk cannot stay hidden: which members declare which epochs missing, in which links, and the repair. docs/spec.md section 6
// (MEM-9).

import { describe, expect, it } from "vitest";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { Runs } from "../../src/bytes/runs.js";
import { appendEntry } from "../../src/log/verify.js";
import { regrant } from "../support/accepted.js";
import {
  boxIndex,
  grantsOf,
  idBytes,
  mutate,
  type RawSigner,
  rawNext,
  setField,
  withAttachment,
} from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const base = openWorld("missing", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .rotate("Laptop")
  .rotate("Laptop");
const laptop = base.signer("Laptop");

/** A thief's device joins, and its grant to these members is junk. */
function invade(world: World, ...victims: readonly string[]): World {
  const honest = world.join("Thief");
  const entry = victims.reduce((each, victim) => {
    const index = boxIndex(honest.record, world.id(victim));
    return withAttachment(each, index, new Uint8Array(1168), [honest.signer("Thief")]);
  }, honest.last);
  return world.append(entry).with("Thief", honest.session("Thief").keyring);
}

/** A link that declares these epochs missing, with the grants that would be due without the declaration. */
const declaring = (world: World, missing: CborValue, signers: readonly RawSigner[] = [laptop]): Uint8Array =>
  mutate(world.last, { body: setField("missing", missing), signers });

describe("epochs that may be declared missing", () => {
  const rotated = base.rotate("Laptop");

  it("are a part of those that the author held, in one canonical form (MEM-9)", () => {
    const wrong: readonly Runs[] = [
      [],
      [[5, 5]],
      [[3, 5]],
      [[2, 1]],
      [
        [1, 2],
        [3, 3],
      ],
      [
        [3, 3],
        [1, 1],
      ],
      [
        [1, 2],
        [2, 3],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ];
    for (const runs of wrong) {
      const error = expectTwins(
        base.log,
        declaring(rotated, runs),
        declaring(rotated, [
          [1, 1],
          [3, 4],
        ]),
        "INVALID_LINK",
        "MEM-9",
      );
      expect(error.message).toContain("rotate link 6");
    }
    for (const zero of [[[0, 1]], [[1, 0]]]) {
      expectRefused(base.log, declaring(rotated, zero), "INVALID_ENCODING", "ENC-2");
    }
  });

  it("are none that only another member holds (MEM-9)", () => {
    const invaded = base.join("Thief");
    const twin = invaded.rotate("Thief");
    const attack = declaring(twin, [[1, 1]], [invaded.signer("Thief")]);
    expectTwins(invaded.log, attack, twin.last, "INVALID_LINK", "MEM-9");
    expect(appendEntry(invaded.log, declaring(invaded.rotate("Laptop"), [[1, 1]]), { now: "unchecked" }).head.seq).toBe(
      7,
    );
  });

  it("leave the author's `held`, and never its `reach` (MEM-9)", () => {
    const member = appendEntry(base.log, declaring(rotated, [[2, 3]]), { now: "unchecked" }).active.get(
      base.id("Laptop"),
    );
    expect(member).toMatchObject({
      reach: [[1, 5]],
      held: [
        [1, 1],
        [4, 5],
      ],
    });
  });
});

describe("links that may declare", () => {
  const enrolled = base.enroll("Laptop", "Tablet");

  it("do not include a join, leave, expel or rename (MEM-9)", () => {
    const joined = base.join("Tablet");
    const renamed = base.rename("Laptop", "Old laptop");
    const left = base.leave("Laptop");
    for (const [world, signer] of [
      [joined, joined.signer("Tablet")],
      [renamed, laptop],
      [left, laptop],
    ] as const) {
      expectTwins(base.log, declaring(world, [[1, 1]], [signer]), world.last, "INVALID_ENCODING", "ENC-2");
    }
  });

  it("do not include an enroll or a regrant, for the current epoch (MEM-9)", () => {
    const signers = [laptop, enrolled.signer("Tablet")];
    expectTwins(base.log, declaring(enrolled, [[4, 4]], signers), enrolled.last, "INVALID_LINK", "MEM-9");
    const phone = idBytes(base.id("Phone"));
    const grant = { from: 1, to: 1, count: 1, keyring: new Uint8Array(32), boxes: [[phone, new Uint8Array(32)]] };
    const give = (missing: CborValue | undefined) => {
      const fields = {
        type: "regrant",
        author: laptop.signingKey,
        give: [[phone, [[1, 1]]]],
        missing,
        grants: [grant],
      };
      return rawNext(base.log, fields, [laptop]);
    };
    expectTwins(base.log, give([[4, 4]]), give([[3, 3]]), "INVALID_LINK", "MEM-9");
    expectTwins(base.log, give([[2, 4]]), give(undefined), "INVALID_LINK", "MEM-9");
  });

  it("have grants without the missing epochs (MEM-9)", () => {
    const signers = [laptop, enrolled.signer("Tablet")];
    // The honest grant is [1-4]. Epochs declared missing are not granted any more.
    const attack = declaring(enrolled, [[1, 1]], signers);
    const twin = mutate(attack, { body: (body) => grantsOf(body)[0]?.set("from", 2).set("count", 3), signers });
    expectTwins(base.log, attack, twin, "INVALID_LINK", "GRT-1");
  });

  it("make a new epoch at once if they name the current one (MEM-9)", () => {
    const joined = base.join("Tablet");
    const approved = joined.review("Laptop", { approve: ["Tablet"] });
    expect(approved.record.epoch).toBeUndefined();
    expectRefused(joined.log, declaring(approved, [[5, 5]]), "INVALID_LINK", "MEM-7");
    const on = base.lockdown("Laptop", true);
    expectRefused(base.log, declaring(on, [[4, 4]]), "INVALID_LINK", "MEM-7");
    const off = on.lockdown("Laptop", false);
    expectRefused(on.log, declaring(off, [[4, 4]]), "INVALID_LINK", "MEM-7");
  });
});

describe("a thief's junk", () => {
  const paper = base.backup("Laptop", "Paper");
  const invaded = invade(paper, "Paper", "Phone");

  it("is found only by the members that it was granted to", () => {
    expect(invaded.session("Paper").keyring.epochs).toEqual([1, 2, 3, 4]);
    expect(invaded.session("Laptop").keyring.epochs).toEqual([1, 2, 3, 4, 5]);
    expect(invaded.member("Paper").held).toEqual([[1, 5]]);
  });

  it("is declared in the next link that its victim writes, which makes a new epoch (MEM-9)", () => {
    const saved = invaded.review("Paper", { remove: ["Thief"] });
    expect(saved.record).toMatchObject({ missing: [[5, 5]], epoch: 6 });
    expect(saved.member("Paper")).toMatchObject({
      reach: [[1, 6]],
      held: [
        [1, 4],
        [6, 6],
      ],
    });
    expect(saved.session("Phone").keyring.epochs).toEqual([1, 2, 3, 4, 6]);
  });

  it("does not stop the paper from restoring a device when it is needed (MEM-9)", () => {
    const restored = invaded.join("New phone").review("Paper", { approve: ["New phone"] });
    expect(restored.record.missing).toEqual([[5, 5]]);
    expect(restored.session("New phone").keyring.epochs).toEqual([1, 2, 3, 4, 6]);
    expect(restored.record.grants.map(({ epochs }) => epochs)).toEqual([[[1, 4]]]);
  });

  it("stops links that make no epoch until its victim rotates (MEM-9)", () => {
    expectError(() => invaded.enroll("Phone", "Tablet"), "NOT_PERMITTED", "MEM-9");
    const rotated = invaded.rotate("Phone");
    expect(rotated.record.missing).toEqual([[5, 5]]);
    expect(rotated.enroll("Phone", "Tablet").session("Tablet").keyring.epochs).toEqual([1, 2, 3, 4, 6]);
  });

  it.each([
    ["rotates", () => invaded.rotate("Phone")],
    ["takes fresh keys", () => invaded.rekey("Phone")],
    ["removes the thief", () => invaded.review("Phone", { remove: ["Thief"] })],
    ["removes it and switches lockdown on", () => invaded.lockdown("Phone", true, ["Thief"])],
  ])("is declared by a victim that %s, and not held by it any more (MEM-9)", (_what, act) => {
    const world = act();
    expect(world.record).toMatchObject({ missing: [[5, 5]], epoch: 6 });
    expect(world.member("Phone")).toMatchObject({
      reach: [[1, 6]],
      held: [
        [1, 4],
        [6, 6],
      ],
    });
  });

  it("is declared by a victim that regrants to others, once it is not the current epoch (MEM-9)", () => {
    const rotated = invaded.rotate("Laptop");
    const give = { member: rotated.id("Laptop"), epochs: [[1, 4]] as Runs };
    const given = rotated.act("Phone", "regrants", (session, env) => regrant(session, [give], env));
    expect(given.record.missing).toEqual([[5, 5]]);
    expect(given.member("Phone").held).toEqual([
      [1, 4],
      [6, 6],
    ]);
  });

  it("is declared once: the next link does not repeat it (MEM-9)", () => {
    expect(invaded.rotate("Phone").rotate("Phone").record.missing).toEqual([]);
  });

  it("does not prevent its victim from leaving or renaming itself, without a declaration (MEM-9)", () => {
    expect(invaded.rename("Phone", "Mine").record.missing).toEqual([]);
    expect(invaded.leave("Phone").record.missing).toEqual([]);
  });

  it("is repaired by a regrant from a member that can open it (MEM-9)", () => {
    const declared = invaded.rotate("Phone");
    const give = { member: declared.id("Phone"), epochs: [[5, 5]] as Runs };
    const healed = declared.act("Laptop", "regrants", (session, env) => regrant(session, [give], env));
    expect(healed.member("Phone").held).toEqual([[1, 6]]);
    expect(healed.session("Phone").keyring.epochs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(healed.record).toMatchObject({ approved: [], epoch: undefined });
    // A repaired epoch is not declared again.
    expect(healed.rotate("Phone").record.missing).toEqual([]);
  });
});

describe("a regrant", () => {
  const joined = base.join("Tablet");
  const regrantOf = (
    world: World,
    by: string,
    name: string,
    ...runs: readonly (readonly [number, number])[]
  ): Uint8Array => {
    const member = idBytes(world.id(name));
    const ends = runs.length > 0 ? runs.flat() : [1];
    const count = runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    const fields = { from: Math.min(...ends), to: Math.max(...ends), count: Math.min(Math.max(count, 1), 2 ** 53 - 1) };
    const grants = [{ ...fields, keyring: new Uint8Array(32), boxes: [[member, new Uint8Array(32)]] }];
    const give = [[member, runs]];
    return rawNext(world.log, { type: "regrant", author: world.signer(by).signingKey, give, grants }, [
      world.signer(by),
    ]);
  };

  it("must not extend a member beyond its reach: that would be an approval (MEM-9)", () => {
    const twin = regrantOf(joined, "Laptop", "Tablet", [5, 5]);
    expectTwins(joined.log, regrantOf(joined, "Laptop", "Tablet", [4, 5]), twin, "INVALID_LINK", "MEM-9");
    expectRefused(joined.log, regrantOf(joined, "Laptop", "Tablet", [5, 6]), "INVALID_LINK", "MEM-9");
    expectRefused(joined.log, regrantOf(joined, "Laptop", "Tablet", [1, 2 ** 53 - 1]), "INVALID_LINK", "MEM-9");
  });

  it("must not give epochs that its author does not hold (GRT-1)", () => {
    const twin = regrantOf(joined, "Phone", "Laptop", [1, 5]);
    expectTwins(joined.log, regrantOf(joined, "Tablet", "Laptop", [4, 5]), twin, "INVALID_LINK", "GRT-1");
  });

  it("must not have runs that overlap, touch, repeat, are out of order, or none (GRT-1)", () => {
    const twin = regrantOf(base, "Laptop", "Phone", [1, 1], [3, 4]);
    const wrong: readonly Runs[] = [
      [
        [1, 2],
        [2, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [3, 4],
        [1, 1],
      ],
      [[2, 1]],
      [],
    ];
    for (const runs of wrong) {
      expectTwins(base.log, regrantOf(base, "Laptop", "Phone", ...runs), twin, "INVALID_LINK", "GRT-1");
    }
  });

  it("extends no reach and approves no member (MEM-9)", () => {
    const log = appendEntry(joined.log, regrantOf(joined, "Phone", "Laptop", [1, 5]), { now: "unchecked" });
    expect(
      [...log.active.values()].map(({ reach, held, approvals, founder }) => ({ reach, held, approvals, founder })),
    ).toEqual(
      [...joined.log.active.values()].map(({ reach, held, approvals, founder }) => ({
        reach,
        held,
        approvals,
        founder,
      })),
    );
  });

  it("is refused to a member that holds nothing (LOG-4)", () => {
    const pending = base.lockdown("Laptop", true).join("Pending");
    expectRefused(pending.log, regrantOf(pending, "Pending", "Laptop", [1, 1]), "INVALID_LINK", "LOG-4");
  });
});
