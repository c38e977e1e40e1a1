// Attacks on clients that follow the rules of escrow: duties, judgements, reports and recovery must not be turned against them.
// docs/spec.md section 11 (ESC-4 to ESC-9) and section 6 (MEM-9).
//
// Bob was an admin with the role manage, and is dismissed. A thief has the user's password and joins as `Thief`; the server helps
// them.

import { describe, expect, it } from "vitest";
import { drawKeys } from "../../src/authoring/enter.js";
import { review as approve } from "../../src/authoring/verbs.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { runsOf } from "../../src/bytes/runs.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { organisationReport, ReportTotals } from "../../src/escrow/organisation-report.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import type { Pointer } from "../../src/log/fields.js";
import { escrowActs } from "../../src/trust/acts.js";
import { claimedRuns } from "../../src/trust/claimed.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import { reclaim, recordAccess, setPolicy } from "../support/accepted.js";
import { mutate, type RawBody } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { say } from "../support/spoken.js";
import { keysNamed, openWorld, pointerKeys, type World } from "../support/world.js";
import {
  announce,
  dismiss,
  doAct,
  doubted,
  dutiful,
  enroll,
  epochSigner,
  escrowOf,
  hire,
  junkFor,
  type Known,
  openEscrow,
  openOrganisation,
  openUser,
  owes,
  paper,
  pointedBy,
  policyBy,
  recoverBy,
  regrantEscrow,
  renew,
  renewedBy,
  restore,
  reviewEscrow,
  rowAbout,
  stepsOf,
} from "./support.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);
const escrow = dismiss(hired, "Bob");
/** The keys and logs that Bob kept. */
const stale = { log: hired.log, keyring: escrow.session("Bob").keyring };
const thiefsKeys = drawKeys(seededEnv("a false epoch"));
const falsePointer: Pointer = { ...newestPointer(escrow.log), ...pointerKeys(thiefsKeys) };

const point = (user: World, pointer: Pointer, by = "Thief"): World => pointedBy(user, by, pointer);

/** Bob records his act in a fork of the escrow log, where he is still an admin. The true log has another link there. */
const byBob = (user: World, approve: readonly string[], remove: readonly string[] = []): World =>
  recoverBy(user, hired, "Bob", { approve, remove });

/** The signing key of the epoch that the user's pointers name at first. */
const signerOfEpoch = epochSigner(hired, "Ann", 1);

/** The entries without the attachments of one of them. */
const withheld = ({ entries }: World, seq: number): readonly Uint8Array[] =>
  entries.map((entry, index) => (index === seq - 1 ? encodeEntry(decodeEntry(entry).link.bytes, []) : entry));

async function reportOn(user: World, entries: readonly Uint8Array[] | undefined = user.entries) {
  const totals = new ReportTotals();
  const row = await rowAbout(escrow, { log: user.log, entries }, { admin: escrow.session("Ann") });
  totals.add(row);
  return { row, totals };
}

describe("a fork of the escrow log by a dismissed admin", () => {
  const fork = hired.rotate("Bob").rotate("Bob");
  const user = renew(openUser("fork", hired), "Laptop", escrow)
    .rotate("Laptop")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });

  it("is not renewed to: the device sees the contradiction and asks the user (ESC-4, ESC-5)", () => {
    for (const confirmed of [undefined, hired]) {
      expect(owes(user, "Phone", fork, { confirmed })).toEqual(["ask confirm-escrow contradicts-pointer"]);
      expect(escrowIsSound(user.log, { escrowLog: fork.log, storedConfirmation: confirmed?.log.head })).toBe(false);
      expect(owes(user, "Phone", escrow, { confirmed })).toEqual([]);
    }
    const rotated = user.rotate("Laptop");
    expect(openAsEscrow(fork.session("Bob"), rotated.log, rotated.entries).keyring.epochs).toEqual([1]);
  });

  it("that ends at the pointer's head is not renewed to either (ESC-4)", () => {
    const short = hired.rotate("Bob");
    expect(short.log.head.seq).toBe(escrow.log.head.seq);
    expect(owes(user, "Phone", short, { confirmed: hired })).toEqual(["ask confirm-escrow contradicts-pointer"]);
  });

  it("is distinguished from a lie by the user: a pointer at a head that never existed blocks nobody (ESC-4)", () => {
    const joined = user.join("Thief");
    const { seq } = newestPointer(escrow.log);
    for (const [pointer, because] of [
      [{ ...falsePointer, hash: "11".repeat(32) as Pointer["hash"] }, "false"],
      [{ ...falsePointer, seq: 1_000_000 }, "false"],
      [{ ...newestPointer(hired.log), seq, hash: "22".repeat(32) as Pointer["hash"] }, "older"],
    ] as const) {
      const pointed = point(joined, pointer);
      expect(owes(pointed, "Laptop", escrow, { confirmed: hired })).toEqual(["ask confirm-escrow contradicts-pointer"]);
      // A comparison made before the pointer was set does not count.
      expect(owes(pointed, "Laptop", escrow, { confirmed: escrow, confirmedAt: joined.log.head })).toEqual([
        "ask confirm-escrow contradicts-pointer",
      ]);
      expect(owes(pointed, "Laptop", escrow, { confirmed: escrow, confirmedAt: pointed.log.head })).toEqual([
        `author renew-escrow ${because}`,
      ]);
      expect(owes(pointed, "Laptop", fork)[0]).toMatch(/^ask confirm-escrow/);
    }
  });

  it("makes no device believe an act that only the fork has (ESC-8)", () => {
    // Bob records it in his fork, and the laptop follows the true log.
    const byFork = restore(openUser("fork", hired).join("Thief"), hired, "Bob", { approve: ["Thief"] });
    const acted = renew(byFork.user, "Laptop", escrow);
    const itsFork = byFork.escrow.rotate("Bob").rotate("Bob");
    for (const confirmed of [undefined, hired]) {
      expect(owes(acted, "Laptop", itsFork, { confirmed })).toEqual([
        "ask confirm-escrow contradicts-pointer",
        "ask whose-members",
      ]);
      expect(owes(acted, "Laptop", escrow, { confirmed })).toEqual(["ask whose-members"]);
    }
  });
});

describe("members that a dismissed admin brought in", () => {
  it("do not escape by an approval from an accomplice (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Accomplice")
      .join("Thief")
      .review("Accomplice", { approve: ["Thief"] });
    const acted = restore(user, hired, "Bob", { approve: ["Thief"] });
    expect(doubted(acted.user, escrow)).toEqual(user.ids("Thief"));
    expect(doubted(acted.user, acted.escrow)).toEqual([]);
  });

  it("do not escape by removing the members that could vouch (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Accomplice")
      .join("Thief")
      .review("Accomplice", { approve: ["Thief"] });
    const acted = byBob(user, ["Thief"], ["Laptop"]);
    expect(doubted(acted, escrow)).toEqual(acted.ids("Thief"));
    const byThief = byBob(user, ["Thief"]).review("Thief", { remove: ["Accomplice"] });
    expect(doubted(byThief, escrow)).toEqual(byThief.ids("Thief"));
  });

  it("make the members doubted that they let in, also once they are gone (ESC-8)", () => {
    const acted = byBob(openUser("u", hired).join("Thief"), ["Thief"]).enroll("Thief", "Second").leave("Thief");
    expect(doubted(acted, escrow)).toEqual(acted.ids("Second"));
    // An approval by a founding device is different.
    expect(doubted(acted.review("Laptop", { approve: ["Second"] }), escrow)).toEqual([]);
  });

  it("are found by the whole graph of approvals: a removed member may have become founding since (ESC-8)", () => {
    // Escrow lacks epoch 1 when Bob acts, so Ann's approval, which is believed, adds to his.
    const user = enroll(openWorld("u").join("A"), "A", hired)
      .join("R")
      .join("Thief")
      .review("A", { approve: ["R"] });
    const acted = reviewEscrow(byBob(user, ["Thief"], ["R"]), "Laptop", "approve");
    const byAnn = restore(acted, hired, "Ann", { approve: ["Thief"] });
    const left = byAnn.user
      .review("Laptop", { approve: ["A"] })
      .leave("Laptop")
      .leave("A");
    expect(left.log.active.has(left.id("Thief"))).toBe(true);
    const without = dismiss(byAnn.escrow, "Bob");
    expect(doubted(left, without)).toEqual(left.ids("Thief"));
  });

  it("never include the owner's first device, and never members that it approved (ESC-8)", () => {
    const user = openUser("u", hired)
      .join("Thief")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    const acted = byBob(junkFor(user, user.id("Laptop")).rotate("Laptop"), ["Laptop"]);
    expect(escrowActs(acted.log, escrow.log)).toMatchObject([{ believed: false, approved: acted.ids("Laptop") }]);
    expect(doubted(acted, escrow)).toEqual([]);
  });

  it("do not include one that would be confirmed without him, once the founding device has left (ESC-8)", () => {
    const left = openUser("u", hired).join("Phone").join("Thief").leave("Laptop");
    const acted = byBob(left, ["Phone", "Thief"]);
    expect(doubted(acted, escrow)).toEqual(acted.ids("Thief"));
  });

  it("do not include one that an admin recovered, once the founding device has left (ESC-8, MEM-1)", () => {
    const left = openUser("u", hired).join("Thief").join("Phone").leave("Laptop");
    const byAnn = restore(left, hired, "Ann", { approve: ["Phone"] });
    const acted = byBob(byAnn.user, ["Thief"]);
    // Without Bob's act, escrow's approval would still count: no founding device is there.
    expect(doubted(acted, dismiss(byAnn.escrow, "Bob"))).toEqual(acted.ids("Thief"));
  });

  it("must be removed before anything is granted (ESC-8)", () => {
    const acted = byBob(openUser("u", hired).join("Thief"), ["Thief"]);
    const known: Known = { confirmed: hired, strangers: acted.ids("Thief") };
    expect(owes(acted, "Laptop", escrow, { confirmed: hired })).toEqual(["ask whose-members"]);
    // Renewing first would grant the new epoch to the thief; removing only the thief would grant it to Bob's pointer.
    const members = [...acted.ids("Thief"), escrowOf(acted).id].sort();
    expect(stepsOf(acted, "Laptop", escrow, known)).toMatchObject([
      { link: "remove", members, because: "not-believed", withholdFromEscrow: false },
    ]);
    const two = byBob(openUser("u", hired).join("Spy").join("Thief"), ["Spy", "Thief"]);
    const strangers = two.ids("Spy", "Thief");
    const sorted = [...strangers].sort();
    expect(strangers).not.toEqual(sorted);
    const all = { confirmed: hired, strangers };
    expect(stepsOf(two, "Laptop", escrow, { confirmed: hired })).toMatchObject([{ members: sorted }]);
    const withEscrow = { members: [...sorted, escrowOf(two).id].sort(), withholdFromEscrow: false };
    expect(stepsOf(two, "Laptop", escrow, all)).toMatchObject([withEscrow]);
    const withheld = { members: sorted, withholdFromEscrow: true };
    expect(stepsOf(two, "Laptop", undefined, all)).toMatchObject([{ what: "escrow-log" }, withheld]);
    const done = dutiful(acted, "Laptop", escrow, { confirmed: hired });
    expect(done.did).toEqual([
      "ask whose-members",
      "author remove not-believed",
      // Another device may have removed escrow because the user decided so: the user is asked.
      "ask enroll-again",
      "author enroll-escrow",
    ]);
    const last = done.user.log.epochs.length;
    expect(openAsEscrow(stale, done.user.log, done.user.entries).keyring.epochs).not.toContain(last);
    // If the pointer is the newest, escrow stays.
    const renewed = renew(acted, "Laptop", escrow);
    expect(stepsOf(renewed, "Laptop", escrow, known)).toMatchObject([{ link: "remove", members: acted.ids("Thief") }]);
    expect(owes(renewed.review("Laptop", { remove: ["Thief"] }), "Laptop", escrow, known)).toEqual([]);
  });

  it("spread doubt to members that reclaim from them (ESC-8)", () => {
    const acted = byBob(openUser("u", hired).join("Thief"), ["Thief"]).join("Second");
    const gone = acted.review("Laptop", { remove: ["Thief"] });
    const reclaimed = gone.act("Second", "reclaims", (session, env) =>
      reclaim(session, { from: acted.session("Thief").keyring }, env),
    );
    expect(reclaimed.record.reclaimedFrom).toBe(acted.id("Thief"));
    expect(doubted(reclaimed, escrow)).toEqual(reclaimed.ids("Second"));
    // The twin: it joined by itself, and reclaimed nothing.
    expect(doubted(gone, escrow)).toEqual([]);
  });
});

describe("members that a dismissed admin brought in, once escrow is removed", () => {
  const acted = byBob(openUser("u", hired).join("Phone").join("Thief"), ["Thief"]);
  const gone = reviewEscrow(acted, "Thief", "remove");
  const other = openOrganisation("another organisation");
  const strangers = gone.ids("Thief");

  it("are left to others by a device that may not remove them (MEM-5)", () => {
    const pending = openWorld("u").lockdown("Laptop", true).join("Phone");
    expect(owes(pending, "Phone", escrow, { confirmed: escrow })).toEqual([]);
    expect(owes(pending, "Laptop", escrow, { confirmed: escrow })).toEqual(["author enroll-escrow"]);
  });

  it("are still removed (ESC-8)", () => {
    expect(doubted(gone, escrow)).toEqual(gone.ids("Thief"));
    for (const confirmed of [hired, undefined]) {
      expect(owes(gone, "Laptop", escrow, { confirmed })).toEqual(["ask whose-members"]);
      expect(stepsOf(gone, "Laptop", escrow, { confirmed, strangers })).toMatchObject([
        { link: "remove", members: strangers },
      ]);
    }
    const cleared = gone.review("Laptop", { remove: ["Thief"] });
    expect(owes(cleared, "Laptop", escrow, { confirmed: hired })).toEqual(["ask enroll-again"]);
  });

  it("are left to a confirmed device while escrow is in order; other devices grant them nothing (ESC-8, row 9)", () => {
    for (const world of [gone, acted]) {
      expect(owes(world, "Phone", escrow, { confirmed: hired })).toEqual(world === gone ? ["ask whose-members"] : []);
      const knowledge = { escrowLog: escrow.log, storedConfirmation: hired.log.head };
      const act = () =>
        approve(world.session("Phone"), { approveUncompared: strangers, escrow: knowledge }, world.env("approves"));
      expectError(act, "UNVERIFIED_MEMBERS", "ESC-8");
    }
    // An escrow log that is not trusted says nothing about any member.
    expect(owes(acted, "Phone", other, { confirmed: hired })).toEqual(["ask confirm-escrow not-trusted"]);
    expect(owes(gone, "Phone", other, { confirmed: hired })).toContain("ask whose-members");
  });

  it("get no grant while no escrow log is at hand that can vouch for them (ESC-4, ESC-8)", () => {
    const ask = (organisation: World | undefined, confirmed?: World) =>
      owes(gone, "Laptop", organisation, { confirmed });
    expect(ask(openEscrow("unready"), hired)).toEqual(["ask confirm-escrow not-trusted", "ask whose-members"]);
    expect(ask(other)).toEqual(["ask confirm-escrow never-confirmed", "ask whose-members"]);
    expect(ask(other, hired)).toEqual(["ask confirm-escrow not-trusted", "ask whose-members"]);
    expect(ask(undefined)).toEqual(["fetch escrow-log none-at-hand", "ask whose-members"]);
    const cleared = gone.review("Laptop", { remove: ["Thief"] });
    expect(owes(cleared, "Laptop", undefined)).toEqual([]);
    // No member was brought in: the agenda only says that an unknown log is not ready.
    expect(owes(cleared, "Laptop", openEscrow("unready"), { confirmed: hired })).toEqual([]);
    expect(owes(openWorld("u"), "Laptop", openEscrow("unready"), { confirmed: hired })).toEqual([]);
  });

  it("are removed in one link with escrow that a thief pointed into another log (ESC-8)", () => {
    const isThiefFirst = new Set<boolean>();
    for (const name of ["One", "Two", "Three", "Four"]) {
      const moved = enroll(gone.rename("Laptop", name), "Thief", other);
      const [thief, member] = [moved.id("Thief"), escrowOf(moved).id];
      isThiefFirst.add(thief < member);
      expect(owes(moved, "Laptop", escrow, { confirmed: hired })).toEqual([
        "ask remove-escrow other-log",
        "ask whose-members",
      ]);
      const answered = { confirmed: hired, strangers, removeEscrow: escrowOf(moved).id };
      expect(stepsOf(moved, "Laptop", escrow, answered)).toMatchObject([
        { link: "remove", members: [thief, member].sort(), because: "user-said" },
      ]);
    }
    // In order of their ids.
    expect(isThiefFirst.size).toBe(2);
    const cleared = enroll(gone.review("Laptop", { remove: ["Thief"] }), "Phone", other);
    expect(owes(cleared, "Laptop", escrow, { confirmed: hired })).toEqual(["ask remove-escrow other-log"]);
  });
});

describe("a device that a dismissed admin brought in", () => {
  // Bob approves the owner's phone too: others doubt it then, but it must still recognise the thief.
  const acted = byBob(byBob(openUser("u", hired).join("Phone").join("Tablet").join("Thief"), ["Phone"], ["Laptop"]), [
    "Thief",
  ]).review("Phone", { approve: ["Tablet"] });
  const confirmed = hired;

  it("is doubted by others, like all members that he or they brought in (ESC-8)", () => {
    expect(doubted(acted, escrow)).toEqual(acted.ids("Phone", "Tablet", "Thief"));
  });

  it("trusts itself and the members that it approved, and removes all others (ESC-8)", () => {
    expect(doubted(acted, escrow, { me: acted.id("Phone") })).toEqual(acted.ids("Thief"));
    const members = [acted.id("Thief"), escrowOf(acted).id].sort();
    const strangers = acted.ids("Thief");
    expect(stepsOf(acted, "Phone", escrow, { confirmed, strangers })).toMatchObject([{ link: "remove", members }]);
    const cleared = reviewEscrow(acted, "Phone", "remove", { remove: ["Thief"] });
    expect(owes(cleared, "Phone", escrow, { confirmed })).toEqual(["ask enroll-again"]);
    expect(owes(cleared, "Phone", undefined)).toEqual([]);
  });

  it("keeps the members that the user recognises as theirs (ESC-8)", () => {
    const me = acted.id("Tablet");
    expect(doubted(acted, escrow, { me })).toEqual(acted.ids("Phone", "Thief"));
    // A member that one of the owner's devices approved is the owner's too. A removed member changes nothing.
    for (const own of [acted.ids("Phone"), acted.ids("Phone", "Laptop")]) {
      expect(doubted(acted, escrow, { me, own })).toEqual(acted.ids("Thief"));
      const members = [acted.id("Thief"), escrowOf(acted).id].sort();
      const known = { confirmed, own, strangers: acted.ids("Thief") };
      expect(stepsOf(acted, "Tablet", escrow, known)).toMatchObject([{ link: "remove", members }]);
    }
    expect(doubted(acted, escrow, { own: acted.ids("Phone") })).toEqual(acted.ids("Thief"));
  });
});

describe("a server that withholds the newest escrow log", () => {
  const user = openUser("u", hired).join("Phone").join("Tablet");
  const ask = (world: World, escrowLog: World, known: Known = {}) =>
    owes(world, "Laptop", escrowLog, { confirmed: hired, ...known });

  it("does not make devices remove members that an admin recovered at a later head: they fetch, and ask (ESC-8)", () => {
    const recovered = restore(user, hired, "Ann", { approve: ["Phone"] });
    expect(ask(recovered.user, hired)).toEqual(["fetch escrow-log act-beyond-log", "ask whose-members"]);
    expect(ask(recovered.user, recovered.escrow)).toEqual([]);
    expect(ask(recovered.user, hired, { own: user.ids("Phone") })).toEqual([]);
    const strangers = user.ids("Phone");
    expect(ask(recovered.user, hired, { strangers })).toEqual([
      "fetch escrow-log act-beyond-log",
      "author remove not-believed",
    ]);
    // Each review is judged by itself.
    const twice = restore(byBob(user, ["Tablet"]), recovered.escrow, "Ann", { approve: ["Phone"] });
    const step = { question: "whose-members", members: user.ids("Phone", "Tablet").slice().sort() };
    expect(stepsOf(twice.user, "Laptop", hired, { confirmed: hired })).toMatchObject([{ what: "escrow-log" }, step]);
    expect(ask(twice.user, twice.escrow)).toEqual(["ask whose-members"]);
    const next = restore(recovered.user, recovered.escrow, "Ann", { approve: ["Tablet"] });
    expect(ask(next.user, recovered.escrow)).toEqual(["fetch escrow-log act-beyond-log", "ask whose-members"]);
  });

  it("does not make a device wait for a position that never comes: the user settles it (ESC-8)", () => {
    const { last } = byBob(user, ["Phone"]);
    const signers = [signerOfEpoch, hired.signer("Bob")];
    const far = user.append(
      mutate(last, { body: (body) => (body.get("by") as RawBody).set("seq", 1_000_000), signers }),
    );
    expect(ask(far, escrow)).toEqual(["fetch escrow-log act-beyond-log", "ask whose-members"]);
    expect(ask(far, escrow, { strangers: user.ids("Phone") })).toEqual([
      "fetch escrow-log act-beyond-log",
      "author remove not-believed",
    ]);
    expect(ask(far, escrow, { own: user.ids("Phone") })).toEqual(["author renew-escrow older"]);
  });

  const renewed = renew(user.review("Laptop", { approve: ["Phone"] }), "Laptop", escrow);
  const fork = hired.rotate("Bob").rotate("Bob");
  const phone = (world: World, escrowLog: World) => owes(world, "Phone", escrowLog, { confirmed: hired })[0];

  it("gains nothing by a thief who removes escrow: the founding device named a later head (ESC-4)", () => {
    const gone = reviewEscrow(renewed.join("Thief"), "Thief", "remove");
    const [confirm, fetch] = ["ask confirm-escrow not-trusted", "fetch escrow-log newer-named"];
    expect([phone(gone, fork), phone(gone, hired), phone(gone, escrow)]).toEqual([confirm, fetch, "ask enroll-again"]);
    const moved = enroll(gone, "Thief", openOrganisation("a third organisation"));
    const asks = "ask remove-escrow other-log";
    // For any log at hand, the user decides about an act that the log does not have.
    expect([phone(moved, fork), phone(moved, hired), phone(moved, escrow)]).toEqual([asks, fetch, asks]);
    // The head in this log that the founding device named counts, not the head in another log that it named since.
    const left = enroll(reviewEscrow(renewed, "Laptop", "remove"), "Laptop", openOrganisation("a third organisation"));
    expect([phone(left, fork), phone(left, hired), phone(left, escrow)]).toEqual([asks, fetch, asks]);
    expect(escrowIsSound(gone.log, { escrowLog: escrow.log, storedConfirmation: hired.log.head })).toBe(false);
    expect(escrowIsSound(renewed.log, { escrowLog: undefined })).toBe(false);
    expect(escrowIsSound(renewed.log, { escrowLog: escrow.log })).toBe(true);
  });

  it("is asked for it again when the user confirmed a later head than it shows (ESC-4)", () => {
    for (const world of [renewed, openUser("v", hired)]) {
      expect(owes(world, "Laptop", hired, { confirmed: escrow })).toEqual(["fetch escrow-log newer-named"]);
    }
  });

  it("gains nothing by a thief who points back to the old epoch (ESC-4)", () => {
    const back = point(renewed.join("Thief"), newestPointer(hired.log));
    const [confirm, fetch] = ["ask confirm-escrow not-trusted", "fetch escrow-log newer-named"];
    expect([phone(back, fork), phone(back, hired), phone(back, escrow)]).toEqual([
      confirm,
      fetch,
      "author renew-escrow older",
    ]);
    expect(escrowIsSound(back.log, { escrowLog: hired.log, storedConfirmation: hired.log.head })).toBe(false);
  });
});

describe("heads that a founding device named", () => {
  const start = openUser("u", hired)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] })
    .join("Thief");
  const elsewhere = { hash: "33".repeat(32) as Pointer["hash"] };
  /** The links after `Laptop` named these: a thief names the newest, and the other founding device takes its class back. */
  const phone = (
    pointers: readonly Pointer[],
    confirmed: World | undefined,
    { escrowLog = escrow, compares = false } = {},
  ): string => {
    const named = pointers.reduce((user, pointer) => point(user, pointer, "Laptop"), start);
    const user = point(named, newestPointer(escrowLog.log));
    const confirmedAt = compares ? user.log.head : start.log.head;
    const [first = "nothing"] = owes(user, "Phone", escrowLog, { confirmed, confirmedAt });
    return first;
  };
  const settled = "author renew-escrow founder";
  const asks = "ask confirm-escrow not-trusted";

  it("make a device ask if the log at hand lacks the head, until the user settles it (ESC-4)", () => {
    const { seq } = escrow.log.head;
    const forked = { ...newestPointer(hired.log), ...elsewhere, seq };
    const ahead = { ...falsePointer, ...elsewhere, seq: seq + 1 };
    const farAhead = { ...newestPointer(hired.log), seq: 1_000_000 };
    // What the user confirmed before says nothing about what a pointer names since.
    for (const confirmed of [hired, escrow]) {
      expect(phone([forked], confirmed)).toBe(asks);
      expect(phone([ahead], confirmed)).toBe("fetch escrow-log newer-named");
      expect(phone([farAhead], confirmed)).toBe(asks);
      expect(phone([forked, farAhead], confirmed)).toBe(asks);
    }
    for (const pointers of [[forked], [ahead], [farAhead], [forked, farAhead]]) {
      expect(phone(pointers, escrow, { compares: true })).toBe(settled);
    }
    const grown = policyBy(escrow, "Ann", { userContacts: ["later"] });
    expect(phone([farAhead], escrow, { escrowLog: grown, compares: true })).toBe(settled);
  });

  it("count only by the last one (ESC-4)", () => {
    const second = escrow.rotate("Ann").rotate("Ann");
    const long = second.rotate("Ann").rotate("Ann");
    const aside = setPolicy(second.session("Ann"), { userContacts: ["fork"] }, second.env("fork"));
    const fork = second.append(aside.entry).rotate("Ann");
    const named = [escrow.rotate("Ann"), second, second.rotate("Ann")].map(({ log }) => newestPointer(log));
    for (const confirmed of [undefined, hired]) {
      expect(phone(named, confirmed, { escrowLog: long })).toBe(settled);
      expect(phone(named, confirmed, { escrowLog: fork })).toMatch(/^ask confirm-escrow/);
      expect(phone(named.slice(0, 2), confirmed, { escrowLog: fork })).toBe(settled);
    }
    const forked = { ...newestPointer(hired.log), ...elsewhere, seq: escrow.log.head.seq };
    expect(phone([forked, newestPointer(second.log)], hired, { escrowLog: long })).toBe(settled);
  });
});

describe("a thief's device that a dismissed admin made founding, once the founding devices are gone", () => {
  const acted = byBob(openUser("u", hired).join("Phone").join("Thief").leave("Laptop"), ["Thief"]);
  const other = openOrganisation("another organisation");
  const moved = enroll(reviewEscrow(acted, "Thief", "remove"), "Thief", other);

  it("makes no device trust the escrow log that it names (ESC-4, ESC-8)", () => {
    expect(moved.log.active.get(moved.id("Thief"))?.founder).toBe(1);
    expect(escrowIsSound(moved.log, { escrowLog: other.log })).toBe(false);
    expect(escrowIsSound(moved.log, { escrowLog: other.log, storedConfirmation: other.log.head })).toBe(true);
    // The head that it names does not count as agreement with the founding device either: the user is asked.
    const back = enroll(reviewEscrow(moved, "Thief", "remove"), "Thief", escrow);
    expect(escrowIsSound(back.log, { escrowLog: escrow.log })).toBe(true);
    const both = enroll(reviewEscrow(back, "Thief", "remove"), "Thief", other);
    expect(
      escrowIsSound(enroll(reviewEscrow(both, "Phone", "remove"), "Phone", escrow).log, { escrowLog: escrow.log }),
    ).toBe(false);
  });
});

describe("a device that may not act", () => {
  it("has no steps: in lockdown the confirmed devices act (MEM-5, ESC-4)", () => {
    const locked = point(openUser("u", hired), falsePointer, "Laptop").lockdown("Laptop", true);
    const user = locked.join("Phone");
    expect(owes(user, "Laptop", escrow, { confirmed: escrow })).toEqual(["author renew-escrow false"]);
    expect(owes(user, "Phone", escrow, { confirmed: escrow })).toEqual([]);
  });
});

describe("reports and withheld bytes", () => {
  it("distinguish bytes that were not delivered from lost epochs (GRT-4)", async () => {
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
    expect(totals.todo.map(say).join()).toContain("fetch the user's attachments again: encryption key 1");
  });

  it("count grants to escrow whatever members declare missing (section 8, ESC-11)", () => {
    const joined = openUser("u", escrow).join("Thief");
    const declared = junkFor(joined, joined.id("Laptop")).rotate("Laptop");
    expect(declared.record.missing).toEqual([[3, 3]]);
    expect(claimedRuns(declared.log, escrow.log)).toEqual([[1, 4]]);
  });

  it("never make an admin give up epochs that were only not delivered (MEM-9, ESC-11)", () => {
    const joined = openUser("u", escrow).join("Thief");
    const junked = regrantEscrow(junkFor(joined, escrowOf(joined).id), "Laptop", [[3, 3]]);
    const user = junked.join("Phone");
    const { escrow: later, act } = announce(escrow, "Ann", user, { approve: ["Phone"], remove: ["Laptop", "Thief"] });
    const given = (entries: readonly Uint8Array[]) => doAct(user, later, "Ann", act, { entries });
    const whole = given(user.entries);
    expect(whole.record).toMatchObject({ missing: [], actor: { runs: [[1, 4]] } });
    expect(runsOf(whole.session("Phone").keyring.epochs)).toEqual([[1, 5]]);
    // An epoch whose bytes are not there is not named. Another review can give it once they are.
    const short = given(withheld(user, junked.log.head.seq));
    expect(short.record).toMatchObject({
      missing: [],
      actor: {
        runs: [
          [1, 2],
          [4, 4],
        ],
      },
    });
    expect(claimedRuns(short.log, escrow.log)).toEqual([[1, 5]]);
    const again = recoverBy(short, later, "Ann", { approve: ["Phone"] });
    expect(runsOf(again.session("Phone").keyring.epochs)).toEqual([[1, 5]]);
  });
});

describe("a thief's pointer", () => {
  it("to false keys stops neither the user's other device nor recovery after it (ESC-4, ESC-6)", () => {
    const user = point(openUser("u", escrow).join("Thief"), falsePointer).join("Phone");
    expect(owes(user, "Phone", escrow), "nobody confirmed here").toEqual(["ask confirm-escrow never-confirmed"]);
    const compared = { confirmed: escrow, confirmedAt: user.log.head };
    expect(owes(user, "Phone", escrow, compared)).toEqual(["author renew-escrow false"]);
    const lists = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
    expectError(() => recoverBy(user, escrow, "Ann", lists), "NOT_PERMITTED", "ESC-3");
    const recovered = recoverBy(renew(user, "Phone", escrow), escrow, "Ann", lists);
    expect(recovered.session("Phone").keyring.epochs.at(0)).toBe(1);
  });

  it("gets no older epoch, whatever the log claims that escrow holds (ESC-11; case 1)", () => {
    // The thief renews to keys of its own, ahead of the log at hand, and then, as escrow, would give up the past.
    const ahead = { ...falsePointer, seq: 1_000, epoch: 900 };
    const user = point(openUser("u", escrow).rotate("Laptop").join("Thief"), ahead);
    const laptop = (known: Known) => stepsOf(user, "Laptop", escrow, known);
    expect(laptop({ confirmed: escrow })).toMatchObject([
      { do: "fetch", what: "escrow-log" },
      { do: "ask", question: "confirm-escrow" },
    ]);
    expect(laptop({ confirmed: escrow, confirmedAt: user.log.head })).toMatchObject([
      { do: "fetch", what: "escrow-log" },
      { do: "ask", question: "remove-escrow", because: "ahead" },
    ]);
    // No review by it declares anything missing, so no device has to grant it anything again.
    const { id, held } = escrowOf(user);
    expect(held).toEqual([[1, 4]]);
    const forgetful = { author: thiefsKeys.signingKey, approve: [], remove: user.ids("Laptop"), missing: [[1, 2]] };
    const by = { admin: user.signer("Thief").signingKey, seq: 1, hash: "11".repeat(32), salt: new Uint8Array(32) };
    const draft = { before: user.log, type: "review", fields: { ...forgetful, by } } as const;
    const signers = [thiefsKeys, user.signer("Thief")];
    const write = () => writeLink({ ...draft, signers, guard: "not-a-users-device" }, user.env("forgets"));
    expectError(write, "NOT_PERMITTED", "MEM-9");
    // And an approval by it gives the epochs of its own pair: the epoch that the thief made.
    const join = user.join("Second");
    const approval = {
      author: thiefsKeys.signingKey,
      by: { ...by, runs: [[1, 1]] },
      approve: join.ids("Second"),
      remove: [],
    };
    const gives = (runs: unknown) => () =>
      writeLink(
        {
          ...{ before: join.log, type: "review", signers, guard: "not-a-users-device" },
          fields: { ...approval, by: { ...by, runs } },
        },
        join.env("gives"),
      );
    expectError(gives([[1, 1]]), "NOT_PERMITTED", "ESC-11");
    expectError(gives([[1, 4]]), "NOT_PERMITTED", "ESC-11");
    // The laptop's user removes it, and nobody else gets later epochs.
    const done = dutiful(user, "Laptop", escrow, { confirmed: escrow });
    expect(done.did.slice(0, 2)).toEqual(["ask confirm-escrow not-trusted", "ask remove-escrow ahead"]);
    expect(done.user.log.active.has(id)).toBe(false);
    const cleared = done.user.review("Laptop", { remove: ["Thief"] });
    expect(cleared.session("Thief").keyring.epochs).not.toContain(cleared.log.epochs.length);
    // The twin: without the thief's pointer there is nothing to do.
    expect(owes(openUser("u", escrow).rotate("Laptop"), "Laptop", escrow, { confirmed: escrow })).toEqual([]);
  });

  it("to a true old epoch at a head far ahead is renewed like any old one, and counted (ESC-4, ESC-6)", async () => {
    const user = point(openUser("u", hired).join("Thief"), { ...newestPointer(hired.log), seq: 100_000 });
    const rotated = user.rotate("Laptop");
    expect(openAsEscrow(stale, rotated.log, rotated.entries).keyring.epochs).toEqual([1, 2, 3, 4]);
    const { row, totals } = await reportOn(rotated);
    expect(row.pointer).toBe("older");
    expect(row.renewal).toEqual(["older", "founder"]);
    expect(totals.stale).toBe(1);
    // A fork that ends early would look the same: the user compares once.
    for (const confirmed of [undefined, hired, escrow]) {
      expect(owes(rotated, "Laptop", escrow, { confirmed })).toEqual(["ask confirm-escrow contradicts-pointer"]);
    }
    const compared = { confirmed: escrow, confirmedAt: rotated.log.head };
    expect(owes(rotated, "Laptop", escrow, compared)).toEqual(["author renew-escrow older"]);
    const after = renewedBy(rotated, escrow, "Ann").rotate("Laptop");
    expect(openAsEscrow(stale, after.log, after.entries).keyring.epochs).toEqual([1, 2, 3, 4]);
  });

  it("back to an organisation that the user left makes devices stop and ask (ESC-4, ESC-5)", () => {
    const other = policyBy(paper(openEscrow("second"), ["manage"]), "Ann", { enabled: true });
    const moved = enroll(reviewEscrow(openUser("u", escrow), "Laptop", "remove"), "Laptop", other).rotate("Laptop");
    const back = enroll(reviewEscrow(moved.join("Thief"), "Thief", "remove"), "Thief", escrow);
    for (const confirmed of [undefined, other]) {
      expect(owes(back, "Laptop", escrow, { confirmed })[0]).toMatch(/^ask confirm-escrow/);
      expect(escrowIsSound(back.log, { escrowLog: escrow.log, storedConfirmation: confirmed?.log.head })).toBe(false);
    }
    expect(owes(back, "Laptop", other, { confirmed: other })).toEqual(["ask remove-escrow other-log"]);
  });

  it("to false keys cannot make escrow give up epochs in its own name (MEM-9, ESC-3)", async () => {
    const device = keysNamed("an invented admin");
    const start = openUser("u", escrow)
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] })
      .join("Thief");
    const user = point(start, falsePointer);
    const { seq, hash } = newestPointer(escrow.log);
    const fields = {
      author: thiefsKeys.signingKey,
      by: { admin: device.signingKey, seq, hash },
      escrow: newestPointer(escrow.log),
    };
    const signers = [thiefsKeys, device];
    const draft = { before: user.log, type: "renew-escrow", signers, guard: "not-a-users-device" } as const;
    const forgetful = { ...draft, fields: { ...fields, missing: [[1, 4]] } };
    expectError(() => writeLink(forgetful, user.env("forgets")), "NOT_PERMITTED", "MEM-9");
    const renewed = user.append(writeLink({ ...draft, fields }, user.env("forgets")).entry);
    expect(escrowOf(renewed).held).toEqual([[1, 6]]);
    // Epoch 5 was granted to the false keys.
    const real = [
      [1, 4],
      [6, 6],
    ];
    for await (const row of organisationReport(escrow.log, [{ log: renewed.log }]))
      expect(row).toMatchObject({ claimed: real, lost: [], renewal: ["known-to-former-admin", "founder"] });
    expect((await reportOn(renewed)).row).toMatchObject({ proven: real, lost: [] });
    const access = { userLog: renewed.log, epochs: [[1, 1]] as const, reason: "order" };
    expect(recordAccess(escrow.session("Ann"), access, escrow.env("records")).log.head.seq).toBe(seq + 1);
  });
});

describe("work that a thief can cause", () => {
  it("is small for acts that name any heads: heads are looked up, and nothing is replayed (ESC-8)", () => {
    const long = Array.from({ length: 60 }).reduce<World>((world) => world.rotate("Ann"), escrow);
    let user = point(openUser("u", escrow).join("Thief"), { ...falsePointer, ...long.log.head });
    const device = keysNamed("an invented admin");
    for (let count = 0; count < 30; count++) {
      const { hash } = long.log.links.at(count) ?? expect.unreachable();
      const pointer = { ...falsePointer, seq: count + 1 };
      const fields = {
        author: thiefsKeys.signingKey,
        by: { admin: device.signingKey, seq: count + 1, hash },
        escrow: pointer,
      };
      const signers = [thiefsKeys, device];
      const draft = { before: user.log, type: "renew-escrow", signers, fields, guard: "not-a-users-device" } as const;
      user = user.append(writeLink(draft, user.env(`act ${count}`)).entry);
    }
    const acts = escrowActs(user.log, long.log);
    expect(acts).toHaveLength(30);
    expect(new Set(acts.map(({ because }) => because))).toEqual(new Set(["no-admin-now"]));
  });
});
