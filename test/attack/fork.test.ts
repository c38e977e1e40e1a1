// A dismissed admin and a lying server against a device whose user confirmed an early head of the escrow log. The attacks: forks
// that end before the head that the pointer names, and a thief whom that admin made founding. docs/spec.md section 11.2 (ESC-4,
// ESC-8).

import { describe, expect, it } from "vitest";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { newestPointer } from "../../src/trust/pointer.js";
import {
  daily,
  dismiss,
  doubted,
  dutiful,
  enroll,
  hire,
  openOrganisation,
  openUser,
  owes,
  renewedBy,
  restore,
  write,
} from "../escrow/support.js";
import { rotate } from "../support/accepted.js";
import { openWorld, type World } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);

describe("a fork that ends before the head that the pointer names", () => {
  const asks = "ask confirm-escrow contradicts-pointer";

  it("is not renewed to without asking, where a founding device set the pointer (ESC-4)", () => {
    const later = daily(hired, 3);
    const user = enroll(openWorld("u"), "Laptop", later)
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    const fork = hired.rotate("Bob");
    expect(fork.log.head.seq).toBeLessThan(later.log.head.seq);
    expect(owes(user, "Phone", fork, { confirmed: hired })).toEqual([asks]);
    // The twin: the true log, in which Bob is dismissed.
    expect(owes(user, "Phone", dismiss(later, "Bob"), { confirmed: hired })).toEqual(["author renew-escrow older"]);
  });

  it("gets no epoch that escrow never had, where an admin set the pointer (ESC-4)", () => {
    const second = hired.rotate("Ann");
    const later = daily(second, 3);
    const kept = openUser("u", hired).act("Laptop", "keeps one from escrow", (session, env) =>
      rotate(session, env, { withholdFromEscrow: true }),
    );
    const user = renewedBy(kept, later, "Ann");
    // Bob, who is dismissed by now, continues from the state where he still was an admin.
    const fork = second.rotate("Bob");
    expect(owes(user, "Laptop", fork, { confirmed: hired })).toEqual([asks]);
    // The epochs that an honest device would hand over if its user confirmed the fork as the admins' log.
    const opens = ({ log, entries }: World) => openAsEscrow(fork.session("Bob"), log, entries).keyring.epochs;
    expect(opens(user)).toEqual([1, 3]);
    expect(opens(dutiful(user, "Laptop", fork, { confirmed: fork }).user)).toEqual([1, 2, 3, 4]);
  });
});

describe("a thief whom a dismissed admin made founding", () => {
  it("does not displace the head that a founding device named (ESC-4, ESC-8)", () => {
    const later = daily(hired, 3);
    const lost = enroll(openWorld("u2"), "Laptop", later).join("Phone");
    const { user } = restore(lost, later, "Ann", { approve: ["Phone"], remove: ["Laptop"] });
    const long = ["", "", "", "", "", "", "", ""].reduce((log) => log.rotate("Bob"), hired);
    const made = restore(user.join("Thief"), long, "Bob", { approve: ["Thief"] });
    const fork = made.escrow;
    const strangers = made.user.ids("Thief");
    const whom = (world: World) => doubted(world, fork, { me: world.id("Phone"), confirmed: hired.log.head });
    expect(whom(made.user)).toEqual(strangers);
    const points = write("renew-escrow", { escrow: newestPointer(fork.log) });
    const named = made.user.append(points(made.user.session("Thief"), made.user.env("points")).entry);
    expect(named.member("Thief").founder).toBe(1);
    expect(whom(named)).toEqual(strangers);
    expect(owes(named, "Phone", fork, { confirmed: hired })[0]).toMatch(/^ask confirm-escrow/);
  });
});
