// Messages between members, over the transport of the package and the handler of the relay: who may talk, and how little is kept.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { openSession } from "../../src/client/session.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import { CBOR, MESSAGE, sendMessageRoute, targetOf, writeBody } from "../../src/transport/wire.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";

const NOON = 1_750_000_000_000;
const MINUTES = 60_000;
const origin = "https://keys.example";
/** A laptop, a phone that waits for approval, and a tablet that was removed. */
const world = openWorld("messages")
  .join("Phone")
  .join("Tablet")
  .review("Laptop", { remove: ["Tablet"] });
const { subject } = world.log;
const [laptop, phone, tablet] = ["Laptop", "Phone", "Tablet"].map((name) => world.id(name)) as [
  MemberId,
  MemberId,
  MemberId,
];
const by = (name: string) => ({ signer: requestSigner(world.session(name).keyring) });

let sql: Sql;
let relay: Relay;
let now: number;
beforeAll(async () => {
  sql = await openPglite();
});
afterAll(async () => await sql.close());
beforeEach(async () => {
  now = NOON;
  const env = { ...seededEnv("relay"), now: () => now, every: () => () => {} };
  relay = createRelay({ sql, origin, authorize: () => true, env });
  for (const entry of world.entries) await transport().publish(subject, entry, {});
});

const transport = () =>
  fetchTransport({
    url: origin,
    fetch: (url, init) => relay.fetch(new Request(url, init as RequestInit)),
    env: { ...seededEnv("device"), now: () => now },
  });
const bytes = (...values: number[]) => new Uint8Array(values);
const inbox = async (name: string, after = 0) =>
  (await transport().readMessages(subject, { ...by(name), after })).map(({ from, message }) => [from, [...message]]);

it("carries messages between active members, one that waits for approval too", async () => {
  await transport().sendMessage(subject, phone, bytes(1), by("Laptop"));
  await transport().sendMessage(subject, laptop, bytes(2), by("Phone"));
  expect(await inbox("Phone")).toEqual([[laptop, [1]]]);
  expect(await inbox("Laptop")).toEqual([[phone, [2]]]);
});

it("keeps a message once, in order, and gives the newer ones", async () => {
  for (const value of [1, 2, 1, 3]) await transport().sendMessage(subject, phone, bytes(value), by("Laptop"));
  const all = await transport().readMessages(subject, { ...by("Phone"), after: 0 });
  expect(all.map(({ message }) => [...message])).toEqual([[1], [2], [3]]);
  expect(await inbox("Phone", present(all[0]).id)).toEqual([
    [laptop, [2]],
    [laptop, [3]],
  ]);
});

it("forgets them after five minutes, and when the relay is started again", async () => {
  await transport().sendMessage(subject, phone, bytes(1), by("Laptop"));
  now += 5 * MINUTES - 1;
  expect(await inbox("Phone")).toHaveLength(1);
  now += 1;
  expect(await inbox("Phone")).toHaveLength(0);
});

it("refuses strangers, removed members, and messages to them", async () => {
  const send = (to: MemberId, options: Parameters<ReturnType<typeof transport>["sendMessage"]>[3]) =>
    transport().sendMessage(subject, to, bytes(1), options);
  const stranger = { signer: requestSigner(openWorld("stranger").session("Laptop").keyring) };
  await expect(send(phone, stranger)).rejects.toMatchObject({ code: "FORBIDDEN", details: { status: 401 } });
  await expect(send(phone, {})).rejects.toMatchObject({ code: "FORBIDDEN", details: { code: "UNSIGNED" } });
  await expect(send(phone, by("Tablet"))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(send(tablet, by("Laptop"))).rejects.toMatchObject({ details: { status: 422, code: "UNKNOWN_MEMBER" } });
  await expect(transport().readMessages(subject, { ...by("Tablet"), after: 0 })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(transport().sendMessage("nobody", phone, bytes(1), by("Laptop"))).rejects.toMatchObject({
    code: "OFFLINE",
  });
  expect(await inbox("Phone")).toEqual([]);
});

it("keeps sixteen messages of one sender at the most, and small ones only", async () => {
  for (let value = 0; value < 16; value++) await transport().sendMessage(subject, phone, bytes(value), by("Laptop"));
  await expect(transport().sendMessage(subject, phone, bytes(16), by("Laptop"))).rejects.toMatchObject({
    details: { status: 429, code: "RATE_LIMITED" },
  });
  await transport().sendMessage(subject, laptop, bytes(1), by("Phone"));
  for (const length of [0, 513])
    await expect(transport().sendMessage(subject, phone, new Uint8Array(length), by("Laptop"))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  expect(await inbox("Phone")).toHaveLength(16);
  // A client with another transport is refused by the relay.
  const target = targetOf(sendMessageRoute, { log: world.log.head.log });
  const answers = [writeBody(MESSAGE, { to: phone, message: bytes(9) }).subarray(1), new Uint8Array(600)].map(
    (body) => {
      const headers = signRequest(
        { method: "POST", target },
        { ...by("Laptop"), origin, body, env: { ...seededEnv("direct"), now: () => now } },
      );
      return relay.fetch(
        new Request(origin + target, { method: "POST", body, headers: { ...headers, "content-type": CBOR } }),
      );
    },
  );
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([400, 413]);
});

it("carries a whole comparison of digits", async () => {
  const device = async (name: string) =>
    openSession({
      ...{ subject: "digits", store: memoryStore(), transport: transport(), background: false },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      env: {
        ...{ ...seededEnv(name), now: () => now, announce: () => {}, hear: () => () => {} },
        sleep: () => new Promise(setImmediate),
      },
    });
  const [first, second] = [await device("first"), await device("second")];
  await first.create({ name: "Laptop" });
  await second.join({ name: "Phone" });
  await first.sync();
  const { member } = present(present(first.getSnapshot().devices).pending[0]);
  const [comparison, shown] = await Promise.all([first.compareDigits(member), second.showDigits()]);
  await first.save({ approve: [present(comparison.check(shown).token)] });
  await second.sync();
  expect(second.getSnapshot().status).toBe("ready");
});
