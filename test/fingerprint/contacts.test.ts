// Changes of a tracked contact's log, one story each. docs/spec.md section 10 and LOG-8.

import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { type TrackedContact, trackContact } from "../../src/fingerprint/tracked-contact.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import type { Evidence } from "../../src/log/evidence.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { devicesAndActivity } from "../../src/views/devices-and-activity.js";
import { say } from "../support/spoken.js";
import { thrownBy } from "../support/thrown.js";
import { ALICE, openWorld } from "../support/world.js";
import { JUNK } from "./support.js";

const laptop = openWorld("contacts", { operator: true });
const withPhone = laptop.join("Phone");
const approved = withPhone.review("Laptop", { approve: ["Phone"] });

const pin = trackContact(laptop.log);

describe("a tracked contact", () => {
  it("is the same while nothing happens", () => {
    expect(compareContact(pin, laptop.log)).toEqual({
      code: "contact-same",
      status: "same",
      subject: ALICE,
      tracked: laptop.log.head,
      current: laptop.log.head,
      links: [],
      added: [],
      removed: [],
      trustedStillActive: true,
      evidence: undefined,
    });
    expect(say(compareContact(pin, laptop.log))).toBe("alice@example.org: nothing has changed.");
  });

  it("is extended by others when a device joins that nobody approved", () => {
    const change = compareContact(pin, withPhone.log);
    expect(change).toMatchObject({
      status: "extended-by-others",
      links: [
        { seq: 2, type: "join", author: withPhone.id("Phone"), by: { code: "member", name: "Phone" }, trusted: false },
      ],
      added: [
        { member: withPhone.id("Phone"), name: { code: "member", kind: "device", name: "Phone" }, trusted: false },
      ],
      removed: [],
    });
    expect(say(change)).toBe(
      'alice@example.org: 1 change not by the devices you trusted: new device by "Phone" (change 2). Approved by none of them: ' +
        '"Phone". Added: "Phone". Compare fingerprints with alice@example.org before you send anything.',
    );
  });

  it("is extended once a device that was trusted approves it: judged at the new head", () => {
    const change = compareContact(pin, approved.log);
    expect(change).toMatchObject({ status: "extended", added: [{ name: { name: "Phone" }, trusted: true }] });
    expect(say(change)).toBe('alice@example.org: 2 changes, all by devices you trusted before. Added: "Phone".');
  });

  it("names the untrusted ones among the changes and the new members", () => {
    expect(say(compareContact(pin, approved.join("Third").log))).toContain(
      '1 change not by the devices you trusted: new device by "Third" (change 4). Approved by none of them: "Third". Added: "Phone", "Third"',
    );
  });

  it("is extended by others when a stranger approves the owner's device: approvals are directed (MEM-1)", () => {
    const stranger = laptop
      .join("Stranger")
      .join("Thief")
      .review("Stranger", { approve: ["Thief"] });
    const { links, status } = compareContact(pin, stranger.log);
    expect(status).toBe("extended-by-others");
    expect(links.map(({ trusted }) => trusted)).toEqual([false, false, false]);
  });

  it("judges an author that has been removed since by its class", () => {
    const replaced = approved.review("Phone", { remove: ["Laptop"] });
    expect(compareContact(trackContact(approved.log), replaced.log)).toMatchObject({
      status: "extended",
      removed: [{ name: { name: "Laptop" }, trusted: true }],
      trustedStillActive: true,
    });
    const thief = laptop.join("Thief").review("Thief", { remove: ["Laptop"] });
    const takeover = compareContact(pin, thief.log);
    expect(takeover).toMatchObject({ status: "extended-by-others", trustedStillActive: false });
    expect(say(takeover)).toContain('Removed: "Laptop". None of the devices you trusted is left.');
    // The same after the owner has removed the thief: another person had access.
    const cured = withPhone.review("Laptop", { remove: ["Phone"] });
    expect(compareContact(pin, cured.log)).toMatchObject({ status: "extended-by-others", added: [], removed: [] });
  });

  it("always counts the operator as others", () => {
    const expelled = approved.expel("Phone");
    const change = compareContact(trackContact(approved.log), expelled.log);
    expect(change).toMatchObject({
      status: "extended-by-others",
      links: [{ type: "expel", author: "operator", by: { code: "operator" }, trusted: false }],
    });
    expect(say(change)).toBe(
      "alice@example.org: 1 change not by the devices you trusted: removal by the service (change 4). Nobody was added without " +
        'their approval. Removed: "Phone". Compare fingerprints with alice@example.org before you send anything.',
    );
  });

  it("uses the class that was confirmed at the pin, even if it is not the founding one", () => {
    const secondClass = withPhone.review("Phone", { remove: ["Laptop"] });
    const phonePin = trackContact(secondClass.log);
    expect(phonePin.confirmed).toEqual([2]);
    expect(compareContact(phonePin, secondClass.rename("Phone", "New name").log).status).toBe("extended");
    expect(compareContact(phonePin, secondClass.join("Third").log).status).toBe("extended-by-others");
    // At an earlier pin, the same device was not of the confirmed class.
    expect(compareContact(trackContact(withPhone.log), secondClass.log).status).toBe("extended-by-others");
  });

  it("judges by each member's own founder, and never by the member at the pinned position", () => {
    const ofPhone: TrackedContact = { ...trackContact(withPhone.log), confirmed: [2] };
    const renamed = withPhone.rename("Laptop", "New name");
    // An older class is another class too, and so are the devices that it approves.
    expect(compareContact(ofPhone, renamed.log)).toMatchObject({
      status: "extended-by-others",
      trustedStillActive: true,
    });
    const approvedLater = compareContact(ofPhone, renamed.review("Laptop", { approve: ["Phone"] }).rotate("Phone").log);
    expect(approvedLater.links.map(({ trusted }) => trusted)).toEqual([false, false, false]);
    expect(approvedLater.trustedStillActive).toBe(false);
    // The twin: not approved by an older class.
    expect(compareContact(ofPhone, withPhone.rotate("Phone").log).status).toBe("extended");
  });

  it("trusts each of the classes that the pin names", () => {
    const both: TrackedContact = { ...trackContact(withPhone.log), confirmed: [1, 2] };
    const renamed = withPhone.rename("Laptop", "New name").rename("Phone", "Old phone");
    expect(compareContact(both, renamed.log).status).toBe("extended");
    expect(compareContact(both, renamed.join("Third").log).status).toBe("extended-by-others");
  });

  it("trusts no member for a pin that names no class", () => {
    const strange: TrackedContact = { ...trackContact(approved.log), confirmed: [3] };
    expect(compareContact(strange, approved.log).status).toBe("same");
    const later = approved.rename("Laptop", "New name");
    expect(compareContact(strange, later.log)).toMatchObject({
      status: "extended-by-others",
      trustedStillActive: false,
    });
  });

  it("counts a backup key that a trusted device made", () => {
    const paper = approved.backup("Laptop", "Paper");
    const change = compareContact(trackContact(approved.log), paper.log);
    expect(change).toMatchObject({
      status: "extended",
      added: [{ name: { kind: "backup", name: "Paper" }, trusted: true }],
    });
  });

  it("names a member by its id if its name was not delivered", () => {
    const bare = withPhone.entries.map((entry) => encodeEntry(decodeEntry(entry).link.bytes, []));
    const change = compareContact(pin, verifyLog(bare, { subject: ALICE, now: "unchecked" }));
    expect(change).toMatchObject({ links: [{ by: { code: "unnamed" } }], added: [{ name: { code: "unnamed" } }] });
    const shown = `unnamed device (${withPhone.id("Phone").slice(0, 8)})`;
    expect(say(change)).toContain(
      `new device by ${shown} (change 2). Approved by none of them: ${shown}. Added: ${shown}.`,
    );
  });

  it("cannot be falsified by the name of a device", () => {
    const name = 'x". Approved by "Laptop\n\u202e\u2028';
    const change = compareContact(pin, laptop.join(name).log);
    const text = say(change);
    expect(change.added[0]?.name.name).toBe('x". Approved by "Laptop');
    expect(change.links[0]?.by).toEqual(change.added[0]?.name);
    expect(text).not.toMatch(/[\n\u202e\u2028]/);
    expect(text).toContain('Added: "x\ufffd. Approved by \ufffdLaptop".');
  });

  it("keeps the joiners in a name: it is the same as in every other view", () => {
    expect(say(compareContact(pin, laptop.join("👩🏽\u200d💻").log))).toContain('Added: "👩🏽\u200d💻".');
  });

  it("calls members what every other view of the log calls them: a newcomer has its id beside a name that is taken", () => {
    const twin = laptop.join("Laptop");
    const change = compareContact(pin, twin.log);
    const [, newcomer] = [...twin.log.active.keys()];
    const view = devicesAndActivity(twin.log, { me: laptop.id("Laptop"), now: twin.log.time });
    const shown = view.members.find(({ member }) => member === newcomer);
    expect(change.added.map(({ name }) => name)).toEqual([shown?.name]);
    expect(change.links.map(({ by, when }) => [by, when])).toEqual([[shown?.name, shown?.added]]);
    expect(say(change)).toContain(`Added: "Laptop (${newcomer?.slice(0, 8)})".`);
  });

  it("lists a handful and counts the rest", () => {
    let many = laptop;
    for (let i = 1; i <= 7; i++) many = many.join(`New ${i}`);
    expect(say(compareContact(pin, many.log))).toContain('"New 4", "New 5" and 2 more');
    let five = laptop;
    for (let i = 1; i <= 5; i++) five = five.join(`New ${i}`);
    expect(say(compareContact(pin, five.log))).toContain('"New 4", "New 5". Compare');
  });
});

describe("a contradiction", () => {
  const fork = laptop.join("Another phone");
  const other = openWorld("contacts, another log");
  const phonePin = trackContact(withPhone.log);

  it("is forked where the pinned position has another link (LOG-8)", () => {
    const change = compareContact(phonePin, fork.rotate("Laptop").log);
    expect(change).toMatchObject({ status: "forked", links: [], added: [], removed: [], trustedStillActive: false });
    expect(say(change)).toBe(
      "alice@example.org: ALARM. Two different histories of one account were shown, which no honest server does. Send nothing, " +
        "keep the evidence, and reach alice@example.org in another way.",
    );
    expect(checkEvidence(change.evidence as Evidence)).toMatchObject({
      verdict: "claimed",
      pinned: withPhone.log.head,
      offered: fork.log.head,
      seq: 2,
    });
  });

  it("is rolled back where the log ends before the pin (LOG-8)", () => {
    const change = compareContact(phonePin, laptop.log);
    expect(change).toMatchObject({ status: "rolled-back", current: laptop.log.head });
    expect(say(change)).toBe(
      "alice@example.org: ALARM. The history ends before a point that was seen earlier: its newest changes, removals perhaps, are " +
        "withheld. Send nothing, and try again over another connection.",
    );
    expect(checkEvidence(change.evidence as Evidence).seq).toBe(2);
  });

  it("is replaced where another log is offered (LOG-8)", () => {
    const change = compareContact(phonePin, other.join("Phone").log);
    expect(change).toMatchObject({ status: "replaced", subject: ALICE });
    expect(say(change)).toBe(
      "alice@example.org: ALARM. Another history is offered. Either alice@example.org lost everything and started over, or " +
        "somebody has taken the place of alice@example.org. Send nothing before you have asked in another way and compared " +
        "fingerprints.",
    );
    expect(checkEvidence(change.evidence as Evidence)).toMatchObject({ seq: 1, offered: other.log.head });
  });

  it("is also recognised from the error of verifyLog and appendEntry", () => {
    const options = { subject: ALICE, pinned: phonePin.head, now: "unchecked" } as const;
    for (const [status, error] of [
      ["forked", thrownBy(() => verifyLog(fork.entries, options))],
      ["rolled-back", thrownBy(() => verifyLog(laptop.entries, options))],
      ["replaced", thrownBy(() => verifyLog(other.entries, options))],
      ["forked", thrownBy(() => appendEntry(withPhone.log, laptop.rotate("Laptop").last, { now: "unchecked" }))],
    ] as const) {
      const change = compareContact(phonePin, error);
      expect(change).toMatchObject({ status, tracked: phonePin.head, links: [] });
      expect(change.evidence).toBe(error.details["evidence"]);
      expect(change.current).toBe(error.details["offered"]);
    }
  });

  it("of another contact is not reported for this one (LOG-8)", () => {
    const bob = openWorld("bob", { subject: "bob@example.org" });
    const wrong = thrownBy(() => compareContact(phonePin, bob.log));
    expect(wrong).toMatchObject({ code: "WRONG_SUBJECT", rule: "LOG-8" });
    const rolledBack = thrownBy(() =>
      verifyLog(bob.entries, { subject: "bob@example.org", pinned: bob.join("Phone").log, now: "unchecked" }),
    );
    expect(thrownBy(() => compareContact(phonePin, rolledBack)).code).toBe("WRONG_SUBJECT");
    const aboutOther = thrownBy(() =>
      verifyLog(laptop.entries, { subject: ALICE, pinned: other.log, now: "unchecked" }),
    );
    const refused = thrownBy(() => compareContact(phonePin, aboutOther));
    expect(refused).toMatchObject({ code: "INVALID_ARGUMENT", cause: aboutOther });
  });

  it("is recognised only from an error that has evidence of one, and the offered head", () => {
    const error = thrownBy(() => verifyLog(fork.entries, { subject: ALICE, pinned: phonePin.head, now: "unchecked" }));
    const { evidence, offered } = error.details as { readonly evidence: Evidence; readonly offered: unknown };
    const made = (details: Record<string, unknown>) => new KeysteadError("FORKED", "?", { details });
    expect(compareContact(phonePin, made({ evidence, offered })).status).toBe("forked");
    for (const details of [
      { offered },
      { evidence },
      { evidence: { ...evidence, kind: undefined }, offered },
      { evidence: { ...evidence, kind: "equivocated" }, offered },
    ]) {
      const wrong = made(details);
      const refused = thrownBy(() => compareContact(phonePin, wrong));
      expect(refused).toMatchObject({ code: "INVALID_ARGUMENT", cause: wrong });
    }
  });
});

describe("compareContact", () => {
  it("refuses an invalid pin, log or contradiction", () => {
    for (const junk of JUNK) {
      expect(thrownBy(() => compareContact(junk as TrackedContact, laptop.log)).code).toBe("INVALID_ENCODING");
      expect(thrownBy(() => compareContact(pin, junk as LogState)).code).toBe("INVALID_ARGUMENT");
    }
    const newer = { ...pin, v: 2 } as unknown as TrackedContact;
    expect(thrownBy(() => compareContact(newer, laptop.log)).details["name"]).toBe("contact.v");
    for (const forged of [{ ...laptop.log }, new KeysteadError("NOT_YET", "later"), new KeysteadError("FORKED", "?")]) {
      expect(thrownBy(() => compareContact(pin, forged as LogState)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("does not change its arguments", () => {
    const before = JSON.stringify(pin);
    compareContact(pin, approved.log);
    expect(JSON.stringify(pin)).toBe(before);
    expect(Object.isFrozen(pin) && Object.isFrozen(pin.head)).toBe(true);
  });
});
