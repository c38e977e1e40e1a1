// The story on keystead/client, over the relay of keystead/testing: two devices, an approval, content as bytes, as a stream and in parts,
// a backup key, a removal, a start from storage; then a service that seals, and an organisation's admin.

import { openContent } from "keystead";
import { newBlobId } from "keystead/blobs";
import { openSession, type Sealer, type ShowPaper, type Store } from "keystead/client";
import { openEscrowSession } from "keystead/escrow-client";
import { createSender } from "keystead/sender";
import { MaliciousRelay, relayBlobs, relayTransport } from "keystead/testing";
import { codeOf, expect, numbered, sameBytes, textOf, through } from "./support.js";

/** Where a device keeps its records, and what seals them: the same for the same name, also after the store was closed. */
export type Keep = (name: string) => Promise<{ readonly store: Store; readonly sealer: Sealer }>;

const [subject, organisation] = ["3f0c4d7e-subject", "b7d1-organisation"];
const purpose = "voicemail";
const letter = new TextEncoder().encode("Call me back!");

/** Tells the story. @throws where it goes wrong */
export async function sessionsStory(keep: Keep): Promise<void> {
  const relay = new MaliciousRelay();
  const partsOf = async (name: string, account: string) => ({
    ...{ ...(await keep(name)), subject: account, transport: relayTransport(relay, name), background: false },
  });
  const open = async (name: string) => openSession(await partsOf(name, subject));
  let paper = "";
  const show: ShowPaper = async ({ text, prove: [first, second] }) => {
    paper = text;
    const groups = text.split("-");
    return [groups[first - 1] ?? "", groups[second - 1] ?? ""];
  };

  let laptop = await open("laptop");
  await laptop.create({ name: "Laptop" });
  const sealed = await laptop.seal(letter, { purpose });
  const recording = numbered(150_001);
  const sealedRecording = await through(await laptop.sealStream({ purpose }), recording);

  const phone = await open("phone");
  await phone.join({ name: "Phone" });
  expect((await codeOf(phone.open(sealed))) === "NO_ACCESS", "the phone must not read what is older");
  await laptop.sync();
  const [waiting] = laptop.getSnapshot().devices?.pending ?? [];
  expect(waiting !== undefined, "the laptop must see the phone waiting");
  const compared = laptop.compare(phone.getSnapshot().devices?.fingerprint ?? "", waiting.member);
  expect(compared.status === "match", `the fingerprints compare as ${compared.status}`);
  await laptop.save({ approve: [compared.token] });
  await phone.sync();
  expect(textOf(await phone.open(sealed, { purpose })) === "Call me back!", "the phone must read");
  sameBytes(await through(phone.openStream({ purpose }), sealedRecording), recording, "the recording");

  await laptop.createBackupKey(show);
  await laptop.save({ remove: [waiting.member] });
  await phone.sync();
  expect(phone.getSnapshot().status === "removed", "the phone must learn that it was removed");
  await laptop.sync();
  const later = await laptop.seal(letter, { purpose });
  expect((await codeOf(phone.open(later))) === "NO_ACCESS", "a removed phone must not read what is newer");

  laptop.close();
  laptop = await open("laptop");
  expect(laptop.getSnapshot().status === "ready", "the laptop must be back");
  for (const content of [sealed, later]) {
    expect(textOf(await laptop.open(content, { purpose })) === "Call me back!", "the laptop must read");
  }
  const tablet = await open("tablet");
  await tablet.join({ name: "Tablet" });
  await tablet.useBackupKey(paper);
  expect(textOf(await tablet.open(sealed, { purpose })) === "Call me back!", "the paper must open everything");
  for (const session of [laptop, phone, tablet]) session.close();
  await organisationStory(relay, partsOf);
}

type PartsOf = (
  name: string,
  account: string,
) => Promise<Parameters<typeof openSession>[0] & Parameters<typeof openEscrowSession>[0]>;

/** A service seals to a user, who reads a part of it at the relay; an admin reads it, on the record. */
async function organisationStory(relay: MaliciousRelay, partsOf: PartsOf): Promise<void> {
  const ann = await openEscrowSession(await partsOf("ann", organisation));
  await ann.create({ name: "Ann" });
  await ann.enable(async ({ text, prove: [first, second] }) => {
    const groups = text.split("-");
    return [groups[first - 1] ?? "", groups[second - 1] ?? ""];
  });
  const laptop = await openSession({ ...(await partsOf("laptop", subject)), escrowSubject: organisation });
  await laptop.sync();
  const ask = laptop.getSnapshot().asks.find(({ question }) => question === "confirm-escrow");
  const compared = laptop.compareEscrow(ann.getSnapshot().fingerprint?.digits ?? "");
  expect(ask !== undefined && compared.status === "match", "the laptop must be asked about escrow");
  await laptop.answer(ask.id, { say: "confirmed", token: compared.token });

  const sender = createSender({ transport: relayTransport(relay, "voicemail") });
  const sealed = await sender.seal(subject, letter, { purpose });
  const blobs = relayBlobs(relay, "laptop");
  const id = newBlobId();
  await blobs.store(id, sealed, { owner: subject });
  const blob = await blobs.open(id);
  expect(blob !== undefined, "the relay must have what it stored");
  const reader = await laptop.openRandomAccess(blob, { purpose });
  expect(textOf(await reader.read(0, 4)) === "Call", "a part must be read");
  reader.wipe();

  const user = await ann.fetchUser(subject);
  const record = await ann.recordAccess(user, { epochs: [[1, user.log.epochs.length]], reason: "court order" });
  const { keyring } = await ann.openRecorded(record);
  expect(textOf(await openContent(sealed, keyring, { purpose })) === "Call me back!", "the admin must read");
  keyring.wipe();
  ann.close();
  laptop.close();
}
