// Recovery: an admin acts for escrow in a user's log, and the user's devices judge whether to believe it. docs/spec.md section 11
// (recovery, ESC-8) and section 6 (LOG-4, LOG-5, MEM-5).

import { describe, expect, it } from "vitest";
import { openBackupKey } from "../../src/backup/use.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { escrowActs, unverifiedMembers } from "../../src/escrow/acts.js";
import type { EscrowActor } from "../../src/log/fields.js";
import { enrollBackupKey, recover, setLockdown } from "../support/accepted.js";
import { idBytes, mutate, type RawBody, type RawSigner, setField } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins, snapshot } from "../support/refusal.js";
import { keysNamed, openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  epochSigner,
  escrowOf,
  expectSameClasses,
  hire,
  openOrganisation,
  openUser,
  recoverBy,
  renew,
  renewedBy,
  secretsLeftBy,
} from "./support.js";

const staffed = hire(openOrganisation("recovery"), "Bob", ["recover"]);
const escrow = hire(staffed, "Eve", ["discover"]);
const user = openUser("recovery", escrow);
const locked = user.join("Phone");
const signer = epochSigner(escrow, "Ann");
const bob = escrow.signer("Bob");
const recovered = recoverBy(locked, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });

/** The organisation with a backup key, `Paper`, that has a role. */
const papered = (() => {
  const made = enrollBackupKey(escrow.session("Ann"), { roles: ["recover"] }, escrow.env("paper"));
  const world = escrow.append(made.entry);
  return world.with("Paper", openBackupKey(world.log, world.entries, made.paper.reveal(world.log)).keyring);
})();

/** The recovery with another actor and other signers. */
const actedBy = (change: (by: RawBody) => unknown, signers: readonly RawSigner[] = [signer, bob]): Uint8Array =>
  mutate(recovered.last, { body: (body) => change(body.get("by") as RawBody), signers });

describe("recovery", () => {
  it("approves the new device and removes lost ones in one link, signed by epoch and admin", () => {
    const { seq, hash } = escrow.log.head;
    const actor: EscrowActor = { admin: bob.sign, seq, hash };
    expect(recovered.record).toMatchObject({ type: "review", author: escrowOf(user).id, actor, epoch: 3 });
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
    const act = (remove: readonly MemberId[]) => {
      const options = { userLog: locked.log, entries: locked.entries, approve: locked.ids("Phone"), remove };
      return () => recover(escrow.session("Bob"), options, locked.env("recovers"));
    };
    expect(await secretsLeftBy(act(locked.ids("Laptop")))).toEqual([]);
    const refused = act([escrowOf(locked).id]);
    expect(await secretsLeftBy(() => expectError(refused, "NOT_PERMITTED", "MEM-2"))).toEqual([]);
  });

  it("needs the role recover (MEM-8)", () => {
    expectError(() => recoverBy(locked, escrow, "Eve", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-8");
    expect(recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
    // manage implies it.
    expect(recoverBy(locked, escrow, "Ann", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
    expectError(() => renewedBy(user, dismiss(escrow, "Bob"), "Eve"), "NOT_PERMITTED", "MEM-8");
  });

  it("is by an admin's device, not by paper that has the role (MEM-8)", () => {
    expect(papered.member("Paper").roles).toEqual(["recover"]);
    expectError(() => recoverBy(locked, papered, "Paper", { approve: ["Phone"] }), "NOT_PERMITTED", "MEM-8");
    expect(recoverBy(locked, papered, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
  });

  it("refuses to act where escrow stands for nothing real in this log (ESC-3)", () => {
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
    // A log that has the epoch will do: what it lacks is not about keys.
    expect(recoverBy(locked, staffed, "Bob", { approve: ["Phone"] }).record.approved).toEqual(locked.ids("Phone"));
  });

  it("neither approves nor removes escrow itself (MEM-2)", () => {
    const { log, entries } = locked;
    const id = escrowOf(locked).id;
    for (const lists of [{ approve: [id] }, { remove: [id] }]) {
      const act = () => recover(escrow.session("Bob"), { userLog: log, entries, ...lists }, locked.env("self"));
      expectError(act, "NOT_PERMITTED", "MEM-2");
    }
  });
});

describe("the signatures of escrow", () => {
  it("are both called for, in order, and no more (LOG-4)", () => {
    const lone = mutate(recovered.last, { signers: [signer] });
    expectTwins(locked.log, lone, recovered.last, "INVALID_SIGNATURE", "LOG-4");
    expectRefused(locked.log, mutate(recovered.last, { signers: [bob, signer] }), "INVALID_SIGNATURE", "LOG-4");
    const by = mutate(recovered.last, { signers: [signer, escrow.signer("Eve")] });
    expectRefused(locked.log, by, "INVALID_SIGNATURE", "LOG-4");
    const forged = actedBy((actor) => actor.set("admin", keysNamed("nobody").sign));
    expectRefused(locked.log, forged, "INVALID_SIGNATURE", "LOG-4");
  });

  it("are the epoch's of the pointer in force, not another's (LOG-4)", () => {
    const stranger = keysNamed("a stranger");
    const attack = mutate(recovered.last, { body: setField("author", stranger.sign), signers: [stranger, bob] });
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

  it("are not for a device that says by: escrow (LOG-4, LOG-5)", () => {
    const laptop = locked.signer("Laptop");
    const reviewed = locked.review("Laptop", { approve: ["Phone"] });
    const by = (recovered.record.actor ?? expect.unreachable()) as EscrowActor;
    const actor = new Map<string, Uint8Array | number>([
      ["admin", bob.sign],
      ["seq", by.seq],
      ["hash", idBytes(by.hash)],
    ]);
    const attack = mutate(reviewed.last, { body: setField("by", actor), signers: [laptop, bob] });
    expectTwins(locked.log, attack, reviewed.last, "INVALID_LINK", "LOG-4");
    // And escrow's link without saying so is nobody's.
    const silent = mutate(recovered.last, { body: (body) => body.delete("by"), signers: [signer] });
    expectTwins(locked.log, silent, recovered.last, "INVALID_LINK", "LOG-4");
  });

  it("are for review and renew-escrow alone: no other type says by (ENC-2)", () => {
    const rotated = locked.rotate("Laptop");
    const attack = mutate(rotated.last, {
      body: setField("by", new Map([["admin", bob.sign]])),
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
    // The phone is confirmed and goes on: it switches lockdown off, but not on again, being founding only by escrow.
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
    // Outside lockdown the same approval stands, and leaves the phone unconfirmed.
    expect(recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).member("Phone").founder).toBe(3);
  });

  it("lets escrow renew itself, which approves nobody (MEM-5)", () => {
    const renewed = renewedBy(pending, dismiss(escrow, "Bob"), "Ann");
    expect(renewed.record).toMatchObject({ type: "renew-escrow", author: escrowOf(pending).id, approved: [] });
    expect(renewed.log.lockdown).toBe(true);
  });

  it("never leaves the confirmed class without a device (MEM-5)", () => {
    expectError(() => recoverBy(pending, escrow, "Bob", { remove: ["Laptop"] }), "NOT_PERMITTED", "MEM-5");
    expect(recoverBy(locked, escrow, "Bob", { remove: ["Laptop"] }).log.active.size).toBe(2);
  });

  it("cannot be switched on while escrow is of an unconfirmed device: it goes too (MEM-5)", () => {
    const bad = enroll(openWorld("recovery").join("Thief"), "Thief", escrow);
    expectError(() => bad.lockdown("Laptop", true, ["Thief"]), "NOT_PERMITTED", "MEM-5");
    // Escrow must go too, or be approved by the founding class.
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

describe("escrowActs", () => {
  const later = dismiss(escrow, "Bob");
  const verdictOf = (world: World, organisation: World) => escrowActs(world.log, organisation.log).at(-1);

  it("believes an admin who was active with the role at the named head, and is not removed since (ESC-8)", () => {
    expect(escrowActs(recovered.log, escrow.log)).toEqual([
      {
        seq: 4,
        type: "review",
        approved: recovered.ids("Phone"),
        removed: recovered.ids("Laptop"),
        admin: escrow.id("Bob"),
        verdict: "verified",
        because: "the admin had the role, and is still active",
        needsNewerLog: false,
      },
    ]);
    expect(unverifiedMembers(recovered.log, escrow.log)).toEqual([]);
    expect(escrowActs(locked.log, escrow.log)).toEqual([]);
    // A new key since then is the same admin.
    expect(verdictOf(recovered, escrow.rekey("Bob"))?.verdict).toBe("verified");
    expect(verdictOf(renewedBy(user, later, "Ann"), later)).toMatchObject({
      type: "renew-escrow",
      verdict: "verified",
    });
  });

  it("does not believe an admin who has been removed since (ESC-8)", () => {
    expect(verdictOf(recovered, later)).toMatchObject({ verdict: "unverified", admin: escrow.id("Bob") });
    expect(unverifiedMembers(recovered.log, later.log)).toEqual(recovered.ids("Phone"));
    // It is a client's overlay: the log itself admits the link.
    expect(recovered.member("Phone").held).toEqual([[1, 3]]);
  });

  it("tells whom a removed admin let in from whom another recovered, where escrow alone vouches (ESC-8)", () => {
    const byAnn = recoverBy(locked, escrow, "Ann", { approve: ["Phone"], remove: ["Laptop"] }).join("Thief");
    const byBob = recoverBy(byAnn, escrow, "Bob", { approve: ["Thief"] });
    expect(byBob.member("Thief").founder).toBe(1);
    expect(unverifiedMembers(byBob.log, escrow.log)).toEqual([]);
    expect(unverifiedMembers(byBob.log, later.log)).toEqual(byBob.ids("Thief"));
  });

  it("does not believe a removed admin who names an old head, before its removal (ESC-8)", () => {
    const old = recoverBy(locked, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(old.record.actor?.seq).toBeLessThan(later.log.head.seq);
    expect(verdictOf(old, later)?.because).toContain("removed since");
  });

  it.each([
    ["a key that no admin had", () => keysNamed("nobody"), "no admin had this key"],
    ["an admin without the role", () => escrow.signer("Eve"), "did not have the role"],
  ] as const)("does not believe %s (ESC-8)", (_what, who, because) => {
    const admin = who();
    const world = locked.append(actedBy((by) => by.set("admin", admin.sign), [signer, admin]));
    expect(verdictOf(world, escrow)).toMatchObject({ verdict: "unverified" });
    expect(verdictOf(world, escrow)?.because).toContain(because);
    expect(unverifiedMembers(world.log, escrow.log)).toEqual(world.ids("Phone"));
  });

  it("does not believe a backup key with the role: an admin acts by a device (ESC-8)", () => {
    const { seq, hash } = papered.log.head;
    const at = (by: RawBody) => by.set("seq", seq).set("hash", idBytes(hash));
    const byPaper = (by: RawBody) => at(by).set("admin", papered.signer("Paper").sign);
    const acted = locked.append(actedBy(byPaper, [signer, papered.signer("Paper")]));
    expect(verdictOf(acted, papered)).toMatchObject({ verdict: "unverified", admin: papered.id("Paper") });
    expect(verdictOf(locked.append(actedBy(at)), papered)).toMatchObject({ verdict: "verified" });
  });

  it("does not believe an admin at a head before it was let in (ESC-8)", () => {
    const { seq, hash } = [...escrow.log.links].find(({ type }) => type === "policy") ?? expect.unreachable();
    const world = locked.append(actedBy((by) => by.set("seq", seq).set("hash", idBytes(hash))));
    expect(verdictOf(world, escrow)?.because).toContain("no admin had this key");
  });

  it("does not believe a head that is not in the escrow log, be it false or yet unseen (ESC-8)", () => {
    const world = locked.append(actedBy((by) => by.set("hash", new Uint8Array(32))));
    expect(verdictOf(world, escrow)?.because).toContain("not in the escrow log");
    const far = locked.append(actedBy((by) => by.set("seq", 1_000_000)));
    expect(verdictOf(far, escrow)).toMatchObject({ verdict: "unverified", admin: undefined });
    const replayed = verdictOf(recovered, staffed);
    expect(replayed?.verdict).toBe("unverified");
  });

  it("does not believe what was done for another escrow log (ESC-8)", () => {
    expect(verdictOf(recovered, openOrganisation("another"))?.because).toContain("another log");
  });

  it("names only members that are still active (ESC-8)", () => {
    const gone = recoverBy(locked, escrow, "Bob", { approve: ["Phone"] }).review("Laptop", { remove: ["Phone"] });
    expect(verdictOf(gone, later)?.verdict).toBe("unverified");
    expect(unverifiedMembers(gone.log, later.log)).toEqual([]);
  });
});
