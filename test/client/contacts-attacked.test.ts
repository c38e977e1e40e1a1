// Contacts in a session against services, contacts and clocks that are hostile. docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import { createLog } from "../../src/authoring/enter.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { present as show } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { seededEnv } from "../support/seeded-env.js";
import { contactOf } from "./sessions.js";
import { approved, phone } from "./simple.js";

const BOB = "bob";
const note = { purpose: "note" };
const hello = utf8Encode("hello");

/** Alice's laptop with a clock that the test moves, and Bob's with an account of his own. */
async function pair() {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const clock = { now: device.env.now() };
  device.env.now = () => clock.now;
  const alice = await device.open();
  await alice.create({ name: "Laptop" });
  const bob = await phone(relay, "bob's", {}, BOB).open();
  await bob.create({ name: "Bob's" });
  return { relay, device, clock, alice, bob };
}

describe("a look at a contact", () => {
  it("is no newer because the clock was set back", async () => {
    const { relay, clock, alice, bob } = await pair();
    clock.now += 3_600_000;
    const tablet = await approved(bob, phone(relay, "tablet", {}, BOB));
    await alice.track(BOB);
    clock.now -= 3_600_000;
    await bob.save({ remove: [present(tablet.getSnapshot().devices).me.member] });
    const sealed = await alice.seal(hello, { ...note, to: [BOB] });
    await tablet.sync();
    await expect(tablet.open(sealed, note)).rejects.toMatchObject({ code: "NO_ACCESS" });
  });

  it("brings back no contact that another tab has forgotten meanwhile", async () => {
    const { relay, device, alice } = await pair();
    await alice.track(BOB);
    const second = createLog({ subject: BOB, device: { name: "New" } }, seededEnv("second"));
    relay.tell(BOB, show([second.entry]));
    await alice.refreshContacts();
    expect(contactOf(alice).news).toBe("alarm");
    const other = await device.open();
    let forgotten: Promise<void> | undefined;
    // The other tab forgets the contact while this one waits for an answer.
    relay.tell(BOB, (entries) => {
      forgotten ??= other.untrack(BOB);
      return entries;
    });
    await alice.refreshContacts().catch(() => undefined);
    await forgotten;
    alice.close();
    other.close();
    expect((await device.open()).getSnapshot().contacts).toEqual([]);
  });
});

it("shows a verdict and no crash, whatever a service shows in the place of a contact's log", async () => {
  const { relay, alice, bob, clock } = await pair();
  await approved(bob, phone(relay, "tablet", {}, BOB));
  await alice.track(BOB);
  await bob.rename({ name: "Mine" });
  const entries = relay.read(BOB);
  const other = createLog({ subject: BOB, device: { name: "New" } }, seededEnv("second")).entry;
  const env = seededEnv("lies");
  const number = () => new DataView(env.random(4).buffer).getUint32(0);
  const flip = (entry: Uint8Array) => {
    const copy = new Uint8Array(entry);
    const at = number() % copy.length;
    copy[at] = (copy[at] ?? 0) ^ (1 << (number() % 8));
    return copy;
  };
  const lies: readonly ((entry: Uint8Array) => readonly Uint8Array[] | undefined)[] = [
    () => [],
    (entry) => [flip(entry)],
    (entry) => [entry, entry],
    () => [env.random(1 + (number() % 300))],
    () => [other],
    ...Array.from({ length: 4 }, () => () => undefined),
  ];
  for (let round = 0; round < 200; round++) {
    const shown = entries.flatMap((entry) => lies[number() % lies.length]?.(entry) ?? [entry]);
    const honest = relay.tell(BOB, show(shown));
    clock.now += 60_000;
    await alice.refreshContacts();
    const { news, error } = contactOf(alice);
    const sealing = await alice.seal(hello, { ...note, to: [BOB] }).then(
      () => "sealed",
      (error: unknown) => {
        expect(KeysteadError.from(error)).toBeDefined();
        return KeysteadError.from(error)?.code;
      },
    );
    const isGood = error === undefined && (news === "none" || news === "milder");
    expect([round, sealing === "sealed"]).toEqual([round, isGood]);
    honest();
  }
  clock.now += 60_000;
  await alice.seal(hello, { ...note, to: [BOB] });
  expect(contactOf(alice).news).not.toBe("alarm");
});
