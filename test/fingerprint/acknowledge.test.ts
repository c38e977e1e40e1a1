// Continuing after a contact's log has changed: which changes need the user's acknowledgement, and which class a pin then trusts.
// docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import {
  type AcknowledgeContactOptions,
  acknowledgeContact,
  requireContactUnchanged,
} from "../../src/fingerprint/acknowledge.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import type { ComparedLog } from "../../src/trust/compared.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

const laptop = openWorld("acknowledge");
const withPhone = laptop.join("Phone");
const approved = withPhone.review("Laptop", { approve: ["Phone"] });
const fork = laptop.join("Another phone").rotate("Laptop");
const other = openWorld("acknowledge, another log");

const verified = trackContact(laptop.log, { unsafeVerified: true });
const later = trackContact(approved.log, { unsafeVerified: true });

/** The user compares what the contact shows with this state. */
function token(log: LogState): ComparedLog {
  return compareFingerprint(log, String(fingerprintOf(log))).token as ComparedLog;
}

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

  it("refuses after a change by others, until it is acknowledged", () => {
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

  it("does not give a stranger the standing of a class that left by itself", () => {
    const before = trackContact(withPhone.log);
    const left = withPhone.leave("Laptop");
    expect(compareContact(before, left.log)).toMatchObject({ status: "extended", trustedStillActive: false });
    const moved = requireContactUnchanged(before, left.log);
    expect(moved.confirmed).toEqual([1]);
    expect(compareContact(moved, left.rotate("Phone").log).status).toBe("extended-by-others");
    // Only the user's acknowledgement makes the remaining class the trusted one.
    expect(acknowledgeContact(moved, left.rotate("Phone").log).confirmed).toEqual([2]);
  });
});

describe("acknowledge", () => {
  it("trusts the class that is confirmed now, and drops an earlier comparison", () => {
    const takeover = withPhone.review("Phone", { remove: ["Laptop"] });
    expect(acknowledgeContact(verified, takeover.log)).toEqual({
      v: 1,
      subject: takeover.log.subject,
      head: takeover.log.head,
      confirmed: [2],
      verified: false,
    });
    expect(acknowledgeContact(verified, takeover.log, { unsafeVerified: true }).verified).toBe(true);
  });

  it("keeps class and comparison if no change needs acknowledging, or takes a new comparison", () => {
    expect(acknowledgeContact(verified, approved.log)).toEqual({ ...verified, head: approved.log.head });
    expect(acknowledgeContact(trackContact(laptop.log), approved.log, { unsafeVerified: true }).verified).toBe(true);
  });

  it.each(CONTRADICTIONS)("takes the token of the comparison with a log that is %s", (status, { log }) => {
    const compared = token(log);
    expect(acknowledgeContact(later, log, { evenIf: status, compared })).toEqual(trackContact(log, { compared }));
    expect(trackContact(log, { compared }).verified).toBe(true);
    expect(thrownBy(() => acknowledgeContact(later, log, { compared })).code).toBe("CONTACT_CHANGED");
  });

  it("takes the token of this very state only: what came after it was not compared (attack)", () => {
    const compared = token(laptop.log);
    // After the comparison a thief's device joins and takes the log over.
    const takeover = withPhone.review("Phone", { remove: ["Laptop"] });
    for (const [{ log }, because] of [
      [takeover, "moved-on"],
      [approved, "moved-on"],
      [other, "other-log"],
    ] as const) {
      const head = { because, compared: compared.head, head: log.head };
      const calls = [
        () => acknowledgeContact(verified, log, { evenIf: "replaced", compared }),
        () => trackContact(log, { compared }),
      ];
      for (const call of calls) expect(thrownBy(call)).toMatchObject({ code: "COMPARE_AGAIN", details: head });
    }
    const fork = thrownBy(() => trackContact(laptop.log, { compared: token(approved.log) }));
    expect(fork).toMatchObject({ code: "COMPARE_AGAIN", details: { because: "not-in-log" } });
    // The compared state is acknowledged, and the pin moves on from there if the change is harmless.
    const pin = trackContact(laptop.log, { compared });
    expect(requireContactUnchanged(pin, approved.log).verified).toBe(true);
    expect(thrownBy(() => requireContactUnchanged(pin, takeover.log)).code).toBe("CONTACT_CHANGED");
  });

  it("takes no copy, no token of a device and no head", () => {
    const compared = token(laptop.log);
    const id = laptop.id("Laptop");
    const device = compareFingerprint(laptop.log, String(fingerprintOf(laptop.log, id)), id).token;
    const wrong = [
      { ...compared },
      compared.head,
      device,
      new Proxy(compared, {}),
      structuredClone(compared),
      true,
      null,
    ];
    for (const forged of wrong as unknown as readonly ComparedLog[]) {
      const { code, message } = thrownBy(() => acknowledgeContact(verified, laptop.log, { compared: forged }));
      expect([code, message.includes("unsafeVerified")]).toEqual(["INVALID_ARGUMENT", true]);
      expect(thrownBy(() => trackContact(laptop.log, { compared: forged })).code).toBe("INVALID_ARGUMENT");
    }
  });

  it.each(CONTRADICTIONS)(
    "continues with a log that is %s only if the caller names this very status",
    (status, { log }) => {
      for (const evenIf of [undefined, "same", true, ...CONTRADICTIONS.map(([name]) => name)]) {
        if (evenIf === status) continue;
        const error = thrownBy(() => acknowledgeContact(later, log, { evenIf } as AcknowledgeContactOptions));
        expect(error.code).toBe("CONTACT_CHANGED");
        expect(error.message).toContain(`evenIf: "${status}"`);
        expect(error.details["change"]).toMatchObject({ status });
      }
      const acknowledged = acknowledgeContact(later, log, { evenIf: status });
      expect(acknowledged).toEqual(trackContact(log, { unsafeVerified: false }));
    },
  );

  it("accepts no other contact even then (LOG-8)", () => {
    const bob = openWorld("bob", { subject: "bob@example.org" });
    expect(thrownBy(() => acknowledgeContact(later, bob.log, { evenIf: "replaced" })).code).toBe("WRONG_SUBJECT");
  });

  it("needs a state: an error describes a contradiction, but has no state to continue from", () => {
    const error = thrownBy(() =>
      verifyLog(laptop.entries, { subject: later.subject, pinned: later.head, now: "unchecked" }),
    );
    const log = error as unknown as LogState;
    expect(thrownBy(() => acknowledgeContact(later, log, { evenIf: "rolled-back" })).code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => requireContactUnchanged(later, log)).code).toBe("CONTACT_CHANGED");
  });

  it("treats null as no options, and refuses an unsafeVerified that is no boolean", () => {
    expect(acknowledgeContact(verified, withPhone.log, null as unknown as AcknowledgeContactOptions).verified).toBe(
      false,
    );
    expect(acknowledgeContact(verified, approved.log, null as unknown as AcknowledgeContactOptions).verified).toBe(
      true,
    );
    const forked = () => acknowledgeContact(later, fork.log, null as unknown as AcknowledgeContactOptions);
    expect(thrownBy(forked).code).toBe("CONTACT_CHANGED");
    const wrong = { unsafeVerified: "yes" } as unknown as AcknowledgeContactOptions;
    expect(thrownBy(() => acknowledgeContact(verified, withPhone.log, wrong)).code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => acknowledgeContact(verified, approved.log, wrong)).code).toBe("INVALID_ARGUMENT");
  });
});
