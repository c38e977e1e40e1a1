// A device whose clock is wrong says so, by the clock of the service, and writes nothing that nobody would take.

import { expect, it } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { type EscrowSession, openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession } from "../../src/client/session.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import type { Transport } from "../../src/transport/transport.js";
import { all } from "../support/all.js";
import { ALICE, desk, enrolled, hired, ORGANISATION } from "./admins.js";
import { memberOf, writtenDown } from "./sessions.js";
import { approved, phone, SUBJECT } from "./simple.js";

const DAY = 86_400_000;
const time = 1_700_000_000_000;

/** A device with a clock of its own, at a service that says what time it is. */
function device(relay: MaliciousRelay, name: string) {
  const { disk, env, transport: _, ...rest } = phone(relay, name);
  const clock = { ahead: 0 };
  const network = { isDown: false, isSilent: false };
  /** Every entry that left the device. */
  const sent: Uint8Array[] = [];
  const over = relayTransport(relay, name, {
    now: () => time,
    fault: () => (network.isDown ? { lost: "request" } : undefined),
  });
  const transport: Transport = {
    async read(subject, options) {
      const page = await over.read(subject, options);
      if (!page || !network.isSilent) return page;
      const { now: _, ...silent } = page;
      return silent;
    },
    publish(subject, entry, options) {
      if (!sent.some((each) => equalBytes(each, entry))) sent.push(new Uint8Array(entry));
      return over.publish(subject, entry, options);
    },
  };
  const open = async () =>
    openSession({
      ...{ subject: SUBJECT, store: memoryStore(disk), transport, background: false },
      env: { ...env, now: () => time + clock.ahead },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
    });
  return { ...rest, disk, env, transport, clock, network, sent, open };
}

it("a member whose clock is ahead says by how much, writes nothing, and goes on once it is set", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  await session.sync();
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", error: undefined });

  laptop.clock.ahead = DAY;
  await session.sync();
  const said = { code: "CLOCK", kind: "not-now", rule: "LOG-3", details: { ahead: DAY, skew: 600_000 } };
  expect(session.getSnapshot()).toMatchObject({ status: "ready", connection: "clock", error: said });
  for (const act of [() => session.rename({ name: "Mine" }), () => session.rekey(), () => session.leave()])
    await expect(act()).rejects.toMatchObject(said);
  expect(session.getSnapshot().pending).toBeUndefined();
  expect(relay.read(SUBJECT)).toHaveLength(1);

  // At once, and not only after the next look.
  laptop.clock.ahead = 0;
  await session.rename({ name: "Mine" });
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", error: undefined, pending: undefined });
});

it("ten minutes are no difference, and a service that says no time decides nothing", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  laptop.clock.ahead = 600_000;
  await session.sync();
  expect(session.getSnapshot().connection).toBe("reached");
  const silent = phone(relay, "phone");
  const mobile = await approved(session, silent);
  await mobile.sync();
  expect(mobile.getSnapshot().connection).toBe("reached");
});

it("what a device owes waits until its clock is set", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  const mobile = await approved(session, device(relay, "phone"));
  await mobile.leave();
  laptop.clock.ahead = DAY;
  await session.sync();
  expect(session.getSnapshot()).toMatchObject({ connection: "clock", pending: undefined });
  expect(session.log.rotationDue).toBe(true);
  laptop.clock.ahead = 0;
  await session.sync();
  expect(session.log.rotationDue).toBe(false);
});

it("a device that joins under a wrong clock learns that the clock is wrong", async () => {
  const relay = new MaliciousRelay();
  const first = await device(relay, "laptop").open();
  await first.create({ name: "Laptop" });
  const slow = device(relay, "slow");
  slow.clock.ahead = -DAY;
  const behind = await slow.open();
  await expect(behind.join({ name: "Slow" })).rejects.toMatchObject({
    code: "NOT_YET",
    kind: "not-now",
    message: expect.stringContaining("set the clock"),
  });
  slow.clock.ahead = 0;
  await behind.join({ name: "Slow" });

  // Its first link is drawn anew when the clock is set: so it waits, and says why.
  const fast = device(relay, "fast");
  fast.clock.ahead = DAY;
  const ahead = await fast.open();
  const joins = ahead.join({ name: "Fast" });
  await expect.poll(() => ahead.getSnapshot().connection).toBe("clock");
  expect(present(ahead.getSnapshot().error)).toMatchObject({ code: "CLOCK", details: { ahead: DAY } });
  fast.clock.ahead = 0;
  await ahead.sync();
  await joins;
  expect(ahead.getSnapshot().status).toBe("waiting");
});

it("a link that was written under a wrong clock is kept back, and written again once the clock is set", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  await session.sync();

  // Between two looks at the service: the device cannot know yet.
  laptop.clock.ahead = DAY;
  const renamed = session.rename({ name: "Mine" });
  await expect.poll(() => session.getSnapshot().connection).toBe("clock");
  expect(session.getSnapshot()).toMatchObject({ status: "ready", pending: { intent: "rename", refused: undefined } });
  await session.sync();
  expect(laptop.sent).toHaveLength(1);

  laptop.clock.ahead = 0;
  await session.sync();
  await renamed;
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", pending: undefined });
  expect(session.log.time).toBe(time);
  // One link of this device for each place has ever left it.
  expect(laptop.sent).toHaveLength(2);
});

it("a link that was written offline under a wrong clock is kept back also after a restart", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const first = await laptop.open();
  await first.create({ name: "Laptop" });
  first.close();

  laptop.clock.ahead = 2 * 365 * DAY;
  laptop.network.isDown = true;
  const offline = await laptop.open();
  offline.rename({ name: "Mine" }).catch(() => undefined);
  await offline.sync();
  expect(offline.getSnapshot()).toMatchObject({ connection: "offline", pending: { intent: "rename" } });
  offline.close();

  laptop.network.isDown = false;
  const again = await laptop.open();
  await again.sync();
  expect(again.getSnapshot()).toMatchObject({ connection: "clock", pending: { intent: "rename" } });
  expect(laptop.sent).toHaveLength(1);
  again.close();

  laptop.clock.ahead = 0;
  const right = await laptop.open();
  await right.sync();
  expect(right.getSnapshot()).toMatchObject({ connection: "reached", pending: undefined });
  expect(right.getSnapshot().devices?.me.name.name).toBe("Mine");
  expect(right.log.time).toBe(time);
  expect(laptop.sent).toHaveLength(2);
});

it("a link that may have left the device stays until its date: the service could publish it then", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  // A service that says no time: nothing tells before the link is sent.
  laptop.network.isSilent = true;
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  laptop.clock.ahead = DAY;
  session.rename({ name: "Mine" }).catch(() => undefined);
  await expect.poll(() => session.getSnapshot().pending?.refused).toBe("NOT_YET");

  laptop.network.isSilent = false;
  laptop.clock.ahead = 0;
  await session.sync();
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", pending: { intent: "rename" } });
  expect(laptop.sent).toHaveLength(2);
});

it("the first clock that a device hears of after a restart decides before its link is sent", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const first = await laptop.open();
  await first.create({ name: "Laptop" });
  first.close();
  laptop.clock.ahead = DAY;
  const session = await laptop.open();
  session.rename({ name: "Mine" }).catch(() => undefined);
  await expect.poll(() => session.getSnapshot().connection).toBe("clock");
  expect(laptop.sent).toHaveLength(1);
});

it("an admin whose clock is ahead writes nothing in users' logs, and what was kept back there is written again", async () => {
  const relay = new MaliciousRelay();
  const clock = { ahead: 0 };
  const timed = relayTransport(relay, "ann", { now: () => time + 3_600_000 });
  const sent: string[] = [];
  const at = desk(relay, "ann", time);
  const env = { ...at.env, now: () => at.env.now() + clock.ahead };
  const disk = new MemoryDisk();
  const open = async () =>
    openEscrowSession({
      ...{ subject: ORGANISATION, store: memoryStore(disk), env, background: false },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      transport: {
        read: timed.read,
        publish: (subject, entry, options) => {
          sent.push(subject);
          return timed.publish(subject, entry, options);
        },
      },
    });
  const ann = await open();
  await ann.create({ name: "Ann" });
  await ann.enable(writtenDown);
  const bob = await hired(ann, desk(relay, "bob", time), ["recover"]);
  await enrolled(relay, ann);
  await ann.save({ remove: [memberOf(bob)] });
  await ann.sync();
  const renewals = (admin: EscrowSession) => all(admin.renewFor([ALICE]));

  sent.length = 0;
  clock.ahead = DAY;
  expect(await renewals(ann)).toMatchObject([{ user: ALICE, outcome: "pending" }]);
  await ann.sync();
  expect(sent).toEqual([]);
  ann.close();
  const again = await open();
  await again.sync();
  expect(await renewals(again)).toMatchObject([{ outcome: "pending" }]);
  expect(sent).toEqual([]);
  clock.ahead = 0;
  await again.sync();
  expect(sent).toEqual([ALICE]);
  expect(await renewals(again)).toEqual([{ user: ALICE, outcome: "not-due" }]);
});
