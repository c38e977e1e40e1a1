// Links that members may not author: the rules that refuse others' links give errors to the author, and change nothing.
// docs/spec.md section 6.

import { describe, expect, it } from "vitest";
import { abandonEpochs } from "../../src/authoring/abandon.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { receive } from "../../src/authoring/receive.js";
import type { Regrant } from "../../src/authoring/verbs.js";
import { compose } from "../../src/authoring/write-link.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { formatRuns, type Runs } from "../../src/bytes/runs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { changedKeyring, partsOf } from "../../src/keys/keyring.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { decodeEntry, decodeLink, encodeLink } from "../../src/log/entry.js";
import { activeMember } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { readBody } from "../../src/log/verify-link.js";
import { expel, leave, regrant, rekey, rename, review, rotate, setLockdown } from "../support/accepted.js";
import { boxIndex, mutate, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError, snapshot } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { OPERATOR, openWorld, seedNamed, type World } from "../support/world.js";

const base = openWorld("actions", { operator: true }).join("Phone").join("Tablet");
const laptop = base.session("Laptop");
const env = seededEnv("actions");

describe("an action", () => {
  it("sorts the given members, and changes neither the list nor the state", () => {
    const approve = Object.freeze([...base.ids("Phone", "Tablet")].sort().reverse());
    const before = snapshot(laptop.log);
    const { log } = review(laptop, { approve }, env);
    expect(log.links.last()?.approved).toEqual([...approve].sort());
    expect(snapshot(laptop.log)).toBe(before);
  });

  it("names unknown and removed members (MEM-2, MEM-4)", () => {
    const stranger = "00".repeat(16) as MemberId;
    expectError(() => review(laptop, { approve: [stranger] }, env), "UNKNOWN_MEMBER", "MEM-2");
    expectError(() => rename(laptop, { name: "x", member: stranger }, env), "UNKNOWN_MEMBER", "MEM-2");
    expectError(() => regrant(laptop, [{ member: stranger, epochs: [[1, 1]] }], env), "UNKNOWN_MEMBER", "MEM-2");
    expectError(() => expel(base.log, { remove: [stranger] }, OPERATOR, env), "UNKNOWN_MEMBER", "MEM-2");
    const removed = base.review("Laptop", { remove: ["Phone"] });
    const again = () => review(removed.session("Laptop"), { remove: base.ids("Phone") }, env);
    expectError(again, "UNKNOWN_MEMBER", "MEM-4");
  });

  it.each<[string, (session: MemberState) => unknown]>([
    ["review", (session) => review(session, { remove: base.ids("Tablet") }, env)],
    ["rotate", (session) => rotate(session, env)],
    ["regrant", (session) => regrant(session, [{ member: base.id("Laptop"), epochs: [[2, 2]] }], env)],
    ["rekey", (session) => rekey(session, env)],
    ["leave", (session) => leave(session, env)],
    ["setLockdown", (session) => setLockdown(session, { on: true }, env)],
  ])("is not permitted to a removed member: %s (MEM-4)", (_name, action) => {
    const removed = base.review("Laptop", { remove: ["Phone"] });
    expect(() => action(base.session("Phone"))).not.toThrow(expect.objectContaining({ rule: "MEM-4" }));
    expectError(() => action(removed.session("Phone")), "NOT_PERMITTED", "MEM-4");
  });

  it("that names no member, or gives nothing, is not permitted (MEM-2)", () => {
    expectError(() => review(laptop, {}, env), "NOT_PERMITTED", "MEM-2");
    expectError(() => regrant(laptop, [], env), "NOT_PERMITTED", "MEM-2");
    expectError(() => regrant(laptop, [{ member: base.id("Phone"), epochs: [] }], env), "NOT_PERMITTED", "MEM-2");
    expectError(() => expel(base.log, { remove: [] }, OPERATOR, env), "NOT_PERMITTED", "MEM-2");
    expectError(() => setLockdown(laptop, { on: false }, env), "NOT_PERMITTED", "MEM-2");
  });

  it.each<[string, string, () => unknown]>([
    ["review", "approveUncompared", () => review(laptop, { approve: 1 as never }, env)],
    ["review", "remove", () => review(laptop, { remove: 1 as never }, env)],
    ["setLockdown", "remove", () => setLockdown(laptop, { on: true, remove: 1 as never }, env)],
    ["expel", "remove", () => expel(base.log, { remove: 1 as never }, OPERATOR, env)],
    ["regrant", "epochs", () => regrant(laptop, [{ member: base.id("Phone"), epochs: 1 as never }], env)],
    ["abandonEpochs", "epochs", () => abandonEpochs(laptop, 1 as never)],
  ])("says which argument is wrong: %s, %s", (_name, field, action) => {
    expect(expectError(action, "INVALID_ARGUMENT", undefined).message).toMatch(new RegExp(`^${field} must be`));
  });

  it("that names its author, or a member twice, is not permitted (MEM-2)", () => {
    expectError(() => review(laptop, { remove: base.ids("Laptop") }, env), "NOT_PERMITTED", "MEM-2");
    expectError(() => review(laptop, { remove: base.ids("Phone", "Phone") }, env), "NOT_PERMITTED", "MEM-2");
    const both = { approve: base.ids("Phone"), remove: base.ids("Phone") };
    expectError(() => review(laptop, both, env), "NOT_PERMITTED", "MEM-2");
  });

  it("of the operator needs the operator's keys, and a log with an operator (LOG-4)", () => {
    const remove = base.ids("Phone");
    const other = new OperatorKeys(seedNamed("another service"));
    expectError(() => expel(base.log, { remove }, other, env), "INVALID_ARGUMENT", "LOG-4");
    const without = openWorld("no operator").join("Phone");
    const attempt = () => expel(without.log, { remove: without.ids("Phone") }, OPERATOR, env);
    expectError(attempt, "NOT_PERMITTED", "LOG-4");
  });

  it("uses no keys that were wiped", () => {
    const own = openWorld("wiped").session("Laptop");
    own.keyring.wipe();
    expectError(() => rotate(own, env), "WIPED", undefined);
    expectError(() => receive(own, base.last, { now: "unchecked" }), "WIPED", undefined);
  });
});

describe("a rename", () => {
  it("shows the new name to everybody who receives its entry", () => {
    const { entry, log } = rename(laptop, { name: "Desktop", platform: "Plan 9" }, env);
    for (const after of [log, appendEntry(base.log, entry, { now: "unchecked" })])
      expect(after.active.get(base.id("Laptop"))).toMatchObject({ name: "Desktop", platform: "Plan 9" });
  });
});

describe("a regrant", () => {
  it.each([
    ["of one number", [2]],
    ["of three numbers", [2, 2, 2]],
    ["from epoch 0", [0, 2]],
    ["that ends before it begins", [2, 1]],
    ["of half epochs", [1.5, 2]],
  ])("takes no run %s", (_what, run) => {
    const attempt = (runs: unknown) => regrant(laptop, [{ member: base.id("Phone"), epochs: runs as Runs }], env);
    expectError(() => attempt([run]), "INVALID_ARGUMENT", undefined);
    expect(attempt([[2, 2]]).log.head.seq).toBe(base.log.head.seq + 1);
  });

  it("joins the given runs and gives each once", () => {
    const world = base.review("Laptop", { approve: ["Phone", "Tablet"] });
    const give = (name: string, runs: Runs): Regrant => ({ member: base.id(name), epochs: runs });
    const runs: Runs = [
      [2, 3],
      [1, 2],
    ];
    const { log } = regrant(world.session("Laptop"), [give("Phone", runs), give("Tablet", [[1, 3]])], env);
    expect(log.links.last()?.grants).toMatchObject([{ epochs: [[1, 3]], boxes: [{}, {}] }]);
  });

  it("is not permitted beyond the other member's reach, or beyond the epochs that this member holds (MEM-9)", () => {
    const attempt = () => regrant(laptop, [{ member: base.id("Phone"), epochs: [[1, 2]] }], env);
    expectError(attempt, "NOT_PERMITTED", "MEM-9");
    const tablet = base.session("Tablet");
    expectError(
      () => regrant(tablet, [{ member: base.id("Laptop"), epochs: [[1, 1]] }], env),
      "NOT_PERMITTED",
      "GRT-1",
    );
  });
});

describe("a member who was granted junk", () => {
  const thief = base.signer("Tablet");
  const rotated = base.rotate("Tablet");
  const owed = rotated.record.grants.flatMap(({ boxes }) => boxes);
  const box = boxIndex(rotated.record, base.id("Laptop"));
  const world = base.append(withAttachment(rotated.last, box, new Uint8Array(1168), [thief]));
  const regrants = (of: World) => regrant(of.session("Laptop"), [{ member: of.id("Phone"), epochs: [[2, 2]] }], env);
  const enrolls = (of: World) => {
    const { request } = prepareDevice(of.log, { device: { name: "Watch" } }, env);
    return provisionDevice(of.session("Laptop"), request, env);
  };

  it("of the current epoch must rotate first, and declares that epoch missing in the rotation or later (MEM-9)", () => {
    expect(owed).toHaveLength(3);
    expect(world.session("Laptop").keyring.epochs).toEqual([1, 2, 3]);
    for (const action of [regrants, enrolls]) expectError(() => action(world), "NOT_PERMITTED", "MEM-9");
    const after = world.rotate("Laptop");
    expect(after.record.missing).toEqual([[4, 4]]);
    const byAnother = world.rotate("Phone");
    expect(regrants(byAnother).log.links.last()?.missing).toEqual([[4, 4]]);
    expect(takeApart(enrolls(byAnother)).body.get("missing")).toEqual([[4, 4]]);
  });

  it("leaves, and is renamed, without declaring it: those links have no field for it (MEM-9)", () => {
    const session = world.session("Laptop");
    expect(leave(session, env).log.active.has(base.id("Laptop"))).toBe(false);
    expect(rename(session, { name: "x" }, env).log.links.last()?.missing).toEqual([]);
  });

  it("in thousands of separate epochs declares the newest 4,096 runs of it, and the rest in later links (MEM-9)", () => {
    const { log, keyring } = laptop;
    const junk = Array.from({ length: 4098 }, (_, index) => 2 * index + 5);
    const held: Runs = [[1, 10_000]];
    const active = new Map(log.active).set(keyring.member, { ...activeMember(log, keyring.member), held });
    const { body } = compose(
      {
        before: { ...log, active },
        type: "rotate",
        fields: { author: partsOf(keyring).keys.signingKey },
        keyring: changedKeyring(keyring, { junk }),
        guard: {},
      },
      env,
    );
    const [signature] = decodeEntry(base.last).link.signatures;
    const link = decodeLink(encodeLink(body, signature ? [signature] : []));
    const missing = readBody(link).body.missing;
    expect(missing).toEqual(junk.slice(2).map((epoch) => [epoch, epoch]));
  });
});

describe("a member to whom grants were not delivered", () => {
  const approved = base.review("Laptop", { approve: ["Phone"] });
  const stripped = mutate(approved.last, { attachments: () => [] });
  const phone = receive(base.session("Phone"), stripped, { now: "unchecked" });

  it("can pass nothing on, and the error says what to fetch (GRT-1)", () => {
    const attempt = () => review(phone, { approve: base.ids("Tablet") }, env);
    const error = expectError(attempt, "GRANT_UNAVAILABLE", "GRT-1");
    expect(error.details).toMatchObject({ epoch: 1, member: base.id("Phone") });
    expect(rotate(phone, env).log.epochs.length).toBe(4);
    expect(
      review(receive(phone, approved.last, { now: "unchecked" }), { approve: base.ids("Tablet") }, env).log.head.seq,
    ).toBe(5);
  });

  it("can give them up, and declares them missing then (MEM-9)", () => {
    const given = abandonEpochs(phone, [[1, 1]]);
    const { log } = review(given, { approve: base.ids("Tablet") }, env);
    expect(formatRuns(log.links.last()?.missing ?? [])).toBe("1");
    expect(log.active.get(base.id("Phone"))).toMatchObject({ reach: [[1, 3]], held: [[2, 3]] });
    expectError(() => abandonEpochs(phone, [[2, 2]]), "INVALID_ARGUMENT", "MEM-9");
  });
});
