// The escrow story once, through the public API alone: an organisation sets up escrow, a user enrolls it, is locked out and
// restored, an admin reads for a case and is dismissed, and the report shows all of it. docs/spec.md section 11.

import { expect, it } from "vitest";
import { english } from "../../src/english.js";
import {
  accessRecords,
  actRecords,
  createEscrowLog,
  enrollEscrow,
  escrowActs,
  escrowNeeds,
  formatTotals,
  formatUserCoverage,
  openRecordedAccess,
  organisationReport,
  ReportTotals,
  recordAccess,
  recordRecovery,
  recoverUser,
  renewEscrowForUser,
  setPolicy,
} from "../../src/escrow.js";
import {
  agenda,
  createBackupKey,
  createLog,
  joinLog,
  type MemberState,
  openContent,
  type Proposal,
  receive,
  review,
  rotate,
  sealContent,
  verifyLog,
} from "../../src/index.js";
import { seededEnv } from "../support/seeded-env.js";

it("tells the escrow story once", async () => {
  const env = seededEnv("escrow");
  const escrowEntries: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  const publish = <T>(to: Uint8Array[], proposal: Proposal<T>): T => {
    to.push(proposal.entry);
    return proposal.accept();
  };
  const newest = (list: readonly Uint8Array[]) => list.at(-1) as Uint8Array;
  const userLog = () => verifyLog(entries, { subject: "alice", now: "unchecked" });

  // Ann opens the escrow log, prints a backup key, enables escrow, and lets Bob in.
  let ann: MemberState = publish(
    escrowEntries,
    createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env),
  );
  expect(escrowNeeds(ann.log)).toEqual(["backup-key", "enabled"]);
  ann = publish(escrowEntries, createBackupKey(ann, { roles: ["manage"] }, env));
  ann = publish(escrowEntries, setPolicy(ann, { enabled: true }, env));
  expect(escrowNeeds(ann.log)).toEqual([]);
  let bob: MemberState = publish(escrowEntries, joinLog(ann.log, { device: { name: "Bob" } }, env));
  const { member } = bob.keyring;
  ann = receive(ann, newest(escrowEntries), { now: "unchecked" });
  ann = publish(
    escrowEntries,
    review(ann, { approveUncompared: [member], roles: { [member]: ["recover", "discover"] } }, env),
  );
  bob = receive(bob, newest(escrowEntries), { now: "unchecked" });
  expect(bob.keyring.epochs).toEqual([1]);

  // Alice confirms the fingerprint and enrolls escrow.
  let laptop: MemberState = publish(entries, createLog({ subject: "alice", device: { name: "Laptop" } }, env));
  const sealed = await sealContent([laptop.log], new Uint8Array([1, 2, 3]), { purpose: "x" }, env);
  const me = laptop.keyring.member;
  const knows = { now: "unchecked", escrowLog: ann.log } as const;
  expect(agenda(laptop, knows)).toMatchObject([{ do: "ask", question: "confirm-escrow" }]);
  const knowledge = { ...knows, storedConfirmation: ann.log.head };
  laptop = publish(entries, enrollEscrow(laptop, knowledge, env));
  expect(agenda(laptop, knowledge)).toEqual([]);
  laptop = publish(entries, rotate(laptop, env, { escrow: knowledge }));

  // She loses her laptop. Bob approves her phone and removes the laptop, in one link.
  let phone: MemberState = publish(entries, joinLog(laptop.log, { device: { name: "Phone" }, escrow: knowledge }, env));
  const lists = { approveUncompared: [phone.keyring.member], remove: [me] };
  const given = { userLog: userLog(), entries, ...lists, reason: "her laptop was stolen" };
  const recorded = publish(escrowEntries, recordRecovery(bob, given, env));
  bob = { log: recorded.log, keyring: recorded.keyring };
  publish(entries, recoverUser(bob, { act: recorded.act, userLog: userLog(), entries }, env));
  phone = receive(phone, newest(entries), { now: "unchecked" });
  expect(await openContent(sealed, phone.keyring)).toEqual(new Uint8Array([1, 2, 3]));
  expect(escrowActs(phone.log, bob.log)).toMatchObject([{ believed: true, admin: member }]);
  expect(actRecords(bob, escrowEntries)).toMatchObject([{ act: { reason: "her laptop was stolen" }, junk: false }]);

  // Bob records why he opens her first epoch, and gets that one.
  const access = { userLog: userLog(), epochs: [[1, 1]] as const, reason: "case" };
  bob = publish(escrowEntries, recordAccess(bob, access, env));
  const record = { record: bob.log.head.seq, recordEntry: newest(escrowEntries) };
  const opened = openRecordedAccess(bob, { ...record, userLog: userLog(), entries });
  expect(opened.keyring.epochs).toEqual([1]);
  expect(await openContent(sealed, opened.keyring)).toEqual(new Uint8Array([1, 2, 3]));
  expect(accessRecords(bob, escrowEntries)).toMatchObject([{ access: { reason: "case" }, junk: false }]);

  // Bob is dismissed, and Ann renews for Alice, who is offline.
  for (const entry of escrowEntries.slice(ann.log.head.seq)) ann = receive(ann, entry, { now: "unchecked" });
  ann = publish(escrowEntries, review(ann, { remove: [member] }, env));
  publish(entries, renewEscrowForUser(ann, { userLog: userLog() }, env));
  // Bob did everything that he announced: there is nothing to disown, and the phone stays believed.
  const userLogs = new Map([[userLog().head.log, userLog()]]);
  const acts = actRecords(ann, escrowEntries);
  expect(agenda(ann, { now: "unchecked", escrowLog: undefined, acts, userLogs })).toEqual([]);
  const totals = new ReportTotals();
  const texts: string[] = [];
  for await (const row of organisationReport(ann.log, [{ log: userLog(), entries }], { admin: ann, acts })) {
    totals.add(row);
    texts.push(formatUserCoverage(row, english));
    expect(row).toMatchObject({ status: "covered", pointer: "newest", proven: [[1, 5]], gaps: [], lost: [] });
  }
  expect(texts).toEqual([
    "alice: covered, everything since 14 November 2023 (proven)\n  restored by escrow: 14 November 2023, her laptop was stolen\n",
  ]);
  expect(formatTotals(totals, english)).toBe(
    [
      "1 user: 1 covered",
      "to bring under escrow: 0 encryption keys; with data lost: 0 users; escrow's key not the newest: 0 users",
      "",
    ].join("\n"),
  );
});
