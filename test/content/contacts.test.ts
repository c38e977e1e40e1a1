// Sealing to tracked contacts: docs/spec.md sections 10 and 12.

import { describe, expect, it } from "vitest";
import { receive } from "../../src/authoring/receive.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { acknowledgeContact } from "../../src/fingerprint/acknowledge.js";
import { type TrackedContact, trackContact } from "../../src/fingerprint/tracked-contact.js";
import { joinLog, review } from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { content, person } from "./support.js";

const env = seededEnv("contacts");
const seal = (...recipients: Parameters<typeof sealContent>[0]) =>
  sealContent(recipients, content(5), { purpose: "note" }, env);

describe("sealing to a tracked contact", () => {
  const alice = person("alice");
  const pin = trackContact(alice.log);
  const phone = joinLog(alice.log, { device: { name: "Phone" } }, env);

  it("goes on while its log is the pinned one", async () => {
    const sealed = await seal({ log: alice.log, contact: pin });
    expect(await openContent(sealed, alice.keyring)).toEqual(content(5));
  });

  it("is refused when a device has joined that nobody approved, until the user acknowledges it", async () => {
    const refused = { code: "CONTACT_CHANGED", details: { change: { status: "extended-by-others" } } };
    expect(await rejection(seal({ log: phone.log, contact: pin }))).toMatchObject(refused);
    // One changed contact among others is enough: nothing is sealed to anybody.
    expect(await rejection(seal(person("bob").log, { log: phone.log, contact: pin }))).toMatchObject(refused);
    const sealed = await seal({ log: phone.log, contact: acknowledgeContact(pin, phone.log) });
    expect(await openContent(sealed, phone.keyring)).toEqual(content(5));
  });

  it("goes on when a trusted device has approved the device that joined", async () => {
    const approved = review(
      receive(alice, phone.entry, { now: "unchecked" }),
      { approve: [phone.keyring.member] },
      env,
    );
    const sealed = await seal({ log: approved.log, contact: pin });
    expect(await openContent(sealed, approved.keyring)).toEqual(content(5));
  });

  it("is refused when the log was rolled back or replaced, and when it is somebody else's", async () => {
    const change = (status: string) => ({ code: "CONTACT_CHANGED", details: { change: { status } } });
    const later = trackContact(phone.log);
    expect(await rejection(seal({ log: alice.log, contact: later }))).toMatchObject(change("rolled-back"));
    const other = { ...pin, head: person("mallory").log.head };
    expect(await rejection(seal({ log: alice.log, contact: other }))).toMatchObject(change("replaced"));
    expect(await rejection(seal({ log: person("bob").log, contact: pin }))).toMatchObject({ code: "WRONG_SUBJECT" });
  });

  it("is refused with an invalid pin, rather than treated as untracked", async () => {
    for (const junk of [null, {}, "pin", 7, { ...pin, v: 2 }] as unknown as TrackedContact[]) {
      expect(await rejection(seal({ log: alice.log, contact: junk }))).toMatchObject({ code: "INVALID_ENCODING" });
    }
  });
});
