// A device whose clock is wrong says so, by the clock of the service, and writes nothing that nobody would take.

import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { openSession } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import { approved, phone, SUBJECT } from "./simple.js";

const DAY = 86_400_000;
const time = 1_700_000_000_000;

/** A device with a clock of its own, at a service that says what time it is. */
function device(relay: MaliciousRelay, name: string) {
  const { disk, env, transport: _, ...rest } = phone(relay, name);
  const clock = { ahead: 0 };
  const transport = relayTransport(relay, name, { now: () => time });
  const open = async () =>
    openSession({
      ...{ subject: SUBJECT, store: memoryStore(disk), transport, background: false },
      env: { ...env, now: () => time + clock.ahead },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
    });
  return { ...rest, disk, env, transport, clock, open };
}

it("a member whose clock is ahead says by how much, writes nothing, and goes on once it is set", async () => {
  const relay = new MaliciousRelay();
  const laptop = device(relay, "laptop");
  const session = await laptop.open();
  await session.create({ name: "Laptop" });
  await session.sync();
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", trouble: undefined });

  laptop.clock.ahead = DAY;
  await session.sync();
  const said = { code: "CLOCK", kind: "not-now", rule: "LOG-3", details: { ahead: DAY, skew: 600_000 } };
  expect(session.getSnapshot()).toMatchObject({ status: "ready", connection: "clock", trouble: said });
  for (const act of [() => session.rename({ name: "Mine" }), () => session.rekey(), () => session.leave()])
    await expect(act()).rejects.toMatchObject(said);
  expect(session.getSnapshot().pending).toBeUndefined();
  expect(relay.read(SUBJECT)).toHaveLength(1);

  // At once, and not only after the next look.
  laptop.clock.ahead = 0;
  await session.rename({ name: "Mine" });
  expect(session.getSnapshot()).toMatchObject({ connection: "reached", trouble: undefined, pending: undefined });
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
  expect(present(ahead.getSnapshot().trouble)).toMatchObject({ code: "CLOCK", details: { ahead: DAY } });
  fast.clock.ahead = 0;
  await ahead.sync();
  await joins;
  expect(ahead.getSnapshot().status).toBe("waiting");
});
