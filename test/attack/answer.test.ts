// A user's old answer is used against what a pointer names since: a server shows the escrow log as the user once confirmed it, or
// another branch of the user's own log, or two devices have two histories of one escrow log. docs/spec.md section 11.2 (ESC-4).

import { describe, expect, it } from "vitest";
import { renewEscrow } from "../../src/escrow/enroll.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  dismiss,
  dutiful,
  hire,
  type Known,
  openOrganisation,
  openUser,
  owes,
  pointedBy,
  policyBy,
  renew,
  renewedBy,
  restore,
} from "../escrow/support.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import type { World } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);
const fetch = "fetch escrow-log newer-named";

const knowing = (escrow: World, { confirmed, confirmedAt }: Known) => ({
  escrowLog: escrow.log,
  storedConfirmation: confirmed?.log.head,
  confirmedAt,
});

describe("an escrow log as the user confirmed it to its end, while a pointer names a later head of the same epoch", () => {
  const start = openUser("u", hired)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] })
    .join("Thief");
  // Bob leaves by himself, which makes no epoch, and his fork goes on as if he had not.
  const truth = policyBy(hired.leave("Bob"), "Ann", { userContacts: ["desk 2"] });
  const known: Known = { confirmed: hired, confirmedAt: start.log.head };
  const ways: Record<string, World> = {
    "a founding device": pointedBy(start, "Phone", newestPointer(truth.log)),
    "an unapproved device": pointedBy(start.join("Tablet"), "Tablet", newestPointer(truth.log)),
  };

  for (const [name, user] of Object.entries(ways))
    it(`is not sound, and no device names its head instead, where ${name} named the later one (ESC-4, row 12)`, () => {
      expect(owes(user, "Laptop", hired, known)).toEqual([fetch, "ask confirm-escrow contradicts-pointer"]);
      expect(escrowIsSound(user.log, knowing(hired, known))).toBe(false);
      const renews = () => renewEscrow(user.session("Laptop"), knowing(hired, known), user.env("renews"));
      expectError(renews, "ESCROW_UNKNOWN", "ESC-4");
      // The twin: the log that has the head is sound without a question.
      expect(escrowIsSound(user.log, knowing(truth, known))).toBe(true);
    });

  it("does not open the way for a fork that ends before the later head (ESC-4, ESC-8)", () => {
    const named = pointedBy(start, "Phone", newestPointer(truth.log));
    const { user, escrow } = restore(named, hired, "Bob", { approve: ["Thief"] });
    const fork = escrow.rotate("Bob");
    for (const shown of [escrow, fork]) {
      expect(owes(user, "Laptop", shown, known).at(0)).toMatch(/^(fetch escrow-log|ask confirm-escrow)/);
      expect(doubtedMembers(user.log, knowing(shown, known), user.id("Laptop"))).toEqual(user.ids("Thief"));
    }
  });
});

describe("an answer from another branch of the user's own log", () => {
  const truth = dismiss(hired, "Bob");
  const start = openUser("u", hired).join("Thief");
  // Ann named the head after Bob's dismissal, and the thief points back.
  const user = pointedBy(renewedBy(start, truth, "Ann"), "Thief", newestPointer(hired.log));
  // The server showed the laptop a branch that only the thief continued. There the user compared.
  const branch = Array.from({ length: 9 }).reduce<World>((world) => world.rotate("Thief"), start);
  const { escrow: fork, user: acted } = restore(user, hired, "Bob", { approve: ["Thief"] });

  it("settles nothing on this one, although it is of a later position (ESC-4)", () => {
    expect(branch.log.head.seq).toBeGreaterThan(acted.log.head.seq);
    for (const at of [branch, start.rotate("Laptop"), openUser("another log", hired)]) {
      const known = { confirmed: hired, confirmedAt: at.log.head };
      expect(owes(acted, "Laptop", fork, known)).toEqual(["ask confirm-escrow not-trusted", "ask whose-members"]);
      expect(escrowIsSound(acted.log, knowing(fork, known))).toBe(false);
      expect(doubtedMembers(acted.log, knowing(fork, known), acted.id("Laptop"))).toEqual(acted.ids("Thief"));
    }
  });

  it("settles what was named before the two branches parted, and on this one what was named up to the answer", () => {
    const lied = pointedBy(start, "Thief", { ...newestPointer(hired.log), seq: 1_000 });
    const known = { confirmed: hired, confirmedAt: lied.log.head };
    expect(escrowIsSound(lied.rotate("Laptop").log, knowing(hired, known))).toBe(true);
    expect(escrowIsSound(user.log, knowing(hired, { confirmed: hired, confirmedAt: user.log.head }))).toBe(true);
  });

  it("is refused where it is no head", () => {
    for (const confirmedAt of [7, "7", { seq: 7 }, null]) {
      const known = { ...knowing(hired, {}), confirmedAt } as unknown as Parameters<typeof escrowIsSound>[1];
      expectWrongArgument(() => escrowIsSound(user.log, known), String(confirmedAt));
    }
  });
});

describe("two devices with two histories of one escrow log, each of which its user confirmed once", () => {
  // The service of the escrow log lost links, and the admins wrote others in their place.
  const first = dismiss(hired, "Bob");
  const second = policyBy(hired, "Ann", { userContacts: ["desk 2"] }).rotate("Ann");
  const start = openUser("u", hired).join("Phone");
  const users: Record<string, World> = {
    founding: start.review("Laptop", { approve: ["Phone"] }),
    // Only escrow let these in: their pointers settle nothing.
    restored: restore(start.join("Tablet"), hired, "Ann", { approve: ["Phone", "Tablet"], remove: ["Laptop"] }).user,
  };

  for (const [name, user] of Object.entries(users))
    it(`do not renew in turn without asking, where they are ${name} (ESC-4, row 12)`, () => {
      const [one, other] = name === "founding" ? ["Laptop", "Phone"] : ["Phone", "Tablet"];
      const answered = { confirmedAt: user.log.head, own: [...user.log.active.keys()] };
      const confirmed = { one: { confirmed: first, ...answered }, other: { confirmed: second, ...answered } };
      const renewed = dutiful(user, one as string, first, confirmed.one);
      expect(renewed.did).toContain("author renew-escrow older");
      const asks = "ask confirm-escrow contradicts-pointer";
      expect(owes(renewed.user, other as string, second, confirmed.other)).toEqual([asks]);
      // The user says so once more on the other device: then the first one asks, and so does each after each link.
      const back = renew(renewed.user, other as string, second);
      expect(owes(back, one as string, first, renewed.known)).toEqual([asks]);
      // The twin: with one history, the other device owes nothing.
      expect(owes(renewed.user, other as string, first, confirmed.one)).toEqual([]);
    });
});
