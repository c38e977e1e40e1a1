// What a session notices by itself: a fork of the length of its own log, a restored store, and a member that left.

import { expect, it, vi } from "vitest";
import { present } from "../../src/bytes/present.js";
import { MemoryDisk } from "../../src/storage/memory.js";
import { corrupt, type Lie } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { desk, enrolled, ORGANISATION, organisation } from "./admins.js";
import { approved, phone, SUBJECT } from "./simple.js";

/** A phone whose own history is as long as the laptop's. The service shows it the laptop's from now on, with `change`. */
async function forked(change: Lie = (entries) => entries) {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  const mobile = await approved(laptop, device);
  relay.fork(SUBJECT, laptop.log.head.seq, ["phone"]);
  await laptop.rename({ name: "Here" });
  await mobile.rename({ name: "There" });
  await mobile.sync();
  expect(mobile.getSnapshot().status).toBe("ready");
  const takeBack = relay.tell(SUBJECT, () => change(relay.read(SUBJECT, "laptop")), { to: ["phone"] });
  return { relay, laptop, device, mobile, takeBack };
}

/** What a device asks its service for, from now on. */
function reads({ transport }: ReturnType<typeof phone>): readonly unknown[] {
  const asked: unknown[] = [];
  const { read } = transport;
  transport.read = async (subject, options) => {
    asked.push({ after: options.after, attachments: options.attachments });
    return read(subject, options);
  };
  return asked;
}

it("a fork that is no longer than its own log, at the next look", async () => {
  const { laptop, device, mobile } = await forked();
  expect(mobile.log.head.seq).toBe(laptop.log.head.seq);
  await mobile.sync();
  expect(mobile.getSnapshot()).toMatchObject({
    status: "alarm",
    evidenceCount: 1,
    alarms: [{ error: { code: "FORKED" } }],
  });
  mobile.close();
  expect((await device.open()).getSnapshot().status).toBe("alarm");
});

it("a fork that is no longer, only when another valid link stands there: until then it is trouble", async () => {
  const { mobile, takeBack } = await forked((entries) => corrupt(entries.length, 70)(entries));
  await mobile.sync();
  expect(mobile.getSnapshot()).toMatchObject({ status: "ready", connection: "invalid", evidenceCount: 0 });
  takeBack();
  await mobile.sync();
  expect(mobile.getSnapshot()).toMatchObject({ status: "ready", connection: "reached", evidenceCount: 0 });
});

it("a fork of the escrow log that is no longer, at the next look", async () => {
  const relay = new MaliciousRelay();
  const ann = await organisation(relay);
  const laptop = await enrolled(relay, ann);
  relay.fork(ORGANISATION, ann.log.head.seq, ["ann"]);
  await ann.rename({ name: "Here" });
  relay.tell(ORGANISATION, () => relay.read(ORGANISATION, "ann"), { to: ["laptop"] });
  await laptop.sync();
  const bea = await desk(relay, "bea").open();
  await bea.join({ name: "There" });
  relay.tell(ORGANISATION, () => relay.read(ORGANISATION, "bea"), { to: ["laptop"] });
  await laptop.sync();
  expect(laptop.getSnapshot().alarms).toMatchObject([{ error: { code: "FORKED" } }]);
});

it("and asks for one link without its attachments when nothing is new", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  await laptop.rename({ name: "Mine" });
  const asked = reads(device);
  await laptop.sync();
  expect(asked).toEqual([{ after: 1, attachments: "none" }]);
});

it("and takes no newer entry from the answer to that: it came without its attachments", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const tablet = await approved(laptop, phone(relay, "tablet"));
  const device = phone(relay, "phone");
  const mobile = await approved(laptop, device);
  await laptop.save({ remove: [present(tablet.getSnapshot().devices).me.member] });
  const asked = reads(device);
  const known = mobile.log.head.seq;
  relay.tell(SUBJECT, (entries) => [...entries.slice(0, -2), ...entries.slice(-2).reverse()], { to: ["phone"] });
  await mobile.sync();
  expect(asked.slice(0, 2)).toEqual([
    { after: known - 1, attachments: "none" },
    { after: known, attachments: "all" },
  ]);
});

it("no alarm while the service is honest", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  for (let look = 0; look < 3; look++) await laptop.sync();
  expect(laptop.getSnapshot()).toMatchObject({ status: "ready", connection: "reached", evidenceCount: 0, asks: [] });
});

it("links in its own name that its store never held: the store was restored, or copied", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  let laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  const backup = MemoryDisk.read(device.disk);
  await laptop.rename({ name: "Work" });
  expect(laptop.getSnapshot().asks).toEqual([]);
  laptop.close();
  MemoryDisk.write(device.disk, backup);
  laptop = await device.open();
  await laptop.sync();
  const [ask] = laptop.getSnapshot().asks;
  expect(ask).toMatchObject({ question: "copied", at: 2 });
  laptop.close();
  laptop = await device.open();
  expect(laptop.getSnapshot().asks).toEqual([ask]);
  await laptop.answer(present(ask).id, { say: "no" });
  expect(laptop.getSnapshot().asks).toEqual([]);
});

it("that a member left, and makes a new epoch", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const mobile = await approved(laptop, phone(relay, "phone"));
  await mobile.leave();
  await laptop.sync();
  expect(laptop.log.rotationDue).toBe(false);
  expect(laptop.log.epochs.length).toBeGreaterThan(1);
});

it("a listener that throws stops nothing", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  const uncaught: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => uncaught.push(error));
  const stop = laptop.subscribe(() => {
    stop();
    throw new Error("a mistake of the screen");
  });
  await laptop.create({ name: "Laptop" });
  expect(laptop.getSnapshot().status).toBe("ready");
  vi.unstubAllGlobals();
  expect(uncaught.map(String)).toEqual(["Error: a mistake of the screen"]);
});
