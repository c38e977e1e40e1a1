// An organisation keeps keys in escrow for a user, who loses everything.

import type { LogState, Pointer } from "keystead";
import { Circle } from "./circle.js";
import { NOW, type Watch } from "./watch.js";

export async function tellEscrow(told: Watch): Promise<void> {
  const { core, env } = told;
  const escrow = new Circle(told);
  escrow.publish(core.createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env), "Ann");
  core.escrowNeeds(escrow.log);
  escrow.publish(core.createBackupKey(escrow.of("Ann"), { roles: ["manage"] }, env), "Ann");
  escrow.publish(core.setPolicy(escrow.of("Ann"), { enabled: true }, env), "Ann");
  core.policyOf(escrow.log);
  core.newestPointer(escrow.log);

  const bob = new Circle(told);
  bob.publish(core.createLog({ subject: "bob@example.org", device: { name: "Laptop" } }, env), "Laptop");
  const me = bob.of("Laptop").keyring.member;
  const knows = { escrowLog: escrow.log, storedConfirmation: escrow.log.head };
  core.agenda(bob.of("Laptop"), { ...knows, now: NOW });
  bob.publish(core.enrollEscrow(bob.of("Laptop"), knows, env), "Laptop");
  core.escrowIsSound(bob.log, { escrowLog: escrow.log });
  escrow.publish(core.rotate(escrow.of("Ann"), env), "Ann");
  core.judgePointer(pointerOf(bob.log), escrow.log);
  bob.publish(core.renewEscrow(bob.of("Laptop"), { escrowLog: escrow.log }, env), "Laptop");
  escrow.publish(core.rotate(escrow.of("Ann"), env), "Ann");
  bob.publishLog(core.renewEscrowForUser(escrow.of("Ann"), { userLog: bob.log }, env));

  bob.publish(core.joinLog(bob.log, { device: { name: "Tablet" }, escrow: { escrowLog: escrow.log } }, env), "Tablet");
  const lists = { approveUncompared: [bob.of("Tablet").keyring.member], remove: [me] };
  const user = { userLog: bob.log, entries: bob.entries };
  core.recoverableEpochs(escrow.of("Ann"), { ...user, members: lists.approveUncompared });
  core.renewalReasons(bob.log, escrow.log);
  const announced = core.recordRecovery(escrow.of("Ann"), { ...user, ...lists, reason: "lost", case: "6" }, env);
  const { act } = announced.accept();
  escrow.publish(announced, "Ann");
  bob.publishLog(core.recoverUser(escrow.of("Ann"), { ...user, act }, env));
  core.actRecords(escrow.of("Ann"), escrow.entries);
  escrow.publish(core.disownActs(escrow.of("Ann"), [act.recordedAt], env), "Ann");
  escrow.publish(
    core.recordActAgain(escrow.of("Ann"), { userLog: bob.log, review: act.seq, reason: "right after all" }, env),
    "Ann",
  );
  core.escrowActs(bob.log, escrow.log);
  core.doubtedMembers(bob.log, { escrowLog: escrow.log });

  const access = { userLog: bob.log, epochs: [[1, 1]] as const, reason: "order", case: "7" };
  const recorded = core.recordAccess(escrow.of("Ann"), access, env);
  escrow.publish(recorded, "Ann");
  core.accessRecords(escrow.of("Ann"), escrow.entries);
  const record = { record: recorded.head.seq, recordEntry: recorded.entry, userLog: bob.log, entries: bob.entries };
  core.openRecordedAccess(escrow.of("Ann"), record);
  core.escrowDevicesAndActivity(escrow.log, { me: escrow.of("Ann").keyring.member, now: NOW });

  const totals = new core.ReportTotals(10);
  const users = [{ log: bob.log, entries: bob.entries, lastSeen: new Map([[me, new Date(NOW)]]) }];
  for await (const user of core.organisationReport(escrow.log, users, { admin: escrow.of("Ann") })) {
    told.show("organisationReport", user);
    told.method(totals, "add", user);
    core.formatUserCoverage(user, core.english);
    core.reportCsvHeader(core.english);
    core.reportCsvLine(user, core.english);
  }
  core.formatTotals(totals, core.english);
}

function pointerOf(log: LogState): Pointer {
  return [...log.active.values()].flatMap(({ pointer }) => pointer ?? [])[0] as Pointer;
}
