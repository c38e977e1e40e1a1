// Steps that a device owes in a log without escrow: rotate, fetch, grant again or ask (docs/spec.md section 13).

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import { openKeyring } from "../../src/authoring/receive.js";
import type { Runs } from "../../src/bytes/runs.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { encodeEntry } from "../../src/log/entry.js";
import { World } from "../coverage/support/world.js";
import { leave, regrant, rekey, rotate, setLockdown } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";

const stepsOf = (world: World, name: string, more: Partial<Knowledge> = {}) =>
  agenda(world.session(name), { now: world.now, escrowLog: undefined, ...more });

const rotateStep = (because: readonly string[], others: readonly string[]) => ({
  ...{ do: "author", link: "rotate", because, others, withholdFromEscrow: false },
});

const regrantStep = (member: string, runs: Runs, others: readonly string[]) => ({
  ...{ do: "author", link: "regrant", give: [{ member, epochs: runs }], others },
});

const question = (member: string, epochs: Runs, because: "not-own" | "served-before") => ({
  ...{ do: "ask", question: "regrant", code: "question-regrant", member, epochs, because },
  name: expect.objectContaining({ code: "member", member }),
});

describe("agenda of a user's device", () => {
  it("is empty in a log where nothing is wrong", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone");
    for (const name of world.names) expect(stepsOf(world, name)).toEqual([]);
  });

  it("rotates when a removed member knows the current epoch, and says who else could (MEM-7)", () => {
    const world = new World().join("Phone").join("Tablet").act("Tablet", leave);
    expect(stepsOf(world, "Laptop")).toEqual([rotateStep(["rotation-due"], [world.id("Phone")])]);
    world.act("Phone", rotate);
    expect(stepsOf(world, "Laptop")).toEqual([]);
  });

  it("rotates by confirmed members only in lockdown (MEM-5)", () => {
    const world = new World().enroll("Laptop", "Paper").act("Laptop", (s, env) => setLockdown(s, { on: true }, env));
    world.join("Phone").act("Paper", leave);
    expect(stepsOf(world, "Laptop")).toEqual([rotateStep(["rotation-due"], [])]);
    expect(stepsOf(world, "Phone")).toEqual([]);
  });

  it("rotates at once when the current epoch did not open; nothing can be repaired before that (MEM-9)", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .lie("Paper", 1)
      .join("Thief", { junk: ["Laptop"] });
    const others = [world.id("Paper"), world.id("Phone"), world.id("Thief")];
    expect(stepsOf(world, "Laptop")).toEqual([rotateStep(["current-epoch-unopened"], others)]);
    world.act("Laptop", rotate);
    expect(stepsOf(world, "Laptop")).toMatchObject([{ link: "regrant" }]);
    expect(stepsOf(world, "Phone")).toMatchObject([{ link: "regrant", give: [{ member: world.id("Laptop") }] }]);
  });

  it("fetches what the server withheld, and neither passes it on nor calls it junk (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone").lie("Paper", 2);
    const [genesis, enroll, join, ...later] = world.entries as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const bare = encodeEntry([...world.log.links][2]?.bytes as Uint8Array, []);
    expect(bare).not.toEqual(join);
    const seed = ownKeys(world.session("Laptop").keyring).copySeed().bytes();
    const { keyring } = openKeyring(world.log, [genesis, enroll, bare, ...later], seed);
    expect(agenda({ log: world.log, keyring }, { now: world.now, escrowLog: undefined })).toEqual([
      { do: "fetch", what: "attachments", epochs: [[2, 2]] },
    ]);
    expect(stepsOf(world, "Laptop")).toMatchObject([{ link: "regrant" }]);
  });

  it("grants the founding class again what it declared missing, as far as this device holds it (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Paper").enroll("Laptop", "Phone", { kind: "device" }).join("Tablet");
    world.lie("Paper", 1).lie("Paper", 2);
    const [member, laptop, phone, tablet] = ["Paper", "Laptop", "Phone", "Tablet"].map((name) => world.id(name));
    const unasked = (...others: unknown[]) => [regrantStep(member as string, [[1, 2]], others as string[])];
    expect(stepsOf(world, "Laptop")).toEqual(unasked(member, phone, tablet));
    expect(stepsOf(world, "Phone")).toEqual(unasked(laptop, member, tablet));
    expect(stepsOf(world, "Paper")).toEqual([]);
    world.regrant("Laptop", "Paper", [[1, 2]]);
    expect(stepsOf(world, "Laptop")).toEqual([]);
  });

  it("asks before it grants again to a member that is neither its own nor founding, whatever member confirmed it", () => {
    const world = new World().join("Phone").join("Tablet").lie("Tablet", 3);
    const tablet = world.id("Tablet");
    const asked = [question(tablet, [[3, 3]], "not-own")];
    expect(stepsOf(world, "Laptop")).toEqual(asked);
    expect(stepsOf(world, "Phone")).toEqual(asked);
    expect(stepsOf(world, "Phone", { own: [tablet] })).toEqual([
      regrantStep(tablet, [[3, 3]], [world.id("Laptop"), tablet]),
    ]);
    // With the founding class gone, Phone's is the confirmed class. That does not show whose device Tablet is.
    world.review("Phone", { remove: ["Laptop"] });
    expect(world.log.active.get(tablet)?.founder).not.toBe(1);
    expect(stepsOf(world, "Phone")).toEqual(asked);
  });

  it("grants again without asking to members that this device approved, and to members that those approved", () => {
    const world = new World()
      .join("Phone")
      .join("Tablet")
      .review("Phone", { approve: ["Tablet"] });
    world.enroll("Tablet", "Paper").lie("Paper", 3);
    expect(world.member("Paper").founder).not.toBe(1);
    expect(stepsOf(world, "Phone")).toMatchObject([{ link: "regrant", give: [{ member: world.id("Paper") }] }]);
    expect(stepsOf(world, "Laptop")).toEqual([question(world.id("Paper"), [[3, 3]], "not-own")]);
  });

  it("asks before a member is served an epoch again: a stolen device can claim for ever that nothing opens", () => {
    const world = new World()
      .enroll("Laptop", "Phone", { kind: "device" })
      .join("Tablet")
      .lie("Phone", 1)
      .regrant("Laptop", "Phone", [[1, 1]]);
    world.lie("Phone", 1).lie("Phone", 2);
    const [member, others] = [world.id("Phone"), [world.id("Phone"), world.id("Tablet")]];
    const again = question(member, [[1, 1]], "served-before");
    expect(stepsOf(world, "Laptop")).toEqual([regrantStep(member, [[2, 2]], others), again]);
    expect(stepsOf(world, "Laptop", { served: [{ member, epochs: [[2, 2]] }] })).toEqual([
      question(member, [[1, 2]], "served-before"),
    ]);
    expect(stepsOf(world, "Laptop", { served: [{ member: world.id("Tablet"), epochs: [[2, 2]] }] })).toEqual([
      regrantStep(member, [[2, 2]], others),
      again,
    ]);
  });

  it("grants again without asking what this device never gave to the member, or others gave as junk (MEM-9)", () => {
    const world = new World().enroll("Laptop", "Phone", { kind: "device" }).join("Tablet").act("Laptop", rotate);
    world.lie("Phone", 1);
    const [member, others] = [world.id("Phone"), [world.id("Phone"), world.id("Tablet")]];
    world.regrant("Laptop", "Tablet", [[3, 3]]);
    const toBoth = [member, world.id("Tablet")].map((member) => ({ member, epochs: [[2, 2]] as const }));
    world.act("Laptop", (s, env) => regrant(s, toBoth, env));
    expect(world.last.grants.map(({ boxes }) => boxes.length)).toEqual([2]);
    world.lie("Phone", 2).lie("Phone", 3);
    const unasked: Runs = [
      [1, 1],
      [3, 3],
    ];
    const due = [regrantStep(member, unasked, others), question(member, [[2, 2]], "served-before")];
    expect(stepsOf(world, "Laptop")).toEqual(due);
    world.regrant("Tablet", "Phone", [[3, 3]], ["Phone"]).lie("Phone", 3);
    expect(stepsOf(world, "Laptop")).toEqual(due);
  });

  it("only asks the user what to do, on a removed or superseded device", () => {
    const world = new World().join("Phone").join("Tablet").act("Tablet", leave);
    expect(stepsOf(world, "Tablet")).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing: "removed" },
    ]);
    const old = world.session("Phone").keyring;
    world.act("Phone", rekey);
    const superseded = agenda({ log: world.log, keyring: old }, { now: world.now, escrowLog: undefined });
    expect(superseded).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing: "superseded" },
    ]);
  });

  it("gives no answer for a member that the log does not have yet", () => {
    const world = new World();
    const before = world.log;
    const { keyring } = world.join("Phone").session("Phone");
    const knowledge = { now: world.now, escrowLog: undefined };
    expectError(() => agenda({ log: before, keyring }, knowledge), "UNKNOWN_MEMBER", "MEM-2");
  });

  it("refuses `served` without a member, or with malformed runs", () => {
    const world = new World();
    const member = world.id("Laptop");
    const refused = (served: unknown) =>
      expectError(() => stepsOf(world, "Laptop", { served: served as never }), "INVALID_ARGUMENT", undefined);
    for (const epochs of [
      undefined,
      [[2, 1]],
      [
        [1, 2],
        [3, 4],
      ],
      [1],
      "1-2",
      [[1]],
      [[1, 2, 3]],
      [[1, 1.5]],
      ["12"],
      [null],
    ])
      refused([{ member, epochs }]);
    for (const served of [null, {}, [null]]) refused(served);
    expectError(() => agenda(null as never, { now: 0, escrowLog: undefined }), "INVALID_ARGUMENT", undefined);
    expectError(() => agenda(world.session("Laptop"), null as never), "INVALID_ARGUMENT", undefined);
  });
});
