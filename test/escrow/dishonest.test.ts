// Dishonest actors around escrow, alone and together: they learn nothing that they did not reach anyway, and nothing is lost
// without a check or a report that names it. docs/spec.md sections 8 and 11 (ESC-3 to ESC-8).
//
// The world: Bob was an admin and is dismissed; then the user enrolled escrow, and rotated. A thief with the password joins as
// `Thief`. The attacker has everything that the two have, and also runs the server.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { drawKeys } from "../../src/authoring/enter.js";
import {
  canonicalRuns,
  containsRuns,
  hasEpoch,
  intersectRuns,
  NO_RUNS,
  type Run,
  type Runs,
  runsOf,
  subtractRuns,
  uniteRuns,
} from "../../src/bytes/runs.js";
import { KeysteadError } from "../../src/errors.js";
import { escrowsOf, openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { toDosOf } from "../../src/escrow/organisation-report.js";
import type { UserCoverage } from "../../src/escrow/user-coverage.js";
import { checkGrants } from "../../src/grants/check.js";
import type { MemberState } from "../../src/grants/member-state.js";
import type { Pointer } from "../../src/log/fields.js";
import { currentEpoch } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { escrowActs } from "../../src/trust/acts.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import { expectError } from "../support/refusal.js";
import { numRuns, timeout } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { say } from "../support/spoken.js";
import { openWorld, pointerKeys, type World } from "../support/world.js";
import {
  dismiss,
  dutiful as doAll,
  doubted,
  enroll,
  escrowOf,
  hire,
  junkFor,
  ORGANISATION,
  openOrganisation,
  owes,
  recoverBy,
  regrantEscrow,
  restore,
  rowAbout,
  write,
} from "./support.js";

let hired: World;
let escrow: World;
/** Before the thief: epochs 1 and 2, and escrow enrolled with both. */
let before: World;
/** With the thief, which made epoch 3. */
let user: World;

beforeAll(() => {
  hired = hire(openOrganisation("organisation"), "Bob", ["recover"]);
  escrow = dismiss(hired, "Bob");
  before = enroll(openWorld("user"), "Laptop", escrow).rotate("Laptop");
  user = before.join("Thief");
});

/** The epochs of a user's log that the attackers can read, with Bob's last keyring and the thief's. */
function attackersRead(world: World): Runs {
  const read = new Set(world.session("Thief").keyring.epochs);
  // Bob may have the newest escrow log: it is public. His keyring has not changed.
  const bob = { log: escrow.log, keyring: escrow.session("Bob").keyring };
  if (escrowsOf(world.log).length > 0) for (const epoch of readBy(bob, world)) read.add(epoch);
  return runsOf(read);
}

function readBy(admin: MemberState, { log, entries }: World): readonly number[] {
  return openAsEscrow(admin, log, entries).keyring.epochs;
}

const reportOn = (world: World, admin: MemberState | undefined = escrow.session("Ann")): Promise<UserCoverage> =>
  rowAbout(escrow, world, { admin });

const tellsOf = (row: UserCoverage): string => toDosOf(row).map(say).join("; ");

/** The laptop's step, and the next ones, until none is left. Its user confirmed the true escrow log. */
function dutiful(world: World): { readonly world: World; readonly did: readonly string[] } {
  const { user, did } = doAll(world, "Laptop", escrow, { confirmed: escrow });
  return { world: user, did };
}

/** The thief points escrow elsewhere. */
function pointedByThief(world: World, pointer: Pointer): World {
  const renewed = write("renew-escrow", { escrow: pointer });
  return world.append(renewed(world.session("Thief"), world.env(`thief points to ${pointer.seq}`)).entry);
}

/** A pointer with a true head and epoch, and keys of the thief's own. */
function falsePointer(seed: string): Pointer {
  return { ...newestPointer(hired.log), ...pointerKeys(drawKeys(seededEnv(seed))) };
}

describe("a thief's device", () => {
  it("that enrolls an escrow log of its own is detected, and escrow gets nothing from others (ESC-4, ESC-5)", async () => {
    const fake = openOrganisation("the thief's organisation");
    const joined = openWorld("user").rotate("Laptop").join("Thief");
    const enrolled = enroll(joined, "Thief", fake);
    const me = enrolled.id("Laptop");
    const confirmed = escrow.log.head;
    // Even with the server's help: the fake log does not extend the one that the user confirmed.
    expect(owes(enrolled, "Laptop", fake, { confirmed: escrow })).toEqual(["ask confirm-escrow not-trusted"]);
    // Its own organisation's log says nothing about another's: the user decides.
    expect(owes(enrolled, "Laptop", escrow)).toEqual(["ask remove-escrow other-log"]);
    expect(owes(enrolled, "Laptop", escrow, { confirmed: escrow })).toEqual(["ask remove-escrow other-log"]);
    for (const escrowLog of [fake.log, escrow.log])
      expect(escrowIsSound(enrolled.log, { escrowLog, storedConfirmation: confirmed })).toBe(false);

    const row = await reportOn(enrolled);
    expect(row).toMatchObject({ status: "behind", pointer: "other-log", claimed: [], proven: [] });
    expect(tellsOf(row)).toContain("escrow stands for another organisation");
    expect(readBy(fake.session("Ann"), enrolled), "what the thief has itself").toEqual([3]);

    const { world, did } = dutiful(enrolled);
    expect(did).toEqual(["ask remove-escrow other-log", "author remove user-said", "author enroll-escrow"]);
    const after = world.rotate("Laptop");
    expect(readBy(fake.session("Ann"), after)).toEqual([3]);
    expect(await reportOn(after)).toMatchObject({ status: "covered", pointer: "newest", removals: [{ by: me }] });
  });

  it("that points escrow at a dismissed admin's epoch gives that admin only the thief's epochs (ESC-4, ESC-6)", async () => {
    const pointed = pointedByThief(user, newestPointer(hired.log));
    expect(owes(pointed, "Laptop", escrow)).toEqual(["author renew-escrow older"]);
    expect(escrowIsSound(pointed.log, { escrowLog: escrow.log, storedConfirmation: escrow.log.head })).toBe(false);
    const row = await reportOn(pointed);
    expect(row).toMatchObject({ status: "covered", pointer: "older" });
    expect(tellsOf(row)).toContain("an old key of escrow");
    expect(readBy(escrow.session("Bob"), pointed), "epoch 4 is the thief's own").toEqual([4]);

    const { world, did } = dutiful(pointed);
    expect(did).toEqual(["author renew-escrow older"]);
    expect(readBy(escrow.session("Bob"), world.rotate("Laptop"))).toEqual([4]);
  });

  it("that points escrow at keys of its own is detected, and the lost grants are repeated (ESC-3, ESC-4)", async () => {
    const pointed = pointedByThief(user, falsePointer("false"));
    expect(escrowIsSound(pointed.log, { escrowLog: escrow.log, storedConfirmation: escrow.log.head })).toBe(false);
    const row = await reportOn(pointed);
    expect(row).toMatchObject({ status: "behind", pointer: "false", claimed: [[1, 3]], proven: [[1, 3]] });
    expect(row.gaps).toMatchObject([
      { from: 4, to: 4, closers: [{ name: { name: "Laptop" } }, { name: { name: "Thief" } }] },
    ]);
    expect(tellsOf(row)).toContain("alarm: the user's data goes to a key that this escrow does not have");
    const { world, did } = dutiful(pointed);
    // The log counts epoch 4 as held by escrow. Only its box shows that it was sealed to the false key.
    expect(did).toEqual(["author renew-escrow false", "author regrant"]);
    expect(await reportOn(world)).toMatchObject({ status: "covered", pointer: "newest", claimed: [[1, 5]] });
  });

  it("that pointed escrow at keys of its own does not spoil a later recovery (MEM-9, ESC-3)", async () => {
    const pointed = pointedByThief(user, falsePointer("false"));
    const renewed = pointed.append(
      write("renew-escrow", { escrow: newestPointer(escrow.log) })(pointed.session("Laptop"), pointed.env("renews"))
        .entry,
    );
    const recovered = recoverBy(renewed.join("Phone"), escrow, "Ann", {
      approve: ["Phone"],
      remove: ["Laptop", "Thief"],
    });
    // Escrow names the epochs that were sealed to it, and declares nothing missing: a former admin could make it give up epochs
    // (ESC-11).
    expect(recovered.record).toMatchObject({
      missing: [],
      actor: {
        runs: [
          [1, 3],
          [5, 6],
        ],
      },
    });
    expect(runsOf(recovered.session("Phone").keyring.epochs)).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect((await reportOn(recovered)).lost).toMatchObject([{ from: 4, to: 4 }]);
  });

  it("that points escrow far ahead cannot keep others from renewing it, and the report names it (ESC-4)", async () => {
    const ahead = { ...falsePointer("ahead"), seq: 1000, epoch: 900 };
    const pointed = pointedByThief(user, ahead);
    const fetch = "fetch escrow-log newer-named";
    expect(owes(pointed, "Laptop", escrow)).toEqual([fetch, "ask confirm-escrow never-confirmed"]);
    const compared = { confirmed: escrow, confirmedAt: pointed.log.head };
    expect(owes(pointed, "Laptop", escrow, compared)).toEqual([fetch, "ask remove-escrow ahead"]);
    const row = await reportOn(pointed);
    expect(row).toMatchObject({ status: "behind", pointer: "ahead", claimed: [[1, 3]] });
    expect(tellsOf(row)).toContain(
      "alarm: the user's account names a newer key of escrow than this history of escrow has",
    );
    const renewed = write("renew-escrow", { escrow: newestPointer(escrow.log) });
    const world = pointed.append(renewed(pointed.session("Laptop"), pointed.env("renews")).entry);
    expect(dutiful(world).did).toEqual(["author regrant"]);
  });

  it("that grants escrow junk is named by every member that recomputes it, and by proof (GRT-3, MEM-9)", async () => {
    const { id } = escrowOf(user);
    const junk = junkFor(user, id);
    const seq = junk.log.head.seq;
    const wrong = { seq, author: junk.id("Thief"), recipient: id, epochs: [[4, 4]], wrong: "box" };
    expect(checkGrants(junk.session("Laptop"), [seq]).wrong).toEqual([wrong]);
    const row = await reportOn(junk);
    expect(row).toMatchObject({ status: "behind", claimed: [[1, 4]], proven: [[1, 3]] });
    expect(row.gaps).toMatchObject([
      { from: 4, to: 4, closers: [{ name: { name: "Laptop" } }, { name: { name: "Thief" } }] },
    ]);
    expect(await reportOn(regrantEscrow(junk, "Laptop", [[4, 4]]))).toMatchObject({ status: "covered" });
    // If the user is locked out before anybody repaired it, the user still gets all the rest.
    const recovered = recoverBy(junk.join("Phone"), escrow, "Ann", { approve: ["Phone"], remove: ["Laptop"] });
    expect(recovered.record.missing).toEqual([]);
    expect(runsOf(recovered.session("Phone").keyring.epochs).at(0)).toEqual([1, 3]);
  });
});

describe("a dismissed admin", () => {
  it("that records its act in a fork gets no older epoch, and is not believed (ESC-8)", async () => {
    // Bob is dismissed while the user's pointer is still the epoch that he holds.
    const old = enroll(openWorld("user"), "Laptop", hired).join("Thief");
    const forked = restore(old, hired, "Bob", { approve: ["Thief"] });
    const acted = forked.user;
    const verdict = { seq: acted.log.head.seq, believed: false, because: "not-recorded", approved: old.ids("Thief") };
    expect(escrowActs(acted.log, escrow.log)).toMatchObject([verdict]);
    expect(doubted(acted, escrow)).toEqual(old.ids("Thief"));
    const row = await reportOn(acted);
    expect(row.recoveries).toMatchObject([verdict]);
    expect(tellsOf(row)).toContain(`alarm: change ${acted.log.head.seq} acted for escrow, and is not to be believed`);
    expect(attackersRead(acted), "what Bob held when he went").toEqual(attackersRead(old));
    // If it was recorded before he left, it is an act like any other, and stays believed (case 7).
    const recorded = dismiss(forked.escrow, "Bob");
    expect(escrowActs(acted.log, recorded.log)).toMatchObject([{ believed: true, admin: hired.id("Bob") }]);
  });

  it("that names an old head cannot act once the pointer was renewed (ESC-3, ESC-6)", () => {
    const old = enroll(openWorld("user"), "Laptop", hired);
    const { world } = dutiful(old);
    const joined = world.join("Thief");
    const act = (log: World) => () => recoverBy(joined, log, "Bob", { approve: ["Thief"] });
    expectError(act(hired), "NOT_PERMITTED", "ESC-3");
    expectError(act(escrow), "UNKNOWN_MEMBER", "MEM-4");
    expect(attackersRead(joined), "epoch 1 is from before he went, epoch 3 the thief's").toEqual([
      [1, 1],
      [3, 3],
    ]);
  });
});

describe("a server", () => {
  it("that replays an old escrow log is detected by the pin, and by the pointer (LOG-8, ESC-4)", () => {
    const error = expectError(
      () => verifyLog(hired.entries, { subject: ORGANISATION, pinned: escrow.log, now: "unchecked" }),
      "ROLLED_BACK",
      "LOG-8",
    );
    expect(error.details).toMatchObject({ pinned: escrow.log.head, offered: hired.log.head });
    // A device that never saw the newest log itself still learns from the pointer that it exists.
    expect(judgePointer(escrowOf(before).pointer as Pointer, hired.log)).toBe("ahead");
    expect(owes(before, "Laptop", hired)).toEqual([
      "fetch escrow-log newer-named",
      "ask confirm-escrow never-confirmed",
    ]);
    expect(escrowIsSound(before.log, { escrowLog: hired.log, storedConfirmation: hired.log.head })).toBe(false);
    expect(owes(before, "Laptop", undefined)).toEqual(["fetch escrow-log none-at-hand"]);
  });

  it("that lists a fork of the escrow log is detected by the pin and by the pointer (LOG-8, ESC-3)", () => {
    const fork = hired.rotate("Ann").rotate("Ann").rotate("Ann");
    expectError(
      () => verifyLog(fork.entries, { subject: ORGANISATION, pinned: escrow.log, now: "unchecked" }),
      "FORKED",
      "LOG-8",
    );
    expect(judgePointer(escrowOf(before).pointer as Pointer, fork.log)).toBe("false");
    expect(escrowIsSound(before.log, { escrowLog: fork.log, storedConfirmation: escrow.log.head })).toBe(false);
  });
});

/** Steps of a thief, a dismissed admin and the user's laptop in turns. Steps that are not permitted are skipped. */
const MOVES: readonly ((world: World) => World)[] = [
  (world) => pointedByThief(world, newestPointer(hired.log)),
  (world) => pointedByThief(world, falsePointer(`false ${world.log.head.hash}`)),
  (world) => junkFor(world, escrowOf(world).id),
  (world) => junkFor(world, world.id("Laptop")),
  (world) => world.rotate("Thief"),
  (world) => recoverBy(world, hired, "Bob", { approve: ["Thief"] }),
  (world) => dutiful(world).world,
  (world) => dutiful(world).world.rotate("Laptop"),
];

/** Sources that name an epoch which admins cannot open: the report, or members that recompute grants. */
async function expectNamed(world: World): Promise<void> {
  const row = await reportOn(world);
  const claim = await reportOn(world, undefined);
  const unproven = subtractRuns([[1, currentEpoch(world.log)]], row.proven as Runs);
  const named = [...row.gaps, ...row.lost].map(({ from, to }): Run => [from, to]);
  expect(canonicalRuns(named), "a report with proof names every epoch that admins cannot open").toEqual(unproven);
  // Without proof the report relies on the log, and only recomputing finds junk.
  const seqs = [...world.log.links].map(({ seq }) => seq);
  const { wrong } = checkGrants(world.session("Laptop"), seqs);
  const toEscrow = wrong.filter(({ recipient }) => recipient === escrowOf(world).id);
  const junk = toEscrow.reduce<Runs>((runs, { epochs }) => uniteRuns(runs, epochs), NO_RUNS);
  expect(subtractRuns(subtractRuns(claim.claimed, row.proven as Runs), junk)).toEqual([]);
  const acts = escrowActs(world.log, escrow.log).filter(({ type }) => type === "review");
  expect(row.recoveries).toMatchObject(acts);
  if (row.pointer !== "newest" || acts.length > 0) expect(toDosOf(row)).not.toEqual([]);
}

const RUNS = numRuns(8, 2);

describe("a thief, a dismissed admin and the server together", () => {
  it(
    "learn no older epoch, and everything that they break is named and can be repaired (ESC-3 to ESC-8, MEM-9)",
    async () => {
      const secret: Runs = [[1, 2]];
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(MOVES.length - 1), { minLength: 2, maxLength: 8 }), async (moves) => {
          let world = user;
          for (const move of moves) {
            try {
              world = (MOVES[move] as (typeof MOVES)[number])(world);
            } catch (error) {
              if (!(error instanceof KeysteadError) || error.code !== "NOT_PERMITTED") throw error;
            }
            expect(intersectRuns(attackersRead(world), secret), "nothing from before the thief").toEqual([]);
          }
          await expectNamed(world);

          // The owner does what is due, removes the thief, and grants escrow again what was junk.
          const known = attackersRead(world);
          let repaired = dutiful(world).world;
          if (repaired.log.active.has(repaired.id("Thief"))) {
            repaired = dutiful(repaired.review("Laptop", { remove: ["Thief"] })).world;
          }
          const { proven } = await reportOn(repaired);
          const { epochs } = repaired.session("Laptop").keyring;
          const unproven = intersectRuns(
            runsOf(epochs),
            subtractRuns([[1, currentEpoch(repaired.log)]], proven as Runs),
          );
          if (unproven.length > 0) repaired = regrantEscrow(repaired, "Laptop", unproven);
          const { gaps, status } = await reportOn(repaired);
          expect(gaps, "everything that anybody has is escrow's again").toEqual([]);
          expect(status).not.toBe("behind");
          const sinceThen = currentEpoch(repaired.log);
          expect(hasEpoch(attackersRead(repaired), sinceThen), "what comes after the thief is secret").toBe(false);
          expect(containsRuns(attackersRead(repaired), known)).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
