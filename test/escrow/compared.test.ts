// Confirming escrow by the token of a comparison, and restoring a user whose new device an admin compared. docs/spec.md sections 10 and 11.

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { enrollEscrow } from "../../src/escrow/enroll.js";
import { type RecordRecoveryOptions, recordRecovery, recoverUser } from "../../src/escrow/recover.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import type { ComparedDevice, ComparedLog } from "../../src/trust/compared.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";
import { hire, openOrganisation, openUser } from "./support.js";

const organisation = openOrganisation("compared");
const staffed = hire(organisation, "Bob", ["recover"]);
const alice = openWorld("compared user");
const laptop = alice.session("Laptop");

/** The user compares what the admins published when their log was `published` with the one at hand. */
function confirmation({ log }: World, published = log): ComparedLog | undefined {
  return compareFingerprint(log, String(fingerprintOf(published))).token;
}

describe("confirming an escrow log", () => {
  const confirmed = confirmation(staffed) as ComparedLog;

  it("takes the token of the comparison, or its head as the app stored it (ESC-4)", () => {
    const knowledge = { escrowLog: staffed.log, confirmed };
    const enrolled = enrollEscrow(laptop, knowledge, alice.env("enrolls")).accept();
    expect(escrowIsSound(enrolled.log, knowledge)).toBe(true);
    expect(confirmed.head).toEqual(staffed.log.head);
    const storedConfirmation = JSON.parse(JSON.stringify(confirmed.head));
    expect(escrowIsSound(enrolled.log, { escrowLog: staffed.log, storedConfirmation })).toBe(true);
    const later = staffed.rename("Ann", "Anna");
    const again = enrollEscrow(laptop, { escrowLog: later.log, storedConfirmation }, alice.env("enrolls"));
    expect(again.accept().log.head.seq).toBe(2);
  });

  it("answers the agenda: what was to be confirmed is to be enrolled (ESC-4)", () => {
    const known = { now: "unchecked", escrowLog: staffed.log } as const;
    expect(agenda(laptop, known)).toMatchObject([{ question: "confirm-escrow", head: confirmed.head }]);
    expect(agenda(laptop, { ...known, confirmed })).toMatchObject([{ link: "enroll-escrow" }]);
    expect(agenda(laptop, { ...known, storedConfirmation: confirmed.head })).toMatchObject([{ link: "enroll-escrow" }]);
  });

  it("by a token goes before what was stored", () => {
    const other = openOrganisation("another").log.head;
    const knowledge = { escrowLog: staffed.log, confirmed, storedConfirmation: other };
    expect(enrollEscrow(laptop, knowledge, alice.env("enrolls")).accept().log.head.seq).toBe(2);
    const stored = { escrowLog: staffed.log, storedConfirmation: other };
    expectError(() => enrollEscrow(laptop, stored, alice.env("enrolls")), "ESCROW_UNKNOWN", "ESC-4");
  });

  it("needs a published fingerprint of this log that is still its newest", () => {
    expect(confirmation(staffed, organisation.log)).toBeUndefined();
    expect(confirmation(staffed, openOrganisation("another").log)).toBeUndefined();
    expect(confirmation(staffed.rename("Ann", "Anna"), staffed.log)?.head.seq).toBe(staffed.log.head.seq + 1);
  });

  it("of another history or of another log enrolls nothing (ESC-4)", () => {
    const fork = staffed.rotate("Ann");
    const hidden = hire(organisation, "Cid", ["recover"]);
    for (const token of [confirmation(hidden), confirmation(fork), confirmation(alice)]) {
      const knowledge = { escrowLog: staffed.log, confirmed: token as ComparedLog };
      expectError(() => enrollEscrow(laptop, knowledge, alice.env("enrolls")), "ESCROW_UNKNOWN", "ESC-4");
    }
  });

  it("is by no copy, no head, and no token of a device", () => {
    const shown = String(fingerprintOf(staffed.log, staffed.id("Bob")));
    const device = compareFingerprint(staffed.log, shown, staffed.id("Bob")).token;
    const Class = confirmed.constructor as new (...given: readonly unknown[]) => object;
    const forgeries = [
      confirmed.head,
      { ...confirmed },
      JSON.parse(JSON.stringify(confirmed)),
      structuredClone(confirmed),
      Object.create(confirmed),
      Object.create(Object.getPrototypeOf(confirmed)),
      new Proxy(confirmed, {}),
      new Class(staffed.log.head),
      device,
      null,
      String(fingerprintOf(staffed.log)),
    ];
    for (const forged of forgeries) {
      const knowledge = { escrowLog: staffed.log, confirmed: forged as ComparedLog, now: "unchecked" as const };
      const calls = [
        () => enrollEscrow(laptop, knowledge, alice.env("enrolls")),
        () => escrowIsSound(alice.log, knowledge),
        () => agenda(laptop, knowledge),
      ];
      for (const call of calls) {
        expect(expectError(call, "INVALID_ARGUMENT", undefined).message).toContain("storedConfirmation");
      }
    }
  });
});

describe("restoring a user", () => {
  // Her only device is stolen. Her new phone joins, and so does a thief's device that calls itself the same.
  const user = openUser("compared restoring", staffed).join("Phone").join("Thief");
  const { log: userLog, entries } = user;
  const bob = staffed.session("Bob");
  const token = (name: string, world = user) =>
    compareFingerprint(world.log, String(fingerprintOf(world.log, world.id(name))), world.id(name))
      .token as ComparedDevice;
  const options = {
    ...{ userLog, entries, remove: user.ids("Laptop", "Thief"), reason: "her only device was stolen" },
  };
  const record = (more: Partial<RecordRecoveryOptions>) =>
    recordRecovery(bob, { ...options, ...more }, staffed.env("records"));

  it("approves the device whose fingerprint the admin compared (ESC-8)", () => {
    const { act, ...recorded } = record({ approve: [token("Phone")] }).accept();
    expect(act.approve).toEqual(user.ids("Phone"));
    const restored = recoverUser(recorded, { act, userLog, entries }, user.env("restores")).accept();
    expect(restored.links.last()?.approved).toEqual(user.ids("Phone"));
  });

  it("takes the token after the user's log went on, and not where the device is not that one any more", () => {
    const compared = token("Phone");
    const later = user.rename("Phone", "Alice's phone");
    const act = record({ userLog: later.log, entries: later.entries, approve: [compared] }).accept().act;
    expect(act.approve).toEqual(user.ids("Phone"));
    for (const [world, because] of [
      [user.rekey("Phone"), "rekeyed"],
      [user.review("Laptop", { remove: ["Phone"] }), "removed"],
      [openUser("compared restoring", staffed).join("Phone").rotate("Laptop"), "not-in-log"],
      [openUser("somebody else", staffed), "other-log"],
    ] as const) {
      const given = { userLog: world.log, entries: world.entries, remove: [], approve: [compared] };
      expect(expectError(() => record(given), "COMPARE_AGAIN", undefined).details).toMatchObject({ because });
    }
  });

  it("takes ids under the name of the danger only", () => {
    const approve = user.ids("Phone") as unknown as readonly ComparedDevice[];
    const { message } = expectError(() => record({ approve }), "INVALID_ARGUMENT", undefined);
    expect(message).toContain("approveUncompared");
    expect(record({ approveUncompared: user.ids("Phone") }).accept().act.approve).toEqual(user.ids("Phone"));
  });
});
