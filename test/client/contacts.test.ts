// Contacts in a session: their logs are fetched when they are needed, kinds of changes are kept apart, and nothing is sealed before the user
// has seen a change by others. docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import { createLog } from "../../src/authoring/enter.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { corrupt, rollBackTo, present as show } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { seededEnv } from "../support/seeded-env.js";
import { contactOf } from "./sessions.js";
import { approved, type Phone, phone, SUBJECT } from "./simple.js";

const BOB = "bob";
const note = { purpose: "note" };
const hello = utf8Encode("hello");

/** Alice's laptop, and Bob's with an account of his own. */
async function pair() {
  const relay = new MaliciousRelay();
  const faults: { next?: (what: string) => "before" | undefined } = {};
  const device = phone(relay, "laptop", faults);
  // Each look at a contact is a new one.
  let now = device.env.now();
  const ticking: Phone = { ...device, open: device.open };
  device.env.now = () => {
    now += 60_000;
    return now;
  };
  const alice = await device.open();
  await alice.create({ name: "Laptop" });
  const bobs = phone(relay, "bob's", {}, BOB);
  const bob = await bobs.open();
  await bob.create({ name: "Bob's" });
  return { relay, faults, device: ticking, alice, bob };
}

const refused = (code: string) => ({ code });

/** Somebody with Bob's password joins, and nobody approves the device. */
async function stranger(relay: MaliciousRelay, name = "stranger"): Promise<Session> {
  const session = await phone(relay, name, {}, BOB).open();
  await session.join({ name });
  return session;
}

describe("what a session remembers of a contact", () => {
  it("tracks, seals by name, and has it all after a restart", async () => {
    const { alice, bob, device } = await pair();
    await alice.track(BOB);
    expect(contactOf(alice)).toMatchObject({ subject: BOB, verified: false, news: "none", change: undefined });
    const sealed = await alice.seal(hello, { ...note, to: [BOB] });
    expect(await bob.open(sealed, note)).toEqual(hello);
    expect(await alice.open(sealed, note)).toEqual(hello);
    alice.close();
    const again = await device.open();
    expect(contactOf(again)).toMatchObject({ subject: BOB, news: "none" });
    expect(contactOf(again).fingerprint).toBe(formatFingerprint(fingerprintOf(bob.log)));
  });

  it("tracks an account before it seals to it for the first time", async () => {
    const { alice } = await pair();
    await alice.seal(hello, { ...note, to: [BOB] });
    expect(contactOf(alice)).toMatchObject({ subject: BOB });
  });

  it("forgets one that is not tracked any more", async () => {
    const { alice, device } = await pair();
    await alice.track(BOB);
    await alice.untrack(BOB);
    expect(alice.getSnapshot().contacts).toEqual([]);
    alice.close();
    expect((await device.open()).getSnapshot().contacts).toEqual([]);
  });

  it("is verified by a comparison with the newest log, and stays so while its devices approve each other", async () => {
    const { alice, bob, relay } = await pair();
    const compared = await alice.compareContact(BOB, formatFingerprint(fingerprintOf(bob.log)));
    expect(compared.status).toBe("match");
    await expect(alice.seal(hello, { ...note, to: [BOB], verifiedOnly: true })).rejects.toMatchObject(
      refused("CONTACT_UNVERIFIED"),
    );
    await alice.acknowledge(contactOf(alice), { compared: present(compared.token) as never });
    expect(contactOf(alice)).toMatchObject({ verified: true, news: "none" });
    await alice.seal(hello, { ...note, to: [BOB], verifiedOnly: true });
    await approved(bob, phone(relay, "tablet", {}, BOB));
    await alice.seal(hello, { ...note, to: [BOB], verifiedOnly: true });
    expect(contactOf(alice)).toMatchObject({ verified: true, news: "milder" });
  });
});

describe("a contact that changed", () => {
  it("is milder news when its own devices did it, until the user has seen it", async () => {
    const { alice, bob, relay } = await pair();
    await alice.track(BOB);
    await approved(bob, phone(relay, "tablet", {}, BOB));
    const sealed = await alice.seal(hello, { ...note, to: [BOB] });
    expect(await bob.open(sealed, note)).toEqual(hello);
    const seen = contactOf(alice);
    expect(seen).toMatchObject({ news: "milder", change: { status: "extended" } });
    expect(alice.getSnapshot().asks).toEqual([]);
    await alice.acknowledge(seen);
    expect(contactOf(alice)).toMatchObject({ news: "none", change: undefined });
  });

  it("gets nothing sealed when others did it, until the user has acknowledged that very change", async () => {
    const { alice, relay, device } = await pair();
    await alice.track(BOB);
    await stranger(relay);
    const sealing = () => alice.seal(hello, { ...note, to: [BOB] });
    await expect(sealing()).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    await expect(alice.sealStream({ ...note, to: [BOB] })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    const seen = contactOf(alice);
    expect(seen).toMatchObject({ news: "changed", change: { status: "extended-by-others" } });
    const [ask] = alice.getSnapshot().asks;
    expect(ask).toMatchObject({ question: "contact-changed", change: { subject: BOB } });
    // The question is there at the next start, and its "no" puts it away, and seals nothing.
    alice.close();
    const again = await device.open();
    expect(again.getSnapshot().asks.map(({ id }) => id)).toEqual([present(ask).id]);
    await again.answer(present(ask).id, { say: "no" });
    expect(again.getSnapshot().asks).toEqual([]);
    await expect(again.seal(hello, { ...note, to: [BOB] })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    // A second stranger came since: what the user saw is not what would be acknowledged.
    await stranger(relay, "second");
    await again.refreshContacts();
    await expect(again.acknowledge(seen)).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    await again.acknowledge(contactOf(again));
    await again.seal(hello, { ...note, to: [BOB] });
    expect(contactOf(again).news).toBe("none");
  });

  it("is an alarm with evidence when its log was rolled back, and heals when the log is back", async () => {
    const { alice, bob, relay, device } = await pair();
    await approved(bob, phone(relay, "tablet", {}, BOB));
    await alice.track(BOB);
    const takeBack = relay.tell(BOB, rollBackTo(1));
    const sealing = alice.seal(hello, { ...note, to: [BOB] });
    await expect(sealing).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    expect(contactOf(alice)).toMatchObject({ news: "alarm", change: { status: "rolled-back" } });
    expect(alice.getSnapshot().evidenceCount).toBe(1);
    alice.close();
    const again = await device.open();
    expect(contactOf(again)).toMatchObject({ news: "alarm", change: { status: "rolled-back" } });
    await expect(again.acknowledge(contactOf(again))).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    takeBack();
    await again.seal(hello, { ...note, to: [BOB] });
    expect(contactOf(again).news).toBe("none");
    expect(again.getSnapshot().evidenceCount).toBe(1);
  });

  it("shows the last verified fingerprint when its log comes back empty", async () => {
    const { relay, alice, bob } = await pair();
    await alice.track(BOB);
    relay.tell(BOB, () => []);
    await alice.refreshContacts().catch(() => undefined);
    const { news, head, fingerprint } = contactOf(alice);
    expect(news).toBe("alarm");
    expect(head).toEqual(bob.log.head);
    expect(fingerprint).toBe(formatFingerprint(fingerprintOf(bob.log.head)));
  });

  it("is an alarm with proof when its log was forked, and cannot be acknowledged", async () => {
    const { alice, bob, relay } = await pair();
    relay.fork(BOB, 1, ["laptop"]);
    const other = await phone(relay, "laptop", {}, BOB).open();
    await other.join({ name: "Other" });
    await alice.track(BOB);
    await bob.rename({ name: "Mine" });
    relay.tell(BOB, show(relay.read(BOB, "bob's")), { to: ["laptop"] });
    await expect(alice.seal(hello, { ...note, to: [BOB] })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    const { change, news } = contactOf(alice);
    expect(news).toBe("alarm");
    const evidence = present(present(change).evidence);
    expect(evidence.kind).toBe("forked");
    expect(checkEvidence(evidence)).toMatchObject({ verdict: "proven" });
    await expect(alice.acknowledge(contactOf(alice), { evenIf: "replaced" })).rejects.toMatchObject(
      refused("CONTACT_CHANGED"),
    );
  });

  it("is an alarm also where only the first link of another log is valid", async () => {
    const { alice, relay } = await pair();
    await alice.track(BOB);
    const second = createLog({ subject: BOB, device: { name: "New" } }, seededEnv("second"));
    relay.tell(BOB, show([second.entry, second.entry.slice(1)]));
    await expect(alice.seal(hello, { ...note, to: [BOB] })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    const view = contactOf(alice);
    expect(view).toMatchObject({ news: "alarm", change: { status: "replaced" } });
    await expect(alice.acknowledge(view, { evenIf: "replaced" })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
  });

  it("has another log: only the user's own word goes on with that", async () => {
    const { alice, relay } = await pair();
    await alice.track(BOB);
    const second = createLog({ subject: BOB, device: { name: "New" } }, seededEnv("second"));
    relay.tell(BOB, show([second.entry]));
    await expect(alice.seal(hello, { ...note, to: [BOB] })).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    expect(contactOf(alice)).toMatchObject({ news: "alarm", change: { status: "replaced" } });
    await expect(alice.acknowledge(contactOf(alice))).rejects.toMatchObject(refused("CONTACT_CHANGED"));
    await alice.acknowledge(contactOf(alice), { evenIf: "replaced" });
    const sealed = await alice.seal(hello, { ...note, to: [BOB] });
    expect(contactOf(alice)).toMatchObject({ news: "none", verified: false });
    expect(sealed.length).toBeGreaterThan(hello.length);
  });
});

describe("a service that does not show the log of a contact", () => {
  it("keeps the session from sealing, unless the app says that the last known log will do", async () => {
    const { alice, faults } = await pair();
    await alice.track(BOB);
    faults.next = (what) => (what === "read" ? "before" : undefined);
    await expect(alice.seal(hello, { ...note, to: [BOB] })).rejects.toMatchObject(refused("OFFLINE"));
    const unsafe = { ...note, to: [BOB], unsafeContactsAsLastSeen: true };
    expect(await alice.open(await alice.seal(hello, unsafe), note)).toEqual(hello);
    await expect(alice.seal(hello, { ...unsafe, to: [BOB, "carol"] })).rejects.toMatchObject(refused("OFFLINE"));
    expect(alice.getSnapshot().connection).toBe("reached");
  });

  it("leaves nothing behind when it shows none at the first look, or a broken one", async () => {
    const { alice, relay } = await pair();
    await expect(alice.track("carol")).rejects.toMatchObject(refused("NOT_PERMITTED"));
    relay.tell(BOB, corrupt(1, -1));
    await expect(alice.track(BOB)).rejects.toBeInstanceOf(KeysteadError);
    expect(alice.getSnapshot().contacts).toEqual([]);
  });
});

it("judges who signed by the contact's log and pin", async () => {
  const { alice, bob, relay } = await pair();
  const tablet = await approved(bob, phone(relay, "tablet", {}, BOB));
  await alice.track(BOB);
  const sealed = await tablet.seal(hello, { ...note, to: [SUBJECT], sign: true });
  const opened = await alice.openFrom(sealed, BOB, note);
  expect(opened.plaintext).toEqual(hello);
  expect(opened.sender).toMatchObject({ status: "verified", subject: BOB, trust: "founding", judgedBy: "contact" });
  const unsigned = await bob.seal(hello, { ...note, to: [SUBJECT] });
  await expect(alice.openFrom(unsigned, BOB, note)).rejects.toMatchObject(refused("INVALID_SIGNATURE"));
  const thief = await stranger(relay);
  const theirs = await thief.seal(hello, { ...note, to: [SUBJECT], sign: true });
  expect((await alice.openFrom(theirs, BOB, note)).sender.trust).toBe("neither");
});

it("refuses what is no contact, before it asks the service", async () => {
  const { alice } = await pair();
  for (const wrong of ["", SUBJECT, 5 as never, "x".repeat(300)]) {
    await expect(alice.track(wrong)).rejects.toMatchObject(refused("INVALID_ARGUMENT"));
    await expect(alice.seal(hello, { ...note, to: [wrong] })).rejects.toMatchObject(refused("INVALID_ARGUMENT"));
  }
  await expect(alice.seal(hello, { ...note, to: BOB as never })).rejects.toMatchObject(refused("INVALID_ARGUMENT"));
  await expect(alice.untrack(BOB)).rejects.toMatchObject(refused("INVALID_ARGUMENT"));
  await expect(alice.acknowledge({ subject: BOB, head: alice.log.head } as never)).rejects.toMatchObject(
    refused("INVALID_ARGUMENT"),
  );
});

it("loses no contact when two tabs track at the same time", async () => {
  const { relay, device, alice } = await pair();
  await phone(relay, "carol's", {}, "carol")
    .open()
    .then((carol) => carol.create({ name: "Carol's" }));
  const other = await device.open();
  await Promise.all([alice.track(BOB), other.track("carol"), other.seal(hello, { ...note, to: [BOB] })]);
  alice.close();
  other.close();
  const again = await device.open();
  expect(again.getSnapshot().contacts.map(({ subject }) => subject)).toEqual([BOB, "carol"]);
});
