// The transport of the package over the handler of the relay: they agree on the table of routes.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { verifyLog } from "../../src/log/verify.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { requestSigner } from "../../src/transport/request-signature.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld } from "../support/world.js";

const NOW = 1_750_000_000_000;
const origin = "https://keys.example";
let sql: Sql;
let relay: Relay;
let isAllowed = true;
beforeAll(async () => {
  sql = await openPglite();
  const env = { ...seededEnv("relay"), now: () => NOW, every: () => () => {} };
  relay = createRelay({ sql, origin, path: "/keys", authorize: () => isAllowed, env });
});
afterEach(() => {
  isAllowed = true;
});
afterAll(async () => {
  await relay.close();
  await sql.close();
});

const transport = () =>
  fetchTransport({
    url: `${origin}/keys`,
    fetch: (url, init) => relay.fetch(new Request(url, init as RequestInit)),
    env: { ...seededEnv("device"), now: () => NOW },
  });

it("publishes, loses, is refused, reads and listens", async () => {
  const world = openWorld("transport")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });
  const { subject, head } = world.log;
  const device = transport();
  const signer = requestSigner(world.session("Phone").keyring);
  expect(await device.read(subject, { after: 0, attachments: "all" })).toBeUndefined();
  for (const entry of world.entries) expect(await device.publish(subject, entry, {})).toEqual({ verdict: "accepted" });
  expect(await device.publish(subject, world.last, {})).toEqual({ verdict: "accepted" });

  const other = openWorld("another", { subject });
  isAllowed = false;
  expect(await device.publish(subject, other.last, {})).toMatchObject({ verdict: "refused", code: "FORBIDDEN" });
  const mine = world.rename("Phone", "mine");
  expect(await device.publish(subject, mine.last, { signer })).toEqual({ verdict: "accepted" });
  expect(await device.publish(subject, world.rename("Laptop", "x").last, {})).toEqual({ verdict: "lost" });
  const later = mine.rename("Laptop", "y").rename("Laptop", "z");
  expect(await device.publish(subject, later.last, {})).toMatchObject({ verdict: "refused", code: "INVALID_LINK" });

  const page = await transport().read(subject, { after: 0, attachments: "all", signer });
  expect(page).toMatchObject({ newest: 4, now: NOW });
  expect(verifyLog(page?.entries ?? [], { subject, now: NOW }).head).toEqual(mine.log.head);
  const strangers = transport().read(subject, { after: 0, attachments: "none" });
  expect((await rejection(strangers)).code).toBe("FORBIDDEN");

  const heard = new Promise<string>((resolve, reject) => {
    void device.events([subject], resolve, { signer }).then(() => {}, reject);
    void device.publish(subject, later.entries[4] as Uint8Array, {}).catch(reject);
  });
  expect(await heard).toBe(subject);
  expect((await device.read(subject, { after: 4, attachments: "none", signer }))?.newest).toBe(5);
  expect(head.seq).toBe(3);
});

it("reads by the app's sign-in when the device signs with keys that this log does not have: it took them on a fork", async () => {
  const world = openWorld("fork", { subject: "forked@example.org" });
  const { subject } = world.log;
  for (const entry of world.entries) await transport().publish(subject, entry, {});
  // The service showed the device another history, on which it took fresh keys; now it shows the true one.
  const signer = requestSigner(world.rekey("Laptop").session("Laptop").keyring);
  const read = () => transport().read(subject, { after: 0, attachments: "all", signer });
  expect((await read())?.entries).toEqual(world.entries);
  isAllowed = false;
  expect((await rejection(read())).code).toBe("FORBIDDEN");
});
