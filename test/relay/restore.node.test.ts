// A relay that was restored from yesterday's copy, and what real devices do: they give back what was lost. Where another link took a
// place meanwhile, they show a fork, and keep the evidence.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { openSession, type Session } from "../../src/client/session.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence } from "../../src/log/evidence.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { createSender } from "../../src/sender/sender.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { approve } from "../client/sessions.js";

const url = "https://keys.example";
const SUBJECT = "3f0c4d7e-9d0a-4b60-8f8e-2f6f0c8a1d11";
const folder = mkdtempSync(join(tmpdir(), "keystead-restore-"));
const [now, yesterday] = [join(folder, "now"), join(folder, "yesterday")];
let sql: Sql;
let relay: Relay;
let sessions: Session[] = [];

async function open(): Promise<void> {
  sql = await openPglite({ folder: now });
  relay = createRelay({ sql, origin: url, authorize: () => true });
}
async function close(): Promise<void> {
  await relay.close();
  await sql.close();
}
/** The steps of docs/relay.md for a folder: stop, copy, start. */
async function copy(from: string, to: string): Promise<void> {
  await close();
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  await open();
}

beforeAll(open);
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await sql.query("delete from keystead.subject");
});
afterEach(() => {
  for (const session of sessions) session.close();
  sessions = [];
});

async function device(): Promise<Session> {
  const fetch = (to: string, init: unknown) => relay.fetch(new Request(to, init as RequestInit));
  const session = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(), transport: fetchTransport({ url, fetch }), background: false },
    sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
  });
  sessions.push(session);
  return session;
}

/** A laptop, and a phone that it approved, yesterday. */
async function twoDevices(): Promise<readonly [Session, Session]> {
  const [laptop, phone] = [await device(), await device()];
  await laptop.create({ name: "Laptop" });
  await phone.join({ name: "Phone" });
  await approve(laptop, phone);
  await copy(now, yesterday);
  return [laptop, phone];
}

const nameOf = (session: Session, of: Session) => {
  const member = of.getSnapshot().devices?.me.member;
  return session.getSnapshot().devices?.members.find((each) => each.member === member)?.name?.name;
};

it("members give back what the relay lost, and everything goes on", async () => {
  const [laptop, phone] = await twoDevices();
  const sender = createSender({
    transport: fetchTransport({ url, fetch: (to, init) => relay.fetch(new Request(to, init as RequestInit)) }),
    maxAge: 0,
  });
  const tablet = await device();
  await tablet.join({ name: "Tablet" });
  await laptop.rename({ name: "Work laptop" });
  await sender.seal(SUBJECT, utf8Encode("before"), { purpose: "mail" });
  const head = laptop.log.head;

  await copy(yesterday, now);
  // Nobody seals to the older log, and no device believes it.
  await expect(sender.seal(SUBJECT, utf8Encode("lost"), { purpose: "mail" })).rejects.toMatchObject({
    code: "ROLLED_BACK",
  });
  await phone.sync();
  await laptop.sync();
  await laptop.sync();
  expect(laptop.getSnapshot()).toMatchObject({ status: "ready", alarms: [] });
  await phone.sync();
  expect(phone.log.head).toEqual(head);
  expect(nameOf(phone, laptop)).toBe("Work laptop");

  const sealed = await sender.seal(SUBJECT, utf8Encode("after"), { purpose: "mail" });
  for (const each of [laptop, phone, tablet]) {
    await each.sync();
    expect(await each.open(sealed, { purpose: "mail" })).toEqual(utf8Encode("after"));
  }
});

it("a place that another link took is a fork: an alarm with evidence, and nothing new is believed", async () => {
  const [laptop, phone] = await twoDevices();
  await laptop.rename({ name: "Work laptop" });
  await copy(yesterday, now);
  // The phone was offline since yesterday, and writes at the place that the laptop's link had.
  await phone.rename({ name: "Travel phone" });

  // The histories have one length: each look asks for the newest known link, too.
  await laptop.sync();
  const { status, alarms } = laptop.getSnapshot();
  expect(status).toBe("alarm");
  const [alarm] = alarms;
  expect(alarm?.error.code).toBe("FORKED");
  expect(checkEvidence(decodeEvidence(present(alarm?.evidence)))).toMatchObject({ verdict: "proven" });
  expect(nameOf(laptop, phone)).toBe("Phone");
  await laptop.sync();
  expect(laptop.getSnapshot().status).toBe("alarm");
  await phone.sync();
  expect(phone.getSnapshot()).toMatchObject({ status: "ready", alarms: [] });
});
