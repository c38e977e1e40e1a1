// An account that lost everything begins anew: its service puts another log in the place of the old one, at the user's word.

import { expect, it } from "vitest";
import { openSession, type Session } from "../../src/client/session.js";
import { decodeEntry } from "../../src/log/entry.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { overRelay } from "./over-relay.js";
import { phone, SUBJECT } from "./simple.js";

/** A service that can let an account begin anew. */
class Service {
  allowsReset = false;
  #relay = new MaliciousRelay();

  transport(reader: string): Transport {
    return {
      read: (subject, options) => overRelay(this.#relay, reader).read(subject, options),
      publish: (subject, entry, options) => {
        // Only a first entry names no log.
        const isFirst = decodeEntry(entry).link.fields.get("log") === undefined;
        if (this.allowsReset && isFirst) this.#relay = new MaliciousRelay();
        return overRelay(this.#relay, reader).publish(subject, entry, options);
      },
    };
  }

  async open(name: string, disk = new MemoryDisk()): Promise<Session> {
    const { env } = phone(this.#relay, name);
    const transport = this.transport(name);
    const sealer = await callerSealer(new Uint8Array(32).fill(7));
    return openSession({ subject: SUBJECT, store: memoryStore(disk), sealer, transport, env, background: false });
  }
}

const bytes = new TextEncoder().encode("dear diary");

it("begins anew on a new device, only when the app says so", async () => {
  const service = new Service();
  const lost = await service.open("lost");
  await lost.create({ name: "Lost" });
  const old = lost.log.head.log;
  service.allowsReset = true;
  const disk = new MemoryDisk();
  const fresh = await service.open("fresh", disk);
  await fresh.sync();
  // The service alone cannot make it begin anew: it may only have hidden that the account has devices.
  await expect(fresh.create({ name: "Fresh" })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  await fresh.create({ name: "Fresh" }, { unsafeReplace: true });
  expect(fresh.getSnapshot()).toMatchObject({ status: "ready", alarms: [] });
  expect(fresh.log.head.log).not.toBe(old);
  expect([...fresh.log.active.values()].map(({ name }) => name)).toEqual(["Fresh"]);
  const sealed = await fresh.seal(bytes, { purpose: "diary" });
  const again = await service.open("again", disk);
  expect(await again.open(sealed, { purpose: "diary" })).toEqual(bytes);
  // The old device shows an alarm, and believes nothing of the new log.
  await lost.sync();
  expect(lost.getSnapshot()).toMatchObject({ status: "alarm", alarms: [{ error: { code: "REPLACED" } }] });
});

it("joins where the service did not allow it, and nothing has changed", async () => {
  const service = new Service();
  const laptop = await service.open("laptop");
  await laptop.create({ name: "Laptop" });
  const fresh = await service.open("fresh");
  await fresh.sync();
  await expect(fresh.create({ name: "Fresh" }, { unsafeReplace: true })).rejects.toMatchObject({ code: "LOST_RACE" });
  await fresh.join({ name: "Fresh" });
  expect(fresh.getSnapshot().status).toBe("waiting");
  expect(fresh.log.head.log).toBe(laptop.log.head.log);
});

it("never takes the place of a log that this device is a member of", async () => {
  const service = new Service();
  const laptop = await service.open("laptop");
  await laptop.create({ name: "Laptop" });
  service.allowsReset = true;
  const before = laptop.log.head;
  await expect(laptop.create({ name: "Laptop" }, { unsafeReplace: true })).rejects.toMatchObject({
    code: "NOT_PERMITTED",
  });
  await laptop.sync();
  expect(laptop.log.head).toEqual(before);
  // @ts-expect-error what a caller without types can give
  await expect(laptop.create({ name: "Laptop" }, { unsafeReplace: "yes" })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});
