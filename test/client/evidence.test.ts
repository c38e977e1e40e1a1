// Evidence of what the service did to the own account: the app gets both heads of it, also of a rollback, which raises no alarm, and
// after an alarm has ended.

import { expect, it } from "vitest";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence } from "../../src/log/evidence.js";
import { present as presentEntries, rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { phone, SUBJECT } from "./simple.js";

async function laptop() {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const session = await device.open();
  await session.create({ name: "Laptop" });
  await session.rename({ name: "Work" });
  return { relay, device, session };
}

const verdictOf = (bytes: Uint8Array | undefined) => bytes && checkEvidence(decodeEvidence(bytes));

it("has both heads of a rollback, after the service showed the log again and after a restart", async () => {
  const { relay, device, session } = await laptop();
  const [before] = session.log.links;
  const { head } = session.log;
  const takeBack = relay.tell(SUBJECT, rollBackTo(1), { to: ["laptop"] });
  await session.sync();
  takeBack();
  await session.sync();
  session.close();
  const again = await device.open();
  await again.sync();
  expect(again.getSnapshot()).toMatchObject({ alarms: [], evidenceCount: 1 });
  expect(again.evidence.map(verdictOf)).toMatchObject([
    { code: "evidence-rolled-back", pinned: head, offered: { seq: 1, hash: before?.hash } },
  ]);
});

it("has both heads of a fork, in the alarm and when the alarm has ended", async () => {
  const { relay, session } = await laptop();
  const { head } = session.log;
  relay.fork(SUBJECT, 1, ["thief"]);
  const thief = await phone(relay, "thief").open();
  await thief.join({ name: "Thief" });
  const takeBack = relay.tell(SUBJECT, presentEntries(relay.read(SUBJECT, "thief")), { to: ["laptop"] });
  await session.sync();
  const expected = { code: "evidence-forked", verdict: "proven", pinned: head, offered: thief.log.head };
  expect(verdictOf(session.getSnapshot().alarms[0]?.evidence)).toMatchObject(expected);
  takeBack();
  await session.sync();
  expect(session.getSnapshot().alarms).toEqual([]);
  expect(session.evidence.map(verdictOf)).toMatchObject([expected]);
});

it("keeps it as it is, whatever somebody does to what they were given", async () => {
  const { relay, device, session } = await laptop();
  relay.tell(SUBJECT, rollBackTo(1), { to: ["laptop"] });
  await session.sync();
  for (const bytes of session.evidence) bytes.fill(0);
  await session.sync();
  session.close();
  const again = await device.open();
  expect(again.evidence.map(verdictOf)).toMatchObject([{ code: "evidence-rolled-back" }]);
});
