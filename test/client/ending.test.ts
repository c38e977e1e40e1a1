// How a device ends: signed out, erased; and content as streams until then.

import { expect, it } from "vitest";
import { utf8Encode } from "../../src/bytes/text.js";
import { MemoryDisk } from "../../src/storage/memory.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approved, phone } from "./simple.js";

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
