// The acceptance list for escrow: what must be true for users, shown by admins' and users' devices that meet only through a
// relay. Where a server could gain from it (15 to 20), the relay lies, and the test checks what devices then see. Numbers are
// those of the list.

import {
  agenda,
  checkBackupKey,
  compareFingerprint,
  createBackupKey,
  fingerprintOf,
  type LogState,
  type MemberState,
  review,
  rotate,
  sealContent,
  verifyLog,
} from "keystead";
import {
  accessRecords,
  actRecords,
  createEscrowLog,
  doubtedMembers,
  enrollEscrow,
  escrowActs,
  escrowDevicesAndActivity,
  escrowIsSound,
  openRecordedAccess,
  organisationReport,
  recordAccess,
  recordRecovery,
  recoverableEpochs,
  recoverUser,
  renewEscrow,
  renewEscrowForUser,
  setPolicy,
} from "keystead/escrow";
import { corruptContent, MaliciousRelay, rollBackTo, stripAttachments } from "keystead/testing";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refusal.js";
import { spokenView } from "../support/spoken.js";
import { Device, readText } from "./device.js";

const ALICE = "alice@example.org";
const ESCROW = "escrow@example.org";
const OPTIONS = { purpose: "letter" };

/** The escrow log as a reader sees it. */
const escrowLog = (relay: MaliciousRelay, reader = "", pinned?: LogState) =>
  verifyLog(relay.read(ESCROW, reader), { subject: ESCROW, pinned, now: "unchecked" });
const userLog = (relay: MaliciousRelay) => verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" });

/** Ann's escrow log, not ready yet. */
function opened(first = "Ann") {
  const relay = new MaliciousRelay();
  const ann = new Device(relay, ESCROW, first).createBy((device, env) =>
    createEscrowLog({ subject: ESCROW, device, escrowContacts: ["Ann, room 1"], userContacts: ["desk"] }, env),
  );
  return { relay, ann };
}

/** A ready escrow log, with Bob, who has the roles recover and discover. */
function organisation(first = "Ann") {
  const { relay, ann } = opened(first);
  const made = ann.write((session, env) => createBackupKey(session, { name: "Safe", roles: ["manage"] }, env));
  made.paper.wipe();
  ann.write((session, env) => setPolicy(session, { enabled: true }, env));
  const bob = new Device(relay, ESCROW, "Bob").join();
  ann
    .sync()
    .write((session, env) =>
      review(session, { approveUncompared: [bob.id], roles: { [bob.id]: ["discover", "recover"] } }, env),
    );
  return { relay, ann, bob: bob.sync() };
}

const enroll = (relay: MaliciousRelay, confirmed: LogState) => (session: MemberState, env: Device["env"]) =>
  enrollEscrow(session, { escrowLog: escrowLog(relay), storedConfirmation: confirmed.head }, env);

/** Alice's laptop, with content sealed before and after it enrolled escrow. */
async function withUser() {
  const made = organisation();
  const { relay, ann } = made;
  const laptop = new Device(relay, ALICE, "Laptop").create();
  const letter = await sealContent([laptop.log], new TextEncoder().encode("Dear Alice"), OPTIONS, laptop.env);
  laptop.write(enroll(relay, ann.log));
  return { ...made, laptop, letter };
}

const read = (keyring: MemberState["keyring"], sealed: Uint8Array) => readText(keyring, sealed, OPTIONS);

/** An admin restores Alice: approves one device, removes another. */
function restore(relay: MaliciousRelay, admin: Device, approve: Device, remove: Device): boolean {
  const user = { userLog: userLog(relay), entries: relay.read(ALICE) };
  const why = { reason: "lost laptop", case: "1" };
  // Alice reads out what her new device shows.
  const shown = String(fingerprintOf(approve.sync().log, approve.id));
  const { token } = compareFingerprint(user.userLog, shown, approve.id);
  const options = { ...user, approve: token ? [token] : [], remove: [remove.id], ...why };
  const { act } = admin.write((session, env) => recordRecovery(session, options, env));
  return relay.publish(ALICE, recoverUser(admin.session, { ...user, act }, admin.env).entry);
}

async function reportOn(relay: MaliciousRelay, admin: Device) {
  const users = [{ log: userLog(relay), entries: relay.read(ALICE) }];
  for await (const row of organisationReport(admin.log, users, { admin: admin.session })) return row;
  return expect.unreachable("no row");
}

const view = (device: Device) =>
  spokenView(escrowDevicesAndActivity(device.log, { me: device.id, now: device.log.time }));

describe("setting up", () => {
  it("12: nothing works before there is a device and a backup key; admins alone cannot switch it off", () => {
    const { relay, ann } = opened();
    expect(view(ann).needs).toEqual(["backup-key", "enabled"]);
    expectError(
      () => ann.write((session, env) => setPolicy(session, { enabled: true }, env)),
      "NOT_PERMITTED",
      "ESC-1",
    );
    const laptop = new Device(relay, ALICE, "Laptop").create();
    expectError(() => laptop.write(enroll(relay, ann.log)), "NOT_PERMITTED", "ESC-1");
    const made = ann.write((session, env) => createBackupKey(session, { roles: ["manage"] }, env));
    expect(checkBackupKey(ann.log, made.paper.reveal(ann.log)).access).toMatchObject({ epoch: 1 });
    ann.write((session, env) => setPolicy(session, { enabled: true }, env));
    expect(view(ann).needs).toEqual([]);
    laptop.write(enroll(relay, ann.log));
    expectError(
      () => ann.write((session, env) => setPolicy(session, { enabled: false }, env)),
      "NOT_PERMITTED",
      "ESC-2",
    );
  });

  it("13: members with the role change policy and contacts; users' backup keys follow them (MEM-8, BAK-5)", async () => {
    const { relay, ann, bob, laptop } = await withUser();
    const forbid = (session: MemberState, env: Device["env"]) =>
      setPolicy(session, { allowUserBackupKeys: false }, env);
    expectError(() => bob.write(forbid), "NOT_PERMITTED", "MEM-8");
    const make = (session: MemberState, env: Device["env"]) =>
      createBackupKey(session, { escrow: { escrowLog: escrowLog(relay) } }, env);
    laptop.write(make).paper.wipe();
    ann.write(forbid);
    expectError(() => laptop.write(make), "NOT_PERMITTED", "BAK-5");
    expect(escrowLog(relay).policy).toMatchObject({ userContacts: ["desk"], allowUserBackupKeys: false });
    const carl = new Device(relay, ESCROW, "Carl").join();
    expect(view(carl)).toMatchObject({ awaitingApproval: true, contacts: ["Ann, room 1"] });
  });

  it("14: further admins wait for approval, get roles, and can be removed", () => {
    const { relay, ann, bob } = organisation();
    const carl = new Device(relay, ESCROW, "Carl").join();
    expect(carl.keyring.epochs).toEqual([]);
    expectError(
      () => bob.sync().write((session, env) => review(session, { approveUncompared: [carl.id] }, env)),
      "NOT_PERMITTED",
      "MEM-8",
    );
    expect(view(ann.sync()).pending.map(({ name }) => name)).toEqual(["Carl"]);
    ann.write((session, env) =>
      review(session, { approveUncompared: [carl.id], roles: { [carl.id]: ["recover"] }, remove: [bob.id] }, env),
    );
    expect(view(ann).members.map(({ name, roles, status }) => [name, roles, status])).toEqual([
      ["Ann", ["manage"], "this-device"],
      ["Safe", ["manage"], "approved"],
      ["Carl", ["recover"], "approved"],
      ["Bob", ["discover", "recover"], "removed"],
    ]);
  });
});

describe("users", () => {
  it("15: acknowledge once, by fingerprint; an extended log needs no more, any other stops and asks (ESC-4, ESC-5)", async () => {
    const { relay, ann, bob } = organisation();
    const laptop = new Device(relay, ALICE, "Laptop").create();
    const owes = (log: LogState, confirmed?: LogState) =>
      agenda(laptop.session, { escrowLog: log, storedConfirmation: confirmed?.head, now: "unchecked" });
    expect(owes(ann.log)).toMatchObject([{ do: "ask", question: "confirm-escrow" }]);
    laptop.write(enroll(relay, ann.log));
    const confirmed = ann.log;
    expect(view(ann).fingerprint).not.toBe("");
    const before = view(ann).fingerprint;
    ann.write((session, env) => review(session, { remove: [bob.id] }, env));
    expect(view(ann).fingerprint, "changes when the admins' devices change").not.toBe(before);
    expect(owes(escrowLog(relay), confirmed)).toMatchObject([{ do: "author", link: "renew-escrow", because: "older" }]);

    // The relay offers an escrow log of its own.
    const other = organisation("Mallory");
    // The user decides, or two devices that see different logs would undo each other's changes.
    const asked = [{ do: "ask", question: "remove-escrow", because: "other-log" }];
    expect(owes(other.ann.log)).toMatchObject(asked);
    expect(owes(other.ann.log, confirmed)).toMatchObject(asked);
    expect(escrowIsSound(laptop.log, { escrowLog: other.ann.log, storedConfirmation: confirmed.head })).toBe(false);
    expectError(
      () => laptop.write((session, env) => renewEscrow(session, { escrowLog: other.ann.log }, env)),
      "ESCROW_UNKNOWN",
      "ESC-4",
    );
  });

  it("16: nothing is readable before; later keys follow by themselves", async () => {
    const { relay, ann } = organisation();
    const laptop = new Device(relay, ALICE, "Laptop").create();
    expect(await reportOn(relay, ann)).toMatchObject({ status: "pending", claimed: [], proven: [] });
    laptop.write(enroll(relay, ann.log));
    laptop.write((session, env) => rotate(session, env, { escrow: { escrowLog: ann.log } }));
    new Device(relay, ALICE, "Phone").join({ escrow: { escrowLog: ann.log } });
    expect(await reportOn(relay, ann)).toMatchObject({ status: "covered", proven: [[1, 3]] });
    // The relay withholds a grant from the admins: the report does not rely on the log alone.
    relay.tell(ALICE, stripAttachments(3));
    expect(await reportOn(relay, ann)).toMatchObject({
      claimed: [[1, 3]],
      proven: [
        [1, 1],
        [3, 3],
      ],
    });
  });

  it("17: the report names gaps and the members that could close them, or losses", async () => {
    const { relay, ann } = organisation();
    const laptop = new Device(relay, ALICE, "Laptop").create();
    const phone = new Device(relay, ALICE, "Phone").join();
    phone.write(enroll(relay, ann.log));
    expect(await reportOn(relay, ann)).toMatchObject({
      status: "partly",
      proven: [[2, 2]],
      gaps: [{ from: 1, to: 1, closers: [{ name: { name: "Laptop" } }] }],
    });
    const escrow = { escrowLog: ann.log, storedConfirmation: ann.log.head };
    laptop
      .sync()
      .write((session, env) => review(session, { approveUncompared: [phone.id, ...escrowIds(session)], escrow }, env));
    expect(await reportOn(relay, ann)).toMatchObject({ status: "covered", gaps: [], lost: [] });
    // The relay shows the old log with the gap: an admin who knows more refuses it.
    relay.tell(ALICE, rollBackTo(3));
    const again = () => verifyLog(relay.read(ALICE), { subject: ALICE, pinned: laptop.log, now: "unchecked" });
    expectError(again, "ROLLED_BACK", "LOG-8");
  });

  it("18: a locked-out user is restored, lost devices are removed, and a leaver's data stays readable", async () => {
    const { relay, bob, laptop, letter } = await withUser();
    const tablet = new Device(relay, ALICE, "Tablet").join({ escrow: { escrowLog: bob.log } });
    expect(await read(tablet.keyring, letter)).toBe("NO_ACCESS");
    // The relay withholds escrow's grants from the admin, who learns beforehand what would be given without them.
    const recall = relay.tell(ALICE, stripAttachments(2));
    const gives = () =>
      recoverableEpochs(bob.session, {
        userLog: userLog(relay),
        entries: relay.read(ALICE),
        members: [tablet.id],
      }).next;
    expect(gives()).toEqual([[2, 2]]);
    recall();
    expect(gives()).toEqual([[1, 2]]);
    expect(restore(relay, bob, tablet, laptop)).toBe(true);
    expect(await read(tablet.sync().keyring, letter)).toBe("Dear Alice");
    expect(tablet.log.active.has(laptop.id)).toBe(false);
    expect(escrowActs(tablet.log, bob.log)).toMatchObject([{ believed: true, because: "recorded", admin: bob.id }]);
    expect(actRecords(bob.session, relay.read(ESCROW))).toMatchObject([
      { admin: bob.id, act: { subject: ALICE, reason: "lost laptop", case: "1" } },
    ]);
    expect(await reportOn(relay, bob)).toMatchObject({ status: "covered" });
  });

  it("19: discovery opens the named stretch, after a record of admin, user, epochs and reason (ESC-9)", async () => {
    const { relay, ann, bob, laptop, letter } = await withUser();
    laptop.write((session, env) => rotate(session, env, { escrow: { escrowLog: bob.log } }));
    const later = await sealContent([laptop.log], new Uint8Array(1), OPTIONS, laptop.env);
    const options = { userLog: userLog(relay), epochs: [[1, 1]] as const, reason: "order", case: "4 O 12/26" };
    const draft = recordAccess(bob.session, options, bob.env);
    const given = { record: draft.head.seq, recordEntry: draft.entry, userLog: options.userLog };
    expectError(
      () => openRecordedAccess(bob.session, { ...given, entries: relay.read(ALICE) }),
      "NOT_PERMITTED",
      "ESC-9",
    );
    relay.publish(ESCROW, draft.entry);
    const found = openRecordedAccess(bob.sync().session, { ...given, entries: relay.read(ALICE) });
    expect([await read(found.keyring, letter), await read(found.keyring, later)]).toEqual(["Dear Alice", "NO_ACCESS"]);
    expect(accessRecords(ann.sync().session, relay.read(ESCROW))).toMatchObject([
      { admin: bob.id, access: { subject: ALICE, epochs: [[1, 1]], reason: "order", case: "4 O 12/26" } },
    ]);

    // The relay withholds the record from an auditor, who then does not know what was opened, but knows that there was an access.
    // And it gives other content than requested, which does not open.
    relay.tell(ESCROW, stripAttachments(given.record));
    expect(accessRecords(ann.session, relay.read(ESCROW))).toMatchObject([{ admin: bob.id, access: undefined }]);
    relay.store("letter", letter);
    relay.tellContent("letter", corruptContent(-1));
    expect(await read(found.keyring, relay.load("letter"))).toBe("CORRUPT_CONTENT");
  });

  it("20: users notice nothing when admins change; rotation reaches users that are offline (ESC-6)", async () => {
    const { relay, ann, bob, laptop } = await withUser();
    const stolen = { log: bob.log, keyring: bob.keyring };
    ann.write((session, env) => review(session, { remove: [bob.id] }, env));
    expect(await reportOn(relay, ann)).toMatchObject({ status: "covered", pointer: "older" });
    expect(relay.publish(ALICE, renewEscrowForUser(ann.session, { userLog: userLog(relay) }, ann.env).entry)).toBe(
      true,
    );
    expect(await reportOn(relay, ann)).toMatchObject({ status: "covered", pointer: "newest", proven: [[1, 2]] });
    const sealed = await sealContent([userLog(relay)], new TextEncoder().encode("new"), OPTIONS, laptop.env);
    expect(await read(laptop.sync().keyring, sealed)).toBe("new");
    const again = {
      userLog: userLog(relay),
      entries: relay.read(ALICE),
      approveUncompared: [laptop.id],
      reason: "none",
    };
    expectError(() => recordRecovery(stolen, again, bob.env), "NOT_PERMITTED", "ESC-3");

    // The relay hides the renewal, so that the dismissed admin could read on: every reader that has seen it refuses.
    relay.tell(ALICE, rollBackTo(2));
    expectError(() => laptop.sync(), "ROLLED_BACK", "LOG-8");
  });
});

const escrowIds = ({ log }: MemberState) =>
  [...log.active.values()].flatMap(({ id, kind }) => (kind === "escrow" ? [id] : []));

describe("a relay and a dismissed admin together", () => {
  it("replay the old escrow log: readers that knew more refuse, and no act of theirs is believed (LOG-8, ESC-8)", async () => {
    const { relay, ann, bob, laptop } = await withUser();
    const dismissedAt = bob.log.head.seq;
    ann.write((session, env) => review(session, { remove: [bob.id] }, env));
    const known = escrowLog(relay);
    relay.tell(ESCROW, rollBackTo(dismissedAt));
    expectError(() => escrowLog(relay, "Laptop", known), "ROLLED_BACK", "LOG-8");

    const thief = new Device(relay, ALICE, "Thief").join({ withholdFromEscrow: true });
    // Bob records on a fork of his own, which no server accepts, and acts on it.
    const user = { userLog: userLog(relay), entries: relay.read(ALICE) };
    const lists = { approveUncompared: [thief.id], remove: [laptop.id], reason: "none" };
    const { act, ...forked } = recordRecovery(bob.session, { ...user, ...lists }, bob.env).accept();
    expect(relay.publish(ALICE, recoverUser(forked, { ...user, act }, bob.env).entry)).toBe(true);
    expect(doubtedMembers(userLog(relay), { escrowLog: known })).toEqual([thief.id]);
    expect(escrowActs(userLog(relay), known)).toMatchObject([{ believed: false, because: "not-recorded" }]);
    expect(await reportOn(relay, ann)).toMatchObject({ recoveries: [{ believed: false, approved: [thief.id] }] });
  });
});
