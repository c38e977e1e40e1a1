// Recovery: an admin acts for escrow in a user's log, and the user's devices judge whether to believe it. docs/spec.md section 11
// (recovery, ESC-8) and section 6 (LOG-4, LOG-5, MEM-5).

import { describe, expect, it } from "vitest";
import { openBackupKey } from "../../src/backup/open.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { renewEscrowForUser } from "../../src/escrow/renew.js";
import type { EscrowActor } from "../../src/log/fields.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { createBackupKey, recover, setLockdown } from "../support/accepted.js";
import { idBytes, mutate, type RawBody, type RawSigner, setField } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins, snapshot } from "../support/refusal.js";
import { keysNamed, openWorld } from "../support/world.js";
import {
  announce,
  dismiss,
  enroll,
  epochSigner,
  escrowOf,
  expectSameClasses,
  hire,
  joinWithholding,
  openOrganisation,
  openUser,
  recoverBy,
  renew,
  renewedBy,
  renewedRaw,
  restore,
  secretsLeftBy,
} from "./support.js";

const staffed = hire(openOrganisation("recovery"), "Bob", ["recover"]);
const escrow = hire(staffed, "Eve", ["discover"]);
const user = openUser("recovery", escrow);
const locked = user.join("Phone");
const signer = epochSigner(escrow, "Ann");
const bob = escrow.signer("Bob");
const restored = restore(locked, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
const recovered = restored.user;

/** The organisation with a backup key, `Paper`, that has a role. */
const papered = (() => {
  const made = createBackupKey(escrow.session("Ann"), { roles: ["recover"] }, escrow.env("paper"));
  const world = escrow.append(made.entry);
  return world.with("Paper", openBackupKey(world.log, world.entries, made.paper.reveal(world.log)).keyring);
})();

/** A join that withholds its epoch from escrow. */
const joinedWithout = (world: typeof user): Uint8Array => joinWithholding(world, "Tablet").last;

/** The recovery with another actor and other signers. */
const actedBy = (change: (by: RawBody) => unknown, signers: readonly RawSigner[] = [signer, bob]): Uint8Array =>
  mutate(recovered.last, { body: (body) => change(body.get("by") as RawBody), signers });

describe("recovery", () => {
  it("approves the new device and removes lost ones in one link, signed by epoch and admin", () => {
    const { seq, hash } = restored.escrow.log.head;
    const actor: EscrowActor = {
      admin: new Uint8Array(bob.signingKey),
      seq,
      hash,
      salt: restored.act.salt,
      runs: [[1, 2]],
    };
    expect(recovered.record).toMatchObject({ type: "review", author: escrowOf(user).id, actor, epoch: 3, missing: [] });
    expect(recovered.session("Phone").keyring.epochs).toEqual([1, 2, 3]);
    expect(recovered.session("Laptop").keyring.epochs).toEqual([1, 2]);
    expectSameClasses(recovered);
  });

  it("changes neither the admin's session nor the user's log", () => {
    const before = snapshot([escrow.log, locked.log, locked.entries]);
    const again = recoverBy(locked, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(again.last).toEqual(recovered.last);
    expect(snapshot([escrow.log, locked.log, locked.entries])).toBe(before);
    expect(escrow.session("Bob").keyring.epochs).toEqual([1]);
  });

  it("leaves no secret of the user's log behind, whether it is done or refused (section 5)", async () => {
    const { act, escrow: announced } = restored;
    const { log: userLog, entries } = locked;
    const does = (usersOwn: readonly MemberId[]) => () =>
      recover(announced.session("Bob"), { act, userLog, entries, usersOwn }, locked.env("recovers"));
    expect(await secretsLeftBy(does([]))).toEqual([]);
    const both = announce(escrow, "Bob", locked, { approve: ["Phone"] });
    const refused = () =>
      recover(both.escrow.session("Bob"), { act: both.act, userLog, entries }, locked.env("recovers"));
    expect(await secretsLeftBy(() => expectError(refused, "UNVERIFIED_MEMBERS", "ESC-8"))).toEqual([]);
    // The same once the act is announced: the review was tried.
    const tried = () => announce(escrow, "Bob", locked, { approve: ["Phone"] }, { entries, usersOwn: [] });
    expect(await secretsLeftBy(() => expectError(tried, "UNVERIFIED_MEMBERS", "ESC-8"))).toEqual([]);
  });

  it("needs the role recover (MEM-8)", () => {
    expectError(() => recoverBy(locked, escrow, "Eve", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-8");
    expect(recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
    // manage implies it.
    expect(recoverBy(locked, escrow, "Ann", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
    expectError(() => renewedBy(user, dismiss(escrow, "Bob"), "Eve"), "NOT_PERMITTED", "MEM-8");
  });

  it("needs an admin's device, not a backup key that has the role (MEM-8)", () => {
    expect(papered.member("Paper").roles).toEqual(["recover"]);
    expectError(() => recoverBy(locked, papered, "Paper", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-8");
    expect(recoverBy(locked, papered, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
  });

  it("refuses to act if escrow's pointer in this log is not real (ESC-3)", () => {
    const other = hire(openOrganisation("another"), "Bob", ["recover"]);
    const foreign = openUser("recovery", other).join("Phone");
    expectError(() => recoverBy(foreign, escrow, "Bob", { approve: ["Phone"] }), "NOT_PERMITTED", "ESC-3");
    expect(recoverBy(foreign, other, "Bob", { approve: ["Phone"] }).record.approved).toEqual(foreign.ids("Phone"));
    const bare = openWorld("recovery").join("Phone");
    const { details } = expectError(
      () => recoverBy(bare, escrow, "Bob", { approve: ["Phone"] }),
      "NOT_PERMITTED",
      "ESC-3",
    );
    expect(details).toEqual({ verdict: "none", log: bare.log.head.log });
  });

  it("refuses to act with an admin's log that lacks the pointer's epoch (ESC-3)", () => {
    const moved = renew(locked, "Laptop", dismiss(escrow, "Eve"));
    expectError(() => recoverBy(moved, escrow, "Bob", { approve: ["Phone"] }), "NOT_PERMITTED", "ESC-3");
    // Any log that has the epoch will do: only the keys matter here.
    expect(recoverBy(locked, staffed, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
    expectError(() => renewedBy(moved, escrow, "Bob"), "NOT_PERMITTED", "ESC-3");
  });

  it("does not approve or remove escrow itself (MEM-2)", () => {
    const id = escrowOf(locked).id;
    for (const lists of [{ approve: [id] }, { remove: [id] }]) {
      expectError(() => announce(escrow, "Bob", locked, {}, lists), "NOT_PERMITTED", "MEM-2");
    }
  });
});

describe("renewEscrowForUser", () => {
  const later = dismiss(escrow, "Eve");

  it("names a head of the escrow log, without a salt, and grants no older epoch (ESC-6)", () => {
    const renewed = renewedBy(user, later, "Bob");
    const { seq, hash } = later.log.head;
    expect(renewed.record.actor).toEqual({ admin: bob.signingKey, seq, hash });
    expect(renewed.record.grants).toHaveLength(1);
    expect(renewed.record.pointer).toEqual(pointerTo(later.log));
  });

  it("is refused if no renewal is due, or it would change nothing (MEM-2)", () => {
    expect(renewalReasons(user.log, escrow.log)).toEqual([]);
    expectError(() => renewedBy(user, escrow, "Bob"), "NOT_PERMITTED", "MEM-2");
    // An unconfirmed device set the pointer: escrow's own renewal would keep its class. A confirmed device must renew.
    const byThief = enroll(openWorld("recovery").join("Thief"), "Thief", escrow);
    expect(renewalReasons(byThief.log, escrow.log)).toEqual(["founder"]);
    expectError(() => renewedBy(byThief, escrow, "Bob"), "NOT_PERMITTED", "MEM-2");
    expect(renewalReasons(user.log, later.log)).toEqual(["older"]);
    expect(renewalReasons(renewedBy(user, later, "Bob").log, later.log)).toEqual([]);
  });

  it("is due, and may keep the pointer, if a former admin knows the current epoch (ESC-10)", () => {
    // Bob renews to the newest pointer on his last day, or with a copy of his keys after it.
    const known = renewedRaw(user, escrow, "Bob");
    const without = dismiss(escrow, "Bob");
    const moved = renewedRaw(user, escrow, "Bob", pointerTo(without.log));
    expect(renewalReasons(known.log, escrow.log)).toEqual([]);
    expect(renewalReasons(moved.log, without.log)).toEqual(["known-to-former-admin"]);
    const cured = renewedBy(moved, without, "Ann");
    expect(cured.record.pointer).toEqual(escrowOf(moved).pointer);
    expect(renewalReasons(cured.log, without.log)).toEqual([]);
    expect(cured.log.epochs.length).toBe(moved.log.epochs.length + 1);
    // The twin: an admin that still has the role renewed, and nobody else knows the epoch.
    expectError(() => renewedBy(renewedBy(user, without, "Ann"), without, "Ann"), "NOT_PERMITTED", "MEM-2");
  });

  it("needs neither the entries nor the current epoch (MEM-6)", () => {
    const { log } = user.append(joinedWithout(user));
    expect(escrowOf({ log }).withheld).toEqual([[2, 2]]);
    const proposal = renewEscrowForUser(later.session("Ann"), { userLog: log }, user.env("renews"));
    expect(proposal.accept().links.last()).toMatchObject({ type: "renew-escrow", epoch: 3 });
  });
});

describe("the signatures of escrow", () => {
  it("are both required, in order, and no others (LOG-4)", () => {
    const lone = mutate(recovered.last, { signers: [signer] });
    expectTwins(locked.log, lone, recovered.last, "INVALID_SIGNATURE", "LOG-4");
    expectRefused(locked.log, mutate(recovered.last, { signers: [bob, signer] }), "INVALID_SIGNATURE", "LOG-4");
    const by = mutate(recovered.last, { signers: [signer, escrow.signer("Eve")] });
    expectRefused(locked.log, by, "INVALID_SIGNATURE", "LOG-4");
    const forged = actedBy((actor) => actor.set("admin", keysNamed("nobody").signingKey));
    expectRefused(locked.log, forged, "INVALID_SIGNATURE", "LOG-4");
  });

  it("are by the epoch of the pointer in force, not by another epoch (LOG-4)", () => {
    const stranger = keysNamed("a stranger");
    const attack = mutate(recovered.last, { body: setField("author", stranger.signingKey), signers: [stranger, bob] });
    expectTwins(locked.log, attack, recovered.last, "INVALID_LINK", "LOG-4");
    const moved = renew(locked, "Laptop", dismiss(escrow, "Eve"));
    const old = mutate(recovered.last, {
      body: (body) => {
        body.set("seq", moved.log.head.seq + 1);
        body.set("prev", idBytes(moved.log.head.hash));
        body.set("time", moved.log.time);
      },
      signers: [signer, bob],
    });
    expectRefused(moved.log, old, "INVALID_LINK", "LOG-4");
  });

  it("are refused from a device that says by: escrow (LOG-4, LOG-5)", () => {
    const laptop = locked.signer("Laptop");
    const reviewed = locked.review("Laptop", { approve: ["Phone"] });
    const by = (recovered.record.actor ?? expect.unreachable()) as EscrowActor;
    const actor = new Map<string, Uint8Array | number>([
      ["admin", bob.signingKey],
      ["seq", by.seq],
      ["hash", idBytes(by.hash)],
      ["salt", by.salt as Uint8Array],
    ]);
    const attack = mutate(reviewed.last, { body: setField("by", actor), signers: [laptop, bob] });
    expectTwins(locked.log, attack, reviewed.last, "INVALID_LINK", "LOG-4");
    // Escrow's link without `by: escrow` has no valid author.
    const silent = mutate(recovered.last, { body: (body) => body.delete("by"), signers: [signer] });
    expectTwins(locked.log, silent, recovered.last, "INVALID_LINK", "LOG-4");
  });

  it("are for review and renew-escrow only: no other type has `by` (ENC-2)", () => {
    const rotated = locked.rotate("Laptop");
    const attack = mutate(rotated.last, {
      body: setField("by", new Map([["admin", bob.signingKey]])),
      signers: [locked.signer("Laptop")],
    });
    expectTwins(locked.log, attack, rotated.last, "INVALID_ENCODING", "ENC-2");
  });
});

describe("recovery in lockdown", () => {
  const pending = user.lockdown("Laptop", true).join("Phone");

  it("works in one link that removes every founding device (MEM-5)", () => {
    const saved = recoverBy(pending, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(saved.log.lockdown).toBe(true);
    expect(saved.member("Phone")).toMatchObject({ founder: 1, held: [[1, 2]] });
    expect(saved.session("Phone").keyring.epochs).toEqual([1, 2]);
    expectSameClasses(saved);
    // The phone is confirmed and can continue: it switches lockdown off, but not on again, since it is founding only through
    // escrow.
    const off = saved.lockdown("Phone", false);
    expectError(() => off.lockdown("Phone", true), "NOT_PERMITTED", "MEM-5");
  });

  it("is refused while a founding device stays: the approved one would remain unconfirmed (MEM-5)", () => {
    const error = expectError(
      () => recoverBy(pending, escrow, "Bob", { approve: ["Phone"] }),
      "NOT_PERMITTED",
      "MEM-5",
    );
    expect(error.details.member).toBe(pending.id("Phone"));
    expect(
      recoverBy(pending.leave("Phone").join("Other"), escrow, "Bob", { approve: ["Other"], remove: ["Laptop"] }).record
        .approved,
    ).toHaveLength(1);
    // Outside lockdown the same approval is valid, and leaves the phone unconfirmed.
    expect(recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).member("Phone").founder).toBe(3);
  });

  it("lets escrow renew itself, which approves no member (MEM-5)", () => {
    const renewed = renewedBy(pending, dismiss(escrow, "Bob"), "Ann");
    expect(renewed.record).toMatchObject({ type: "renew-escrow", author: escrowOf(pending).id, approved: [] });
    expect(renewed.log.lockdown).toBe(true);
  });

  it("never leaves the confirmed class without a device (MEM-5)", () => {
    expectError(() => recoverBy(pending, escrow, "Bob", { remove: ["Laptop"] }), "NOT_PERMITTED", "MEM-5");
    expect(recoverBy(locked, escrow, "Bob", { remove: ["Laptop"] }).log.active.size).toBe(2);
  });

  it("cannot be switched on while escrow is of an unconfirmed device: escrow must be removed too (MEM-5)", () => {
    const bad = enroll(openWorld("recovery").join("Thief"), "Thief", escrow);
    expectError(() => bad.lockdown("Laptop", true, ["Thief"]), "NOT_PERMITTED", "MEM-5");
    // Escrow must be removed too, or be approved by the founding class.
    const id = escrowOf(bad).id;
    const world = bad.act("Laptop", "locks", (session, env) =>
      setLockdown(session, { on: true, remove: [id, bad.id("Thief")] }, env),
    );
    expect([...world.log.active.keys()]).toEqual(world.ids("Laptop"));
  });

  it("leaves switching lockdown on to the founding class without escrow's approvals (MEM-5)", () => {
    const saved = recoverBy(locked, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(saved.member("Phone").founder).toBe(1);
    expectError(() => saved.lockdown("Phone", true), "NOT_PERMITTED", "MEM-5");
    const approved = locked.review("Laptop", { approve: ["Phone"], remove: [] }).leave("Laptop");
    expect(approved.lockdown("Phone", true).log.lockdown).toBe(true);
  });
});
