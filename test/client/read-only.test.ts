// A session that only reads, as a service worker opens one: it fetches, verifies, stores what it verified, and opens content. It
// writes no link, sends nothing, and deletes nothing.

import { expect, it } from "vitest";
import { AppendList } from "../../src/bytes/append-list.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { step } from "../../src/client/machine.js";
import { newModel } from "../../src/client/records.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approved, type Phone, phone, SUBJECT } from "./simple.js";

const refusal = { code: "NOT_PERMITTED", kind: "caller", details: { reason: "read-only" } };

/** A session that only reads, beside the full ones of the same device. */
async function reader(device: Phone, options: Partial<SessionOptions> = {}): Promise<Session> {
  return openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), transport: device.transport, env: device.env },
    ...{ sealer: await callerSealer(new Uint8Array(32).fill(7)), mode: "read" },
    ...options,
  });
}

/** The device of a test, which counts what it sends and can be cut off. */
function counted(relay: MaliciousRelay, name: string) {
  const counts = { reads: 0, publications: 0 };
  const faults = {
    isOffline: false,
    next(what: string) {
      if (what === "read") counts.reads++;
      else counts.publications++;
      return faults.isOffline ? ("before" as const) : undefined;
    },
  };
  return { device: phone(relay, name, faults), counts, faults };
}

async function couple() {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const parts = counted(relay, "phone");
  return { ...parts, relay, laptop, mobile: await approved(laptop, parts.device) };
}

it("opens what was sealed to keys that it fetches, and stores them for the next start", async () => {
  const { laptop, device, faults, counts, mobile } = await couple();
  mobile.close();
  await laptop.rekey();
  const sealed = await laptop.seal(utf8Encode("news"), { purpose: "message" });
  const before = counts.publications;
  const worker = await reader(device);
  await expect(worker.open(sealed)).rejects.toMatchObject({ kind: "not-now" });
  await worker.sync();
  expect(await worker.open(sealed)).toEqual(utf8Encode("news"));
  worker.close();
  expect(counts.publications).toBe(before);
  // Without the service: what the worker verified is there.
  faults.isOffline = true;
  const next = await device.open();
  expect(next.log.head).toEqual(laptop.log.head);
  expect(await next.open(sealed)).toEqual(utf8Encode("news"));
});

it("refuses everything that would write, before it shows or changes anything", async () => {
  const { device, counts, mobile } = await couple();
  const { member } = present(mobile.getSnapshot().devices).me;
  mobile.close();
  const session = await reader(device);
  await session.sync();
  const { publications } = counts;
  const stored = MemoryDisk.read(device.disk);
  const show = async () => {
    throw new Error("shown");
  };
  const calls = [
    () => session.create({ name: "x" }),
    () => session.join({ name: "x" }),
    () => session.save({ remove: [member] }),
    () => session.rename({ name: "x" }),
    () => session.setLockdown(true),
    () => session.rekey(),
    () => session.createBackupKey(show),
    () => session.proveBackupKey(show),
    () => session.useBackupKey("0000"),
    () => session.reclaim(member),
    () => session.leave(),
    () => session.signOut(),
    () => session.erase(),
    () => session.answer("copied 1", { say: "no" }),
    () => session.untrack("bob"),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(refusal);
  expect(counts.publications).toBe(publications);
  expect(MemoryDisk.read(device.disk)).toEqual(stored);
  // Sealing writes no link.
  expect(await session.open(await session.seal(utf8Encode("reply"), { purpose: "message" }))).toEqual(
    utf8Encode("reply"),
  );
});

it("leaves duties, pending links and what the service lost to a full session", async () => {
  const { relay, laptop, device, counts, faults, mobile } = await couple();
  const third = await approved(laptop, phone(relay, "third"));
  await mobile.sync();
  await third.leave();
  // A link that was never sent.
  faults.isOffline = true;
  const renaming = mobile.rename({ name: "Mine" });
  const ended = expect(renaming).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await expect.poll(() => mobile.getSnapshot().pending).toBeDefined();
  mobile.close();
  await ended;
  faults.isOffline = false;
  const before = counts.publications;
  const worker = await reader(device);
  await worker.sync();
  expect(worker.log.rotationDue).toBe(true);
  expect(worker.getSnapshot().pending).toMatchObject({ intent: "rename" });
  const beHonest = relay.tell(SUBJECT, rollBackTo(2), { to: ["phone"] });
  await worker.sync();
  expect(worker.getSnapshot()).toMatchObject({ connection: "server-behind", evidenceCount: 1 });
  worker.close();
  expect(counts.publications).toBe(before);
  beHonest();
  const again = await device.open();
  await again.sync();
  expect(again.getSnapshot()).toMatchObject({ pending: undefined, devices: { me: { name: { name: "Mine" } } } });
});

it("leaves the escrow log alone that a full session follows", async () => {
  const { laptop, device } = await couple();
  const model = { ...newModel(SUBJECT), escrow: { log: laptop.log, entries: AppendList.empty<Bytes>() } };
  for (const escrowSubject of [undefined, "another"]) {
    const { model: next, effects } = step(model, { type: "sync" }, { escrowSubject, isReadOnly: true }, device.env);
    expect(next.escrow).toBe(model.escrow);
    expect(effects).toMatchObject([{ of: "own" }]);
  }
});

it("tells a waiting tab that its link was done", async () => {
  const relay = new MaliciousRelay();
  const { device } = counted(relay, "laptop");
  let answer = () => {};
  const laptop = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), env: device.env, background: false },
    sealer: await callerSealer(new Uint8Array(32).fill(7)),
    transport: {
      ...device.transport,
      async publish(subject, entry, options) {
        const publication = await device.transport.publish(subject, entry, options);
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return publication;
      },
    },
  });
  const created = laptop.create({ name: "Laptop" });
  await expect.poll(() => relay.read(SUBJECT).length).toBe(1);
  const worker = await reader(device);
  expect(worker.getSnapshot().status).toBe("joining");
  await worker.sync();
  expect(worker.getSnapshot()).toMatchObject({ status: "ready", pending: undefined });
  answer();
  await created;
  expect(laptop.log.head).toEqual(worker.log.head);
});

it("does not look at the service by itself, unless the app says so", async () => {
  const { device, counts, mobile } = await couple();
  mobile.close();
  const { reads } = counts;
  const session = await reader(device);
  await session.sync();
  expect(counts.reads).toBe(reads + 1);
  await expect(reader(device, { mode: "write" as never })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining('options.mode must be "full" or "read"'),
  });
});
