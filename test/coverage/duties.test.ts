// What a client must do now (docs/spec.md section 13).

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { duties, type KeyringFacts, keyringFacts } from "../../src/coverage/duties.js";
import { openKeyring } from "../../src/grants/receive.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { encodeEntry } from "../../src/log/entry.js";
import type { Runs } from "../../src/log/runs.js";
import { leave, regrant, rotate, setLockdown } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";
import { World } from "./support/world.js";

const dutiesOf = (world: World, name: string, options = {}) =>
  duties(world.log, keyringFacts(world.log, world.session(name).keyring), options);

describe("duties", () => {
  it("are none in a log where nothing is wrong", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone");
    for (const name of world.names) expect(dutiesOf(world, name)).toEqual([]);
  });

  it("rotate when a removed member knows the current epoch, and say who else could (MEM-7)", () => {
    const world = new World().join("Phone").join("Tablet").act("Tablet", leave);
    expect(dutiesOf(world, "Laptop")).toEqual([
      { code: "rotate", because: ["rotation-due"], others: [world.id("Phone")] },
    ]);
    expect(dutiesOf(world, "Tablet")).toEqual([]);
    world.act("Phone", rotate);
    expect(dutiesOf(world, "Laptop")).toEqual([]);
  });

  it("rotate is for confirmed members in lockdown (MEM-5)", () => {
    const world = new World().enroll("Laptop", "Paper").act("Laptop", (s, env) => setLockdown(s, { on: true }, env));
    world.join("Phone").act("Paper", leave);
    expect(dutiesOf(world, "Laptop")).toEqual([{ code: "rotate", because: ["rotation-due"], others: [] }]);
    expect(dutiesOf(world, "Phone")).toEqual([]);
  });

  it("rotate at once when the current epoch did not open; nothing can be repaired before that (MEM-9)", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .lie("Paper", 1)
      .join("Thief", { junk: ["Laptop"] });
    const others = [world.id("Paper"), world.id("Phone"), world.id("Thief")];
    expect(dutiesOf(world, "Laptop")).toEqual([{ code: "rotate", because: ["current-epoch-unopened"], others }]);
    world.act("Laptop", rotate);
    expect(dutiesOf(world, "Laptop").map(({ code }) => code)).toEqual(["regrant"]);
    expect(dutiesOf(world, "Phone").map(({ code }) => code)).toEqual(["regrant"]);
  });

  it("fetch what the server withheld, and neither pass it on nor call it junk (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone").lie("Paper", 2);
    const [genesis, enroll, join, ...later] = world.entries as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const bare = encodeEntry([...world.log.links][2]?.bytes as Uint8Array, []);
    expect(bare).not.toEqual(join);
    const seed = ownKeys(world.session("Laptop").keyring).copySeed().bytes();
    const { keyring } = openKeyring(world.log, [genesis, enroll, bare, ...later], seed);
    const facts = keyringFacts(world.log, keyring);
    expect(facts).toEqual({ member: world.id("Laptop"), junk: [], withheld: [[2, 2]] });
    expect(duties(world.log, facts)).toEqual([{ code: "fetch", epochs: [[2, 2]] }]);
    expect(dutiesOf(world, "Laptop").map(({ code }) => code)).toEqual(["regrant"]);
  });

  it("regrant what others declared missing, as far as this member holds it (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone").lie("Paper", 1).lie("Paper", 2);
    const [member, laptop, phone] = [world.id("Paper"), world.id("Laptop"), world.id("Phone")];
    expect(dutiesOf(world, "Laptop")).toEqual([{ code: "regrant", member, epochs: [[1, 2]], others: [phone] }]);
    expect(dutiesOf(world, "Phone")).toEqual([{ code: "regrant", member, epochs: [[2, 2]], others: [laptop] }]);
    expect(dutiesOf(world, "Paper")).toEqual([]);
    world.regrant("Laptop", "Paper", [[1, 2]]);
    expect(dutiesOf(world, "Laptop")).toEqual([]);
  });

  it("ask before a member is served an epoch again: a stolen device can claim for ever that nothing opens", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .lie("Phone", 2)
      .regrant("Laptop", "Phone", [[2, 2]]);
    world.lie("Phone", 2).lie("Phone", 3);
    const member = world.id("Phone");
    expect(dutiesOf(world, "Laptop")).toEqual([
      { code: "regrant", member, epochs: [[3, 3]], others: [world.id("Tablet")] },
      { code: "ask-regrant", member, epochs: [[2, 2]], others: [] },
    ]);
    expect(dutiesOf(world, "Laptop", { served: [{ member, epochs: [[3, 3]] }] }).map(({ code }) => code)).toEqual([
      "ask-regrant",
    ]);
    expect(dutiesOf(world, "Tablet", { served: [{ member: world.id("Tablet"), epochs: [[3, 3]] }] })).toMatchObject([
      { code: "regrant", epochs: [[3, 3]] },
    ]);
  });

  it("regrant what this member gave to others only, or others gave as junk: none of that is asked about (MEM-9)", () => {
    const world = new World().join("Phone").join("Tablet").lie("Phone", 2);
    const [member, others] = [world.id("Phone"), [world.id("Tablet")]];
    world.regrant("Laptop", "Tablet", [[4, 4]]);
    const toBoth = [member, ...others].map((member) => ({ member, runs: [[3, 3]] as const }));
    world.act("Laptop", (s, env) => regrant(s, toBoth, env));
    expect(world.last.grants.map(({ boxes }) => boxes.length)).toEqual([2]);
    world.lie("Phone", 3).lie("Phone", 4);
    const unasked: Runs = [
      [2, 2],
      [4, 4],
    ];
    const due = [
      { code: "regrant", member, epochs: unasked, others },
      { code: "ask-regrant", member, epochs: [[3, 3]], others },
    ];
    expect(dutiesOf(world, "Laptop")).toEqual(due);
    world.regrant("Tablet", "Phone", [[4, 4]], ["Phone"]).lie("Phone", 4);
    expect(dutiesOf(world, "Laptop")).toEqual(due);
  });

  it("know nothing of a member that the log does not have yet, and do not answer for it", () => {
    const world = new World();
    const before = world.log;
    const { keyring } = world.join("Phone").session("Phone");
    const facts = keyringFacts(before, keyring);
    expect(facts).toEqual({ member: world.id("Phone"), junk: [], withheld: [] });
    expectError(() => duties(before, facts), "UNKNOWN_MEMBER", "MEM-2");
  });

  it("refuse facts that are none", () => {
    const { log, ...world } = new World();
    expect(world).toBeDefined();
    const member = [...log.active.keys()][0] as MemberId;
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    for (const runs of [
      undefined,
      [[2, 1]],
      [
        [1, 2],
        [3, 4],
      ],
      [1],
      "1-2",
      [[0, 1]],
      [[1]],
      [[1, 2, 3]],
      [[1, 1.5]],
      ["12"],
      [null],
      [Uint32Array.of(1, 2)],
    ]) {
      const refused = (name: string, facts: { junk?: unknown; withheld?: unknown }, options = {}) => {
        const all = { member, junk: [], withheld: [], ...facts } as KeyringFacts;
        const { message } = expectError(() => duties(log, all, options), "INVALID_ARGUMENT", undefined);
        expect(message).toMatch(new RegExp(`^${name} must be sorted runs`));
      };
      refused("junk", { junk: runs });
      refused("withheld", { withheld: runs });
      refused("epochs", {}, { served: [{ member, epochs: runs }] });
    }
    for (const served of [null, {}, [null], [{ member, epochs: [[2, 1]] }]]) {
      expect(() => duties(log, { member, junk: [], withheld: [] }, { served: served as never })).toThrowError(invalid);
    }
    expect(() => duties(log, null as never)).toThrowError(invalid);
    expect(() => keyringFacts(log, new World("other").session("Laptop").keyring)).toThrowError(invalid);
    expect(duties(log, { member, junk: [], withheld: [] })).toEqual([]);
  });
});
