// Going on after a contact's log has changed: what needs the user's word, and what a pin then believes.
// docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import {
  type AcknowledgeContactOptions,
  acknowledgeContact,
  requireContactUnchanged,
} from "../../src/fingerprint/acknowledge.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/pin.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

const laptop = openWorld("acknowledge");
const withPhone = laptop.join("Phone");
const approved = withPhone.review("Laptop", { approve: ["Phone"] });
const fork = laptop.join("Another phone").rotate("Laptop");
const other = openWorld("acknowledge, another log");

const verified = trackContact(laptop.log, { verified: true });
const later = trackContact(approved.log, { verified: true });

const CONTRADICTIONS: readonly (readonly [NonNullable<AcknowledgeContactOptions["evenIf"]>, World])[] = [
  ["forked", fork.join("Third").rotate("Laptop")],
  ["rolled-back", laptop],
  ["replaced", other],
];

describe("requireContactUnchanged", () => {
  it("moves the pin along when the contact is the same or extended", () => {
    expect(requireContactUnchanged(verified, laptop.log)).toEqual(verified);
    expect(requireContactUnchanged(verified, approved.log)).toEqual({ ...verified, head: approved.log.head });
    expect(compareContact(requireContactUnchanged(verified, approved.log), laptop.log).status).toBe("rolled-back");
  });

  it("refuses after a change by others, until acknowledged", () => {
    const error = thrownBy(() => requireContactUnchanged(verified, withPhone.log));
    expect(error).toMatchObject({ code: "CONTACT_CHANGED", rule: undefined });
    expect(error.details["change"]).toEqual(compareContact(verified, withPhone.log));
    expect(error.message).toContain("extended-by-others");
    const acknowledged = acknowledgeContact(verified, withPhone.log);
    expect(requireContactUnchanged(acknowledged, withPhone.log)).toEqual(acknowledged);
  });

  it.each(CONTRADICTIONS)("refuses a log that is %s", (status, { log }) => {
    const error = thrownBy(() => requireContactUnchanged(later, log));
    expect(error.code).toBe("CONTACT_CHANGED");
    expect(error.details["change"]).toMatchObject({ status });
  });

  it("does not let a stranger inherit the standing of a class that left by itself", () => {
    const before = trackContact(withPhone.log);
    const left = withPhone.leave("Laptop");
    expect(compareContact(before, left.log)).toMatchObject({ status: "extended", trustedStillActive: false });
    const moved = requireContactUnchanged(before, left.log);
    expect(moved.confirmed).toEqual([1]);
    expect(compareContact(moved, left.rotate("Phone").log).status).toBe("extended-by-others");
    // Only the user's word makes the class that is left the one to go by.
    expect(acknowledgeContact(moved, left.rotate("Phone").log).confirmed).toEqual([2]);
  });
});

describe("acknowledge", () => {
  it("believes in the class that is confirmed now, and in nobody's comparison of before", () => {
    const takeover = withPhone.review("Phone", { remove: ["Laptop"] });
    expect(acknowledgeContact(verified, takeover.log)).toEqual({
      v: 1,
      subject: takeover.log.subject,
      head: takeover.log.head,
      confirmed: [2],
      verified: false,
    });
    expect(acknowledgeContact(verified, takeover.log, { verified: true }).verified).toBe(true);
  });

  it("keeps class and comparison where nothing needs acknowledging, or takes a new comparison", () => {
    expect(acknowledgeContact(verified, approved.log)).toEqual({ ...verified, head: approved.log.head });
    expect(acknowledgeContact(trackContact(laptop.log), approved.log, { verified: true }).verified).toBe(true);
  });

  it.each(CONTRADICTIONS)("goes on with a log that is %s only if told so in this very word", (status, { log }) => {
    for (const evenIf of [undefined, "same", true, ...CONTRADICTIONS.map(([name]) => name)]) {
      if (evenIf === status) continue;
      const error = thrownBy(() => acknowledgeContact(later, log, { evenIf } as AcknowledgeContactOptions));
      expect(error.code).toBe("CONTACT_CHANGED");
      expect(error.message).toContain(`evenIf: "${status}"`);
      expect(error.details["change"]).toMatchObject({ status });
    }
    const acknowledged = acknowledgeContact(later, log, { evenIf: status });
    expect(acknowledged).toEqual(trackContact(log, { verified: false }));
  });

  it("accepts no other contact even so (LOG-8)", () => {
    const bob = openWorld("bob", { subject: "bob@example.org" });
    expect(thrownBy(() => acknowledgeContact(later, bob.log, { evenIf: "replaced" })).code).toBe("WRONG_SUBJECT");
  });

  it("needs a state: an error tells of a contradiction, but there is nothing in it to go on from", () => {
    const error = thrownBy(() =>
      verifyLog(laptop.entries, { subject: later.subject, pinned: later.head, now: "unchecked" }),
    );
    const log = error as unknown as LogState;
    expect(thrownBy(() => acknowledgeContact(later, log, { evenIf: "rolled-back" })).code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => requireContactUnchanged(later, log)).code).toBe("CONTACT_CHANGED");
  });

  it("takes null for no options, and refuses a verified that is no boolean", () => {
    expect(acknowledgeContact(verified, withPhone.log, null as unknown as AcknowledgeContactOptions).verified).toBe(
      false,
    );
    expect(acknowledgeContact(verified, approved.log, null as unknown as AcknowledgeContactOptions).verified).toBe(
      true,
    );
    const forked = () => acknowledgeContact(later, fork.log, null as unknown as AcknowledgeContactOptions);
    expect(thrownBy(forked).code).toBe("CONTACT_CHANGED");
    const wrong = { verified: "yes" } as unknown as AcknowledgeContactOptions;
    expect(thrownBy(() => acknowledgeContact(verified, withPhone.log, wrong)).code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => acknowledgeContact(verified, approved.log, wrong)).code).toBe("INVALID_ARGUMENT");
  });
});
