// The story of docs/client-guide.md over the real relay: its handler on PGlite, reached through the transport over fetch.

import { afterAll, beforeAll, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { type ClientEnv, systemClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { Snapshot } from "../../src/client/snapshot.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { memberOf, until, writtenInto } from "../client/sessions.js";

const url = "https://keys.example";
const SUBJECT = "3f0c4d7e-9d0a-4b60-8f8e-2f6f0c8a1d11";

let sql: Sql;
let relay: Relay;
/** What the relay could not answer. */
const reported: unknown[] = [];
const sessions: Session[] = [];
beforeAll(async () => {
  sql = await openPglite();
  relay = createRelay({ sql, origin: url, authorize: () => true, report: (error) => reported.push(error) });
});
afterAll(async () => {
  for (const session of sessions) session.close();
  await relay.close();
  await sql.close();
});

/** Sleeps until it is woken, except for a turn among devices: so only the relay's hints make a device look at the relay again. */
const onHints: ClientEnv = {
  ...systemClientEnv(),
  sleep: (milliseconds, signal) =>
    systemClientEnv().sleep(milliseconds < 15_000 ? milliseconds : Number.MAX_SAFE_INTEGER, signal),
  announce: () => {},
  hear: () => () => {},
};

async function device(background: boolean): Promise<Session> {
  const fetch = (to: string, init: unknown) => relay.fetch(new Request(to, init as RequestInit));
  const session = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(), transport: fetchTransport({ url, fetch }), background, env: onHints },
    sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
  });
  sessions.push(session);
  return session;
}

const statusOf = (session: Session) => session.getSnapshot().status;

/** Whether so many members of a kind are active. */
const hasNow = (devices: Snapshot["devices"], kind: string, count: number) =>
  devices?.members.filter((each) => each.kind === kind && each.standing === "active").length === count;

const paperOf = async (session: Session): Promise<string> => {
  const papers: string[] = [];
  await session.createBackupKey(writtenInto(papers));
  return present(papers[0]);
};

it("creates, joins, approves, seals, loses a device, uses its backup key and leaves", async () => {
  const laptop = await device(false);
  await laptop.create({ name: "Laptop" });
  expect(statusOf(laptop)).toBe("ready");
  const sealed = await laptop.seal(utf8Encode("dear diary"), { purpose: "diary" });

  const phone = await device(true);
  await phone.join({ name: "Phone" });
  expect(statusOf(phone)).toBe("waiting");
  await laptop.sync();
  const [pending] = present(laptop.getSnapshot().devices).pending;
  const shown = present(phone.getSnapshot().devices?.fingerprint);
  const compared = laptop.compare(shown, present(pending).member);
  await laptop.save({ approve: [present(compared.token)] });
  await until(phone, ({ status }) => status === "ready");
  expect(await phone.open(sealed)).toEqual(utf8Encode("dear diary"));

  const text = await paperOf(laptop);
  expect(laptop.getSnapshot().asks).toEqual([]);
  await until(phone, ({ devices }) => hasNow(devices, "backup", 1));

  // The laptop is lost. A new one comes in with the paper, removes it, and reads what is older.
  const lost = memberOf(laptop);
  const next = await device(false);
  await next.join({ name: "New laptop" });
  await next.useBackupKey(text, { remove: [lost] });
  expect(statusOf(next)).toBe("ready");
  expect(await next.open(sealed)).toEqual(utf8Encode("dear diary"));
  await until(phone, ({ devices }) => devices?.members.some((each) => each.member === lost && each.removed) ?? false);
  await laptop.sync();
  expect(statusOf(laptop)).toBe("removed");
  const newer = await next.seal(utf8Encode("without the laptop"), { purpose: "diary" });
  await expect(laptop.open(newer)).rejects.toMatchObject({ code: "NO_ACCESS" });
  expect(await phone.open(newer)).toEqual(utf8Encode("without the laptop"));

  await next.leave();
  expect(statusOf(next)).toBe("removed");
  await until(phone, ({ devices }) => hasNow(devices, "device", 1));
  // The phone alone is left to make the epoch that is due.
  await until(phone, () => !phone.log.rotationDue);
  for (const session of [laptop, phone, next]) expect(session.getSnapshot().alarms).toEqual([]);
  expect(reported).toEqual([]);
});
