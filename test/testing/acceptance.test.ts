// The acceptance list for devices, backup keys and contacts: what must be true for users, shown by devices that meet only through
// a relay. Where a server could gain from it (3, 5 to 8, 10, 21), the relay lies, and the test checks what devices then see. Each
// number is that of the list.

import {
  agenda,
  checkBackupKey,
  compareFingerprint,
  createBackupKey,
  devicesAndActivity,
  fingerprintOf,
  type KeysteadError,
  type LogState,
  leave,
  openBackupKey,
  review,
  rotate,
  sealContent,
  verifyLog,
} from "keystead";
import { dataAccess } from "keystead/audit";
import { acknowledgeContact, compareContact, formatFingerprint, trackContact } from "keystead/contacts";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { expel } from "keystead/server";
import { corruptContent, holdBack, MaliciousRelay, rollBackTo, stripAttachments, swapContent } from "keystead/testing";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refusal.js";
import { spokenView } from "../support/spoken.js";
import { OPERATOR } from "../support/world.js";
import { Device, readText } from "./device.js";

const ALICE = "alice@example.org";
const OPTIONS = { purpose: "voicemail" };

/** Content that somebody without secrets seals to Alice's log as the relay shows it. */
async function send(relay: MaliciousRelay, text: string, pinned?: LogState): Promise<Uint8Array> {
  const log = verifyLog(relay.read(ALICE), { subject: ALICE, pinned, now: "unchecked" });
  return sealContent([log], new TextEncoder().encode(text), OPTIONS, new Device(relay, ALICE, text).env);
}

/** The text, or the code of the refusal. */
const read = ({ keyring }: Pick<Device, "keyring">, sealed: Uint8Array) => readText(keyring, sealed, OPTIONS);

function start() {
  const relay = new MaliciousRelay();
  return { relay, laptop: new Device(relay, ALICE, "Laptop").create() };
}

const approve =
  (...ids: readonly Device[]) =>
  (session: Device["session"], env: Device["env"]) =>
    review(session, { approveUncompared: ids.map(({ id }) => id) }, env);
const remove =
  (...ids: readonly Device[]) =>
  (session: Device["session"], env: Device["env"]) =>
    review(session, { remove: ids.map(({ id }) => id) }, env);
const view = (device: Device) => spokenView(devicesAndActivity(device.log, { me: device.id, now: device.log.time }));

describe("devices", () => {
  it("1: keys are made on each device; the first opens the log with data access from epoch 1", () => {
    const { relay, laptop } = start();
    expect(dataAccess(laptop.log, laptop.id)).toMatchObject({ epoch: 1 });
    const phone = new Device(relay, ALICE, "Phone").join();
    expect(phone.id).not.toBe(laptop.id);
    expect(phone.keyring.epochs).toEqual([2]);
  });

  it("2: Devices & Activity shows, on any device, members, access, fingerprint, pending devices and removals", () => {
    const { relay, laptop } = start();
    const phone = new Device(relay, ALICE, "Phone").join();
    const thief = new Device(relay, ALICE, "Thief").join();
    laptop.sync().write((session, env) => review(session, { approveUncompared: [phone.id], remove: [thief.id] }, env));
    const watch = new Device(relay, ALICE, "Watch").join();
    for (const device of [laptop, phone]) {
      const { members, pending, fingerprint, me, activity } = view(device.sync());
      expect(members.map(({ name, kind, status }) => [name, kind, status])).toEqual([
        ["Laptop", "device", device === laptop ? "this-device" : "approved"],
        ["Phone", "device", device === phone ? "this-device" : "approved"],
        ["Watch", "device", "pending"],
        ["Thief", "device", "removed"],
      ]);
      expect(members[3]?.removed).toMatchObject({ by: laptop.id, name: "Laptop" });
      expect(pending.map(({ member }) => member)).toEqual([watch.id]);
      expect(me.access).toMatchObject({ epoch: 1 });
      expect(fingerprint).toBe(formatFingerprint(fingerprintOf(laptop.log, device.id)));
      expect(activity).toHaveLength(5);
    }
  });

  it("3: a new device sends and receives at once, and reads nothing older until it is approved", async () => {
    const { relay, laptop } = start();
    const old = await send(relay, "old");
    const phone = new Device(relay, ALICE, "Phone").join();
    const fresh = await send(relay, "fresh");
    laptop.sync();
    expect([await read(phone, fresh), await read(laptop, fresh), await read(phone, old)]).toEqual([
      "fresh",
      "fresh",
      "NO_ACCESS",
    ]);
    laptop.write(approve(phone));
    expect(await read(phone.sync(), old)).toBe("old");

    // The relay damages content, or gives other content instead: refused, and nothing of it is read.
    relay.store("fresh", fresh);
    const stranger = new Device(new MaliciousRelay(), ALICE, "Stranger").create();
    const forStranger = await sealContent([stranger.log], new Uint8Array(1), OPTIONS, stranger.env);
    for (const [lie, seen] of [
      [corruptContent(-1), "CORRUPT_CONTENT"],
      [swapContent(forStranger), "NOT_A_RECIPIENT"],
    ] as const) {
      const recall = relay.tellContent("fresh", lie, { to: ["Phone"] });
      expect(await read(phone, relay.load("fresh", "Phone"))).toBe(seen);
      recall();
    }
    expect(await read(phone, relay.load("fresh", "Phone"))).toBe("fresh");
  });

  it("4: every device shows pending devices; one link approves the checked and removes the unchecked", () => {
    const { relay, laptop } = start();
    const [phone, thief] = [new Device(relay, ALICE, "Phone").join(), new Device(relay, ALICE, "Thief").join()];
    expect(view(laptop.sync()).pending.map(({ name }) => name)).toEqual(["Phone", "Thief"]);
    const before = laptop.log.head.seq;
    laptop.write((session, env) => review(session, { approveUncompared: [phone.id], remove: [thief.id] }, env));
    expect(laptop.log.head.seq).toBe(before + 1);
    expect([...laptop.log.active.keys()]).toEqual([laptop.id, phone.id]);
  });

  it("5: an approval gives the approver's access; members that reach further, and losses, are shown before", () => {
    const { relay, laptop } = start();
    const phone = new Device(relay, ALICE, "Phone").join();
    laptop.sync().write(approve(phone));
    const tablet = new Device(relay, ALICE, "Tablet").join();
    phone.sync().write(approve(tablet));
    expect(dataAccess(phone.log, tablet.id)).toEqual(dataAccess(phone.log, phone.id));
    // The relay withholds the tablet's grant. The tablet's own log shows what is due, and the tablet opens it when it comes.
    const recall = relay.tell(ALICE, stripAttachments(phone.log.head.seq), { to: ["Tablet"] });
    expect(tablet.sync().keyring.epochs).toEqual([3]);
    expect(dataAccess(tablet.log, tablet.id)).toEqual(dataAccess(phone.log, phone.id));
    recall();
    expect(tablet.sync().keyring.epochs).toEqual([1, 2, 3]);

    // A desktop that nobody has approved yet holds less than others could give, and names them.
    const desktop = new Device(relay, ALICE, "Desktop").join();
    const watch = new Device(relay, ALICE, "Watch").join();
    const offer = (device: Device) => view(device.sync()).pending.find(({ member }) => member === watch.id);
    expect(offer(laptop)).toMatchObject({ gives: { epoch: 1 }, further: [], lost: [] });
    expect(offer(desktop)).toMatchObject({ gives: { epoch: 4 }, further: [{ name: "Laptop" }, {}, {}], lost: [] });
    expect(view(desktop).warnings.map(({ code }) => code)).toContain("reaches-further");
    for (const gone of [laptop, phone, tablet]) gone.sync().write(leave);
    expect(offer(desktop)).toMatchObject({ gives: { epoch: 4 }, further: [], lost: [{ from: 1, to: 3 }] });
    expect(view(desktop).warnings.map(({ code }) => code)).toContain("lost");
  });

  it("6: fingerprints compare before saving, tell two pending devices apart, and differ where the relay shows two histories", () => {
    const { relay, laptop } = start();
    const phone = new Device(relay, ALICE, "Phone").join();
    const thief = new Device(relay, ALICE, "Thief").join();
    laptop.sync();
    const spoken = (device: Device) => view(device.sync()).fingerprint as string;
    const compared = (device: Device, with_: Device) => compareFingerprint(laptop.log, spoken(device), with_.id);
    expect(compared(phone, phone)).toMatchObject({ status: "match", token: { member: phone.id } });
    expect(compared(phone, thief)).toMatchObject({ status: "other-device", member: phone.id });
    for (const shown of [view(phone).logFingerprint, view(phone).logFingerprintQr])
      expect(compareFingerprint(laptop.log, shown).status).toBe("match");
    relay.fork(ALICE, 3, ["Phone"]);
    phone.write(rotate);
    laptop.write(rotate);
    const shown = (form: "digits" | "qr") => formatFingerprint(fingerprintOf(phone.log, phone.id), form);
    expect(compareFingerprint(laptop.log, shown("digits"), phone.id).status).toBe("not-recognised");
    expect(compareFingerprint(laptop.log, shown("qr"), phone.id).status).toBe("mismatch");
  });

  it("7: from the next sealed byte on a removed device reads nothing, and one device always remains", async () => {
    const { relay, laptop } = start();
    const phone = new Device(relay, ALICE, "Phone").join();
    laptop.sync().write(approve(phone));
    phone.sync();
    const before = await send(relay, "before");
    laptop.write(remove(phone));
    const after = await send(relay, "after");
    phone.sync();
    expect([await read(phone, before), await read(phone, after), await read(laptop, after)]).toEqual([
      "before",
      "NO_ACCESS",
      "after",
    ]);
    // A device is never wiped without asking: it locks, and its user decides.
    expect(agenda(phone.session, { now: "unchecked", escrowLog: undefined })).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing: "removed" },
    ]);
    expectError(() => laptop.write(leave), "NOT_PERMITTED", "MEM-3");

    // The relay hides the removal from a sender who knows of it: refused. A sender who does not know sees nothing wrong.
    relay.tell(ALICE, rollBackTo(3));
    await expect(send(relay, "hidden", laptop.log)).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  it("8: the next device online shuts out a member that left or was removed; until then sealing refuses", async () => {
    const relay = new MaliciousRelay();
    const laptop = new Device(relay, ALICE, "Laptop").create({ operator: OPERATOR.signingKey });
    const phone = new Device(relay, ALICE, "Phone").join();
    const tablet = new Device(relay, ALICE, "Tablet").join();
    laptop.sync().write(approve(phone, tablet));
    phone.sync().write(leave);
    await expect(send(relay, "too early")).rejects.toMatchObject({ code: "ROTATION_DUE", rule: "MEM-7" });
    relay.publish(ALICE, expel(laptop.sync().log, { remove: [tablet.id] }, OPERATOR, laptop.env).entry);
    expect(agenda(laptop.sync().session, { now: "unchecked", escrowLog: undefined })).toMatchObject([
      { do: "author", link: "rotate", because: ["rotation-due"] },
    ]);
    laptop.write(rotate);
    const sealed = await send(relay, "now");
    expect([await read(laptop, sealed), await read(phone.sync(), sealed), await read(tablet.sync(), sealed)]).toEqual([
      "now",
      "NO_ACCESS",
      "NO_ACCESS",
    ]);

    // The relay shows the old log in which the removed member could read: a sender who knows more refuses it, with evidence.
    relay.tell(ALICE, rollBackTo(5));
    await expect(send(relay, "hidden", laptop.log)).rejects.toMatchObject({ code: "ROLLED_BACK", rule: "LOG-8" });
  });
});

describe("backup keys", () => {
  it("9: made on a device, shown once the log has it, printed, proved, listed, extended, removed", () => {
    const { relay, laptop } = start();
    const phone = new Device(relay, ALICE, "Phone").join();
    const made = phone.write((session, env) => createBackupKey(session, { name: "Drawer" }, env));
    const paper = made.paper.reveal(phone.log);
    expect(paper).toMatch(/^([0-9A-Z]{4}-){8}[0-9A-Z]{4}$/);
    const facts = { key: paper, account: ALICE, service: "Mail", made: new Date(phone.log.time) };
    expect(recoverySheet(facts, englishSheet).svg).toContain("<svg");
    expect(dataAccess(phone.log, made.paper.member)).toEqual(dataAccess(phone.log, phone.id));
    const listed = () => view(laptop.sync()).members.find(({ member }) => member === made.paper.member);
    expect(listed()).toMatchObject({ name: "Drawer", kind: "backup", status: "pending", access: { epoch: 2 } });
    laptop.write((session, env) => review(session, { approveUncompared: [made.paper.member] }, env));
    expect(listed()).toMatchObject({ status: "approved", access: { epoch: 1 } });
    laptop.write((session, env) => review(session, { remove: [made.paper.member] }, env));
    expect(listed()?.status).toBe("removed");
    expect(checkBackupKey(laptop.log, paper).standing).toBe("removed");
  });

  it("10: entered on a new device it restores all that it reached, and reports its corrections", async () => {
    const { relay, laptop } = start();
    const sealed = await send(relay, "kept");
    const made = laptop.write((session, env) => createBackupKey(session, {}, env));
    const paper = made.paper.reveal(laptop.log);
    // Everything is lost except the paper. Its fifth character is misread.
    const misread = `${paper.slice(0, 5)}${paper[5] === "7" ? "8" : "7"}${paper.slice(6)}`;
    const phone = new Device(relay, ALICE, "Phone").join();
    expect(await read(phone, sealed)).toBe("NO_ACCESS");
    // The relay withholds the paper's grants. They are known to be missing, and are opened when they come.
    const recall = relay.tell(ALICE, stripAttachments(2));
    const kept = openBackupKey(phone.log, relay.read(ALICE), misread);
    expect([kept.keyring.epochs, kept.withheld]).toEqual([[2], [[1, 1]]]);
    const act = () => review({ log: phone.log, keyring: kept.keyring }, { approveUncompared: [phone.id] }, phone.env);
    expectError(act, "GRANT_UNAVAILABLE", "GRT-1");
    recall();
    const opened = openBackupKey(phone.log, relay.read(ALICE), misread);
    expect(opened.corrections).toMatchObject([{ kind: "wrong", read: misread[5], meant: paper[5] }]);
    const entry = review(
      { log: phone.log, keyring: opened.keyring },
      { approveUncompared: [phone.id] },
      phone.env,
    ).entry;
    expect(relay.publish(ALICE, entry, "Phone")).toBe(true);
    expect(await read(phone.sync(), sealed)).toBe("kept");
  });

  it("11: a drill proves the paper from the public log, without using the paper up", () => {
    const { relay, laptop } = start();
    const made = laptop.write((session, env) => createBackupKey(session, {}, env));
    const paper = made.paper.reveal(laptop.log);
    const publicLog = verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" });
    expect(checkBackupKey(publicLog, paper)).toMatchObject({ member: made.paper.member, access: { epoch: 1 } });
    expect(verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" }).head).toEqual(publicLog.head);
    // The tests of escrow show that a policy can forbid users to make backup keys.
    const stranger = new Device(new MaliciousRelay(), ALICE, "Stranger").create();
    expectError(() => checkBackupKey(stranger.log, paper), "BACKUP_KEY_INVALID", "BAK-1");
  });
});

describe("contacts", () => {
  it("21: a changed contact is asked about; an approved member is milder news; a fork is an alarm", async () => {
    const { relay, laptop } = start();
    const shown = (reader = "") => verifyLog(relay.read(ALICE, reader), { subject: ALICE, now: "unchecked" });
    const pin = trackContact(shown(), { unsafeVerified: true });
    const env = new Device(relay, ALICE, "a contact").env;
    const seal = (log: LogState, pinned = pin) =>
      sealContent([{ log, contact: pinned }], new Uint8Array(1), OPTIONS, env).then(
        () => "sealed",
        (error: KeysteadError) => error.code,
      );
    expect(await seal(shown())).toBe("sealed");

    const phone = new Device(relay, ALICE, "Phone").join();
    expect(compareContact(pin, shown()).status).toBe("extended-by-others");
    expect(await seal(shown())).toBe("CONTACT_CHANGED");
    laptop.sync().write(approve(phone));
    expect(compareContact(pin, shown())).toMatchObject({
      status: "extended",
      added: [{ name: { name: "Phone" }, trusted: true }],
    });
    expect(await seal(shown())).toBe("sealed");

    const moved = acknowledgeContact(pin, shown());
    relay.fork(ALICE, 2, ["the contact"]);
    const forked = new Device(relay, ALICE, "the contact");
    forked.join();
    expect(compareContact(moved, shown("the contact"))).toMatchObject({
      status: "forked",
      evidence: { kind: "forked" },
    });
    expect(await seal(shown("the contact"), moved)).toBe("CONTACT_CHANGED");
    relay.tell(ALICE, holdBack(1));
    expect(compareContact(moved, shown()).status).toBe("rolled-back");
  });
});

describe("a relay that withholds", () => {
  it("delays grants, and every device names what it waits for; nothing is lost when they come", async () => {
    const { relay, laptop } = start();
    const sealed = await send(relay, "patience");
    const phone = new Device(relay, ALICE, "Phone").join();
    laptop.sync().write(approve(phone));
    const recall = relay.tell(ALICE, stripAttachments(3), { to: ["Phone"] });
    phone.sync();
    expect(await read(phone, sealed)).toBe("NO_ACCESS");
    expect(agenda(phone.session, { now: "unchecked", escrowLog: undefined })).toMatchObject([
      { do: "fetch", what: "attachments", epochs: [[1, 1]] },
    ]);
    recall();
    expect(await read(phone.sync(), sealed)).toBe("patience");
  });
});
