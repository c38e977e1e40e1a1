// A step of the trial of test/client/trial.node.test.ts: an account with 256 devices, as many as a log takes (ENC-3). Each
// join makes an epoch and grants it to all, so it takes longer than all other steps together, and runs over one service.

import { fingerprintOf, joinLog, type MemberId, systemEnv } from "keystead";
import { expect, it } from "vitest";
import { approve, writtenDown } from "../client/sessions.js";
import { bytes, Device, me, note, testingService } from "../client/trial.js";

const ACCOUNT = "256 devices";
const ORGANISATION = "organisation";

it("256 devices: all are approved in one step and read everything; one more is refused until another one goes; escrow's report proves all", async () => {
  const service = testingService();
  const device = (name: string) => new Device(service(name), ACCOUNT, ORGANISATION);
  const first = await device("first").open();
  await first.create({ name: "First" });
  const old = await first.seal(bytes("old"), note);
  const transport = service("others");
  let { log } = first;
  /** What each device shows on its own screen. */
  const shown = new Map<MemberId, string>();
  for (let number = 2; number < 256; number++) {
    const joined = joinLog(log, { device: { name: `Device ${number}` } }, systemEnv());
    expect(await transport.publish(log.subject, joined.entry, {})).toEqual({ verdict: "accepted" });
    const { keyring, ...accepted } = joined.accept();
    ({ log } = accepted);
    shown.set(keyring.member, String(fingerprintOf(log, keyring.member)));
  }
  const last = await device("last").open();
  await last.join({ name: "Last" });
  expect(last.log.active.size).toBe(256);
  shown.set(me(last).member, me(last).fingerprint);
  const late = device("late");
  const refused = await late.open();
  await expect(refused.join({ name: "Late" })).rejects.toMatchObject({ code: "NOT_PERMITTED", rule: "ENC-3" });

  await first.sync();
  const pending = first.getSnapshot().devices?.pending ?? [];
  expect(pending).toHaveLength(255);
  await expect(last.open(old, note)).rejects.toMatchObject({ code: "NO_ACCESS" });
  const { seq } = first.log.head;
  const compared = pending.map(({ member }) => first.compare(shown.get(member) ?? "", member).token);
  await first.save({ approve: compared.filter((token) => token !== undefined) });
  expect(first.log.head.seq).toBe(seq + 1);
  await last.sync();
  expect(last.getSnapshot().status).toBe("ready");
  expect(await last.open(old, note)).toEqual(bytes("old"));

  const [gone] = pending;
  if (gone) await last.save({ remove: [gone.member] });
  await refused.sync();
  await refused.join({ name: "Late" });
  await approve(last, refused);
  expect(await refused.open(old, note)).toEqual(bytes("old"));

  // Escrow is a member, too. It is given every epoch afterwards, and the report proves each by opening it.
  const admin = await new Device(service("admin"), ORGANISATION).openAdmin();
  await admin.create({ name: "Ann" });
  await admin.enable(writtenDown);
  const [, next] = pending;
  if (next) await last.save({ remove: [next.member] });
  await last.sync();
  const [ask] = last.getSnapshot().asks;
  const { token } = last.compareEscrow(admin.getSnapshot().fingerprint?.digits ?? "");
  if (ask && token) await last.answer(ask.id, { say: "confirmed", token });
  await last.sync();
  expect(last.log.active.size).toBe(256);
  const all = [[1, last.log.epochs.length]];
  for await (const row of admin.report([ACCOUNT]))
    expect(row).toMatchObject({ coverage: { status: "covered", claimed: all, proven: all, gaps: [] } });
}, 1_800_000);
