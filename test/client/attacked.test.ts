// What an attack on the client found, each in its smallest form.

import { expect, it } from "vitest";
import { AppendList } from "../../src/bytes/append-list.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { step } from "../../src/client/machine.js";
import { newModel } from "../../src/client/records.js";
import { openSession } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import { KeysteadError } from "../../src/errors.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { rollBackTo, stripAttachments } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { approved, type Phone, phone, SUBJECT } from "./simple.js";

const opened = async (device: Phone, options: Partial<SessionOptions> = {}) =>
  openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), transport: device.transport, env: device.env },
    ...{ background: false, sealer: await callerSealer(new Uint8Array(32).fill(7)) },
    ...options,
  });

const created = async (name = "laptop") => {
  const relay = new MaliciousRelay();
  const device = phone(relay, name);
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  return { relay, device, laptop };
};

it("gives up to heal a service that answers `lost` and shows the same shorter log", async () => {
  const { relay, device, laptop } = await created();
  await laptop.rename({ name: "Mine" });
  laptop.close();
  let sent = 0;
  const transport: Transport = {
    ...device.transport,
    publish: async () => {
      if (++sent > 20) throw new KeysteadError("OFFLINE", "the test ends the loop");
      return { verdict: "lost" };
    },
  };
  const session = await opened(device, { transport });
  relay.tell(SUBJECT, rollBackTo(1));
  await session.sync();
  expect(sent).toBe(1);
  expect(session.getSnapshot().connection).toBe("server-behind");
  await session.sync();
  expect(sent).toBe(2);
});

it("keeps the names and grants of its own link when the service shows it without them", async () => {
  const { relay, device, laptop } = await created();
  relay.tell(SUBJECT, stripAttachments(2), { to: ["laptop"] });
  await laptop.rename({ name: "Mine" });
  laptop.close();
  const again = await device.open();
  expect(present(again.getSnapshot().devices).me.name).toMatchObject({ name: "Mine" });
});

it("asks again after a second removal", async () => {
  const { relay, laptop } = await created();
  const mobile = await approved(laptop, phone(relay, "phone"));
  const removed = async () => {
    await laptop.sync();
    await laptop.save({ remove: [present(mobile.getSnapshot().devices).me.member] });
    await mobile.sync();
    return present(mobile.getSnapshot().asks[0]);
  };
  const first = await removed();
  expect(first).toMatchObject({ question: "standing" });
  await mobile.answer(first.id, { say: "no" });
  expect(mobile.getSnapshot().asks).toEqual([]);
  await mobile.join({ name: "Phone" });
  expect(await removed()).toMatchObject({ question: "standing" });
});

it("sends its link again when the clock was set back since the service refused it", async () => {
  const { device, laptop } = await created();
  laptop.close();
  let isRefused = true;
  const transport: Transport = {
    ...device.transport,
    publish: async (...all) =>
      isRefused ? { verdict: "refused", code: "RATE_LIMITED" } : await device.transport.publish(...all),
  };
  let now = device.env.now();
  const session = await opened(device, { transport, env: { ...device.env, now: () => now } });
  const renamed = session.rename({ name: "Mine" });
  renamed.catch(() => undefined);
  await session.sync();
  now += 31_536_000_000;
  await session.sync();
  now -= 31_536_000_000;
  isRefused = false;
  await session.sync();
  expect(session.getSnapshot().pending).toBeUndefined();
  await renamed;
});

it("forgets the escrow log of another organisation", async () => {
  const { laptop, device } = await created();
  const model = { ...newModel("another"), escrow: { log: laptop.log, entries: AppendList.empty<Bytes>() } };
  const escrowAfter = (escrowSubject?: string) =>
    step(model, { type: "sync" }, { escrowSubject }, device.env).model.escrow;
  expect(escrowAfter(SUBJECT)).toBe(model.escrow);
  expect(escrowAfter("other-organisation")).toBeUndefined();
  expect(escrowAfter()).toBeUndefined();
});

it("refuses wrong arguments before it changes anything", async () => {
  const { laptop } = await created();
  const { head } = laptop.log;
  const wrong = 5 as never;
  const calls = [
    () => laptop.createBackupKey(wrong),
    () => laptop.proveBackupKey(wrong),
    () => laptop.save(wrong),
    () => laptop.save({ approve: wrong }),
    () => laptop.save({ approve: [wrong] }),
    () => laptop.save({ remove: wrong }),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(laptop.log.head).toEqual(head);
  await expect(laptop.createBackupKey(async () => undefined as never)).rejects.toMatchObject({
    code: "BACKUP_KEY_INVALID",
  });
  const [ask] = laptop.getSnapshot().asks;
  await expect(laptop.answer(present(ask).id, wrong)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

it("says which of the things that an app gives cannot do its work", async () => {
  const device = phone(new MaliciousRelay(), "laptop");
  const wrong: readonly [string, Partial<Record<keyof SessionOptions, unknown>>][] = [
    ["options.store must have the function load", { store: {} }],
    ["options.sealer must have the function seal", { sealer: undefined }],
    ["options.transport must have the function publish", { transport: { read: () => undefined } }],
    ["options.env must have the function sleep", { env: { random: () => new Uint8Array(), now: () => 0 } }],
    ["options.escrowSubject must say", { escrowSubject: "" }],
    ["options.subject must say", { subject: undefined }],
  ];
  for (const [message, change] of wrong) {
    const session = opened(device, change as Partial<SessionOptions>);
    await expect(session).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(message),
    });
  }
});
