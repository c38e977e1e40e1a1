// What a session notices by itself: a fork of the length of its own log, a restored store, and a member that left.

import { expect, it, vi } from "vitest";
import { present } from "../../src/bytes/present.js";
import { MemoryDisk } from "../../src/storage/memory.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approved, phone, SUBJECT } from "./simple.js";

it("a fork that is no longer than its own log, at the next start", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  let mobile = await approved(laptop, device);
  relay.fork(SUBJECT, laptop.log.head.seq, ["phone"]);
  await laptop.rename({ name: "Here" });
  await mobile.rename({ name: "There" });
  expect(mobile.getSnapshot().status).toBe("ready");
  // From now on the phone is shown the history of the laptop, as long as its own.
  relay.tell(SUBJECT, () => relay.read(SUBJECT, "laptop"), { to: ["phone"] });
  mobile.close();
  mobile = await device.open();
  await mobile.sync();
  expect(mobile.getSnapshot().status).toBe("alarm");
});

it("no alarm while the service is honest", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  for (let look = 0; look < 3; look++) await laptop.sync();
  expect(laptop.getSnapshot()).toMatchObject({ status: "ready", connection: "reached", evidence: 0, asks: [] });
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
