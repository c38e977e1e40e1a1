// How devices enter: creating a log, joining it, and face-to-face provisioning. docs/spec.md section 6.

import { describe, expect, it } from "vitest";
import { openingOf } from "../../src/authoring/device-description.js";
import { newMember, prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { openOrganisation, openUser } from "../escrow/support.js";
import { acceptProvisioning, createLog, joinLog, review } from "../support/accepted.js";
import { authoredBy, mutate } from "../support/raw-link.js";
import { expectError, expectRefused, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { keysNamed, OPERATOR, openWorld } from "../support/world.js";

const subject = "alice@example.org";
const base = openWorld("enter")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const laptop = base.session("Laptop");
const env = seededEnv("entering");
const device = { name: "Tablet", platform: "Plan 9", details: "in the kitchen" };

describe("opening a log", () => {
  it("says that the device is wrong when a name is given in its place", () => {
    const { message } = thrownBy(() => createLog({ subject, device: "Laptop" as never }, env)) as Error;
    expect(message).toBe("options.device must be an object");
  });

  it("gives the same state as verification, and the first device holds epoch 1", () => {
    const opened = createLog({ subject, device, operator: OPERATOR.signingKey }, env);
    const verified = verifyLog([opened.entry], { subject, now: "unchecked" });
    expect(verified.head).toEqual(opened.log.head);
    expect(verified).toMatchObject({ subject, lockdown: false, rotationDue: false, operator: OPERATOR.signingKey });
    expect(verified.active.get(opened.keyring.member)).toMatchObject({
      ...device,
      kind: "device",
      founder: 1,
      held: [[1, 1]],
    });
    expect(opened.keyring.epochs).toEqual([1]);
  });

  it("accepts subjects up to 256 bytes and names up to 128, and refuses longer ones (ENC-3)", () => {
    const long = "é".repeat(128);
    expect(createLog({ subject: long, device: { name: long.slice(64) } }, env).log.subject).toBe(long);
    const error = expectError(() => createLog({ subject: `${long}x`, device }, env), "INVALID_ARGUMENT", undefined);
    expect(error.details).toEqual({ name: "options.subject" });
    for (const field of ["name", "platform", "details"]) {
      const wrong = { ...device, [field]: `${long.slice(64)}x` };
      const error = expectError(() => createLog({ subject, device: wrong }, env), "INVALID_ARGUMENT", undefined);
      expect(error.details).toEqual({ name: `device.${field}` });
    }
    expectError(() => createLog({ subject, device: { name: "" } }, env), "INVALID_ARGUMENT", undefined);
    expectError(() => createLog({ subject: "", device }, env), "INVALID_ARGUMENT", undefined);
  });
});

describe("joining a log", () => {
  it("lets the new device read new content, and nothing older", () => {
    const joined = joinLog(base.log, { device }, env);
    expect(joined.keyring.epochs).toEqual([3]);
    expect(joined.log.active.get(joined.keyring.member)).toMatchObject({ ...device, reach: [[3, 3]], held: [[3, 3]] });
    expect(appendEntry(base.log, joined.entry, { now: "unchecked" }).head).toEqual(joined.log.head);
  });
});

describe("being provisioned face to face", () => {
  const prepared = prepareDevice(base.log, { device }, env);
  const offer = provisionDevice(laptop, prepared.request, env);

  it("gives the new device all epochs of the enroller, in the enroller's class, at once", () => {
    const { log, keyring, entry } = acceptProvisioning(base.log, offer, prepared, { now: "unchecked" });
    expect(keyring.epochs).toEqual([1, 2]);
    expect(log.active.get(keyring.member)).toMatchObject({ ...device, founder: 1, held: [[1, 2]] });
    expect(appendEntry(base.log, entry, { now: "unchecked" }).head).toEqual(log.head);
  });

  it("is no entry before the new device has signed (LOG-6)", () => {
    expectRefused(base.log, offer, "INVALID_SIGNATURE", "LOG-6");
  });

  it("refuses an offer for another device, and anything that is no offer", () => {
    const other = prepareDevice(base.log, { device }, env);
    expectError(() => acceptProvisioning(base.log, offer, other, { now: "unchecked" }), "INVALID_ARGUMENT", undefined);
    const { entry } = joinLog(base.log, { device }, env);
    expectError(
      () => acceptProvisioning(base.log, entry, prepared, { now: "unchecked" }),
      "INVALID_ARGUMENT",
      undefined,
    );
    for (const none of [base.rotate("Laptop").last, openUser("enrolls escrow", openOrganisation("enrolled")).last])
      expectError(
        () => acceptProvisioning(base.log, none, prepared, { now: "unchecked" }),
        "INVALID_ARGUMENT",
        undefined,
      );
  });

  it("signs no other link in the new device's name, such as a join with an epoch that another device made", () => {
    const keys = ownKeys(prepared.keyring);
    const opening = openingOf(device, env);
    const fields = { member: newMember("device", keys, opening) };
    const join = writeLink({ before: base.log, type: "join", fields, signers: [keys], opening, guard: {} }, env).entry;
    const offered = mutate(join, { signers: [base.signer("Laptop")] });
    expectError(
      () => acceptProvisioning(base.log, offered, prepared, { now: "unchecked" }),
      "INVALID_ARGUMENT",
      undefined,
    );
    expect(appendEntry(base.log, join, { now: "unchecked" }).head.seq).toBe(base.log.head.seq + 1);
  });

  it("refuses an offer signed by another device than the enroller (LOG-4)", () => {
    const thief = keysNamed("Thief");
    const forged = authoredBy(offer, thief);
    expectError(() => acceptProvisioning(base.log, forged, prepared, { now: "unchecked" }), "INVALID_LINK", "LOG-4");
    const unsigned = mutate(offer, { signers: [thief] });
    expectError(
      () => acceptProvisioning(base.log, unsigned, prepared, { now: "unchecked" }),
      "INVALID_SIGNATURE",
      "LOG-4",
    );
  });

  it("refuses an offer that lost a race, and one that was accepted already (LOG-2)", () => {
    const moved = base.rotate("Phone");
    expectError(() => acceptProvisioning(moved.log, offer, prepared, { now: "unchecked" }), "INVALID_LINK", "LOG-2");
    const accepted = acceptProvisioning(base.log, offer, prepared, { now: "unchecked" });
    expectError(() => acceptProvisioning(accepted.log, offer, prepared, { now: "unchecked" }), "INVALID_LINK", "LOG-2");
  });

  it("refuses a request with junk keys before it grants to them (KEM-1)", () => {
    const { request } = prepared;
    for (const wrong of [request.subarray(1), Uint8Array.of(...request, 0), new Uint8Array(0), new Uint8Array(5000)]) {
      const code = wrong.length > 4096 ? "TOO_LARGE" : "INVALID_ENCODING";
      const error = thrownBy(() => provisionDevice(laptop, wrong, env));
      expect(error.code).toBe(code);
      expect(error.message).toContain("request");
    }
    const kem = new TextDecoder("latin1").decode(request).indexOf("kem") + 6;
    const junk = request.map((byte, at) => (at >= kem && at < kem + 3 ? 0xff : byte));
    expectError(() => provisionDevice(laptop, junk, env), "INVALID_KEY", "KEM-1");
  });

  it("refuses to enroll a device that is in the log already, or was (LOG-5)", () => {
    const { log, entry } = acceptProvisioning(base.log, offer, prepared, { now: "unchecked" });
    const session = { log, keyring: laptop.keyring };
    const error = expectError(() => provisionDevice(session, prepared.request, env), "NOT_PERMITTED", "LOG-5");
    expect(error.message).toContain("seen before");
    const removed = review(session, { remove: [prepared.keyring.member] }, env);
    expectError(() => provisionDevice(removed, prepared.request, env), "NOT_PERMITTED", "LOG-5");
    expect(appendEntry(base.log, entry, { now: "unchecked" }).active.has(prepared.keyring.member)).toBe(true);
  });

  it("is not permitted to a pending device, which has nothing to give", () => {
    const locked = base.lockdown("Laptop", true).join("Pending");
    expectError(() => provisionDevice(locked.session("Pending"), prepared.request, env), "NOT_PERMITTED", "LOG-4");
  });
});
