// Cases that sealing refuses by default: docs/spec.md sections 10 and 12. Rotation due is in access.test.ts, and changed contacts
// are in contacts.test.ts.

import { describe, expect, it } from "vitest";
import { readContentHeader } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import type { Recipient } from "../../src/content/recipients.js";
import { sealContent, sealStream } from "../../src/content/seal.js";
import { acknowledgeContact } from "../../src/fingerprint/acknowledge.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { isHolder, type LogState } from "../../src/log/state.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld } from "../support/world.js";
import { content, person } from "./support.js";

const [alice, bob] = [person("alice"), person("bob")];
const env = seededEnv("refusals");
const purpose = "note";
const seal = (recipients: readonly Recipient[], verifiedOnly?: boolean) =>
  sealContent(recipients, content(5), { purpose, verifiedOnly }, env);

describe("sealing to verified contacts only", () => {
  const unverified = trackContact(alice.log);
  const verified = acknowledgeContact(unverified, alice.log, { unsafeVerified: true });

  it("is refused for a log that was not verified, and goes on for a verified one (CONTACT_UNVERIFIED)", async () => {
    const refused = { code: "CONTACT_UNVERIFIED", details: { log: alice.log.head.log, subject: "alice@example.org" } };
    expect(await rejection(seal([alice.log], true))).toMatchObject(refused);
    expect(await rejection(seal([{ log: alice.log, contact: unverified }], true))).toMatchObject(refused);
    expect(() => sealStream([alice.log], { purpose, verifiedOnly: true }, env)).toThrow(
      expect.objectContaining({ code: "CONTACT_UNVERIFIED" }),
    );
    const sealed = await seal([{ log: alice.log, contact: verified }], true);
    expect(await openContent(sealed, alice.keyring)).toEqual(content(5));
  });

  it("is refused for one among others, and only with the option", async () => {
    const recipients = [{ log: alice.log, contact: verified }, bob.log];
    expect(await rejection(seal(recipients, true))).toMatchObject({ details: { log: bob.log.head.log } });
    expect(await openContent(await seal(recipients), bob.keyring)).toEqual(content(5));
    expect(await openContent(await seal([{ log: alice.log, contact: unverified }], false), alice.keyring)).toEqual(
      content(5),
    );
  });

  it("reports first that the log is not the pinned one", async () => {
    const other = { ...verified, head: bob.log.head };
    expect(await rejection(seal([{ log: alice.log, contact: other }], true))).toMatchObject({
      code: "CONTACT_CHANGED",
    });
    expect(await rejection(seal([alice.log], "yes" as never))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("sealing to a value that is no verified log", () => {
  it("is refused: a made-up state, a head, an id (INVALID_ARGUMENT)", async () => {
    const junk = [{ ...alice.log }, [], alice.log.head, alice.log.head.log];
    for (const log of junk as unknown as LogState[]) {
      expect(await rejection(seal([log]))).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await rejection(seal([{ log }]))).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("an epoch that no active member holds", () => {
  // Random histories say the same: test/model/histories.test.ts.
  it("does not exist, no matter which members leave: sealing need not refuse it", () => {
    const start = openWorld("holders", { operator: true }).join("Phone");
    const locked = start.lockdown("Laptop", true, ["Phone"]).join("Tablet");
    const worlds = [
      start.leave("Laptop"),
      start.expel("Laptop"),
      locked.expel("Tablet"),
      locked.lockdown("Laptop", false),
    ];
    for (const { log } of worlds) {
      expect([...log.active.values()].some((member) => isHolder(log, member))).toBe(true);
    }
    expect(isHolder(locked.log, locked.member("Tablet"))).toBe(false);
  });
});

describe("sealing to two logs of one subject", () => {
  const other = openWorld("another log of alice", { subject: "alice@example.org" }).log;

  it("is refused: one of them is not the subject's (LOG-8)", async () => {
    for (const recipients of [
      [alice.log, other],
      [other, bob.log, { log: alice.log, contact: trackContact(alice.log) }],
    ]) {
      const error = await rejection(seal(recipients));
      expect(error).toMatchObject({
        code: "INVALID_ARGUMENT",
        rule: "LOG-8",
        details: { subject: "alice@example.org" },
      });
    }
    expect(() => sealStream([alice.log, other], { purpose }, env)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        details: { subject: "alice@example.org", logs: [alice.log.head.log, other.head.log] },
      }),
    );
    // One log twice is refused as such.
    expect(await rejection(seal([alice.log, alice.log]))).toMatchObject({ details: { log: alice.log.head.log } });
  });

  it("goes on for each of the two alone, and for one of them among others: the twins", async () => {
    expect(await openContent(await seal([alice.log]), alice.keyring)).toEqual(content(5));
    expect(readContentHeader(await seal([other])).recipients).toHaveLength(1);
    expect(readContentHeader(await seal([other, bob.log])).recipients).toHaveLength(2);
  });
});
