// The fingerprint that a device shows about itself, and what a comparison with it proves. docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import { openEscrow } from "../escrow/support.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { ALL_FORMS, compareAny as compareFingerprint, JUNK, readAny, written } from "./support.js";

// A phone waits, and a thief's device that calls itself the same.
const before = openWorld("two pending devices").join("Phone");
const world = before.join("Thief");
const phone = world.id("Phone");
const thief = world.id("Thief");
const backed = world.backup("Laptop", "Paper");
const gone = world.review("Laptop", { remove: ["Thief"] });
const other = openWorld("two pending devices, elsewhere").join("Pad");

type Form = (typeof ALL_FORMS)[number];
const shownBy = ({ log }: World, id: MemberId, form: Form) => written(log, form, id);
const ofLog = ({ log }: World, form: Form) => written(log, form);

describe("the fingerprint of a device", () => {
  it("is another one for every device, every head, and not the log's", () => {
    const all = [before, world].flatMap((each) =>
      ["Laptop", "Phone", ...(each === world ? ["Thief"] : [])].map(
        (name) => fingerprintOf(each.log, each.id(name)).hex,
      ),
    );
    const logs = [before, world].map(({ log }) => fingerprintOf(log).hex);
    expect(new Set([...all, ...logs]).size).toBe(7);
    expect(fingerprintOf(world.log, phone)).toMatchObject({ head: world.log.head, member: phone });
    expect(fingerprintOf(world.log.head, phone).hex).toBe(fingerprintOf(world.log, phone).hex);
    expect(fingerprintOf(world.log).member).toBeUndefined();
  });

  it("is of an active device only", () => {
    const refused = ({ log }: World, id: unknown) => thrownBy(() => fingerprintOf(log, id as MemberId)).code;
    expect(refused(gone, thief)).toBe("UNKNOWN_MEMBER");
    expect(refused(before, thief)).toBe("UNKNOWN_MEMBER");
    expect(refused(backed, backed.id("Paper"))).toBe("INVALID_ARGUMENT");
    for (const junk of JUNK.filter((value) => value !== undefined)) {
      expect(refused(world, junk)).toMatch(/^INVALID_(ARGUMENT|ENCODING)$/);
      expect(thrownBy(() => fingerprintOf(world.log.head, junk as MemberId)).code).toMatch(/^INVALID_/);
    }
  });

  it("as a QR payload names its device, in any case", () => {
    const qr = shownBy(world, phone, "qr");
    expect(qr).toMatch(/^KEYSTEAD-FP:1:[0-9A-F]{64}:3:[0-9A-F]{32}:[0-9A-F]{64}$/);
    const read = { form: "qr", text: qr, log: world.log.head.log, seq: 3, member: phone };
    for (const text of [qr, qr.toLowerCase(), ` ${qr}\n`]) expect(readAny(text)).toEqual(read);
    expect(readAny(ofLog(world, "qr"))).toMatchObject({ member: undefined });
    for (const damaged of [qr.replace(phone.toUpperCase(), ""), qr.replace(phone.toUpperCase(), phone.slice(1))]) {
      expect(thrownBy(() => readAny(damaged)).code).toBe("FINGERPRINT_INVALID");
    }
  });
});

describe.each(ALL_FORMS)("a device's fingerprint as %s", (form) => {
  const isQr = form === "qr";

  it("matches the device that shows it, and gives a token of that device at this head", () => {
    const found = compareFingerprint(world.log, shownBy(world, phone, form), phone);
    expect(found).toMatchObject({ status: "match", token: { head: world.log.head, member: phone } });
    expect(compareFingerprint(world.log, readAny(shownBy(world, thief, form)), thief).status).toBe("match");
  });

  it("tells two devices apart that wait for approval", () => {
    const found = compareFingerprint(world.log, shownBy(world, phone, form), thief);
    expect(found).toMatchObject({ code: "comparison-other-device", status: "other-device", member: phone });
    expect(compareFingerprint(world.log, shownBy(world, thief, form), phone)).toMatchObject({ member: thief });
  });

  it("is not the log's, and the log's is not a device's", () => {
    expect(compareFingerprint(world.log, ofLog(world, form), phone)).toEqual({
      code: "comparison-names-no-device",
      status: "names-no-device",
    });
    expect(compareFingerprint(world.log, ofLog(before, form), phone)).toEqual({
      code: "comparison-names-no-device",
      status: "names-no-device",
    });
    const found = compareFingerprint(world.log, shownBy(world, phone, form));
    expect(found).toMatchObject({ code: "comparison-names-device", status: "names-device", member: phone });
  });

  it("is older if its device has not seen the newest links", () => {
    expect(compareFingerprint(world.log, shownBy(before, phone, form), phone)).toEqual({
      code: "comparison-older",
      status: "older",
    });
    // Another device's at an earlier head is looked for only where a QR code says what it is.
    const earlier = compareFingerprint(world.log, shownBy(before, before.id("Laptop"), form), phone);
    expect(earlier.status).toBe(isQr ? "other-device" : "not-recognised");
  });

  it("is not recognised if it is of a later head, a fork, another log, or of nobody", () => {
    const later = world.rotate("Laptop");
    const fork = world.rename("Laptop", "Old laptop");
    expect(compareFingerprint(world.log, shownBy(later, phone, form), phone).status).toBe("not-recognised");
    const forked = compareFingerprint(later.log, shownBy(fork, phone, form), phone);
    expect(forked.status).toBe(isQr ? "mismatch" : "not-recognised");
    const elsewhere = compareFingerprint(world.log, shownBy(other, other.id("Pad"), form), phone);
    expect(elsewhere.status).toBe(isQr ? "other-log" : "not-recognised");
    const ofNobody = written(world.log.head, form, other.id("Pad"));
    expect(compareFingerprint(world.log, ofNobody, phone).status).toBe(isQr ? "mismatch" : "not-recognised");
    // At that head there was no such device yet.
    const early = written(before.log.head, form, thief);
    expect(compareFingerprint(world.log, early, thief).status).toBe(isQr ? "mismatch" : "not-recognised");
  });

  it("of an escrow log outlasts the daily records of its admins, and nothing else", () => {
    const escrow = openEscrow("device fingerprints").join("Bob");
    const daily = escrow.rename("Ann", "Anna");
    const bob = escrow.id("Bob");
    expect(shownBy(daily, bob, form)).toBe(shownBy(escrow, bob, form));
    for (const text of [shownBy(escrow, bob, form), written(daily.log.head, form, bob)]) {
      expect(compareFingerprint(daily.log, text, bob)).toMatchObject({
        status: "match",
        token: { head: daily.log.head },
      });
    }
    expect(compareFingerprint(daily.join("Cid").log, shownBy(escrow, bob, form), bob).status).toBe("older");
  });
});

describe("comparing one device", () => {
  it("is with an active device of this log", () => {
    const text = shownBy(world, phone, "hex");
    const refused = ({ log }: World, id: unknown) => thrownBy(() => compareFingerprint(log, text, id as MemberId)).code;
    expect(refused(gone, thief)).toBe("UNKNOWN_MEMBER");
    expect(refused(world, other.id("Pad"))).toBe("UNKNOWN_MEMBER");
    expect(refused(backed, backed.id("Paper"))).toBe("INVALID_ARGUMENT");
    expect(refused(world, "")).toBe("INVALID_ENCODING");
  });

  it("says whose a removed device's QR code was", () => {
    const text = shownBy(world, thief, "qr");
    expect(compareFingerprint(gone.log, text, phone)).toMatchObject({
      code: "comparison-other-device",
      status: "other-device",
      member: thief,
    });
  });

  it("gives only a frozen token with the head and the device", () => {
    const { token } = compareFingerprint(world.log, shownBy(world, phone, "digits"), phone);
    expect(Object.isFrozen(token)).toBe(true);
    expect(Object.keys(token ?? {})).toEqual(["head", "member"]);
  });
});
