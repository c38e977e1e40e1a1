// Secrets are drawn afresh: a link that lost a race is rebuilt with other secrets, and a re-keyed member's old and new keys open
// nothing of each other's. docs/spec.md section 7 (GRT-6) and section 6 (rekey).

import { describe, expect, it } from "vitest";
import { prepareDevice } from "../../src/authoring/enter.js";
import { openKeyring, receive } from "../../src/authoring/receive.js";
import type { LogState } from "../../src/log/state.js";
import { type Authored, joinLog, rekey, review, rotate, setLockdown } from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";

const base = openWorld("fresh")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Thief");
const laptop = base.session("Laptop");

/** Keys that a link brought into the log. */
const introduced = (log: LogState): readonly string[] => [...log.seen].slice([...base.log.seen].length);
const device = { name: "Tablet" };

describe("a link that lost a race", () => {
  const env = seededEnv("races");
  const attempts: readonly (readonly [string, () => Authored])[] = [
    ["join", () => joinLog(base.log, { device }, env)],
    ["rotate", () => rotate(laptop, env)],
    ["rekey", () => rekey(laptop, env)],
    ["review that removes", () => review(laptop, { remove: base.ids("Thief") }, env)],
    ["lockdown that removes", () => setLockdown(laptop, { on: true, remove: base.ids("Thief") }, env)],
  ];

  it.each(attempts)("is rebuilt with no secret of the first attempt: %s (GRT-6)", (_type, attempt) => {
    const [lost, rebuilt] = [attempt(), attempt()];
    expect(introduced(lost.log).length).toBeGreaterThan(0);
    expect(introduced(rebuilt.log)).toHaveLength(introduced(lost.log).length);
    for (const key of introduced(rebuilt.log)) expect(introduced(lost.log)).not.toContain(key);
    const newest = base.log.epochs.length + 1;
    expect(rebuilt.keyring.exportKey(newest, "test")).not.toEqual(lost.keyring.exportKey(newest, "test"));
  });

  it("gives a device that is provisioned again new keys too (GRT-6)", () => {
    const [first, second] = [0, 1].map(() => prepareDevice(base.log, { device }, env));
    expect(first?.keyring.member).not.toBe(second?.keyring.member);
    expect(first?.request).not.toEqual(second?.request);
  });

  it("gives a device that left meanwhile no key of the new epoch, although it opened the lost one (GRT-6)", () => {
    const lost = rotate(laptop, env);
    const gone = receive(base.session("Phone"), lost.entry, { now: "unchecked" }).keyring;
    const world = base.leave("Phone").rotate("Laptop");
    const newest = world.log.epochs.length;
    expect(gone.epochs).toContain(newest);
    const key = (of: typeof gone) => of.exportKey(newest, "test");
    expect(key(gone)).not.toEqual(key(world.session("Laptop").keyring));
    expect(world.session("Phone").keyring.epochs).not.toContain(newest);
  });
});

describe("a rekey", () => {
  const rekeyed = base.rekey("Phone");
  const seedOf = (name: string, world = base): Uint8Array => ownSeed(world.session(name).keyring);

  it("keeps the member and its epochs, and makes a new epoch", () => {
    expect(rekeyed.id("Phone")).toBe(base.id("Phone"));
    expect(rekeyed.session("Phone").keyring.epochs).toEqual([1, 2, 3, 4]);
    expect(rekeyed.record).toMatchObject({ type: "rekey", rekeyed: base.id("Phone"), epoch: 4 });
    expect(rekeyed.member("Phone").kemKey).not.toEqual(base.member("Phone").kemKey);
  });

  it("is complete for the new key: it opens everything, and grants to the old one stay closed to it (GRT-5)", () => {
    const { keyring, withheld } = openKeyring(rekeyed.log, rekeyed.entries, seedOf("Phone", rekeyed));
    expect([keyring.epochs, withheld]).toEqual([[1, 2, 3, 4], []]);
    const onlyOlder = openKeyring(rekeyed.log, base.entries, seedOf("Phone", rekeyed));
    expect(onlyOlder.keyring.epochs).toEqual([]);
  });

  it("gives the old key nothing that comes after it (MEM-4)", () => {
    // Its old seed, found again, opens the grants from before, and is recognised as superseded.
    const kept = openKeyring(rekeyed.log, rekeyed.entries, seedOf("Phone"));
    expect([kept.standing, kept.keyring.epochs, kept.withheld]).toEqual(["superseded", [1, 2, 3], []]);
    // A copy of the device from before the rekey receives the later links, and opens none of their grants.
    const stolen = receive(base.session("Phone"), rekeyed.last, { now: "unchecked" });
    expect(stolen).toMatchObject({ opened: [], junk: [], withheld: [] });
    const after = receive(stolen, rekeyed.rotate("Laptop").last, { now: "unchecked" });
    expect(after.keyring.epochs).toEqual([1, 2, 3]);
    expectError(() => rotate(after, base.env("thief")), "NOT_PERMITTED", "LOG-4");
  });

  it("continues with the new keys: the member acts, and gets grants, as before", () => {
    const on = rekeyed.rotate("Phone").rotate("Laptop").rekey("Phone");
    expect(on.session("Phone").keyring.epochs).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(on.session("Laptop").keyring.epochs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
