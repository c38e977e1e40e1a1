// Lockdown: which members may switch it, what it leaves to unconfirmed members and the operator, and that nobody can make the
// confirmed class vanish. docs/spec.md section 6 (MEM-5).

import { describe, expect, it } from "vitest";
import { decodeEntry } from "../../src/log/entry.js";
import { confirmedFounder, isConfirmed, type LogFacts } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { verifyLink } from "../../src/log/verify-link.js";
import { authoredBy, idBytes, mutate, type RawBody, rawNext, setField, takeApart } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";

const open = openWorld("lockdown", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const locked = open.lockdown("Laptop", true);
const pending = locked.join("Pending");
const invaded = open.join("Thief");
const laptop = open.signer("Laptop");

const pendingBy = (body: Parameters<typeof rawNext>[1], world: World = pending): Uint8Array =>
  rawNext(world.log, { author: pending.signer("Pending").signingKey, ...body }, [pending.signer("Pending")]);

describe("switching lockdown on", () => {
  const on = invaded.lockdown("Laptop", true, ["Thief"]);

  it("is refused to an unconfirmed member (MEM-5)", () => {
    const attack = authoredBy(
      mutate(on.last, { body: setField("remove", [...invaded.ids("Laptop", "Phone")].sort().map(idBytes)) }),
      invaded.signer("Thief"),
    );
    expectTwins(invaded.log, attack, on.last, "INVALID_LINK", "MEM-5");
    expectError(() => invaded.lockdown("Thief", true, ["Laptop", "Phone"]), "NOT_PERMITTED", "MEM-5");
  });

  it("is refused while an active member of another class would remain (MEM-5)", () => {
    const attack = mutate(on.last, { body: setField("remove", []), signers: [laptop] });
    const error = expectTwins(invaded.log, attack, on.last, "INVALID_LINK", "MEM-5");
    expect(error.message).toContain(invaded.id("Thief"));
    expect(invaded.review("Laptop", { approve: ["Thief"] }).lockdown("Laptop", true).log.lockdown).toBe(true);
  });

  it("is refused to a thief that has removed the owner's devices and is now the oldest (MEM-5)", () => {
    const taken = invaded.review("Thief", { remove: ["Laptop", "Phone"] });
    expect(isConfirmed(taken.log, taken.member("Thief"))).toBe(true);
    expectError(() => taken.lockdown("Thief", true), "NOT_PERMITTED", "MEM-5");
    const body = { type: "lockdown", author: taken.signer("Thief").signingKey, on: true, remove: [] };
    expectRefused(taken.log, rawNext(taken.log, body, [taken.signer("Thief")]), "INVALID_LINK", "MEM-5");
    // So the owner can return with a new device, and the service can expel the thief's.
    const back = taken.join("New laptop").expel("Thief");
    expect([...back.log.active.keys()]).toEqual(back.ids("New laptop"));
  });

  it("is permitted to every member of the founding class (MEM-5)", () => {
    const byPhone = open.lockdown("Phone", true);
    expect(byPhone.log.lockdown).toBe(true);
    expect(byPhone.leave("Laptop").log.active.size).toBe(1);
  });
});

describe("a device that joins in lockdown", () => {
  it("holds nothing: no epoch, no grants (MEM-5)", () => {
    expect(pending.log.epochs.length).toBe(locked.log.epochs.length);
    expect(pending.record).toMatchObject({ epoch: undefined, grants: [] });
    expect(pending.member("Pending")).toMatchObject({ reach: [], held: [] });
    expect(pending.session("Pending").keyring.epochs).toEqual([]);
  });

  it("refuses a join that makes an epoch in lockdown (MEM-7)", () => {
    const outside = open.join("Pending");
    const { body } = takeApart(outside.last);
    const attack = mutate(pending.last, {
      body: (own) => {
        for (const field of ["epoch", "grants"]) own.set(field, body.get(field) as Map<string, Uint8Array>);
      },
      signers: [pending.signer("Pending")],
    });
    expectTwins(locked.log, attack, pending.last, "INVALID_LINK", "MEM-7");
  });

  it("refuses a join with grants in lockdown (GRT-1)", () => {
    const grants = takeApart(open.join("Pending").last).body.get("grants") as RawBody[];
    const attack = mutate(pending.last, { body: setField("grants", grants), signers: [pending.signer("Pending")] });
    expectTwins(locked.log, attack, pending.last, "INVALID_LINK", "GRT-1");
  });

  it("may leave, and nothing else: it may not even rename itself (MEM-5)", () => {
    const left = pending.leave("Pending");
    expect(left.log.active.size).toBe(2);
    expect(left.log.rotationDue).toBe(false);
    // Otherwise it could make the log longer without end.
    const renamed = pending.rename("Phone", "My new phone");
    const member = idBytes(pending.id("Pending"));
    const attack = mutate(renamed.last, {
      body: (body) => body.set("author", pending.signer("Pending").signingKey).set("member", member),
      signers: [pending.signer("Pending")],
    });
    expectTwins(pending.log, attack, renamed.last, "INVALID_LINK", "MEM-5");
    expectError(() => pending.rename("Pending", "My new phone"), "NOT_PERMITTED", "MEM-5");
    const approved = pending.review("Phone", { approve: ["Pending"] });
    expect(approved.rename("Pending", "My new phone").member("Pending").name).toBe("My new phone");
  });

  it("becomes a holder, confirmed, once a confirmed member approves it (MEM-5)", () => {
    const approved = pending.review("Phone", { approve: ["Pending"] });
    expect(isConfirmed(approved.log, approved.member("Pending"))).toBe(true);
    expect(approved.session("Pending").keyring.epochs).toEqual([1, 2]);
    expect(approved.rotate("Pending").log.epochs.length).toBe(3);
  });

  it("may not rekey, switch lockdown off, or rename another (MEM-5)", () => {
    const off = pendingBy({ type: "lockdown", on: false, remove: [] });
    expectTwins(pending.log, off, pending.lockdown("Laptop", false).last, "INVALID_LINK", "MEM-5");
    expectError(() => pending.rekey("Pending"), "NOT_PERMITTED", "MEM-5");
    expectError(() => pending.rename("Pending", "Owned", "Laptop"), "NOT_PERMITTED", "MEM-5");
  });

  it("refuses a rekey of an unconfirmed member, which would make an epoch (MEM-5)", () => {
    const { body } = takeApart(pending.rekey("Phone").last);
    const fresh = pending.rekey("Phone").signer("Phone");
    const fields = Object.fromEntries(
      ["keys", "epoch", "grants"].map((field) => [field, body.get(field) as Uint8Array]),
    );
    const attack = rawNext(pending.log, { type: "rekey", author: pending.signer("Pending").signingKey, ...fields }, [
      pending.signer("Pending"),
      fresh,
    ]);
    expectTwins(pending.log, attack, pending.rekey("Phone").last, "INVALID_LINK", "MEM-5");
  });
});

describe("what only confirmed members do in lockdown", () => {
  // In a real lockdown an unconfirmed member holds nothing, and LOG-4 refuses it first. Here the same links are judged on a state
  // in which it holds the current epoch, so that only lockdown can refuse them.
  const base = invaded.join("Tablet");
  const lockedFacts = (): LogFacts => ({ ...base.log, lockdown: true });

  it.each([
    ["approves", base.review("Thief", { approve: ["Tablet"] })],
    ["removes", base.review("Thief", { remove: ["Phone"] })],
    ["enrolls", base.enroll("Thief", "Accomplice")],
    ["rotates", base.rotate("Thief")],
    ["rekeys", base.rekey("Thief")],
  ])("refuses an unconfirmed member that %s (MEM-5)", (_what, world) => {
    const entry = decodeEntry(world.last);
    expectError(() => verifyLink(lockedFacts(), entry, { now: "unchecked" }), "INVALID_LINK", "MEM-5");
    expect(verifyLink(base.log, entry, { now: "unchecked" }).head).toEqual(world.log.head);
  });

  it("refuses an unconfirmed member that regrants, or renames another of its class (MEM-5)", () => {
    const approved = base.review("Thief", { approve: ["Tablet"] });
    const facts: LogFacts = { ...approved.log, lockdown: true };
    const thief = approved.signer("Thief");
    const member = idBytes(approved.id("Tablet"));
    const name = new Uint8Array(32);
    const grant = { from: 4, to: 4, count: 1, keyring: new Uint8Array(32), boxes: [[member, new Uint8Array(32)]] };
    for (const fields of [
      { type: "regrant", give: [[member, [[4, 4]]]], grants: [grant] },
      { type: "rename", member, name },
    ]) {
      const entry = rawNext(approved.log, { author: thief.signingKey, ...fields }, [thief]);
      expectError(() => verifyLink(facts, decodeEntry(entry), { now: "unchecked" }), "INVALID_LINK", "MEM-5");
      expect(appendEntry(approved.log, entry, { now: "unchecked" }).head.seq).toBe(approved.log.head.seq + 1);
    }
  });

  it("permits all of it to a confirmed member (MEM-5)", () => {
    const world = pending
      .review("Phone", { approve: ["Pending"] })
      .rotate("Phone")
      .rekey("Phone")
      .backup("Phone", "Paper");
    expect(world.review("Phone", { remove: ["Laptop"] }).log.active.size).toBe(3);
  });
});

describe("the operator in lockdown", () => {
  it("expels unconfirmed members only (MEM-5)", () => {
    const twin = pending.expel("Pending");
    for (const names of [["Phone"], ["Laptop"], ["Phone", "Pending"]]) {
      const list = [...pending.ids(...names)].sort().map(idBytes);
      const attack = mutate(twin.last, { body: setField("remove", list), signers: [OPERATOR] });
      expectTwins(pending.log, attack, twin.last, "INVALID_LINK", "MEM-5");
    }
    expect(twin.log.rotationDue).toBe(false);
    expect(open.expel("Phone").log.rotationDue).toBe(true);
  });
});

describe("the confirmed class", () => {
  it("keeps its last member in lockdown while another class waits (MEM-5)", () => {
    const one = pending.leave("Phone");
    const attack = rawNext(one.log, { type: "leave", author: laptop.signingKey }, [laptop]);
    expectRefused(one.log, attack, "INVALID_LINK", "MEM-5");
    expectError(() => one.leave("Laptop"), "NOT_PERMITTED", "MEM-5");
    // Outside lockdown it may leave.
    expect(confirmedFounder(one.lockdown("Laptop", false).leave("Laptop").log)).toBe(5);
  });

  it("may be kept by a backup key alone (MEM-5)", () => {
    const paper = pending.backup("Laptop", "Paper").leave("Phone").leave("Laptop");
    expect(confirmedFounder(paper.log)).toBe(1);
    expect(paper.review("Paper", { approve: ["Pending"] }).session("Pending").keyring.epochs).toEqual([1, 2]);
  });
});

describe("switching lockdown off", () => {
  it("makes an epoch for the members that waited, who stay unapproved (MEM-7)", () => {
    const off = pending.lockdown("Phone", false);
    expect(off.record.epoch).toBe(3);
    expect(off.session("Pending").keyring.epochs).toEqual([3]);
    expect(isConfirmed(off.log, off.member("Pending"))).toBe(false);
    expect(off.rotate("Pending").log.epochs.length).toBe(4);
  });
});
