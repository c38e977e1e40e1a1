// How a device ends: signed out, erased; and content as streams until then.

import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { SealedStore } from "../../src/client/sealed-store.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approved, phone, SUBJECT } from "./simple.js";

const couple = async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  return { relay, laptop, device, mobile: await approved(laptop, device) };
};

it("a device that signs out leaves the account and keeps nothing", async () => {
  const { laptop, device, mobile } = await couple();
  await mobile.signOut();
  expect(MemoryDisk.read(device.disk)).toEqual({ revision: 0, records: new Map() });
  await laptop.sync();
  expect(laptop.log.active.size).toBe(1);
  await expect(mobile.sync()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect((await device.open()).getSnapshot().status).toBe("new");
});

it("a device that cannot leave keeps everything", async () => {
  const { laptop } = await couple();
  const relay = new MaliciousRelay();
  const only = await phone(relay, "only").open();
  await only.create({ name: "Only" });
  await expect(only.signOut()).rejects.toMatchObject({ rule: "MEM-3" });
  expect(only.getSnapshot().status).toBe("ready");
  expect(laptop.getSnapshot().status).toBe("ready");
});

it("a device that is erased stays in the list", async () => {
  const { laptop, device, mobile } = await couple();
  await mobile.erase();
  expect(MemoryDisk.read(device.disk).records.size).toBe(0);
  await laptop.sync();
  expect(laptop.log.active.size).toBe(2);
});

it("a tab that was frozen while its device was erased and joined again is a tab of the new member", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  await (await phone(relay, "phone").open()).join({ name: "Phone" });
  await laptop.sync();
  const frozen = await device.open();
  const { revision } = MemoryDisk.read(device.disk);
  await laptop.erase();
  const again = await device.open();
  await again.join({ name: "Laptop again" });
  expect(MemoryDisk.read(device.disk).revision).toBe(revision);
  await frozen.sync();
  await frozen.rename({ name: "Mine" });
  for (const tab of [frozen, await device.open()]) {
    const { me } = present(tab.getSnapshot().devices);
    expect([me.member, me.name]).toMatchObject([again.getSnapshot().devices?.me.member, { name: "Mine" }]);
  }
});

it("a store that was destroyed and filled again is loaded anew, though it has the revision that the tab knows", async () => {
  const disk = new MemoryDisk();
  const sealer = await callerSealer(new Uint8Array(32).fill(7));
  const [tab, frozen] = [memoryStore(disk), memoryStore(disk)].map((store) => new SealedStore(store, sealer, SUBJECT));
  const fill = (text: string) => tab?.commit(0, { put: new Map([["device", utf8Encode(text)]]), remove: new Set() });
  await fill("old");
  await frozen?.load();
  expect(await frozen?.load(1)).toBeUndefined();
  await tab?.destroy();
  await fill("new");
  expect((await frozen?.load(1))?.records.get("device")).toEqual(utf8Encode("new"));
  expect(await frozen?.load(1)).toBeUndefined();
});

it("content goes through a session as a stream", async () => {
  const { laptop, mobile } = await couple();
  const through = async (bytes: Uint8Array, pair: { readable: ReadableStream; writable: WritableStream }) => {
    const writer = pair.writable.getWriter();
    void writer.write(bytes).then(() => writer.close());
    return new Uint8Array(await new Response(pair.readable).arrayBuffer());
  };
  const plaintext = utf8Encode("a long recording");
  const sealed = await through(plaintext, await laptop.sealStream({ purpose: "recording" }));
  expect(await through(sealed, mobile.openStream({ purpose: "recording" }))).toEqual(plaintext);
});
