// What a user's device must do about escrow, and what a pointer turns out to be. docs/spec.md section 11 (ESC-3 to ESC-7).

import { describe, expect, it } from "vitest";
import { type EscrowKnowledge, escrowDuty, escrowIsSound } from "../../src/escrow/duty.js";
import { judgePointer, newestPointer } from "../../src/escrow/pointer.js";
import type { Pointer } from "../../src/log/fields.js";
import { enrollEscrow } from "../support/accepted.js";
import { expectError, snapshot } from "../support/refusal.js";
import { keysNamed, openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  escrowOf,
  expectSameClasses,
  hire,
  joinWithholding,
  openEscrow,
  openOrganisation,
  openUser,
  regrantEscrow,
  renew,
  renewedBy,
  reviewEscrow,
  write,
} from "./support.js";

const escrow = hire(openOrganisation("duty"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const other = openOrganisation("a thief's organisation");
const bare = openWorld("duty");
const user = openUser("duty", escrow);
const pointer = newestPointer(escrow.log);

/** A device's duty, and the duty of one that knows nothing else is the same for the same inputs. */
function dutyOf(world: World, organisation: World | undefined, confirmed?: World, name = "Laptop") {
  const knowledge: EscrowKnowledge = {
    me: world.id(name),
    escrowLog: organisation?.log,
    confirmed: confirmed?.log.head,
  };
  const before = snapshot([world.log, organisation?.log]);
  const duty = escrowDuty(world.log, knowledge);
  expect(snapshot([world.log, organisation?.log])).toBe(before);
  return duty;
}

/** A device enrolls a pointer of its own making. */
const enrollRaw = (world: World, by: string, escrowPointer: Pointer): World =>
  world.act(by, "enrolls a pointer", write("enroll", { escrow: escrowPointer }));

describe("escrowDuty", () => {
  it("is nothing where there is no escrow at all, and when all is well (ESC-4)", () => {
    const approved = bare
      .join("Phone")
      .join("Tablet")
      .review("Laptop", { approve: ["Phone", "Tablet"] });
    const nothing = { action: "nothing", because: "there is no escrow" };
    expect(dutyOf(bare, undefined)).toEqual(nothing);
    expect(dutyOf(approved, undefined, undefined, "Phone")).toEqual(nothing);
    expect(dutyOf(user, escrow, escrow).action).toBe("nothing");
    expect(dutyOf(user, escrow).action).toBe("nothing");
  });

  it("is to wait while escrow is not ready (ESC-1)", () => {
    const unready = openEscrow("unready");
    const duty = dutyOf(bare, unready, unready);
    expect(duty.action).toBe("wait");
    expect(duty.because).toContain("backup-key, enabled");
  });

  it("is to have the fingerprint confirmed, and then to enroll (ESC-4)", () => {
    expect(dutyOf(bare, escrow).action).toBe("confirm");
    expect(dutyOf(bare, escrow, other).action).toBe("confirm");
    expect(dutyOf(bare, escrow, escrow).action).toBe("enroll");
    expect(dutyOf(enroll(bare, "Laptop", escrow), escrow, escrow).action).toBe("nothing");
  });

  it("needs no new confirmation for an escrow log that extends the confirmed one (ESC-5)", () => {
    expect(dutyOf(bare, later, escrow).action).toBe("enroll");
    // What was confirmed is newer than what the server shows now: there is nothing to ask the user.
    expect(dutyOf(bare, escrow, later).action).toBe("fetch");
    const { log } = bare;
    const enrollOn = (organisation: World, head: World) =>
      enrollEscrow(bare.session("Laptop"), organisation.log, head.log.head, bare.env("enrolls"));
    expectError(() => enrollOn(escrow, later), "NOT_PERMITTED", "ESC-4");
    expectError(() => enrollOn(other, escrow), "NOT_PERMITTED", "ESC-4");
    expect(enrollOn(later, escrow).log.head.seq).toBe(log.head.seq + 1);
  });

  it("is to fetch the escrow log when there is none, or one older than the pointer (ESC-4)", () => {
    expect(dutyOf(user, undefined).action).toBe("fetch");
    const ahead = enroll(bare, "Laptop", later);
    expect(dutyOf(ahead, escrow, escrow).action).toBe("fetch");
    expect(escrowIsSound(ahead.log, { escrowLog: escrow.log, confirmed: escrow.log.head })).toBe(false);
  });

  it("is to renew an older pointer (ESC-6)", () => {
    expect(dutyOf(user, later, escrow).action).toBe("renew");
    for (const renewed of [renew(user, "Laptop", later), renewedBy(user, later, "Ann")]) {
      expect(dutyOf(renewed, later, escrow).action).toBe("nothing");
      expectSameClasses(renewed);
    }
  });

  it("is to renew a false pointer, and the honest renewal is admitted (ESC-4)", () => {
    const { sign, kem } = keysNamed("a fake epoch").publicKeys;
    const liar = enrollRaw(bare, "Laptop", { ...pointer, seq: 1, hash: "11".repeat(32) as Pointer["hash"], sign, kem });
    expect(dutyOf(liar, escrow, escrow).action).toBe("renew");
    expect(escrowIsSound(liar.log, { escrowLog: escrow.log, confirmed: escrow.log.head })).toBe(false);
    // What was sealed to the false keys, no admin opens, whatever the log says.
    const renewed = renew(liar, "Laptop", escrow);
    expect(dutyOf(renewed, escrow, escrow)).toMatchObject({ action: "regrant", epochs: [[1, 1]] });
    expect(dutyOf(regrantEscrow(renewed, "Laptop", [[1, 1]]), escrow, escrow).action).toBe("nothing");
  });

  it("is to remove a pointer into another log than the user confirmed, and to ask where nothing was confirmed (ESC-4)", () => {
    const taken = enroll(bare.join("Thief"), "Thief", other);
    expect(dutyOf(taken, escrow, escrow).action).toBe("remove");
    expect(dutyOf(taken, escrow).action).toBe("confirm");
    const cleared = reviewEscrow(taken, "Laptop", "remove");
    expect(dutyOf(cleared, escrow, escrow).action).toBe("enroll");
  });

  it("is to ask when only an unconfirmed device enrolled escrow (ESC-4)", () => {
    const byThief = enroll(bare.join("Thief"), "Thief", escrow);
    expect(dutyOf(byThief, escrow).action).toBe("confirm");
    expect(dutyOf(byThief, escrow, escrow).action).not.toBe("confirm");
    expect(escrowIsSound(byThief.log, { escrowLog: escrow.log })).toBe(false);
    expect(escrowIsSound(byThief.log, { escrowLog: escrow.log, confirmed: escrow.log.head })).toBe(true);
    expect(escrowIsSound(user.log, { escrowLog: escrow.log })).toBe(true);
  });

  it("is to wait for a device that is not confirmed (ESC-4)", () => {
    const joined = user.join("Phone");
    expect(dutyOf(joined, later, escrow, "Phone").action).toBe("wait");
    expect(dutyOf(joined, later, escrow).action).toBe("renew");
    expect(dutyOf(joined.review("Laptop", { approve: ["Phone"] }), later, escrow, "Phone").action).toBe("renew");
  });

  it("is to give again what a join withheld, and nothing else (MEM-6)", () => {
    const withheld = joinWithholding(user, "Phone").review("Laptop", { approve: ["Phone"] });
    // The approval gave the laptop nothing, and the phone's epoch is the laptop's too: every active device is a recipient.
    expect(dutyOf(withheld, escrow)).toMatchObject({ action: "regrant", epochs: [[2, 2]] });
    expect(dutyOf(regrantEscrow(withheld, "Laptop", [[2, 2]]), escrow).action).toBe("nothing");
  });

  it("is to extend escrow by the older epochs that this device holds (ESC-5)", () => {
    const short = enroll(bare.join("Phone"), "Phone", escrow);
    expect(escrowOf(short).held).toEqual([[2, 2]]);
    expect(dutyOf(short, escrow, escrow)).toMatchObject({ action: "extend", epochs: [[1, 1]] });
    const extended = reviewEscrow(short, "Laptop", "approve");
    expect(escrowOf(extended).held).toEqual([[1, 2]]);
    expect(dutyOf(extended, escrow, escrow).action).toBe("nothing");
  });

  it("refuses a member that is none", () => {
    const gone = user.join("Phone").review("Laptop", { remove: ["Phone"] });
    const knowledge = { me: gone.id("Phone"), escrowLog: escrow.log };
    expectError(() => escrowDuty(gone.log, knowledge), "UNKNOWN_MEMBER", "MEM-4");
  });
});

describe("judgePointer", () => {
  const real = escrow.log.links.at(1) ?? expect.unreachable();

  it.each([
    ["newest", pointer, escrow],
    ["newest", { ...pointer, seq: real.seq, hash: real.hash }, escrow],
    ["older", pointer, later],
    ["ahead", newestPointer(later.log), escrow],
    // Its keys decide, not the head that it names.
    ["newest", { ...pointer, seq: 1_000_000 }, escrow],
    ["older", { ...pointer, seq: 1_000_000 }, later],
    ["newest", { ...pointer, hash: real.hash }, escrow],
    ["other-log", pointer, other],
    ["ahead", { ...pointer, epoch: 2 }, escrow],
    ["false", { ...pointer, epoch: 2 }, later],
    ["false", { ...pointer, sign: keysNamed("x").sign }, escrow],
    ["false", { ...pointer, kem: keysNamed("x").publicKeys.kem }, escrow],
  ] as const)("says %s (ESC-4) [%#]", (verdict, given, organisation) => {
    expect(judgePointer(given, organisation.log)).toBe(verdict);
  });

  it("accepts what newestPointer gives, at every head of a ready log (ESC-3)", () => {
    for (const world of [escrow, later, later.rotate("Ann")]) {
      expect(judgePointer(newestPointer(world.log), world.log)).toBe("newest");
      expect(newestPointer(world.log).epoch).toBe(world.log.epochs.length);
    }
  });
});
