// A user whose app names another organisation's escrow than before, or none: for the account, or for one of its sites.

import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { type EscrowSession, openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession, type Session } from "../../src/client/session.js";
import { openContent } from "../../src/content/open.js";
import { escrowMember } from "../../src/log/state.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { acknowledge } from "./admins.js";
import { overRelay } from "./over-relay.js";
import { approve, memberOf, questionsOf, quietEnv, writtenDown } from "./sessions.js";

const USER = "user-alice";
const A = "escrow-of-acme";
const B = "escrow-of-brightwater";

/** What a session of this device needs, without its account. */
async function device(relay: MaliciousRelay, name: string) {
  const disk = new MemoryDisk();
  const env = quietEnv(name);
  const sealer = await callerSealer(new Uint8Array(32).fill(7));
  return () => ({ store: memoryStore(disk), transport: overRelay(relay, name), env, sealer, background: false });
}

async function admin(relay: MaliciousRelay, subject: string): Promise<EscrowSession> {
  const session = await openEscrowSession({ subject, ...(await device(relay, `admin of ${subject}`))() });
  await session.create({ name: "Admin" });
  await session.enable(writtenDown);
  return session;
}

/** A device whose app is opened again for each answer that the app gives. */
async function userDevice(relay: MaliciousRelay, name: string, subject = USER) {
  const parts = await device(relay, name);
  let session: Session | undefined;
  return async (escrowSubject: string | undefined): Promise<Session> => {
    session?.close();
    session = await openSession({ subject, escrowSubject, ...parts() });
    await session.sync();
    return session;
  };
}

const published = (by: EscrowSession) => present(by.getSnapshot().fingerprint).digits;
const newest = ({ log }: Session) => log.epochs.length;
const epochsUpTo = (epoch: number) => Array.from({ length: epoch }, (_, index) => index + 1);
const note = (session: Session, text: string) => session.seal(utf8Encode(text), { purpose: "note" });
const pointed = ({ log }: Session) => escrowMember(log)?.pointer?.log;

/** Yes to the only question, which is to remove the escrow of another organisation. */
async function removeOld(session: Session): Promise<void> {
  expect(session.getSnapshot().asks).toMatchObject([{ question: "remove-escrow", because: "other-log" }]);
  await session.answer(present(session.getSnapshot().asks[0]).id, { say: "yes" });
  await session.sync();
}

async function enroll(session: Session, by: EscrowSession): Promise<void> {
  await acknowledge(session, published(by));
  await session.sync();
}

async function enrolledIn(relay: MaliciousRelay, by: EscrowSession, escrowSubject: string, subject = USER) {
  const open = await userDevice(relay, "laptop", subject);
  const session = await open(escrowSubject);
  await session.create({ name: "Laptop" });
  await enroll(session, by);
  expect(pointed(session)).toBe(by.log.head.log);
  return { open, session };
}

/** A new phone of a user who lost a device, let in by an admin. */
async function restored(relay: MaliciousRelay, by: EscrowSession, escrowSubject: string, lost: Session) {
  const { subject } = lost.log;
  const phone = await (await userDevice(relay, `phone by ${escrowSubject}`, subject))(escrowSubject);
  await phone.join({ name: "Phone" });
  const user = await by.fetchUser(subject);
  const { me, fingerprint } = present(phone.getSnapshot().devices);
  const { token } = by.compareUser(user, present(fingerprint), me.member);
  await by.recover(user, { approve: [present(token)], remove: [memberOf(lost)], reason: "laptop lost" });
  await phone.sync();
  return phone;
}

/** What an admin opens of a user's log, with a record that names all epochs up to one. */
async function discovered(by: EscrowSession, { log }: Session, upTo = log.epochs.length) {
  const user = await by.fetchUser(log.subject);
  const record = await by.recordAccess(user, { epochs: [[1, upTo]], reason: "court order" });
  return (await by.openRecorded(record)).keyring;
}

/** What was granted to no escrow cannot even be recorded. */
const NEVER_GRANTED = { code: "INVALID_ARGUMENT", rule: "ESC-9" };

it("moves to another organisation: the device asks, removes the old escrow, and gives the new one what it holds", async () => {
  const relay = new MaliciousRelay();
  const [ann, bea] = [await admin(relay, A), await admin(relay, B)];
  const { open, session } = await enrolledIn(relay, ann, A);
  const before = await note(session, "before");
  const ofA = newest(session);

  let laptop = await open(B);
  expect(laptop.escrowLog?.subject).toBe(B);
  // The user has not answered yet, and the old organisation gets nothing new.
  await laptop.rekey();
  expect(laptop.log.links.last()).toMatchObject({ type: "rekey", withheldFromEscrow: true });
  await removeOld(laptop);
  expect(pointed(laptop)).toBeUndefined();
  expect(laptop.log.links.last()?.type).toBe("review");
  expect(questionsOf(laptop)).toEqual(["confirm-escrow"]);
  expect(laptop.compareEscrow(published(ann)).status).not.toBe("match");
  await enroll(laptop, bea);
  expect(pointed(laptop)).toBe(bea.log.head.log);

  laptop = await open(B);
  expect(questionsOf(laptop)).toEqual([]);
  const after = await note(laptop, "after");
  expect(await laptop.open(before)).toEqual(utf8Encode("before"));

  const kept = await discovered(ann, laptop);
  expect(kept.epochs).toEqual(epochsUpTo(ofA));
  expect(await openContent(before, kept)).toEqual(utf8Encode("before"));
  await expect(openContent(after, kept)).rejects.toMatchObject({ code: "NO_ACCESS" });
  await expect(restored(relay, ann, A, laptop)).rejects.toMatchObject({
    code: "NOT_PERMITTED",
    message: expect.stringContaining("stands for"),
  });

  const phone = await restored(relay, bea, B, laptop);
  expect(await phone.open(before)).toEqual(utf8Encode("before"));
  expect(await phone.open(after)).toEqual(utf8Encode("after"));
  expect(questionsOf(phone)).toEqual([]);
});

it("moves back, and is asked whether to enroll the escrow again that it removed", async () => {
  const relay = new MaliciousRelay();
  const [ann, bea] = [await admin(relay, A), await admin(relay, B)];
  const { open } = await enrolledIn(relay, ann, A);
  let laptop = await open(B);
  await removeOld(laptop);
  await enroll(laptop, bea);
  const inB = newest(laptop);
  laptop = await open(A);
  await removeOld(laptop);
  await enroll(laptop, ann);
  expect(pointed(laptop)).toBeUndefined();
  expect(questionsOf(laptop)).toEqual(["enroll-again"]);
  await laptop.answer(present(laptop.getSnapshot().asks[0]).id, { say: "yes" });
  await laptop.sync();
  expect(pointed(laptop)).toBe(ann.log.head.log);
  expect((await discovered(ann, laptop)).epochs).toEqual(epochsUpTo(newest(laptop)));
  expect((await discovered(bea, laptop)).epochs).toEqual(epochsUpTo(inB));
});

it("stays with the old organisation for as long as its user says no, and gives it nothing new", async () => {
  const relay = new MaliciousRelay();
  const ann = await admin(relay, A);
  await admin(relay, B);
  const { open, session } = await enrolledIn(relay, ann, A);
  const ofA = newest(session);
  const laptop = await open(B);
  await laptop.answer(present(laptop.getSnapshot().asks[0]).id, { say: "no" });
  await laptop.rekey();
  expect(questionsOf(laptop)).toEqual([]);
  expect(pointed(laptop)).toBe(ann.log.head.log);
  expect(newest(laptop)).toBe(ofA + 1);
  await expect(discovered(ann, laptop)).rejects.toMatchObject(NEVER_GRANTED);
  expect((await discovered(ann, laptop, ofA)).epochs).toEqual(epochsUpTo(ofA));
});

it("can make a backup key when the old escrow is gone, and says before that it cannot yet", async () => {
  const relay = new MaliciousRelay();
  const ann = await admin(relay, A);
  await admin(relay, B);
  const { open } = await enrolledIn(relay, ann, A);
  // The policy of the log's escrow decides, and the app names another organisation.
  const notYet = { code: "ESCROW_UNKNOWN", kind: "not-now", rule: "BAK-5" };
  await expect((await open(undefined)).createBackupKey(writtenDown)).rejects.toMatchObject(notYet);
  const laptop = await open(B);
  await expect(laptop.createBackupKey(writtenDown)).rejects.toMatchObject(notYet);
  await removeOld(laptop);
  await laptop.createBackupKey(writtenDown);
  expect([...laptop.log.active.values()].map(({ kind }) => kind)).toEqual(["device", "backup"]);
});

it("is not moved back by another device whose app still names the old organisation", async () => {
  const relay = new MaliciousRelay();
  const [ann, bea] = [await admin(relay, A), await admin(relay, B)];
  const { open, session } = await enrolledIn(relay, ann, A);
  const before = await note(session, "before");
  const openTablet = await userDevice(relay, "tablet");
  let tablet = await openTablet(A);
  await tablet.join({ name: "Tablet" });
  await approve(session, tablet);

  const laptop = await open(B);
  await removeOld(laptop);
  await tablet.sync();
  expect(questionsOf(tablet)).toEqual(["confirm-escrow"]);
  await enroll(laptop, bea);
  const { head } = laptop.log;
  await tablet.sync();
  expect(tablet.getSnapshot().asks).toMatchObject([{ question: "remove-escrow", because: "other-log" }]);
  expect(tablet.log.head).toEqual(head);

  tablet = await openTablet(B);
  expect(questionsOf(tablet)).toEqual([]);
  expect(tablet.log.head).toEqual(head);
  expect(await tablet.open(before)).toEqual(utf8Encode("before"));
  await tablet.rekey();
  expect((await discovered(bea, tablet)).epochs).toEqual(epochsUpTo(newest(tablet)));
});

it("leaves for none: the old organisation gets nothing new, and goes when the user removes it", async () => {
  const relay = new MaliciousRelay();
  const ann = await admin(relay, A);
  const { open, session } = await enrolledIn(relay, ann, A);
  const before = await note(session, "before");
  const ofA = newest(session);

  const laptop = await open(undefined);
  expect(laptop.escrowLog).toBeUndefined();
  expect(questionsOf(laptop)).toEqual([]);
  await laptop.rekey();
  expect(laptop.log.links.last()).toMatchObject({ type: "rekey", withheldFromEscrow: true });
  const old = laptop.getSnapshot().devices?.members.find(({ kind }) => kind === "escrow");
  expect(old?.removable).toBe(true);
  await laptop.save({ remove: [present(old).member] });
  await laptop.sync();
  expect(pointed(laptop)).toBeUndefined();
  expect(questionsOf(laptop)).toEqual([]);
  const after = await note(laptop, "after");
  expect(await laptop.open(before)).toEqual(utf8Encode("before"));

  await expect(discovered(ann, laptop)).rejects.toMatchObject(NEVER_GRANTED);
  const kept = await discovered(ann, laptop, ofA);
  expect(await openContent(before, kept)).toEqual(utf8Encode("before"));
  await expect(openContent(after, kept)).rejects.toMatchObject({ code: "NO_ACCESS" });
  await expect(restored(relay, ann, A, laptop)).rejects.toMatchObject({
    code: "NOT_PERMITTED",
    message: expect.stringContaining("no escrow member"),
  });
});

it("moves one site of an account, and leaves the other one where it is", async () => {
  const relay = new MaliciousRelay();
  const [ann, bea] = [await admin(relay, A), await admin(relay, B)];
  const [north, south] = [`${USER}-north`, `${USER}-south`];
  const moving = await enrolledIn(relay, ann, A, north);
  const staying = await enrolledIn(relay, ann, A, south);
  const before = await note(moving.session, "before");
  const ofA = newest(moving.session);

  const laptop = await moving.open(B);
  await removeOld(laptop);
  expect(newest(laptop)).toBe(ofA + 1);
  await enroll(laptop, bea);
  const other = await staying.open(A);
  expect(questionsOf(other)).toEqual([]);
  await other.rekey();
  const after = await note(other, "after");

  expect((await discovered(ann, laptop)).epochs).toEqual(epochsUpTo(ofA));
  expect((await discovered(ann, other)).epochs).toEqual(epochsUpTo(newest(other)));
  expect((await discovered(bea, other)).epochs).toEqual([]);
  const phones = [await restored(relay, bea, B, laptop), await restored(relay, ann, A, other)] as const;
  expect(await phones[0].open(before)).toEqual(utf8Encode("before"));
  expect(await phones[1].open(after)).toEqual(utf8Encode("after"));
});
