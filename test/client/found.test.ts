// What the simulation of test/simulation found, each in its smallest form.

import { describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { openSession } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { duplicate, reorder, stripAttachments } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approve } from "./sessions.js";
import { phone, SUBJECT } from "./simple.js";

it("joins once, however often it is asked to", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const mobile = await phone(relay, "phone").open();
  const twice = await Promise.allSettled([mobile.join({ name: "Phone" }), mobile.join({ name: "Phone" })]);
  expect(twice).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "NOT_PERMITTED" } }]);
  expect(mobile.log.active.size).toBe(2);
});

it("starts again after a service showed it an entry twice", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  await laptop.rename({ name: "Mine" });
  const other = phone(relay, "other");
  const session = await other.open();
  relay.tell(SUBJECT, duplicate(1));
  await session.sync();
  session.close();
  expect((await other.open()).log.head).toEqual(laptop.log.head);
});

describe("a backup key that nobody has proved to be on paper", () => {
  const unproved = async () => {
    const relay = new MaliciousRelay();
    const laptop = await phone(relay, "laptop").open();
    await laptop.create({ name: "Laptop" });
    let text = "";
    const shown = laptop.createBackupKey(async (paper) => {
      text = paper.text;
      return ["0000", "0000"];
    });
    await expect(shown).rejects.toMatchObject({ code: "BACKUP_KEY_INVALID" });
    return { relay, laptop, text };
  };

  it("is not displaced by another one", async () => {
    const { laptop, text } = await unproved();
    const show = async () => "cancel" as const;
    await expect(laptop.createBackupKey(show)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    let again = "";
    await laptop.proveBackupKey(async (paper) => {
      again = paper.text;
      return "cancel";
    });
    expect(again).toBe(text);
  });

  it("is not shown any more when another device has removed it", async () => {
    const { relay, laptop, text } = await unproved();
    const mobile = await phone(relay, "phone").open();
    await mobile.join({ name: "Phone" });
    await mobile.useBackupKey(text);
    await mobile.save({ remove: [mobile.checkBackupKey(text).member] });
    expect(laptop.getSnapshot().asks).toMatchObject([{ question: "prove-backup-key" }]);
    await laptop.sync();
    expect(laptop.getSnapshot().asks).toEqual([]);
    await expect(laptop.proveBackupKey(async () => "cancel")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });
});

it("starts again after a service gave back what it withheld in another order", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  const mobile = await device.open();
  await mobile.join({ name: "Phone" });
  // The grants of the approval are withheld. So the device reads the log again, and gets it in another order.
  const read = device.transport.read;
  device.transport.read = async (subject, options) => {
    const page = present(await read(subject, options));
    const lie = options.after === 0 ? reorder(1, 3) : stripAttachments(page.entries.length);
    return { ...page, entries: lie(page.entries) as readonly Bytes[] };
  };
  await approve(laptop, mobile);
  mobile.close();
  device.transport.read = read;
  const again = await device.open();
  await again.sync();
  expect(again.getSnapshot()).toMatchObject({ status: "ready", evidenceCount: 0 });
});

it("does what another tab had begun when it was killed, and could tell nobody", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const first = await device.open();
  await first.create({ name: "Laptop" });
  let now = first.log.time;
  const second = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), transport: device.transport, background: false },
    sealer: await callerSealer(new Uint8Array(32).fill(7)),
    env: { ...device.env, now: () => now },
  });
  await second.sync();
  // The first tab stores its link, and is gone before it can send it.
  const publish = device.transport.publish;
  const isStored = new Promise<void>((stored) => {
    device.transport.publish = () => {
      stored();
      return new Promise(() => undefined);
    };
  });
  void first.rename({ name: "Mine" });
  await isStored;
  device.transport.publish = publish;

  now += 300_000;
  await second.sync();
  expect(second.log.head.seq).toBe(2);
  expect(second.getSnapshot().pending).toBeUndefined();
});
