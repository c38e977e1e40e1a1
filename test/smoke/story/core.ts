// The story on the main entry: two devices, an approval, content as bytes and as a stream, a backup key, a removal, a rotation, and a
// start from storage. With a seeded env it is the same to the byte in every runtime.

import {
  checkBackupKey,
  compareFingerprint,
  createBackupKey,
  createLog,
  type Env,
  fingerprintOf,
  joinLog,
  type Keyring,
  type LogState,
  openBackupKey,
  openContent,
  openStream,
  type Proposal,
  parseKeyring,
  receive,
  resume,
  review,
  rotate,
  sealContent,
  sealStream,
  unsafeSerializeKeyring,
  verifyLog,
} from "keystead";
import { dataAccess } from "keystead/audit";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { acceptEntry } from "keystead/server";
import { changed, checksumOf, codeOf, expect, numbered, sameBytes, textOf, through } from "./support.js";

const subject = "3f0c4d7e-subject";
const purpose = "voicemail";
const letter = "Call me back!";

/** More than two chunks of a stream. */
const recording = numbered(150_001);

/** Tells the story. @returns what must be the same in every runtime that tells it with the same env @throws where it goes wrong */
export async function coreStory(env: Env): Promise<string> {
  const entries: Uint8Array[] = [];
  let stored: LogState | undefined;
  const publish = <T>(proposal: Proposal<T>): T => {
    const answer = acceptEntry(stored, proposal.entry, { subject, now: "unchecked" });
    expect(answer.verdict === "accepted", `the service says ${answer.verdict}`);
    stored = answer.log;
    entries.push(proposal.entry);
    return proposal.accept();
  };
  const newest = () => entries.at(-1) as Uint8Array;
  const verified = () => verifyLog(entries, { subject, now: "unchecked" });
  const seal = () => sealContent([verified()], new TextEncoder().encode(letter), { purpose }, env);
  const read = async (keyring: Keyring, sealed: Uint8Array) => textOf(await openContent(sealed, keyring, { purpose }));

  let laptop = publish(createLog({ subject, device: { name: "Laptop" } }, env));
  const sealed = await seal();
  const sealedRecording = await through(sealStream([verified()], { purpose }, env), recording);

  let phone = publish(joinLog(verified(), { device: { name: "Phone" } }, env));
  expect((await codeOf(read(phone.keyring, sealed))) === "NO_ACCESS", "the phone must not read what is older");
  laptop = receive(laptop, newest(), { now: "unchecked" });
  const shown = String(fingerprintOf(phone.log, phone.keyring.member));
  const compared = compareFingerprint(laptop.log, shown, phone.keyring.member);
  expect(compared.status === "match", `the fingerprints compare as ${compared.status}`);
  laptop = publish(review(laptop, { approve: [compared.token] }, env));
  phone = receive(phone, newest(), { now: "unchecked" });
  expect(dataAccess(phone.log, phone.keyring.member)?.epoch === 1, "the approval must reach back to epoch 1");
  expect((await read(phone.keyring, sealed)) === letter, "the phone must read");
  const opening = openStream(phone.keyring, { purpose });
  sameBytes(await through(opening, sealedRecording), recording, "the recording");
  expect((await opening.opened).sender.status === "unsigned", "nobody signed the recording");
  expect((await codeOf(read(phone.keyring, changed(sealed)))) === "CORRUPT_CONTENT", "changed content must not open");
  const cut = through(openStream(phone.keyring, { purpose }), sealedRecording.subarray(0, -1));
  expect((await codeOf(cut)) === "CORRUPT_CONTENT", "a recording that was cut must not open");

  const made = publish(createBackupKey(laptop, {}, env));
  const key = made.paper.reveal(made.log);
  expect(checkBackupKey(made.log, key).corrections.length === 0, "the paper must be read");
  const sheet = { key, account: subject, service: "Mail", made: new Date(env.now()) };
  expect(recoverySheet(sheet, englishSheet).svg.startsWith("<svg"), "there must be a sheet");
  expect((await read(openBackupKey(made.log, entries, key).keyring, sealed)) === letter, "the paper must read");

  laptop = publish(review({ log: made.log, keyring: made.keyring }, { remove: [phone.keyring.member] }, env));
  laptop = publish(rotate(laptop, env));
  const later = await seal();
  expect((await codeOf(read(phone.keyring, later))) === "NO_ACCESS", "a removed phone must not read what is newer");

  const kept = unsafeSerializeKeyring(laptop);
  const back = resume(verified(), entries, parseKeyring(kept));
  expect(back.standing === "active" && back.history === "continued", `the laptop is ${back.standing}, ${back.history}`);
  for (const content of [sealed, later]) expect((await read(back.keyring, content)) === letter, "the laptop must read");
  const forged = entries.map((entry, at) => (at === 1 ? changed(entry) : entry));
  const refusal = await codeOf(Promise.resolve().then(() => verifyLog(forged, { subject, now: "unchecked" })));
  expect(refusal === "INVALID_SIGNATURE", `a forged entry is ${refusal}`);
  return `${fingerprintOf(back.log)} ${[sealed, sealedRecording, later].map(checksumOf)}`;
}
