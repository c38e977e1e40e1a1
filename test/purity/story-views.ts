// Views of a log that apps show.

import type { Circle } from "./circle.js";
import { NOW, type Watch } from "./watch.js";

export async function tellViews(told: Watch, alice: Circle): Promise<void> {
  const { core } = told;
  const log = core.verifyLog(alice.entries, { subject: "alice@example.org", now: NOW });
  const [laptop, lost] = [alice.of("Laptop"), alice.of("Lost")];
  const me = laptop.keyring.member;
  core.appendEntry(
    core.verifyLog(alice.entries.slice(0, -1), { subject: log.subject, now: "unchecked" }),
    alice.entries.at(-1) as Uint8Array,
    { now: "unchecked" },
  );
  core.verifyLog(alice.entries, { subject: log.subject, verified: log.head, now: NOW });
  await core.verifyLogAsync(alice.entries, { subject: log.subject, pinned: log, now: NOW });
  const [first, next] = alice.entries as readonly [Uint8Array, Uint8Array];
  const server = { subject: log.subject, now: NOW };
  const opened = core.acceptEntry(undefined, first, server);
  if (opened.verdict === "accepted") core.acceptEntry(opened.log, next, server);
  core.acceptEntry(log, next, server);
  core.acceptEntry(log, core.entryForSenders(first), server);
  core.parseLogId(log.head.log);
  core.parseLinkHash(log.head.hash);
  core.parseMemberId(me);
  const { warnings } = core.devicesAndActivity(log, { me, now: NOW });
  for (const warning of warnings) core.textOf(warning, core.english);
  core.checkGrants(laptop, [1, 2, 3]);
  const proven = await core.proveCoverage(laptop);
  core.formatCoverage(core.coverageReport(log, { now: NOW, proven }), core.english);
  core.dataAccess(log, me);
  core.explainAccess(log, me, 1);
  core.gapsOf(log, alice.of("Tablet").keyring.member);
  core.lostStretches(log);
  core.resilienceWarnings(log);
  core.straysOf(log);
  core.agenda(laptop, { now: NOW, escrowLog: undefined });
  core.removalOf(log, lost.keyring.member);
  core.takeoverOf(log, { me });
  core.unknownStretches(log);
  core.suggestRemovals(log, { removed: lost.keyring.member, me });
  core.membersAndActivity(log);
  core.linksTouching(log, { since: proven.head, members: [me] });
  await told.refused(() => told.method(laptop.keyring, "exportKey", 99, "x"));
}
