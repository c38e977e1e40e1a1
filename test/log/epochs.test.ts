// When a link makes a new epoch, and its recipients: exactly as the rules require. docs/spec.md section 6 (MEM-6, MEM-7).

import { describe, expect, it } from "vitest";
import { compareBytes } from "../../src/bytes/text.js";
import type { MemberState } from "../../src/grants/member-state.js";
import type { Env } from "../../src/primitives/env.js";
import { regrant } from "../support/accepted.js";
import { boxesOf, grantsOf, idBytes, mutate, type RawBody, type RawSigner, setField } from "../support/raw-link.js";
import { expectRefused, expectTwins } from "../support/refusal.js";
import { keysNamed, OPERATOR, openWorld, type World } from "../support/world.js";

const base = openWorld("epochs", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Tablet")
  .join("Gone")
  .review("Laptop", { remove: ["Gone"] });
const laptop = base.signer("Laptop");
const locked = base.lockdown("Laptop", true, ["Tablet"]);
const pending = locked.join("Pending");

const fresh = new Map([["kem", keysNamed("a fresh epoch").publicKeys.kem]]);

/** Links that make an epoch: the state before, the link, and its signers. */
const making: readonly (readonly [string, World, World, readonly RawSigner[]])[] = [
  ["a join outside lockdown", base, base.join("Watch"), [base.join("Watch").signer("Watch")]],
  ["a rotate", base, base.rotate("Laptop"), [laptop]],
  ["a rekey", base, base.rekey("Laptop"), [laptop, base.rekey("Laptop").signer("Laptop")]],
  ["a review that removes a member of the current epoch", base, base.review("Laptop", { remove: ["Phone"] }), [laptop]],
  ["a lockdown that removes a member of the current epoch", base, locked, [laptop]],
  ["a lockdown off with a member that lacks the current epoch", pending, pending.lockdown("Laptop", false), [laptop]],
  ["a rotate in lockdown", pending, pending.rotate("Laptop"), [laptop]],
];

/** Links that make no epoch. */
const notMaking: readonly (readonly [string, World, World, readonly RawSigner[]])[] = [
  ["a review that only approves", base, base.review("Laptop", { approve: ["Tablet"] }), [laptop]],
  [
    "a review that removes a member without the current epoch",
    pending,
    pending.review("Laptop", { remove: ["Pending"] }),
    [laptop],
  ],
  [
    "a lockdown that removes nobody",
    locked.lockdown("Laptop", false),
    locked.lockdown("Laptop", false).lockdown("Phone", true),
    [base.signer("Phone")],
  ],
  ["a lockdown off when everybody has the current epoch", locked, locked.lockdown("Laptop", false), [laptop]],
  ["a join in lockdown", locked, pending, [pending.signer("Pending")]],
];

const regrantPhone = (session: MemberState, env: Env) =>
  regrant(session, [{ member: base.id("Phone"), epochs: [[1, 1]] }], env);
const hasEpoch = (world: World): boolean => world.record.epoch !== undefined;

describe("which links make a new epoch", () => {
  it.each(making)("refuses %s without a new epoch (MEM-7)", (_what, before, after, signers) => {
    expect(hasEpoch(after)).toBe(true);
    const attack = mutate(after.last, { body: (body) => body.delete("epoch"), signers });
    expectTwins(before.log, attack, after.last, "INVALID_LINK", "MEM-7");
  });

  it.each(notMaking)("refuses %s with a new epoch (MEM-7)", (_what, before, after, signers) => {
    expect(hasEpoch(after)).toBe(false);
    const attack = mutate(after.last, { body: setField("epoch", fresh), signers });
    expectTwins(before.log, attack, after.last, "INVALID_LINK", "MEM-7");
  });

  const others: readonly (readonly [string, World, readonly RawSigner[]])[] = [
    ["enroll", base.enroll("Laptop", "Watch"), [laptop, base.enroll("Laptop", "Watch").signer("Watch")]],
    ["leave", base.leave("Laptop"), [laptop]],
    ["expel", base.expel("Tablet"), [OPERATOR]],
    ["regrant", base.act("Laptop", "regrants", regrantPhone), [laptop]],
    ["rename", base.rename("Laptop", "Old laptop"), [laptop]],
  ];
  it.each(others)("refuses a %s with an epoch (ENC-2)", (_type, after, signers) => {
    expect(hasEpoch(after)).toBe(false);
    const attack = mutate(after.last, { body: setField("epoch", fresh), signers });
    expectTwins(base.log, attack, after.last, "INVALID_ENCODING", "ENC-2");
  });
});

describe("rotation due", () => {
  const left = base.leave("Phone");

  it("is set by a member that leaves or is expelled with the current epoch, and by no other link (MEM-7)", () => {
    expect([left, base.expel("Phone")].map(({ log }) => log.rotationDue)).toEqual([true, true]);
    const notDue = [base, pending.leave("Pending"), pending.expel("Pending"), ...making.map(([, , after]) => after)];
    expect(notDue.map(({ log }) => log.rotationDue)).toEqual(notDue.map(() => false));
  });

  it("stays until any link makes an epoch (MEM-7)", () => {
    const waiting = [
      left.review("Laptop", { approve: ["Tablet"] }),
      left.rename("Laptop", "L"),
      left.enroll("Laptop", "W"),
    ];
    expect(waiting.map(({ log }) => log.rotationDue)).toEqual([true, true, true]);
    const done = [
      left.rotate("Laptop"),
      left.join("W"),
      left.rekey("Laptop"),
      left.review("Laptop", { remove: ["Tablet"] }),
    ];
    expect(done.map(({ log }) => log.rotationDue)).toEqual([false, false, false, false]);
  });

  it("denies the member that left the content sealed next (MEM-7)", () => {
    const rotated = left.rotate("Laptop");
    expect(rotated.session("Phone").keyring.epochs).not.toContain(rotated.log.epochs.length);
    expect(rotated.session("Laptop").keyring.epochs).toContain(rotated.log.epochs.length);
  });
});

describe("recipients of a new epoch", () => {
  /** The grant of the new epoch: the last of the link. */
  const newest = (body: RawBody): RawBody | undefined => grantsOf(body).at(-1);

  it.each(making)("of %s are the active members, in lockdown the confirmed ones (MEM-6)", (_what, _before, after) => {
    const { log, record } = after;
    const confirmed = [...log.active.values()]
      .filter(({ founder }) => !log.lockdown || founder === 1)
      .map(({ id }) => id);
    const grant = record.grants.at(-1);
    expect(grant?.epochs).toEqual([[record.epoch, record.epoch]]);
    expect(grant?.boxes.map(({ member }) => member)).toEqual(confirmed.sort());
    expect(new Set([...log.active.keys()]).has(base.id("Gone"))).toBe(false);
  });

  it.each(making)("refuses %s that leaves one out (MEM-6)", (_what, before, after, signers) => {
    const attack = mutate(after.last, { body: (body) => boxesOf(newest(body)).pop(), signers });
    // A grant without boxes is malformed before it is wrong.
    const isLast = after.record.grants.at(-1)?.boxes.length === 1;
    expectTwins(
      before.log,
      attack,
      after.last,
      isLast ? "INVALID_ENCODING" : "INVALID_LINK",
      isLast ? "ENC-2" : "GRT-1",
    );
  });

  it.each(making)("refuses %s that includes a removed member (MEM-6)", (_what, before, after, signers) => {
    const attack = mutate(after.last, {
      body: (body) => {
        const boxes = boxesOf(newest(body));
        boxes.push([idBytes(base.id("Gone")), new Uint8Array(32)]);
        boxes.sort(([a], [b]) => compareBytes(a, b));
      },
      signers,
    });
    expectTwins(before.log, attack, after.last, "INVALID_LINK", "GRT-1");
  });

  it("refuses a rotate in lockdown that gives the epoch to a pending device (MEM-6)", () => {
    const twin = pending.rotate("Laptop");
    const member = idBytes(pending.id("Pending"));
    for (const place of [0, 1, 2]) {
      const attack = mutate(twin.last, {
        body: (body) => boxesOf(newest(body)).splice(place, 0, [member, new Uint8Array(32)]),
        signers: [laptop],
      });
      expectRefused(pending.log, attack, "INVALID_LINK", "GRT-1");
    }
    expect(twin.session("Pending").keyring.epochs).toEqual([]);
  });
});
