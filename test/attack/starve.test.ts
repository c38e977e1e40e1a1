// A thief's device points escrow where no admin can act, and makes it hold everything: then the user's other device must not leave
// escrow to a confirmed device, which may be the lost one. And no device asks a question whose answer changes nothing.
// docs/spec.md section 11.2 (ESC-4, rows 9 to 11).

import { describe, expect, it } from "vitest";
import { newestPointer } from "../../src/trust/pointer.js";
import {
  dismiss,
  doubted,
  dutiful,
  enroll,
  escrowOf,
  hire,
  joinWithholding,
  type Known,
  openOrganisation,
  openUser,
  owes,
  pointedBy,
  recoverBy,
  renewedBy,
  restore,
  reviewEscrow,
  stepsOf,
} from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import type { World } from "../support/world.js";

const organisation = hire(openOrganisation("organisation"), "Bob", ["manage"]);
const own = openOrganisation("the thief's own");
const thiefsKeys = newestPointer(own.log);

const move = (user: World): World => enroll(reviewEscrow(user, "Thief", "remove"), "Thief", own);

describe("a pointer by which no admin can act, and an escrow that holds everything", () => {
  const start = openUser("u", organisation).join("Thief");
  const { kemKey, signingKey } = thiefsKeys;
  const false_ = { ...newestPointer(organisation.log), kemKey, signingKey };
  const spoiled: Record<string, World> = {
    "false keys": pointedBy(start, "Thief", false_),
    "an epoch that never comes": pointedBy(start, "Thief", { ...false_, epoch: 1_000 }),
    "an epoch that never comes, at a head that never comes": pointedBy(start, "Thief", {
      ...false_,
      epoch: 99,
      seq: 999,
    }),
    "another log": move(start),
  };

  for (const [what, world] of Object.entries(spoiled))
    it(`is put right by a new device, after its user compared: ${what} (ESC-4, rows 9 to 11)`, () => {
      // The laptop is lost. The phone withholds its epoch from escrow, and the thief gives escrow the next one.
      const user = joinWithholding(world, "Phone").rotate("Thief");
      const lists = { approve: ["Phone"], remove: ["Laptop", "Thief"] };
      expectError(() => recoverBy(user, organisation, "Ann", lists), "NOT_PERMITTED", "ESC-3");
      const [first, second] = owes(user, "Phone", organisation);
      expect(first === "fetch escrow-log newer-named" ? second : first).toBe("ask confirm-escrow never-confirmed");
      const done = dutiful(user, "Phone", organisation);
      expect(escrowOf(done.user).pointer).toEqual(newestPointer(organisation.log));
      // Now an admin can act, and has what escrow had before.
      const back = recoverBy(done.user, organisation, "Ann", lists);
      expect(back.session("Phone").keyring.epochs).toContain(1);
    });

  it("is put right too by a device that doubts a member: it asks, and removes it (ESC-8, rows 3, 10 and 11)", () => {
    // Bob, dismissed by now, brings the thief in, to keep the phone waiting.
    const truth = dismiss(organisation, "Bob");
    const back = pointedBy(renewedBy(start, truth, "Ann"), "Thief", newestPointer(organisation.log));
    const { user: acted } = restore(back, organisation, "Bob", { approve: ["Thief"] });
    for (const world of [move(acted), pointedBy(acted, "Thief", { ...false_, epoch: 99 })]) {
      const user = joinWithholding(world, "Phone").rotate("Thief");
      expect(doubted(user, truth, { me: user.id("Phone") })).toEqual(user.ids("Thief"));
      const done = dutiful(user, "Phone", truth);
      expect(done.did.filter((step) => step.startsWith("ask"))).toEqual([
        "ask confirm-escrow never-confirmed",
        ...["ask remove-escrow", "ask whose-members", "ask enroll-again"].map((step) => expect.stringContaining(step)),
      ]);
      expect(escrowOf(done.user).pointer).toEqual(newestPointer(truth.log));
      expect(done.user.log.active.has(user.id("Thief"))).toBe(false);
      const recovered = recoverBy(done.user, truth, "Ann", { approve: ["Phone"], remove: ["Laptop"] });
      expect(recovered.session("Phone").keyring.epochs).toContain(1);
    }
  });

  it("is left to a confirmed device or an admin, where an admin can act by it (ESC-4, row 9)", () => {
    const user = joinWithholding(start, "Phone").rotate("Thief");
    const later = dismiss(organisation, "Bob");
    for (const confirmed of [undefined, organisation]) {
      expect(owes(user, "Phone", organisation, { confirmed })).toEqual([]);
      expect(owes(user, "Phone", later, { confirmed })).toEqual([]);
    }
    expect(escrowOf(renewedBy(user, later, "Ann")).pointer).toEqual(newestPointer(later.log));
  });

  it("is no business of a device that waits in lockdown (MEM-5, row 9)", () => {
    const locked = pointedBy(openUser("v", organisation), "Laptop", false_).lockdown("Laptop", true).join("Phone");
    expect(owes(locked, "Phone", organisation)).toEqual([]);
    expect(owes(locked, "Laptop", organisation)).toEqual(["author renew-escrow false"]);
  });
});

describe("the question whether to remove escrow", () => {
  // Ann restored the tablet once. In another log than hers nothing shows that, and so the other devices doubt the tablet.
  const lost = openUser("w", organisation).join("Tablet");
  const restored = restore(lost, organisation, "Ann", { approve: ["Tablet"], remove: ["Laptop"] });
  const user = joinWithholding(move(restored.user.join("Thief")), "Phone");
  const known = { confirmed: restored.escrow, confirmedAt: user.log.head };
  const { id } = escrowOf(user);

  it("is asked once, beside the question whose the doubted are (ESC-8, row 10)", () => {
    const ask = (more: Known) => owes(user, "Phone", restored.escrow, { ...known, ...more });
    expect(ask({})).toEqual(["ask remove-escrow other-log", "ask whose-members"]);
    expect(ask({ removeEscrow: id })).toEqual(["ask whose-members"]);
    const own = user.ids("Tablet");
    expect(ask({ own })).toEqual(["ask remove-escrow other-log"]);
    const removal = (more: Known) => stepsOf(user, "Phone", restored.escrow, { ...known, removeEscrow: id, ...more });
    expect(removal({ own })).toMatchObject([{ do: "author", link: "remove", members: [id] }]);
    expect(removal({ strangers: own })).toMatchObject([{ link: "remove", members: [...own, id].sort() }]);
    expect(dutiful(user, "Phone", restored.escrow, { ...known, own }).did).toEqual([
      "ask remove-escrow other-log",
      "author remove user-said",
      "ask enroll-again",
      "author enroll-escrow",
    ]);
  });
});
