import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { openSession } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer, passkeySealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { collect, through } from "../content/stream-support.js";
import { writtenInto } from "./sessions.js";
import { phone, SUBJECT } from "./simple.js";

it("creates, joins, approves, seals and opens; and all of it survives a restart", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  expect(laptop.getSnapshot().status).toBe("new");
  await laptop.create({ name: "Laptop" });
  expect(laptop.getSnapshot().status).toBe("ready");
  const sealed = await laptop.seal(utf8Encode("hello"), { purpose: "note" });

  const device = phone(relay, "phone");
  let mobile = await device.open();
  await mobile.join({ name: "Phone" });
  expect(mobile.getSnapshot().status).toBe("waiting");
  await laptop.sync();
  const waiting = present(laptop.getSnapshot().devices?.pending[0]);
  const shown = present(mobile.getSnapshot().devices?.fingerprint);
  const compared = laptop.compare(shown, waiting.member);
  expect(compared.status).toBe("match");
  await laptop.save({ approve: [present(compared.token)] });
  await mobile.sync();
  expect(mobile.getSnapshot().status).toBe("ready");
  expect(await mobile.open(sealed)).toEqual(utf8Encode("hello"));

  mobile.close();
  mobile = await device.open();
  expect(mobile.getSnapshot().status).toBe("ready");
  expect(await mobile.open(sealed)).toEqual(utf8Encode("hello"));
});

it("makes a backup key, and uses it on a new device after the others are gone", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const papers: string[] = [];
  await laptop.createBackupKey(writtenInto(papers));
  expect(laptop.getSnapshot().asks).toEqual([]);
  const sealed = await laptop.seal(utf8Encode("old"), { purpose: "note" });
  const mobile = await phone(relay, "phone").open();
  await mobile.join({ name: "Phone" });
  await mobile.useBackupKey(present(papers[0]), { remove: [present(laptop.getSnapshot().devices).me.member] });
  expect(mobile.getSnapshot().status).toBe("ready");
  expect(await mobile.open(sealed)).toEqual(utf8Encode("old"));
  await laptop.sync();
  expect(laptop.getSnapshot().status).toBe("removed");
});

it("removes others also by a backup key that they removed before", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const papers: string[] = [];
  await laptop.createBackupKey(writtenInto(papers));
  const sealed = await laptop.seal(utf8Encode("old"), { purpose: "note" });
  const thief = await phone(relay, "thief").open();
  await thief.join({ name: "Thief" });
  const member = present(thief.getSnapshot().devices).me.member;
  await thief.save({ remove: [...thief.log.active.keys()].filter((id) => id !== member) });
  const mobile = await phone(relay, "phone").open();
  await mobile.join({ name: "Phone" });
  await mobile.useBackupKey(present(papers[0]), { remove: [member] });
  expect(await mobile.open(sealed)).toEqual(utf8Encode("old"));
  expect([...mobile.log.active.keys()]).toEqual([present(mobile.getSnapshot().devices).me.member]);
});

it("goes on when an announcement to other tabs fails, as in Deno once a channel was closed", async () => {
  const device = phone(new MaliciousRelay(), "laptop");
  const announce = (): never => {
    throw new TypeError("expected i32");
  };
  Object.assign(device.env, { announce });
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  expect(laptop.getSnapshot().status).toBe("ready");
  await laptop.erase();
  expect((await device.open()).getSnapshot().status).toBe("new");
});

it("opens again what it stored under a passkey, and says so where the passkey is another one", async () => {
  const { disk, env, transport } = phone(new MaliciousRelay(), "laptop");
  const opened = async (prf: Uint8Array) =>
    openSession({
      ...{ subject: SUBJECT, store: memoryStore(disk), transport, env, background: false },
      sealer: await passkeySealer(await callerSealer(new Uint8Array(32).fill(7)), prf),
    });
  const prf = env.random(32);
  const first = await opened(prf);
  await first.create({ name: "Laptop" });
  const sealed = await first.seal(utf8Encode("hello"), { purpose: "note" });
  first.close();

  const message = expect.stringMatching("sealed by another key");
  await expect(opened(env.random(32))).rejects.toMatchObject({ code: "STORE_CORRUPT", message });
  const again = await opened(new Uint8Array(prf));
  expect(again.getSnapshot().status).toBe("ready");
  expect(await again.open(sealed)).toEqual(utf8Encode("hello"));
});

it("does not open two records that the service swapped", async () => {
  const laptop = await phone(new MaliciousRelay(), "laptop").open();
  await laptop.create({ name: "Laptop" });
  const options = (record: string) => ({ purpose: "note", associatedData: utf8Encode(record) });
  const one = await laptop.seal(utf8Encode("one"), options("record 1"));
  const two = await laptop.seal(utf8Encode("two"), options("record 2"));
  expect(await laptop.open(one, options("record 1"))).toEqual(utf8Encode("one"));
  const refused = { code: "CORRUPT_CONTENT", message: expect.stringMatching("associated data") };
  for (const [record, shown] of [
    ["record 1", two],
    ["record 2", one],
  ] as const) {
    await expect(laptop.open(shown, options(record))).rejects.toMatchObject(refused);
    await expect(laptop.openRandomAccess(new Blob([shown]), options(record))).rejects.toMatchObject(refused);
    await expect(collect(through(laptop.openStream(options(record)), shown))).rejects.toMatchObject(refused);
  }
});
