// No member gains a contact's trust in hindsight: an admin's act never turns a stranger into a device that was trusted before.
// Each attack has a twin that differs in the approving member. docs/spec.md sections 6.8 and 10.

import { describe, expect, it } from "vitest";
import { acknowledgeContact, requireContactUnchanged } from "../../src/fingerprint/acknowledge.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { type TrackedContact, trackContact } from "../../src/fingerprint/tracked-contact.js";
import { confirmedFounder, isConfirmed } from "../../src/log/state.js";
import { dismiss, hire, openOrganisation, openUser, recoverBy, renew } from "../escrow/support.js";
import { thrownBy } from "../support/thrown.js";
import type { World } from "../support/world.js";

const escrow = hire(openOrganisation("hindsight"), "Bob", ["recover"]);
/** The laptop is link 1, escrow link 2. */
const user = openUser("hindsight", escrow);

/** The links since the pin that are by devices which the contact trusts. */
const trusted = (pin: TrackedContact, { log }: World) => compareContact(pin, log).links.map(({ trusted }) => trusted);
const statusOf = (pin: TrackedContact, { log }: World) => compareContact(pin, log).status;
const codeOf = (pin: TrackedContact, { log }: World) => thrownBy(() => requireContactUnchanged(pin, log)).code;

describe("a thief's device that an admin approved while the founding device was there", () => {
  const joined = user.join("Thief");
  const approved = recoverBy(joined, escrow, "Bob", { approve: ["Thief"] });
  const pin = trackContact(approved.log, { unsafeVerified: true });

  it("stays a stranger after the founding device has gone", () => {
    const alone = approved.leave("Laptop");
    // The log itself has no other member left, and counts the admin's approval from now on.
    expect(isConfirmed(alone.log, alone.member("Thief"))).toBe(true);
    const acts = alone.rotate("Thief");
    expect(trusted(pin, acts)).toEqual([true, false]);
    expect(statusOf(pin, acts)).toBe("extended-by-others");
    expect(codeOf(pin, acts)).toBe("CONTACT_CHANGED");
    // Moving the pin along on the way changes nothing.
    expect(codeOf(requireContactUnchanged(pin, alone.log), acts)).toBe("CONTACT_CHANGED");
    expect(compareContact(pin, acts.log)).toMatchObject({ trustedStillActive: false });
  });

  it("stays one when it removes the founding device itself", () => {
    const takeover = approved.review("Thief", { remove: ["Laptop"] }).rotate("Thief");
    expect(trusted(pin, takeover)).toEqual([false, false]);
    expect(codeOf(pin, takeover)).toBe("CONTACT_CHANGED");
  });

  it("stays one for a contact that has known the user since before it joined", () => {
    const acts = approved.leave("Laptop").rotate("Thief");
    expect(trusted(trackContact(user.log), acts)).toEqual([false, false, true, false]);
  });

  it("is trusted if the founding device approved it, which is what `extended` means: the twin", () => {
    const honest = joined.review("Laptop", { approve: ["Thief"] });
    const acts = honest.leave("Laptop").rotate("Thief");
    expect(trusted(trackContact(honest.log), acts)).toEqual([true, true]);
    expect(statusOf(trackContact(user.log), acts)).toBe("extended");
  });
});

describe("an honest laptop that the founding phone approved", () => {
  it("stays `extended` when the phone leaves, whatever else escrow did", () => {
    const founded = openUser("hindsight, phone first", escrow, { first: "Phone" }).join("Laptop");
    const approved = founded.review("Phone", { approve: ["Laptop"] });
    const pin = trackContact(approved.log, { unsafeVerified: true });
    const alone = approved.leave("Phone").rotate("Laptop");
    expect(statusOf(pin, alone)).toBe("extended");
    expect(requireContactUnchanged(pin, alone.log)).toEqual({ ...pin, head: alone.log.head });
    const withTablet = alone.join("Tablet").review("Laptop", { approve: ["Tablet"] });
    expect(statusOf(pin, withTablet)).toBe("extended");
    // The twin: escrow approves the tablet instead.
    expect(statusOf(pin, recoverBy(alone.join("Tablet"), escrow, "Bob", { approve: ["Tablet"] }))).toBe(
      "extended-by-others",
    );
  });
});

describe("a stranger that joined before the owner's devices were restored", () => {
  const joined = user.join("Stranger").join("Phone");
  const restored = recoverBy(joined, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
  const pin = acknowledgeContact(trackContact(joined.log), restored.log, { unsafeVerified: true });

  it("stays a stranger, although it is the oldest class without escrow's approvals", () => {
    expect(confirmedFounder(restored.log)).toBe(1);
    expect(pin.confirmed).toEqual([restored.member("Phone").position]);
    expect(codeOf(pin, restored.rotate("Stranger"))).toBe("CONTACT_CHANGED");
    expect(codeOf(pin, restored.review("Stranger", { remove: ["Phone"] }))).toBe("CONTACT_CHANGED");
    // A device that it approves is not trusted either.
    const approves = restored.join("Tablet").review("Stranger", { approve: ["Tablet"] });
    expect(trusted(pin, approves.rotate("Tablet"))).toEqual([false, false, false]);
  });

  it("does not prevent trust in the restored phone: the twin", () => {
    expect(statusOf(pin, restored.rotate("Phone"))).toBe("extended");
    const cured = restored.review("Phone", { remove: ["Stranger"] });
    expect(statusOf(pin, cured)).toBe("extended");
    expect(compareContact(pin, cured.log)).toMatchObject({ removed: [{ name: { name: "Stranger" }, trusted: false }] });
  });

  it("gains nothing by approving the phone before it is restored, and cannot approve it afterwards (MEM-1)", () => {
    const led = joined.review("Stranger", { approve: ["Phone"] });
    const lists = { approve: ["Phone"], remove: ["Laptop"] };
    const world = recoverBy(led, escrow, "Bob", lists);
    expect(isConfirmed(world.log, world.member("Stranger"))).toBe(false);
    const now = trackContact(world.log, { unsafeVerified: true });
    expect(codeOf(now, world.rotate("Stranger"))).toBe("CONTACT_CHANGED");
    expect(codeOf(now, world.review("Stranger", { remove: ["Phone"] }))).toBe("CONTACT_CHANGED");
    // The user is also asked about the phone itself, as long as an unconfirmed member leads it without escrow's approvals.
    expect(codeOf(now, world.rotate("Phone"))).toBe("CONTACT_CHANGED");
    const cured = world.review("Phone", { remove: ["Stranger"] });
    expect(statusOf(trackContact(cured.log), cured.rotate("Phone"))).toBe("extended");
    expect(thrownBy(() => restored.review("Stranger", { approve: ["Phone"] }))).toMatchObject({ rule: "MEM-1" });
  });
});

describe("devices that escrow restored together", () => {
  it("are all trusted from then on, each by its own founder", () => {
    const joined = user.join("Phone").join("Tablet");
    const restored = recoverBy(joined, escrow, "Bob", { approve: ["Phone", "Tablet"], remove: ["Laptop"] });
    const pin = trackContact(restored.log);
    expect(pin.confirmed).toEqual([restored.member("Phone").position, restored.member("Tablet").position]);
    for (const name of ["Phone", "Tablet"]) expect(statusOf(pin, restored.rotate(name))).toBe("extended");
    const gone = restored.review("Tablet", { remove: ["Phone"] });
    expect(statusOf(pin, gone)).toBe("extended");
    // The twin: a device that escrow left out.
    const other = recoverBy(joined, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    expect(trackContact(other.log).confirmed).toEqual([other.member("Phone").position]);
    expect(statusOf(trackContact(other.log), other.rotate("Tablet"))).toBe("extended-by-others");
  });

  it("that escrow restores later are not trusted, until the user acknowledges them", () => {
    const first = recoverBy(user.join("Phone"), escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
    const pin = trackContact(first.log);
    const second = recoverBy(first.join("Tablet"), escrow, "Bob", { approve: ["Tablet"] });
    expect(trusted(pin, second.rotate("Tablet"))).toEqual([false, false, false]);
    expect(acknowledgeContact(pin, second.log).confirmed).toEqual([first.member("Phone").position, 5]);
    // The twin: the restored phone approves it.
    const honest = first.join("Tablet").review("Phone", { approve: ["Tablet"] });
    expect(statusOf(pin, honest.rotate("Tablet"))).toBe("extended");
  });
});

describe("escrow itself", () => {
  it("counts as others, even if a trusted device enrolled it", () => {
    const pin = trackContact(user.log);
    const later = dismiss(escrow, "Bob");
    expect(statusOf(pin, renew(user, "Laptop", later))).toBe("extended");
    const restored = recoverBy(user.join("Phone"), escrow, "Bob", { approve: ["Phone"] });
    expect(compareContact(pin, restored.log).links.at(-1)).toMatchObject({ type: "review", trusted: false });
  });
});

describe("a pin of several founders", () => {
  it("names them ascending, whatever member entered first", () => {
    const old = user
      .join("Old")
      .join("Middle")
      .join("New")
      .review("Old", { approve: ["New"] });
    const restored = recoverBy(old.review("Laptop", { remove: ["Old"] }), escrow, "Bob", {
      approve: ["Middle", "New"],
    });
    // The middle one is its own founder. The newest keeps the founder of the old one, which is older.
    expect(trackContact(restored.leave("Laptop").log).confirmed).toEqual([3, 4]);
  });
});
