// Devices take turns in what several could do. docs/spec.md section 13 (Take turns).

import { sha256 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { openSession, type Session } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { approved, phone, SUBJECT } from "./simple.js";

/** A device whose clock stands still until it is set. */
async function still(relay: MaliciousRelay, name: string) {
  const clock = { now: 1_800_000_000_000 };
  const device = phone(relay, name);
  const open = async () =>
    openSession({
      ...{ subject: SUBJECT, store: memoryStore(device.disk), transport: device.transport, background: false },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      env: { ...device.env, now: () => clock.now },
    });
  return { clock, device: { ...device, open } };
}

/** Two devices that owe the rotation after a third one has left. */
async function afterLeaving() {
  const relay = new MaliciousRelay();
  const [a, b, c] = [await still(relay, "a"), await still(relay, "b"), await still(relay, "c")];
  const first = await a.device.open();
  await first.create({ name: "A" });
  const second = await approved(first, b.device);
  const leaver = await approved(first, c.device);
  await second.sync();
  await leaver.leave();
  return { a, b, first, second, leaver };
}

it("the member with the lowest hash acts at once, the next one two seconds later", async () => {
  const { a, b, first, second, leaver } = await afterLeaving();

  const text = (value: string) => new TextEncoder().encode(value);
  const turn = (session: Session) =>
    toHex(sha256(text(`keystead/v1/client/turn\0${session.getSnapshot().devices?.me.member}${leaver.log.head.hash}`)));
  const isFirst = turn(first) < turn(second);
  const [early, late] = isFirst ? [first, second] : [second, first];
  const { clock } = isFirst ? b : a;

  await late.sync();
  expect(late.log.rotationDue).toBe(true);
  clock.now += 1_999;
  await late.sync();
  expect(late.log.rotationDue).toBe(true);
  await early.sync();
  expect(early.log.rotationDue).toBe(false);

  // The other one takes it in and has nothing left to do.
  clock.now += 1;
  await late.sync();
  expect(late.log.head).toEqual(early.log.head);
});

it("the next one acts when the first one stays away", async () => {
  const { b, second } = await afterLeaving();
  await second.sync();
  b.clock.now += 2_000;
  await second.sync();
  expect(second.log.rotationDue).toBe(false);
});
