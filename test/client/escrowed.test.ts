// A user's device of an organisation that has escrow: it enrolls escrow, and works on where the service withholds the escrow log.

import { describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession } from "../../src/client/session.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { corrupt, rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { policyOf } from "../../src/trust/escrow-needs.js";
import { createBackupKey, createEscrowLog, createLog, setPolicy } from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";
import { type Phone, phone, SUBJECT } from "./simple.js";

const ORGANISATION = "b7d1-organisation";

/** A service with an organisation whose escrow is enabled. */
function organisation() {
  const relay = new MaliciousRelay();
  const env = seededEnv("admin");
  const opened = createEscrowLog({ subject: ORGANISATION, device: { name: "Ann" } }, env);
  const paper = createBackupKey(opened, { roles: ["manage"] }, env);
  const enabled = setPolicy(paper, { enabled: true }, env);
  for (const { entry } of [opened, paper, enabled]) relay.publish(ORGANISATION, entry, "ann");
  return { relay, published: formatFingerprint(fingerprintOf(enabled.log)) };
}

async function openEscrowed(device: Phone, transport = device.transport) {
  return openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), transport, escrowSubject: ORGANISATION },
    ...{ sealer: await callerSealer(new Uint8Array(32).fill(7)), env: device.env, background: false },
  });
}

async function enrolled() {
  const { relay, published } = organisation();
  const laptop = await openEscrowed(phone(relay, "laptop"));
  await laptop.create({ name: "Laptop" });
  await laptop.sync();
  const ask = present(laptop.getSnapshot().asks.find(({ question }) => question === "confirm-escrow"));
  const compared = laptop.compareEscrow(published);
  if (compared.status !== "match") throw new Error(compared.status);
  await laptop.answer(ask.id, { say: "confirmed", token: compared.token });
  await laptop.sync();
  return { relay, laptop };
}

it("enrolls escrow once its user has compared the organisation's fingerprint", async () => {
  const { laptop } = await enrolled();
  expect([...laptop.log.active.values()].map(({ kind }) => kind)).toEqual(["device", "escrow"]);
  expect(laptop.escrowLog && policyOf(laptop.escrowLog).enabled).toBe(true);
});

it("joins where the service withholds the escrow log, and withholds from escrow the epoch that it makes", async () => {
  const { relay } = await enrolled();
  const device = phone(relay, "phone");
  const { read } = device.transport;
  const withholding = { ...device.transport };
  withholding.read = async (subject, options) => (subject === ORGANISATION ? undefined : read(subject, options));
  const mobile = await openEscrowed(device, withholding);
  await mobile.join({ name: "Phone" });
  expect(mobile.getSnapshot().status).toBe("waiting");
  expect(mobile.log.links.last()).toMatchObject({ type: "join", withheldFromEscrow: true });
});

it("says that the service shows an older escrow log, or a damaged one, until it shows the newest one again", async () => {
  const { relay, laptop } = await enrolled();
  const { escrowLog } = laptop;
  const honest = relay.tell(ORGANISATION, rollBackTo(2));
  await laptop.sync();
  expect(laptop.getSnapshot()).toMatchObject({ connection: "server-behind", evidenceCount: 1 });
  expect(laptop.escrowLog).toBe(escrowLog);
  await laptop.rename({ name: "Mine" });
  expect(laptop.getSnapshot()).toMatchObject({ connection: "server-behind", pending: undefined });
  honest();
  await laptop.sync();
  expect(laptop.getSnapshot().connection).toBe("reached");

  const mended = relay.tell(ORGANISATION, corrupt(3, -1));
  const late = await openEscrowed(phone(relay, "late"));
  await late.sync();
  expect(late.getSnapshot()).toMatchObject({ connection: "invalid", error: { code: "INVALID_ENCODING" } });
  mended();
  await late.sync();
  expect(late.getSnapshot()).toMatchObject({ connection: "reached", error: undefined });
});

describe("a log of the other kind", () => {
  const shown = (kind: "user" | "escrow", subject: string) => {
    const relay = new MaliciousRelay();
    const create = kind === "user" ? createLog : createEscrowLog;
    relay.publish(subject, create({ subject, device: { name: "Ann" } }, seededEnv("liar")).entry, "liar");
    return relay;
  };
  const trouble = { code: "WRONG_SUBJECT", rule: "LOG-8" };

  it("is not taken for the escrow log, and stops no verb", async () => {
    const device = phone(shown("user", ORGANISATION), "laptop");
    const laptop = await openEscrowed(device);
    await laptop.create({ name: "Laptop" });
    await laptop.sync();
    expect(laptop.escrowLog).toBeUndefined();
    await laptop.rename({ name: "Mine" });
    expect(laptop.log.head.seq).toBe(2);
  });

  it("is not joined by a user's device", async () => {
    const device = phone(shown("escrow", SUBJECT), "laptop");
    const laptop = await device.open();
    await laptop.sync();
    expect(laptop.getSnapshot()).toMatchObject({ status: "new", connection: "invalid", error: trouble });
    await expect(laptop.join({ name: "Laptop" })).rejects.toMatchObject(trouble);
  });

  it("is not joined by an admin's device", async () => {
    const device = phone(shown("user", ORGANISATION), "ann");
    const ann = await openEscrowSession({
      ...{ subject: ORGANISATION, store: memoryStore(device.disk), transport: device.transport, env: device.env },
      ...{ sealer: await callerSealer(new Uint8Array(32).fill(7)), background: false },
    });
    await ann.sync();
    expect(ann.getSnapshot()).toMatchObject({ status: "new", connection: "invalid", error: trouble });
  });
});
