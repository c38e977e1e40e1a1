// What a device encrypted and read as a former member opens again once it has joined again: content in each form, and keys of the app.

import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approve, memberOf } from "./sessions.js";
import { approved, phone } from "./simple.js";

const note = { purpose: "note" };
const old = utf8Encode("old");

async function removed() {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  const mobile = await approved(laptop, device);
  const sealed = await mobile.seal(old, note);
  const { epoch, key } = mobile.exportNewestKey("drafts");
  await laptop.save({ remove: [memberOf(mobile)] });
  await mobile.sync();
  const opensAgain = async (session = mobile) => {
    expect(await session.open(sealed, note)).toEqual(old);
    const reader = await session.openRandomAccess(new Blob([sealed]), note);
    expect(await reader.read(1, 2)).toEqual(old.slice(1));
    reader.wipe();
    expect(session.exportKey(epoch, "drafts")).toEqual(key);
  };
  return { laptop, device, mobile, opensAgain };
}

it("opens while it is removed, while it waits, after a restart, and once it is approved again", async () => {
  const { laptop, device, mobile, opensAgain } = await removed();
  await opensAgain();
  await mobile.join({ name: "Phone again" });
  expect(mobile.getSnapshot().status).toBe("waiting");
  await opensAgain();
  mobile.close();
  const again = await device.open();
  await opensAgain(again);
  await approve(laptop, again);
  expect(again.getSnapshot().status).toBe("ready");
  await opensAgain(again);
});

it("opens once it has taken over what it held, and has the newest key like every other device", async () => {
  const { laptop, mobile, opensAgain } = await removed();
  await mobile.join({ name: "Phone again" });
  await mobile.reclaim(present(mobile.formerMembers[0]));
  await opensAgain();
  await laptop.sync();
  expect(mobile.exportNewestKey("drafts")).toEqual(laptop.exportNewestKey("drafts"));
});

it("shows what it can take over before it asks, and only then", async () => {
  const { laptop, device, mobile } = await removed();
  const shown = (session = mobile) => session.getSnapshot().reclaimable;
  expect(shown()).toEqual([]); // removed: it may write nothing
  await mobile.join({ name: "Phone again" });
  const [former] = mobile.formerMembers;
  const lacks = { member: former, name: { name: "phone" }, stretches: [{ from: 1, to: 2 }] };
  expect(shown()).toMatchObject([lacks]);
  expect(laptop.getSnapshot().reclaimable).toEqual([]);
  mobile.close();
  const again = await device.open();
  expect(shown(again)).toMatchObject([lacks]);
  await laptop.sync();
  await laptop.setLockdown(true, [memberOf(again)]);
  await again.sync();
  await again.join({ name: "Phone, a third time" });
  expect(again.formerMembers).toHaveLength(2);
  expect(shown(again)).toEqual([]); // MEM-5: in lockdown an unconfirmed device takes over nothing
  await expect(again.reclaim(present(former))).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  await laptop.sync();
  await laptop.setLockdown(false);
  await again.sync();
  expect(shown(again).map(({ member }) => member)).toEqual(again.formerMembers);
  await again.reclaim(present(former));
  expect(shown(again)).toMatchObject([{ member: again.formerMembers[1], stretches: [{ from: 4 }] }]);
});

it("says of an epoch that no keyring holds what the present one says", async () => {
  const { laptop, mobile } = await removed();
  const { epoch } = laptop.exportNewestKey("drafts");
  const refused = { code: "NO_ACCESS" };
  expect(() => mobile.exportKey(epoch, "drafts")).toThrow(expect.objectContaining(refused));
  expect(() => mobile.exportKey(1, "")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  const sealed = await laptop.seal(old, note);
  await expect(mobile.openRandomAccess(new Blob([sealed]))).rejects.toMatchObject(refused);
});
