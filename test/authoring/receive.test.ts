// Receiving entries one by one, and opening a keyring from a seed alone. docs/spec.md sections 6, 7 and 13.

import { describe, expect, it, vi } from "vitest";
import { openKeyring, receive, resume } from "../../src/authoring/receive.js";
import { type Regrant, rotate } from "../../src/authoring/verbs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { fullyChecked } from "../../src/grants/seed-check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { partsOf } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { decodeEntry } from "../../src/log/entry.js";
import { LINK_TYPES } from "../../src/log/registry.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { primitives } from "../../src/primitives/current.js";
import * as LABELS from "../../src/primitives/labels.js";
import { regrant, setLockdown } from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { mutate, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError, snapshot } from "../support/refusal.js";
import { ALICE, openWorld, seedNamed } from "../support/world.js";

const joined = openWorld("receive").join("Phone");
const world = joined
  .review("Laptop", { approve: ["Phone"] })
  .backup("Phone", "Paper")
  .rotate("Laptop");
const phone = joined.session("Phone");
const seedOf = (name: string): Uint8Array => ownSeed(world.session(name).keyring);

describe("receiving", () => {
  it("advances the log as appendEntry does, and opens the grants", () => {
    let session = phone;
    const opened = world.entries.slice(2).map((entry) => {
      const received = receive(session, entry, { now: "unchecked" });
      expect(snapshot(received.log)).toBe(snapshot(appendEntry(session.log, entry, { now: "unchecked" })));
      session = received;
      return received.opened;
    });
    expect(opened).toEqual([[[1, 1]], [], [[3, 3]]]);
    expect(session.keyring.epochs).toEqual([1, 2, 3]);
  });

  it.each(["a new entry", "an entry that is known"])("hashes the link and each attachment of %s once", (which) => {
    const entry = world.entries[2] as Uint8Array;
    const { attachments } = decodeEntry(entry);
    const state = which === "a new entry" ? phone : receive(phone, entry, { now: "unchecked" });
    const hash = vi.spyOn(primitives, "sha256");
    receive(state, entry, { now: "unchecked" });
    const starts = hash.mock.calls.map(([label]) => new TextDecoder().decode(label));
    hash.mockRestore();
    const count = (label: string) => starts.filter((start) => start === `${label}\0`).length;
    expect(attachments.length).toBeGreaterThan(1);
    expect([count(LABELS.linkHash), count(LABELS.attachment)]).toEqual([1, attachments.length]);
  });

  it("changes nothing when an entry comes again", () => {
    const once = receive(phone, world.entries[2] as Uint8Array, { now: "unchecked" });
    const twice = receive(once, world.entries[2] as Uint8Array, { now: "unchecked" });
    expect(twice.log).toBe(once.log);
    expect(twice.keyring).toBe(once.keyring);
    expect(twice).toMatchObject({ opened: [], junk: [], withheld: [] });
  });

  it("does not change the given state, whether the entry is good or not", () => {
    const before = { log: snapshot(phone.log), keyring: unsafeSerializeKeyring(phone) };
    receive(phone, world.entries[2] as Uint8Array, { now: "unchecked" });
    const bad = mutate(world.entries[2] as Uint8Array, { body: (body) => body.set("time", 0) });
    expectError(() => receive(phone, bad, { now: "unchecked" }), "INVALID_LINK", "LOG-3");
    expect({ log: snapshot(phone.log), keyring: unsafeSerializeKeyring(phone) }).toEqual(before);
  });

  it("shows a removed member its removal, and gives it nothing new", () => {
    const removed = world.review("Laptop", { remove: ["Phone"] });
    const received = receive(world.session("Phone"), removed.last, { now: "unchecked" });
    expect(received.log.active.has(world.id("Phone"))).toBe(false);
    expect(received).toMatchObject({ opened: [], junk: [], withheld: [] });
    expect(received.keyring.epochs).toEqual([1, 2, 3]);
  });

  it("judges by the given clock (LOG-3)", () => {
    const entry = world.entries[2] as Uint8Array;
    const time = takeApart(entry).body.get("time") as number;
    expectError(() => receive(phone, entry, { now: time - 600_001 }), "NOT_YET", "LOG-3");
    expect(receive(phone, entry, { now: time }).opened).toEqual([[1, 1]]);
  });

  it("refuses a keyring of another log", () => {
    const { keyring } = openWorld("receive elsewhere").session("Laptop");
    expectError(
      () => receive({ log: joined.log, keyring }, world.last, { now: "unchecked" }),
      "INVALID_ARGUMENT",
      undefined,
    );
  });
});

describe("a keyring that is resumed", () => {
  const { log, entries } = world;
  const stored = (state: MemberState) => parseKeyring(unsafeSerializeKeyring(state));

  it("is checked fully for the epochs since the head with which it was stored, or for all without one (GRT-4)", () => {
    const approved = receive(phone, entries[2] as Uint8Array, { now: "unchecked" });
    // The laptop made epoch 1 before the phone had joined.
    expect(fullyChecked(log, resume(log, entries.slice(2), stored(phone)).keyring)).toEqual([2, 3]);
    expect(fullyChecked(log, resume(log, [], stored(approved)).keyring)).toEqual([2]);
    expect(fullyChecked(log, resume(log, [], approved.keyring).keyring)).toEqual([1, 2]);
  });

  it("is checked fully for an epoch since that head that a later link grants, and in a fork for all (GRT-4)", () => {
    const before = openWorld("locked")
      .act("Laptop", "locks", (session, env) => setLockdown(session, { on: true }, env))
      .join("Phone");
    const locked = before.rotate("Laptop").review("Laptop", { approve: ["Phone"] });
    const { keyring } = resume(locked.log, locked.entries, stored(before.session("Phone")));
    expect([keyring.epochs, fullyChecked(locked.log, keyring)]).toEqual([[1, 2], [2]]);
    const other = stored(joined.rename("Phone", "Telephone").session("Phone"));
    const forked = resume(log, entries, other);
    expect([forked.history, fullyChecked(log, forked.keyring)]).toEqual(["forked", [1, 2, 3]]);
  });

  it("lacks what the log says it holds and no entry gave", () => {
    const { withheld } = resume(log, [], stored(phone));
    expect(withheld).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });
});

describe("a keyring from a seed", () => {
  it.each(["Laptop", "Phone", "Paper"])("is the same as the member's own: %s", (name) => {
    const { keyring, withheld } = openKeyring(world.log, world.entries, seedOf(name));
    expect(unsafeSerializeKeyring({ log: world.log, keyring })).toEqual(unsafeSerializeKeyring(world.session(name)));
    expect(withheld).toEqual([]);
  });

  it("does not depend on the order of the entries, or on those that grant it nothing", () => {
    const { keyring } = openKeyring(world.log, [...world.entries].reverse(), seedOf("Phone"));
    expect(keyring.epochs).toEqual([1, 2, 3]);
    const [, join, approval] = world.entries as readonly [Uint8Array, Uint8Array, Uint8Array];
    expect(openKeyring(world.log, [join, approval], seedOf("Phone")).keyring.epochs).toEqual([1, 2]);
  });

  it("names the epochs that were withheld, except those that another entry gave", () => {
    const entries = world.entries.map((entry, index) =>
      index === 2 ? mutate(entry, { attachments: () => [] }) : entry,
    );
    const { keyring, withheld } = openKeyring(world.log, entries, seedOf("Phone"));
    expect([keyring.epochs, withheld]).toEqual([[2, 3], [[1, 1]]]);
    expect(openKeyring(world.log, [...entries, ...world.entries], seedOf("Phone")).withheld).toEqual([]);
  });

  it("does not call an epoch junk that another entry may still give, in any order of the entries (MEM-9)", () => {
    const junked = joined.append(
      withAttachment(world.entries[2] as Uint8Array, 0, Uint8Array.of(1), [joined.signer("Laptop")]),
    );
    const give: Regrant = { member: joined.id("Phone"), epochs: [[1, 1]] };
    const { log, entries } = junked.act("Laptop", "regrants", (session, env) => regrant(session, [give], env));
    const junkOf = (...list: readonly Uint8Array[]) => [
      ...partsOf(openKeyring(log, list, seedOf("Phone")).keyring).junk,
    ];
    const [, join, junk, good] = entries as readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const withheld = mutate(good, { attachments: () => [] });
    expect(junkOf(join, junk)).toEqual([1]);
    expect(junkOf(join, junk, withheld)).toEqual([]);
    expect(junkOf(withheld, junk, join)).toEqual([]);
  });

  it("does not exist for a stranger's seed, and can only read for a removed member's seed", () => {
    const stranger = () => openKeyring(world.log, world.entries, seedNamed("Stranger"));
    expect(expectError(stranger, "UNKNOWN_MEMBER", undefined).details).toEqual({ log: world.log.head.log });
    const removed = world.review("Laptop", { remove: ["Paper"] });
    const paper = openKeyring(removed.log, removed.entries, seedOf("Paper"));
    expect([paper.standing, paper.keyring.epochs, paper.withheld]).toEqual(["removed", [1, 2, 3], []]);
    expectError(() => rotate({ log: removed.log, keyring: paper.keyring }, world.env("x")), "NOT_PERMITTED", "MEM-4");
  });

  it("opens without reading a body by its type again: the hash proves that it is the one that was verified", () => {
    const reads = Object.values(LINK_TYPES).map(({ schema }) => vi.spyOn(schema, "read"));
    const { keyring } = openKeyring(world.log, world.entries, seedOf("Phone"));
    const count = reads.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const read of reads) read.mockRestore();
    expect({ count, epochs: keyring.epochs }).toEqual({ count: 0, epochs: [1, 2, 3] });
  });

  it("is refused from entries that are not in the log", () => {
    const other = joined.rotate("Phone").entries;
    expectError(() => openKeyring(world.log, other, seedOf("Phone")), "INVALID_ARGUMENT", undefined);
    const newer = [world.rotate("Laptop").last];
    expectError(() => openKeyring(world.log, newer, seedOf("Phone")), "INVALID_ARGUMENT", undefined);
    expect(verifyLog(other, { subject: ALICE, now: "unchecked" }).head.seq).toBe(3);
  });

  it("keeps its own copy of the seed", () => {
    const seed = seedOf("Phone").slice();
    const { keyring } = openKeyring(world.log, world.entries, seed);
    seed.fill(0);
    expect(unsafeSerializeKeyring({ log: world.log, keyring })).toEqual(unsafeSerializeKeyring(world.session("Phone")));
  });
});
