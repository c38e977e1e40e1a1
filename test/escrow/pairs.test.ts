// The epochs that a recovery gives: those granted to the keys in force and to the earlier pairs that the admin can prove, and
// that it opens. False keys and former admins add nothing. docs/spec.md section 11.3 (ESC-11), issue 11, cases 8 and 17.

import { describe, expect, it } from "vitest";
import { drawKeys } from "../../src/authoring/enter.js";
import { type Runs, runsOf, uniteRuns } from "../../src/bytes/runs.js";
import { provablePairs } from "../../src/escrow/escrow-keys.js";
import { giftFor } from "../../src/escrow/given-epochs.js";
import { recoverableEpochs } from "../../src/escrow/recover.js";
import type { Pointer } from "../../src/log/fields.js";
import { pairKey, pairOf } from "../../src/log/pairs.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { rotate } from "../support/accepted.js";
import { mutate, type RawBody } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld, pointerKeys, type World } from "../support/world.js";
import {
  announce,
  dismiss,
  doAct,
  enroll,
  epochSigner,
  escrowOf,
  grantedJunk,
  hire,
  joinWithholding,
  junkFor,
  openOrganisation,
  openUser,
  renew,
  renewedRaw,
  restore,
  reviewEscrow,
  write,
} from "./support.js";

const escrow = hire(openOrganisation("pairs of escrow"), "Bob", ["recover"]);
const user = openUser("pairs", escrow).rotate("Laptop");
const PHONE_FOR_LAPTOP = { approve: ["Phone"], remove: ["Laptop"] };

const thiefsKeys = pointerKeys(drawKeys(seededEnv("a false epoch")));

const point = (world: World, by: string, pointer: Pointer): World =>
  world.act(by, `points to ${pointer.seq}`, write("renew-escrow", { escrow: pointer }));

/** The epochs that an admin restores to a new phone of a user whose other devices are gone. */
function restored(world: World, organisation: World, admin: string, lists = PHONE_FOR_LAPTOP): Runs {
  const { user } = restore(world.join("Phone"), organisation, admin, lists);
  return runsOf(user.session("Phone").keyring.epochs);
}

describe("a restored user", () => {
  it("gets the epochs granted to each earlier escrow epoch, proven by its key (ESC-11)", () => {
    const later = dismiss(escrow, "Bob").rotate("Ann");
    const moved = renew(renew(user, "Laptop", dismiss(escrow, "Bob")).rotate("Laptop"), "Laptop", later).join("Phone");
    const { user: saved } = restore(moved, later, "Ann", PHONE_FOR_LAPTOP);
    const { runs, pairs = [] } = saved.record.actor ?? expect.unreachable();
    expect(runs).toEqual([[1, 6]]);
    const epochs = [...later.log.epochs];
    const proven = [epochs[0], epochs[1]].map((epoch) => epoch ?? expect.unreachable());
    const named = pairs.map(([signingKey, kemDigest]) => pairKey({ signingKey, kemDigest }));
    expect(new Set(named)).toEqual(new Set(proven.map((epoch) => pairKey(pairOf(epoch)))));
    expect(runsOf(saved.session("Phone").keyring.epochs)).toEqual([[1, 7]]);
    expect(saved.record.missing).toEqual([]);
  });

  it("gets the epochs granted to escrow before a thief removed it and the owner enrolled it again (case 17)", () => {
    const removed = reviewEscrow(user.join("Thief"), "Thief", "remove");
    const enrolled = enroll(removed.join("Watch"), "Watch", escrow);
    expect(escrowOf(enrolled).held, "what the new enrollment brought").toEqual([[5, 5]]);
    const lists = { approve: ["Phone"], remove: ["Laptop", "Watch", "Thief"] };
    const pending = enrolled.join("Phone");
    expect(runsOf(restore(pending, escrow, "Bob", lists).user.session("Phone").keyring.epochs)).toEqual([
      // Epochs 4 and 5 were made while escrow was away; the watch joined with epoch 5.
      [1, 3],
      [5, 7],
    ]);
    // The twin: nobody removed it.
    expect(restored(user, escrow, "Bob")).toEqual([[1, 4]]);
  });

  it("gets no older epoch through a pointer to a thief's keys (case 1)", () => {
    const joined = user.join("Thief");
    const pointed = point(joined, "Thief", { ...newestPointer(escrow.log), ...thiefsKeys });
    expectError(() => restored(pointed, escrow, "Bob"), "NOT_PERMITTED", "ESC-3");
    // After a renewal to the true pointer, only the epoch of the false pointer is missing, which was the thief's.
    const cured = renew(pointed, "Laptop", escrow);
    const lists = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
    expect(restored(cured, escrow, "Bob", lists)).toEqual([
      [1, 3],
      [5, 7],
    ]);
  });

  it("gets nothing by a pair of one true key and one of a thief's: nobody holds such a pair (ESC-11)", () => {
    const joined = user.join("Thief");
    const mixed = point(joined, "Thief", { ...newestPointer(escrow.log), signingKey: thiefsKeys.signingKey });
    const cured = renew(mixed, "Laptop", escrow).join("Phone");
    const provable = provablePairs(escrow.session("Bob"), cured.log);
    expect(provable.reduce<Runs>((all, { runs }) => uniteRuns(all, runs), [])).toEqual([
      [1, 3],
      [5, 6],
    ]);
    const { user: saved } = restore(cured, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop", "Thief"] });
    expect(saved.record.actor?.runs).toEqual([
      [1, 3],
      [5, 6],
    ]);
  });

  it("gets all epochs that open: junk in one epoch or missing bytes harm no other (ESC-11, MEM-9)", () => {
    const joined = user.join("Thief");
    const junk = junkFor(joined, escrowOf(joined).id).rotate("Laptop");
    const lists = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
    const saved = restore(junk.join("Phone"), escrow, "Bob", lists).user;
    expect(saved.record).toMatchObject({
      missing: [],
      actor: {
        runs: [
          [1, 3],
          [5, 6],
        ],
      },
    });
    expect(escrowOf(saved).held, "escrow declares nothing missing: a former admin could make it forget").toEqual([
      [1, 7],
    ]);
    // Epochs whose bytes the server withholds are not given, and are not given up either.
    const pending = user.join("Phone");
    const { escrow: later, act } = announce(escrow, "Bob", pending, PHONE_FOR_LAPTOP);
    const entries = pending.entries.map((entry, at) => (at === 2 ? mutate(entry, { attachments: () => [] }) : entry));
    const short = doAct(pending, later, "Bob", act, { entries });
    expect(short.record.actor?.runs).toEqual([
      [1, 1],
      [3, 3],
    ]);
    const left = recoverableEpochs(later.session("Bob"), {
      ...{ userLog: short.log, entries: short.entries, members: short.ids("Phone") },
    });
    expect(left).toEqual({
      next: [
        [2, 2],
        [4, 4],
      ],
      left: [],
    });
  });

  it("gets the epochs of escrow although a lone device rotated and withheld (case 11)", () => {
    // The laptop rotates without having seen the escrow log, is lost, and a phone joins.
    const starved = user.act("Laptop", "rotates, withholding", (session, env) =>
      rotate(session, env, { withholdFromEscrow: true }),
    );
    expect(starved.record.withheldFromEscrow).toBe(true);
    const pending = joinWithholding(starved, "Phone");
    expect(escrowOf(pending)).toMatchObject({ held: [[1, 2]], withheld: [[3, 4]] });
    const saved = restore(pending, escrow, "Bob", PHONE_FOR_LAPTOP).user;
    expect(saved.record).toMatchObject({ epoch: 5, actor: { runs: [[1, 2]] } });
    // Epoch 3 went with the laptop; the phone made epoch 4.
    expect(runsOf(saved.session("Phone").keyring.epochs)).toEqual([
      [1, 2],
      [4, 5],
    ]);
    // The twin: it did not withhold, and the review needs no epoch of its own except for the removal.
    const full = user.rotate("Laptop").join("Phone");
    expect(restore(full, escrow, "Bob", { approve: ["Phone"] }).user.record.epoch).toBeUndefined();
    expect(restored(user.rotate("Laptop"), escrow, "Bob")).toEqual([[1, 5]]);
  });

  it("gets epochs that a former admin wanted escrow to give up (case 8)", () => {
    const without = dismiss(escrow, "Bob");
    const renewed = renewedRaw(user, escrow, "Bob", newestPointer(without.log));
    // He declares any epochs missing, and no log admits it.
    const forgetful = mutate(renewed.last, {
      body: (body: RawBody) => body.set("missing", [[1, 2]]),
      signers: [epochSigner(escrow, "Bob", 1), escrow.signer("Bob")],
    });
    expectError(() => user.append(forgetful), "INVALID_LINK", "MEM-9");
    expect(restored(renewed, without, "Ann")).toEqual([[1, 5]]);
  });

  it("loses the epochs sealed to a junk escrow epoch, and nothing else (ESC-11)", () => {
    // Carol has manage and seals the escrow log's second epoch to noise for Ann.
    const three = hire(escrow, "Carol", ["manage"]);
    const junk = grantedJunk(three, "Ann", "Carol");
    const moved = renew(user, "Laptop", junk).rotate("Laptop");
    const cured = junk.rotate("Ann");
    const back = renew(moved, "Laptop", cured).rotate("Laptop");
    expect(restored(back, cured, "Ann")).toEqual([
      [1, 2],
      [5, 8],
    ]);
    expect(restored(back, cured, "Carol")).toEqual([[1, 8]]);
  });
});

describe("a recovery of many pairs", () => {
  // Each renewal goes to another epoch of the escrow log, and never back.
  const EPOCHS = 67;
  const organisations = [escrow];
  for (let count = 1; count < EPOCHS; count++) organisations.push((organisations.at(-1) as World).rotate("Ann"));
  const newest = organisations.at(-1) as World;
  const shuffled = organisations
    .slice(1)
    .reduce((world, organisation) => renew(world, "Laptop", organisation), openUser("many pairs", escrow));
  const pending = shuffled.join("Phone");

  it("takes several acts and reviews: the first gives the newest epochs and makes the removals (ESC-11)", () => {
    const { entries, log: userLog } = pending;
    const given = { userLog, entries, members: pending.ids("Phone") };
    // Epoch 1 was granted to the first pair, and one to each of the 66 others; the phone's is granted to the one in force.
    const plan = recoverableEpochs(newest.session("Ann"), given);
    expect(plan).toEqual({ next: [[3, 68]], left: [[1, 2]] });
    const first = restore(pending, newest, "Ann", PHONE_FOR_LAPTOP);
    expect(first.user.record.actor?.pairs).toHaveLength(64);
    expect(first.user.record.removed).toEqual(pending.ids("Laptop"));
    expect(runsOf(first.user.session("Phone").keyring.epochs)).toEqual([[3, 69]]);
    const more = { userLog: first.user.log, entries: first.user.entries, members: pending.ids("Phone") };
    expect(recoverableEpochs(first.escrow.session("Ann"), more)).toEqual({
      next: [
        [1, 2],
        [69, 69],
      ],
      left: [],
    });
    const second = restore(first.user, first.escrow, "Ann", { approve: ["Phone"] });
    expect(second.user.record).toMatchObject({ epoch: undefined, missing: [] });
    expect(second.user.record.actor?.pairs).toHaveLength(2);
    expect(runsOf(second.user.session("Phone").keyring.epochs)).toEqual([[1, 69]]);
  }, 60_000);

  it("names no pair that adds nothing: the list is in wire order, and each pair adds an epoch (ESC-11)", () => {
    const provable = provablePairs(newest.session("Ann"), pending.log);
    expect(provable).toHaveLength(EPOCHS);
    const { pairs } = giftFor(pending.log, provable, [[60, 61]], pending.ids("Phone"));
    expect(pairs).toHaveLength(2);
    expect(giftFor(pending.log, provable, [[68, 68]], pending.ids("Phone")).pairs).toEqual([]);
    expect(giftFor(pending.log, provable, [], pending.ids("Phone"))).toEqual({ runs: [], pairs: [], left: [] });
  });
});

describe("so many runs that they do not fit into one link", () => {
  it("are given with the newest first, and the rest is left out (ESC-11)", () => {
    const pending = user.join("Phone");
    const { log } = pending;
    const provable = provablePairs(escrow.session("Bob"), log);
    const shattered: Runs = Array.from({ length: 3000 }, (_, index) => [2 * index + 1, 2 * index + 1]);
    const pair = { ...(provable[0] ?? expect.unreachable()), runs: shattered, signingKey: new Uint8Array(32) };
    const { runs, left } = giftFor(log, [pair], shattered, pending.ids("Phone"));
    expect(runs).toHaveLength(1024);
    expect(runs.at(-1)).toEqual([5999, 5999]);
    expect(uniteRuns(runs, left)).toEqual(shattered);
  });
});

describe("a user whose devices hold no data", () => {
  it("still gets a device approved, which then holds new epochs (ESC-11)", () => {
    const bare = enroll(openWorld("bare").join("Phone"), "Phone", escrow);
    const saved = restore(bare, escrow, "Bob", { remove: ["Laptop"] }).user;
    expect(saved.record.actor).not.toHaveProperty("runs");
    expect(saved.record.actor).not.toHaveProperty("pairs");
  });
});
