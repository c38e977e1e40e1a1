// Messages between members, over the transport of the package and the handler of the relay: who may talk, and how little is kept.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { openSession } from "../../src/client/session.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { targetOf } from "../../src/transport/addresses.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import { CBOR, MESSAGE, sendMessageRoute, writeBody } from "../../src/transport/wire.js";
import { quietEnv } from "../client/sessions.js";
import { postgres } from "../support/databases.js";
import { PostgresServer } from "../support/postgres-server.js";
import { seededEnv } from "../support/seeded-env.js";
import { shortTurns } from "../support/turns.js";
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

const env = { ...seededEnv("relay"), now: () => now, every: () => () => {} };
let sql: Sql;
let relay: Relay;
let now: number;
beforeAll(async () => {
  sql = await openPglite();
});
afterAll(async () => await sql.close());
beforeEach(async () => {
  now = NOON;
  await sql.query("delete from keystead.message");
  relay = createRelay({ sql, origin, authorize: () => true, env });
  for (const entry of world.entries) await transport().publish(subject, entry, {});
});

const transport = (to: () => Relay = () => relay) =>
  fetchTransport({
    url: origin,
    fetch: (url, init) => to().fetch(new Request(url, init as RequestInit)),
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

it("forgets them after five minutes, and deletes what it stored in this log and others", async () => {
  const others = [1, 2, 3].map((at) => openWorld(`messages ${at}`, { subject: `messages ${at}` }).join("Phone"));
  for (const other of others) {
    for (const entry of other.entries) await transport().publish(other.log.subject, entry, {});
    const signer = requestSigner(other.session("Laptop").keyring);
    await transport().sendMessage(other.log.subject, other.id("Phone"), bytes(1), { signer });
  }
  await transport().sendMessage(subject, phone, bytes(1), by("Laptop"));
  now += 5 * MINUTES - 1;
  expect(await inbox("Phone")).toHaveLength(1);
  now += 1;
  expect(await inbox("Phone")).toHaveLength(0);
  const rows = async () => (await sql.query<{ n: number }>("select count(*)::int as n from keystead.message"))[0]?.n;
  expect(await rows()).toBe(4);
  await transport().sendMessage(subject, phone, bytes(1), by("Laptop"));
  expect(await rows()).toBe(2);
  await transport().sendMessage(subject, phone, bytes(2), by("Laptop"));
  expect(await rows()).toBe(2);
  expect(await inbox("Phone")).toHaveLength(2);
});

it("keeps them while a relay ends and another one starts", async () => {
  await transport().sendMessage(subject, phone, bytes(1), by("Laptop"));
  await relay.close();
  relay = createRelay({ sql, origin, authorize: () => true, env });
  expect(await inbox("Phone")).toHaveLength(1);
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

/** A phone joins at one relay, and compares digits with a laptop that reaches another one. */
async function comparesDigits(account: string, [first, second]: readonly [() => Relay, () => Relay]): Promise<void> {
  const device = async (name: string, to: () => Relay) =>
    openSession({
      ...{ subject: account, store: memoryStore(), transport: transport(to), background: false },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      env: { ...quietEnv(name), now: () => now, sleep: () => shortTurns(1) },
    });
  const [approver, joiner] = [await device("first", first), await device("second", second)];
  await approver.create({ name: "Laptop" });
  await joiner.join({ name: "Phone" });
  await approver.sync();
  const { member } = present(present(approver.getSnapshot().devices).pending[0]);
  const [comparison, shown] = await Promise.all([approver.compareDigits(member), joiner.showDigits()]);
  await approver.save({ approve: [present(comparison.check(shown).token)] });
  await joiner.sync();
  expect(joiner.getSnapshot().status).toBe("ready");
}

it("carries a whole comparison of digits", () => comparesDigits("digits", [() => relay, () => relay]));

describe.skipIf(!PostgresServer.isInstalled)("two relays on one PostgreSQL", () => {
  const server = postgres();
  let databases: readonly Sql[];
  let relays: readonly [Relay, Relay];
  beforeAll(async () => {
    const open = () => openPostgres({ url: server().url });
    databases = await Promise.all([open(), open()]);
    const [a, b] = databases.map((database, at) =>
      createRelay({
        sql: database,
        origin,
        authorize: () => true,
        env: { ...env, ...seededEnv(`${at}`), now: () => now },
      }),
    );
    relays = [present(a), present(b)];
    for (const entry of world.entries) await transport(() => relays[0]).publish(subject, entry, {});
  });
  afterAll(async () => {
    for (const each of relays ?? []) await each.close();
    for (const each of databases ?? []) await each.close();
  });

  it("carry a comparison of digits between devices of which each reaches another one", async () => {
    const [a, b] = relays;
    await comparesDigits("far apart", [() => a, () => b]);
  });

  it("keep once, in one order, what both are sent at the same time, and refuse the seventeenth of a sender", async () => {
    const values = Array.from({ length: 8 }, (_, at) => at);
    const sends = relays.flatMap((to) =>
      values.flatMap((value) => [
        transport(() => to).sendMessage(subject, phone, bytes(value), by("Laptop")),
        transport(() => to).sendMessage(subject, laptop, bytes(value), by("Phone")),
      ]),
    );
    await Promise.all(sends);
    const read = (to: Relay, after: number) => transport(() => to).readMessages(subject, { ...by("Phone"), after });
    const [one, two] = await Promise.all(relays.map((to) => read(to, 0)));
    expect(one).toEqual(two);
    const ids = present(one).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(new Set(present(one).map(({ message }) => message[0]))).toEqual(new Set(values));
    // The same bytes by two relays at one moment may be there twice; they mean the same.
    expect(ids.length).toBeLessThanOrEqual(2 * values.length);
    expect(await read(relays[1], present(ids[2]))).toEqual(present(one).slice(3));
    const more = async () => {
      for (let value = 100; value < 116; value++)
        await transport(() => present(relays[value % 2])).sendMessage(subject, phone, bytes(value), by("Laptop"));
    };
    await expect(more()).rejects.toMatchObject({ details: { status: 429, code: "RATE_LIMITED" } });
  });
});
