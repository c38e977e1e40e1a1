// Attacks on what surrounds the rules of escrow: duties, overlays, reports and recovery must not be turned against those who
// follow them. docs/spec.md section 11 (ESC-4 to ESC-9) and section 6 (MEM-9).
//
// Bob was an admin and is dismissed. A thief has the user's password and joins as `Thief`; the server helps them.

import { describe, expect, it } from "vitest";
import { escrowActs, unverifiedMembers } from "../../src/escrow/acts.js";
import { claimedRuns, epochKeys } from "../../src/escrow/claimed.js";
import { escrowDuty, escrowIsSound } from "../../src/escrow/duty.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { newestPointer } from "../../src/escrow/pointer.js";
import { organisationReport, ReportTotals } from "../../src/escrow/report.js";
import { writeLink } from "../../src/grants/author.js";
import { drawKeys } from "../../src/grants/enter.js";
import { changedKeyring, newKeyring } from "../../src/keys/keyring.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import type { Pointer } from "../../src/log/fields.js";
import { runsOf } from "../../src/log/runs.js";
import { recordAccess, recover, renewFor, rotate, setPolicy } from "../support/accepted.js";
import { boxIndex, signerOf, withAttachment } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { keysNamed, openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  escrowOf,
  hire,
  openEscrow,
  openOrganisation,
  openUser,
  paper,
  policyBy,
  recoverBy,
  regrantEscrow,
  renew,
  reviewEscrow,
  write,
} from "./support.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["recover"]);
const escrow = dismiss(hired, "Bob");
/** What Bob took along. */
const stale = { log: hired.log, keyring: escrow.session("Bob").keyring };
const thiefsKeys = drawKeys(seededEnv("a false epoch"));
const falsePointer: Pointer = {
  ...newestPointer(escrow.log),
  sign: thiefsKeys.publicKeys.sign,
  kem: thiefsKeys.publicKeys.kem,
};

const point = (user: World, pointer: Pointer, by = "Thief"): World =>
  user.append(write("renew-escrow", { escrow: pointer })(user.session(by), user.env(`points to ${pointer.seq}`)).entry);

const byBob = (user: World, approve: readonly string[], remove: readonly string[] = []): World => {
  const lists = { approve: user.ids(...approve), remove: user.ids(...remove) };
  return user.append(recover(stale, { userLog: user.log, entries: user.entries, ...lists }, user.env("Bob")).entry);
};

/** A rotation by the thief whose box for a member is noise. */
function junkFor(user: World, victim: string | undefined): World {
  const rotated = user.act("Thief", "rotates with junk", rotate);
  const index = boxIndex(rotated.record, victim === undefined ? escrowOf(rotated).id : rotated.id(victim));
  const noise = seededEnv("noise").random(1152);
  return user.append(withAttachment(rotated.last, index, noise, [signerOf(user.session("Thief"))]));
}

/** The entries with the attachments of one left out. */
const withheld = ({ entries }: World, seq: number): readonly Uint8Array[] =>
  entries.map((entry, index) => (index === seq - 1 ? encodeEntry(decodeEntry(entry).link.bytes, []) : entry));

async function reportOn(user: World, entries: readonly Uint8Array[] | undefined = user.entries) {
  const totals = new ReportTotals();
  const admin = escrow.session("Ann");
  for await (const row of organisationReport(escrow.log, [{ log: user.log, entries }], { admin })) {
    totals.add(row);
    return { row, totals };
  }
  return expect.unreachable("no row");
}

describe("a fork of the escrow log by a dismissed admin", () => {
  const fork = hired.rotate("Bob").rotate("Bob");
  const user = renew(openUser("fork", hired), "Laptop", escrow)
    .rotate("Laptop")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });

  it("is not renewed to: whoever sees the contradiction asks the user (ESC-4, ESC-5)", () => {
    const me = user.id("Phone");
    for (const confirmed of [undefined, hired.log.head]) {
      expect(escrowDuty(user.log, { me, escrowLog: fork.log, confirmed }).action).toBe("confirm");
      expect(escrowIsSound(user.log, { escrowLog: fork.log, confirmed })).toBe(false);
      expect(escrowDuty(user.log, { me, escrowLog: escrow.log, confirmed }).action).toBe("nothing");
    }
    const rotated = user.rotate("Laptop");
    expect(openAsEscrow(fork.session("Bob"), rotated.log, rotated.entries).keyring.epochs).toEqual([1]);
  });

  it("that goes no further than the pointer's head is not renewed to either (ESC-4)", () => {
    const short = hired.rotate("Bob");
    const me = user.id("Phone");
    expect(short.log.head.seq).toBe(escrow.log.head.seq);
    expect(escrowDuty(user.log, { me, escrowLog: short.log, confirmed: hired.log.head }).action).toBe("confirm");
  });

  it("is told from a lie by the user's word: a pointer at a head that never was blocks nobody (ESC-4)", () => {
    const joined = user.join("Thief");
    const { seq } = newestPointer(escrow.log);
    for (const pointer of [
      { ...falsePointer, hash: "11".repeat(32) as Pointer["hash"] },
      { ...falsePointer, seq: 1_000_000 },
      { ...newestPointer(hired.log), seq, hash: "22".repeat(32) as Pointer["hash"] },
    ]) {
      const pointed = point(joined, pointer);
      const duty = (confirmed?: World) =>
        escrowDuty(pointed.log, { me: pointed.id("Laptop"), escrowLog: escrow.log, confirmed: confirmed?.log.head });
      expect(duty(hired).action).toBe("confirm");
      expect(duty(escrow).action).toBe("renew");
      expect(escrowDuty(pointed.log, { me: pointed.id("Laptop"), escrowLog: fork.log }).action).toBe("confirm");
    }
  });
});

describe("members whom a dismissed admin brought in", () => {
  it("do not escape by an approval from an accomplice (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Accomplice")
      .join("Thief")
      .review("Accomplice", { approve: ["Thief"] });
    const acted = byBob(user, ["Thief"]);
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Thief"));
    expect(unverifiedMembers(acted.log, hired.log)).toEqual([]);
  });

  it("do not escape by removing whoever could vouch (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Accomplice")
      .join("Thief")
      .review("Accomplice", { approve: ["Thief"] });
    const acted = byBob(user, ["Thief"], ["Laptop"]);
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Thief"));
    const byThief = byBob(user, ["Thief"]).review("Thief", { remove: ["Accomplice"] });
    expect(unverifiedMembers(byThief.log, escrow.log)).toEqual(byThief.ids("Thief"));
  });

  it("take along whom they let in, also once they are gone (ESC-8)", () => {
    const acted = byBob(openUser("u", hired).join("Thief"), ["Thief"]).enroll("Thief", "Second").leave("Thief");
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Second"));
    // A founding device's approval is another matter.
    const vouched = acted.review("Laptop", { approve: ["Second"] });
    expect(unverifiedMembers(vouched.log, escrow.log)).toEqual([]);
  });

  it("are told by the whole graph of approvals: one who was removed may have come to be founding since (ESC-8)", () => {
    // Escrow lacks epoch 1 when Bob acts, so that Ann's approval, which is believed, adds to his.
    const user = enroll(openWorld("u").join("A"), "A", hired)
      .join("R")
      .join("Thief")
      .review("A", { approve: ["R"] });
    const acted = reviewEscrow(byBob(user, ["Thief"], ["R"]), "Laptop", "approve");
    const approved = recoverBy(acted, hired, "Ann", { approve: ["Thief"] });
    const left = approved
      .review("Laptop", { approve: ["A"] })
      .leave("Laptop")
      .leave("A");
    expect(left.log.active.has(left.id("Thief"))).toBe(true);
    expect(unverifiedMembers(left.log, escrow.log)).toEqual(left.ids("Thief"));
  });

  it("are never the owner's first device, nor whom it approved (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Thief")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    const acted = byBob(junkFor(user, "Laptop").rotate("Laptop"), ["Laptop"]);
    expect(escrowActs(acted.log, escrow.log)).toMatchObject([{ verdict: "unverified", approved: acted.ids("Laptop") }]);
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual([]);
  });

  it("are told from one who would be confirmed without him, once the founding device has left (ESC-8)", () => {
    const left = openUser("u", hired).join("Phone").join("Thief").leave("Laptop");
    const acted = byBob(left, ["Phone", "Thief"]);
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Thief"));
  });

  it("are told from one whom an admin recovered, once the founding device has left (ESC-8, MEM-1)", () => {
    const left = openUser("u", hired).join("Thief").join("Phone").leave("Laptop");
    const acted = byBob(recoverBy(left, hired, "Ann", { approve: ["Phone"] }), ["Thief"]);
    // Had Bob's act never happened, escrow's approval would still count: no founding device is there.
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Thief"));
  });

  it("are to be removed before anything is granted (ESC-8)", () => {
    const acted = byBob(openUser("u", hired).join("Thief"), ["Thief"]);
    const knowledge = { escrowLog: escrow.log, confirmed: hired.log.head };
    const duty = (world: World, name: string) => escrowDuty(world.log, { me: world.id(name), ...knowledge });
    // Renewing first would grant the new epoch to the thief, removing the thief alone would grant it to Bob's pointer.
    const members = [...acted.ids("Thief"), escrowOf(acted).id];
    expect(duty(acted, "Laptop")).toMatchObject({ action: "remove-unverified", members });
    const cleared = reviewEscrow(acted, "Laptop", "remove", { remove: ["Thief"] });
    expect(openAsEscrow(stale, cleared.log, cleared.entries).keyring.epochs).not.toContain(cleared.log.epochs.length);
    expect(duty(cleared, "Laptop").action).toBe("enroll");
    // Where the pointer is the newest, escrow stays.
    const renewed = renew(acted, "Laptop", escrow);
    expect(duty(renewed, "Laptop")).toMatchObject({ action: "remove-unverified", members: acted.ids("Thief") });
    expect(duty(renewed.review("Laptop", { remove: ["Thief"] }), "Laptop").action).toBe("nothing");
  });
});

describe("members whom a dismissed admin brought in, once escrow is removed", () => {
  const acted = byBob(openUser("u", hired).join("Phone").join("Thief"), ["Thief"]);
  const gone = reviewEscrow(acted, "Thief", "remove");
  const ask = (world: World, name: string, confirmed: World | undefined, escrowLog: World | undefined = escrow) =>
    escrowDuty(world.log, { me: world.id(name), escrowLog: escrowLog?.log, confirmed: confirmed?.log.head });
  const other = openOrganisation("another organisation");

  it("are waited for by a device that may not act for others (MEM-5)", () => {
    const pending = openWorld("u").lockdown("Laptop", true).join("Phone");
    expect(ask(pending, "Phone", escrow).action).toBe("wait");
    expect(ask(pending, "Laptop", escrow).action).toBe("enroll");
  });

  it("are removed all the same (ESC-8)", () => {
    expect(unverifiedMembers(gone.log, escrow.log)).toEqual(gone.ids("Thief"));
    for (const confirmed of [hired, undefined]) {
      expect(ask(gone, "Laptop", confirmed)).toMatchObject({ action: "remove-unverified", members: gone.ids("Thief") });
    }
    expect(ask(gone.review("Laptop", { remove: ["Thief"] }), "Laptop", hired).action).toBe("enroll");
  });

  it("are left to a confirmed device by others, which grant them nothing (ESC-8)", () => {
    expect(ask(gone, "Phone", hired)).toMatchObject({ action: "wait", members: gone.ids("Thief") });
    expect(ask(acted, "Phone", hired)).toMatchObject({ action: "wait", members: acted.ids("Thief") });
    // An escrow log that is not trusted says nothing about anybody.
    expect(ask(acted, "Phone", hired, other)).toEqual({ action: "wait", because: expect.any(String) });
    expect(ask(openUser("u", hired).join("Phone"), "Phone", hired)).not.toHaveProperty("members");
  });

  it("are granted nothing while no escrow log is at hand that can vouch for them (ESC-4, ESC-8)", () => {
    const members = gone.ids("Thief");
    expect(ask(gone, "Laptop", hired, openEscrow("unready"))).toMatchObject({ action: "confirm", members });
    expect(ask(gone, "Laptop", undefined, other)).toMatchObject({ action: "confirm", members });
    expect(ask(gone, "Laptop", hired, other)).toMatchObject({ action: "confirm", members });
    const me = gone.id("Laptop");
    expect(escrowDuty(gone.log, { me, escrowLog: undefined })).toMatchObject({ action: "fetch", members });
    const cleared = gone.review("Laptop", { remove: ["Thief"] });
    expect(escrowDuty(cleared.log, { me, escrowLog: undefined }).action).toBe("nothing");
    // Nobody was brought in: that an unknown log is not ready is all there is to say.
    expect(ask(cleared, "Laptop", hired, openEscrow("unready"))).toMatchObject({ action: "wait" });
    expect(ask(openWorld("u"), "Laptop", hired, openEscrow("unready"))).toMatchObject({ action: "wait" });
  });

  it("go in one link with escrow that a thief pointed into another log (ESC-8)", () => {
    const moved = enroll(gone, "Thief", other);
    const members = [moved.id("Thief"), escrowOf(moved).id];
    expect(ask(moved, "Laptop", hired)).toMatchObject({ action: "remove-unverified", members });
    const cleared = enroll(gone.review("Laptop", { remove: ["Thief"] }), "Phone", other);
    expect(ask(cleared, "Laptop", hired)).toMatchObject({ action: "remove" });
  });
});

describe("a device whom a dismissed admin brought in", () => {
  // Bob approves the owner's phone too: what makes it unverified to others must not make it blind to the thief.
  const acted = byBob(byBob(openUser("u", hired).join("Phone").join("Tablet").join("Thief"), ["Phone"], ["Laptop"]), [
    "Thief",
  ]).review("Phone", { approve: ["Tablet"] });
  const knowledge = { escrowLog: escrow.log, confirmed: hired.log.head };

  it("is unverified to others, as are all whom he brought in, and they in turn (ESC-8)", () => {
    expect(unverifiedMembers(acted.log, escrow.log)).toEqual(acted.ids("Phone", "Tablet", "Thief"));
  });

  it("knows itself and whom it approved, and removes all others (ESC-8)", () => {
    const me = acted.id("Phone");
    expect(unverifiedMembers(acted.log, escrow.log, { me })).toEqual(acted.ids("Thief"));
    const duty = escrowDuty(acted.log, { me, ...knowledge });
    expect(duty).toMatchObject({ action: "remove-unverified", members: [acted.id("Thief"), escrowOf(acted).id] });
    const cleared = reviewEscrow(acted, "Phone", "remove", { remove: ["Thief"] });
    expect(escrowDuty(cleared.log, { me, ...knowledge }).action).toBe("enroll");
    expect(escrowDuty(cleared.log, { me, escrowLog: undefined }).action).toBe("nothing");
  });

  it("keeps whom the user knows to be theirs (ESC-8)", () => {
    const me = acted.id("Tablet");
    expect(unverifiedMembers(acted.log, escrow.log, { me })).toEqual(acted.ids("Phone", "Thief"));
    // What one of the owner's devices approved is the owner's too, and one that was removed since does no harm.
    for (const own of [acted.ids("Phone"), acted.ids("Phone", "Laptop")]) {
      expect(unverifiedMembers(acted.log, escrow.log, { me, own })).toEqual(acted.ids("Thief"));
      expect(escrowDuty(acted.log, { me, own, ...knowledge }).members).toEqual([acted.id("Thief"), escrowOf(acted).id]);
    }
    expect(unverifiedMembers(acted.log, escrow.log, { own: acted.ids("Phone") })).toEqual(acted.ids("Thief"));
  });
});

describe("a server that withholds the newest escrow log", () => {
  const user = openUser("u", hired).join("Phone").join("Tablet");
  const ask = (world: World, escrowLog: World, confirmed = hired) =>
    escrowDuty(world.log, { me: world.id("Laptop"), escrowLog: escrowLog.log, confirmed: confirmed.log.head });

  it("does not make devices remove whom an admin recovered at a later head (ESC-8)", () => {
    const longer = hire(hired, "Carl", ["discover"]);
    const recovered = recoverBy(user, longer, "Bob", { approve: ["Phone"] });
    expect(ask(recovered, hired)).toMatchObject({ action: "fetch", members: recovered.ids("Phone") });
    expect(ask(recovered, longer).action).toBe("nothing");
    const twice = recoverBy(recoverBy(user, hired, "Bob", { approve: ["Tablet"] }), longer, "Bob", {
      approve: ["Phone"],
    });
    expect(ask(twice, hired)).toMatchObject({ action: "fetch", members: twice.ids("Phone") });
    // Whoever is no admin of the log at hand does not become one by naming a later head.
    expect(ask(recovered, dismiss(hired, "Bob"))).toMatchObject({ action: "remove-unverified" });
  });

  const renewed = renew(user.review("Laptop", { approve: ["Phone"] }), "Laptop", escrow);
  const fork = hired.rotate("Bob").rotate("Bob");
  const phone = (world: World, escrowLog: World) =>
    escrowDuty(world.log, { me: world.id("Phone"), escrowLog: escrowLog.log, confirmed: hired.log.head }).action;

  it("gains nothing by a thief who removes escrow: the founding device named a later head (ESC-4)", () => {
    const gone = reviewEscrow(renewed.join("Thief"), "Thief", "remove");
    expect([phone(gone, fork), phone(gone, hired), phone(gone, escrow)]).toEqual(["confirm", "fetch", "enroll"]);
    const moved = enroll(gone, "Thief", openOrganisation("a third organisation"));
    expect([phone(moved, fork), phone(moved, hired), phone(moved, escrow)]).toEqual(["confirm", "fetch", "remove"]);
    // What the founding device named of this log counts, not what it named of another since.
    const left = enroll(reviewEscrow(renewed, "Laptop", "remove"), "Laptop", openOrganisation("a third organisation"));
    expect([phone(left, fork), phone(left, hired), phone(left, escrow)]).toEqual(["confirm", "fetch", "remove"]);
    expect(escrowIsSound(gone.log, { escrowLog: escrow.log, confirmed: hired.log.head })).toBe(false);
    expect(escrowIsSound(renewed.log, { escrowLog: undefined })).toBe(false);
    expect(escrowIsSound(renewed.log, { escrowLog: escrow.log })).toBe(true);
  });

  it("is asked again for it when the user confirmed a later head than it shows (ESC-4)", () => {
    for (const world of [renewed, openUser("v", hired)]) {
      const me = world.id("Laptop");
      expect(escrowDuty(world.log, { me, escrowLog: hired.log, confirmed: escrow.log.head }).action).toBe("fetch");
    }
  });

  it("gains nothing by a thief who points back to the old epoch (ESC-4)", () => {
    const back = point(renewed.join("Thief"), newestPointer(hired.log));
    expect([phone(back, fork), phone(back, hired), phone(back, escrow)]).toEqual(["confirm", "fetch", "renew"]);
    const confirmed = hired.log.head;
    expect(escrowIsSound(back.log, { escrowLog: hired.log, confirmed })).toBe(false);
  });
});

describe("pointers that a founding device named", () => {
  const start = openUser("u", hired)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] })
    .join("Thief");
  const elsewhere = { hash: "33".repeat(32) as Pointer["hash"] };
  /** What the other founding device does after `Laptop` named these, and a thief the newest. */
  const phone = (pointers: readonly Pointer[], confirmed: World | undefined, escrowLog = escrow): string => {
    const named = pointers.reduce((user, pointer) => point(user, pointer, "Laptop"), start);
    const user = point(named, newestPointer(escrowLog.log));
    return escrowDuty(user.log, {
      me: user.id("Phone"),
      escrowLog: escrowLog.log,
      confirmed: confirmed?.log.head,
    }).action;
  };

  it("at a head that the log at hand does not have make it ask, until the user settles it (ESC-4)", () => {
    const { seq } = escrow.log.head;
    const forked = { ...newestPointer(hired.log), ...elsewhere, seq };
    expect(phone([forked], hired)).toBe("confirm");
    expect(phone([{ ...forked, seq: hired.log.head.seq + 1 }], hired.rotate("Ann"))).toBe("confirm");
    expect(phone([forked], escrow)).toBe("nothing");
    // False keys at a head that is still to come are no log's that goes on from where the user confirmed last.
    const ahead = { ...falsePointer, ...elsewhere, seq: seq + 1 };
    expect(phone([ahead], hired)).toBe("fetch");
    expect(phone([ahead], escrow)).toBe("regrant");
  });

  it("make it ask again although a later one is passed over (ESC-4)", () => {
    const forked = { ...newestPointer(hired.log), ...elsewhere, seq: escrow.log.head.seq };
    const farAhead = { ...newestPointer(hired.log), seq: 1_000_000 };
    expect(phone([farAhead], hired)).toBe("nothing");
    expect(phone([forked, farAhead], hired)).toBe("confirm");
  });

  it("count by the last one (ESC-4)", () => {
    const second = escrow.rotate("Ann").rotate("Ann");
    const long = second.rotate("Ann").rotate("Ann");
    const aside = setPolicy(second.session("Ann"), { userContacts: ["fork"] }, second.env("fork"));
    const fork = second.append(aside.entry).rotate("Ann");
    const named = [escrow.rotate("Ann"), second, second.rotate("Ann")].map(({ log }) => newestPointer(log));
    for (const confirmed of [undefined, hired]) {
      expect(phone(named, confirmed, long)).toBe("nothing");
      expect(phone(named, confirmed, fork)).toBe("confirm");
      expect(phone(named.slice(0, 2), confirmed, fork)).toBe("nothing");
    }
    const forked = { ...newestPointer(hired.log), ...elsewhere, seq: escrow.log.head.seq };
    expect(phone([forked, newestPointer(second.log)], hired, long)).toBe("nothing");
  });
});

describe("a thief's device that a dismissed admin made founding, once the founding devices are gone", () => {
  const acted = byBob(openUser("u", hired).join("Phone").join("Thief").leave("Laptop"), ["Thief"]);
  const other = openOrganisation("another organisation");
  const moved = enroll(reviewEscrow(acted, "Thief", "remove"), "Thief", other);

  it("makes nobody trust the escrow log that it names (ESC-4, ESC-8)", () => {
    expect(moved.log.active.get(moved.id("Thief"))?.founder).toBe(1);
    expect(escrowIsSound(moved.log, { escrowLog: other.log })).toBe(false);
    expect(escrowIsSound(moved.log, { escrowLog: other.log, confirmed: other.log.head })).toBe(true);
    // What it names does not pass for agreement with the founding device's word either: the user is asked.
    const back = enroll(reviewEscrow(moved, "Thief", "remove"), "Thief", escrow);
    expect(escrowIsSound(back.log, { escrowLog: escrow.log })).toBe(true);
    const both = enroll(reviewEscrow(back, "Thief", "remove"), "Thief", other);
    expect(
      escrowIsSound(enroll(reviewEscrow(both, "Phone", "remove"), "Phone", escrow).log, { escrowLog: escrow.log }),
    ).toBe(false);
  });
});

describe("a device that may not act", () => {
  it("is told to wait whatever there is to be done: in lockdown the confirmed ones do it (MEM-5, ESC-4)", () => {
    const locked = point(openUser("u", hired), falsePointer, "Laptop").lockdown("Laptop", true);
    const user = locked.join("Phone");
    const duty = (world: World, name: string) =>
      escrowDuty(world.log, { me: world.id(name), escrowLog: escrow.log, confirmed: escrow.log.head }).action;
    expect(duty(user, "Laptop")).toBe("renew");
    expect(duty(user, "Phone")).toBe("wait");
  });
});

describe("reports and withheld bytes", () => {
  it("tell what was not delivered from what is lost (GRT-4)", async () => {
    const user = openUser("u", escrow)
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] });
    const whole = await reportOn(user);
    expect(whole.row).toMatchObject({ status: "covered", lost: [], withheld: [] });
    const { row, totals } = await reportOn(user, withheld(user, 2));
    expect(row).toMatchObject({
      lost: [],
      gaps: [],
      withheld: [{ from: 1, to: 1 }],
      claimed: [[1, 3]],
      proven: [[2, 3]],
    });
    expect(totals.withLoss).toBe(0);
    expect(totals.todo.map(({ text }) => text).join()).toContain("fetch the log's attachments again: epoch 1");
  });

  it("count what escrow declared missing, and not what a device did (section 8, MEM-9)", () => {
    const declared = junkFor(openUser("u", escrow).join("Thief"), "Laptop").rotate("Laptop");
    expect(declared.record.missing).toEqual([[3, 3]]);
    expect(claimedRuns(declared.log, new Set([escrowOf(declared).id]), epochKeys(escrow.log))).toEqual([[1, 4]]);
  });

  it("never make an admin declare missing what was merely not delivered (MEM-9)", () => {
    const junked = regrantEscrow(junkFor(openUser("u", escrow).join("Thief"), undefined), "Laptop", [[3, 3]]);
    const user = junked.join("Phone");
    const options = {
      userLog: user.log,
      approve: user.ids("Phone"),
      remove: user.ids("Laptop", "Thief"),
    };
    const act = (entries: readonly Uint8Array[], abandon?: readonly (readonly [number, number])[]) =>
      user.append(recover(escrow.session("Ann"), { ...options, entries, abandon }, user.env("Ann")).entry);
    const entries = withheld(user, junked.log.head.seq);
    expectError(() => act(entries), "GRANT_UNAVAILABLE", "GRT-1");
    expect(act(user.entries).record.missing).toEqual([]);
    expect(runsOf(act(user.entries).session("Phone").keyring.epochs)).toEqual([[1, 5]]);
    // What never comes can be given up, in so many words; what was delivered cannot.
    const gaveUp = act(entries, [[3, 3]]);
    expect(gaveUp.record.missing).toEqual([[3, 3]]);
    const ids = new Set([escrowOf(gaveUp).id]);
    expect(claimedRuns(user.log, ids, epochKeys(escrow.log))).toEqual([[1, 4]]);
    // Nor does an admin claim then what it said that it lacks (section 8).
    expect(claimedRuns(gaveUp.log, ids, epochKeys(escrow.log))).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(act(user.entries, [[3, 3]]).record.missing).toEqual([]);
  });
});

describe("a thief's pointer", () => {
  it("to false keys stops neither the user's other device nor recovery after it (ESC-4, ESC-6)", () => {
    const user = point(openUser("u", escrow).join("Thief"), falsePointer).join("Phone");
    const me = user.id("Phone");
    expect(escrowDuty(user.log, { me, escrowLog: escrow.log }).action, "nobody confirmed here").toBe("wait");
    const knowledge = { me, escrowLog: escrow.log, confirmed: escrow.log.head };
    expect(escrowDuty(user.log, knowledge).action).toBe("renew");
    const lists = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
    expectError(() => recoverBy(user, escrow, "Ann", lists), "NOT_PERMITTED", "ESC-3");
    const recovered = recoverBy(renew(user, "Phone", escrow), escrow, "Ann", lists);
    expect(recovered.session("Phone").keyring.epochs.at(0)).toBe(1);
  });

  it("to a true old epoch at a head far ahead is renewed like any old one, and counted (ESC-4, ESC-6)", async () => {
    const user = point(openUser("u", hired).join("Thief"), { ...newestPointer(hired.log), seq: 100_000 });
    const rotated = user.rotate("Laptop");
    expect(openAsEscrow(stale, rotated.log, rotated.entries).keyring.epochs).toEqual([1, 2, 3, 4]);
    const { row, totals } = await reportOn(rotated);
    expect(row.pointer).toBe("older");
    expect(totals.stale).toBe(1);
    expect(escrowDuty(rotated.log, { me: user.id("Laptop"), escrowLog: escrow.log }).action).toBe("renew");
    const renewed = renewFor(
      escrow.session("Ann"),
      { userLog: rotated.log, entries: rotated.entries },
      user.env("Ann"),
    );
    const after = rotated.append(renewed.entry).rotate("Laptop");
    expect(openAsEscrow(stale, after.log, after.entries).keyring.epochs).toEqual([1, 2, 3, 4]);
  });

  it("back to an organisation that the user left stops and asks (ESC-4, ESC-5)", () => {
    const other = policyBy(paper(openEscrow("second"), ["manage"]), "Ann", { enabled: true });
    const moved = enroll(reviewEscrow(openUser("u", escrow), "Laptop", "remove"), "Laptop", other).rotate("Laptop");
    const back = enroll(reviewEscrow(moved.join("Thief"), "Thief", "remove"), "Thief", escrow);
    const me = back.id("Laptop");
    for (const confirmed of [undefined, other.log.head]) {
      expect(escrowDuty(back.log, { me, escrowLog: escrow.log, confirmed }).action).toBe("confirm");
      expect(escrowIsSound(back.log, { escrowLog: escrow.log, confirmed })).toBe(false);
    }
    expect(escrowDuty(back.log, { me, escrowLog: other.log, confirmed: other.log.head }).action).toBe("remove");
  });

  it("to false keys cannot make escrow forget in its own name (MEM-9, ESC-3)", async () => {
    const device = keysNamed("an invented admin");
    const start = openUser("u", escrow)
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] })
      .join("Thief");
    const user = point(start, falsePointer);
    const { id } = escrowOf(user);
    const keyring = changedKeyring(newKeyring(user.log.head.log, id, thiefsKeys), { junk: [1, 2, 3, 4] });
    const { seq, hash } = newestPointer(escrow.log);
    const fields = {
      author: thiefsKeys.sign,
      by: { admin: device.sign, seq, hash },
      escrow: newestPointer(escrow.log),
    };
    const draft = { before: user.log, type: "renew-escrow", keyring, signers: [thiefsKeys, device], fields } as const;
    const forgot = user.append(writeLink(draft, user.env("forgets")).entry);
    expect(escrowOf(forgot).held).not.toContainEqual([1, 4]);
    const claims = organisationReport(escrow.log, [{ log: forgot.log }]);
    for await (const row of claims)
      expect(row).toMatchObject({
        claimed: [
          [1, 4],
          [6, 6],
        ],
        lost: [],
      });
    expect((await reportOn(forgot)).row).toMatchObject({
      proven: [
        [1, 4],
        [6, 6],
      ],
      lost: [],
    });
    const access = { userLog: forgot.log, epochs: [[1, 1]] as const, reason: "order" };
    expect(recordAccess(escrow.session("Ann"), access, escrow.env("records")).log.head.seq).toBe(seq + 1);
  });
});

describe("work that a thief can cause", () => {
  it("is small for acts that name any heads: admins are looked up, not replayed (ESC-8)", () => {
    // Each verdict is the same as by replaying the escrow log up to the named head, which other tests ask for one by one.
    const long = Array.from({ length: 60 }).reduce<World>((world) => world.rotate("Ann"), escrow);
    let user = point(openUser("u", escrow).join("Thief"), { ...falsePointer, ...long.log.head });
    const { id } = escrowOf(user);
    for (let count = 0; count < 30; count++) {
      const { hash } = long.log.links.at(count) ?? expect.unreachable();
      const device = keysNamed("an invented admin");
      const pointer = { ...falsePointer, seq: count + 1 };
      const fields = { author: thiefsKeys.sign, by: { admin: device.sign, seq: count + 1, hash }, escrow: pointer };
      const keyring = newKeyring(user.log.head.log, id, thiefsKeys);
      const draft = { before: user.log, type: "renew-escrow", keyring, signers: [thiefsKeys, device], fields } as const;
      user = user.append(writeLink(draft, user.env(`act ${count}`)).entry);
    }
    const acts = escrowActs(user.log, long.log);
    expect(acts).toHaveLength(30);
    expect(new Set(acts.map(({ because }) => because))).toEqual(new Set(["no admin had this key at the named head"]));
  });
});
