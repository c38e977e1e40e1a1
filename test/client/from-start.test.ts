// An account that has lockdown from its start: no kill and no race lets it go on without.

import { expect, it } from "vitest";
import { openSession, type Session } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { phone, SUBJECT } from "./simple.js";

const LOCKED = { lockdown: "from-start" } as const;

it("switches lockdown on in the second link", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open(LOCKED);
  await laptop.create({ name: "Laptop" });
  await laptop.sync();
  expect(laptop.log?.lockdown).toBe(true);
  expect(relay.read(SUBJECT)).toHaveLength(2);
});

it("is not forgotten when the device is killed between the two links", async () => {
  const relay = new MaliciousRelay();
  let published = 0;
  const next = (what: string) => (what === "publish" && ++published > 1 ? "before" : undefined);
  const device = phone(relay, "laptop", { next });
  const first = await device.open(LOCKED);
  await first.create({ name: "Laptop" });
  first.close();
  expect(relay.read(SUBJECT)).toHaveLength(1);
  published = Number.NEGATIVE_INFINITY;
  // The app need not say it again.
  const again = await device.open();
  await again.sync();
  expect(again.log?.lockdown).toBe(true);
});

it.each<[string, (session: Session) => Promise<void>]>([
  ["follows once the device's clock is right, after a restart too", (session) => session.sync()],
  ["leaves it at that where the user was faster", (session) => session.setLockdown(true)],
])("%s", async (_, goOn) => {
  const relay = new MaliciousRelay();
  const { disk, env, transport } = phone(relay, "laptop");
  const right = env.now();
  let now = right;
  const timed: Transport = {
    ...transport,
    async read(subject, request) {
      const page = await transport.read(subject, request);
      return page && { ...page, now: right };
    },
    async publish(subject, entry, request) {
      // Somebody sets the clock ahead while the first link is under way.
      now = right + 86_400_000;
      return await transport.publish(subject, entry, request);
    },
  };
  const open = async (options = {}) =>
    openSession({
      ...{ subject: SUBJECT, store: memoryStore(disk), transport: timed, env: { ...env, now: () => now } },
      ...{ sealer: await callerSealer(new Uint8Array(32).fill(7)), background: false, ...options },
    });
  const session = await open(LOCKED);
  await session.create({ name: "Laptop" });
  await session.sync();
  expect(relay.read(SUBJECT)).toHaveLength(1);
  session.close();
  now = right;
  const again = await open();
  await goOn(again);
  await again.sync();
  expect(again.log?.lockdown).toBe(true);
  expect(again.getSnapshot()).toMatchObject({ asks: [], pending: undefined });
  expect(relay.read(SUBJECT)).toHaveLength(2);
});

it("is a question where another device was faster", async () => {
  const relay = new MaliciousRelay();
  let joining: Promise<void> | undefined;
  const join = async () => (await phone(relay, "phone").open()).join({ name: "Phone" });
  // The first device's second link is lost until the other one has joined.
  const next = (what: string) => {
    if (what !== "publish" || relay.read(SUBJECT).length !== 1) return;
    joining ??= join();
    return "before" as const;
  };
  const laptop = await phone(relay, "laptop", { next }).open(LOCKED);
  await laptop.create({ name: "Laptop" });
  await joining;
  await laptop.sync();
  const { asks } = laptop.getSnapshot();
  expect(laptop.log?.lockdown).toBe(false);
  expect(asks).toMatchObject([{ question: "interrupted", intent: "lockdown", error: { code: "NOT_PERMITTED" } }]);
});

it("changes no account that is there", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const other = await phone(relay, "phone").open(LOCKED);
  await other.join({ name: "Phone" });
  await other.sync();
  expect(other.log?.lockdown).toBe(false);
});

it("takes no other value", async () => {
  const opening = phone(new MaliciousRelay(), "laptop").open({ lockdown: true as never });
  await expect(opening).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message: /options\.lockdown/ });
});
