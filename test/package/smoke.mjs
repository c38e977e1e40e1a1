// The published package, used as an app would use it: in an empty project, by its name, with nothing else at hand. The
// same file runs in Node and in a browser. Throws when something is wrong; returns what it did.

import {
  checkBackupKey,
  compareFingerprint,
  createLog,
  fingerprintOf,
  joinLog,
  KeysteadError,
  makeBackupKey,
  openContent,
  receive,
  review,
  sealContent,
  systemEnv,
  verifyLog,
} from "keystead";
import { dataAccess } from "keystead/audit";
import { newBlobId } from "keystead/blobs";
import { callerSealer, memoryStore, openSession } from "keystead/client";
import { openEscrowSession } from "keystead/escrow-client";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { createSender } from "keystead/sender";
import { MaliciousRelay, relayBlobs, relayTransport } from "keystead/testing";

/** Runs the smoke test. */
export async function smoke() {
  const env = systemEnv();
  const subject = "alice@example.org";
  const entries = [];
  const publish = (proposal) => {
    entries.push(proposal.entry);
    return proposal.accept();
  };
  let laptop = publish(createLog({ subject, device: { name: "Laptop" } }, env));
  const text = new TextEncoder().encode("Call me back!");
  const sealed = await sealContent(
    [verifyLog(entries, { subject, now: env.now() })],
    text,
    { purpose: "voicemail" },
    env,
  );
  let phone = publish(joinLog(laptop.log, { device: { name: "Phone" } }, env));
  const refused = await openContent(sealed, phone.keyring).catch((error) => error);
  expect(refused instanceof KeysteadError && refused.code === "NO_ACCESS", "the phone must not read what is older");
  laptop = receive(laptop, entries.at(-1), { now: "unchecked" });
  const shown = String(fingerprintOf(phone.log, phone.keyring.member));
  const comparison = compareFingerprint(laptop.log, shown, phone.keyring.member);
  laptop = publish(review(laptop, { approve: [comparison.token] }, env));
  phone = receive(phone, entries.at(-1), { now: "unchecked" });
  expect(new TextDecoder().decode(await openContent(sealed, phone.keyring)) === "Call me back!", "the phone must read");
  expect(dataAccess(phone.log, phone.keyring.member).epoch === 1, "approval must reach back to epoch 1");
  const made = publish(makeBackupKey(laptop, {}, env));
  const key = made.paper.reveal(made.log);
  expect(checkBackupKey(made.log, key).corrections.length === 0, "the paper must be read back");
  expect(
    recoverySheet({ key, account: subject, service: "Mail", made: new Date(env.now()) }, englishSheet).svg.startsWith(
      "<svg",
    ),
    "no sheet",
  );
  await smokeSessions();
  return `sealed, refused, approved, opened; fingerprint ${fingerprintOf(made.log)}`;
}

/** A user's session, an admin's, a service that seals to the user, and sealed content at a service. */
async function smokeSessions() {
  const relay = new MaliciousRelay();
  const [subject, organisation] = ["3f0c4d7e-subject", "b7d1-organisation"];
  const parts = async (name, subject) => ({
    ...{ subject, store: memoryStore(), transport: relayTransport(relay, name), background: false },
    sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
  });
  const ann = await openEscrowSession(await parts("ann", organisation));
  await ann.create({ name: "Ann" });
  await ann.enable(async ({ text, prove }) => prove.map((number) => text.split("-")[number - 1]));
  expect(ann.log.policy.enabled, "escrow must be enabled");
  const session = await openSession({ ...(await parts("laptop", subject)), escrowSubject: organisation });
  await session.create({ name: "Laptop" });
  await session.sync();
  const ask = session.getSnapshot().asks.find(({ question }) => question === "confirm-escrow");
  const { token } = session.compareEscrow(ann.getSnapshot().fingerprint.digits);
  await session.answer(ask.id, { say: "confirmed", token });
  const sender = createSender({ transport: relayTransport(relay, "voicemail") });
  const sealed = await sender.seal(subject, new TextEncoder().encode("Call me back!"), { purpose: "voicemail" });
  const blobs = relayBlobs(relay, "laptop");
  const id = newBlobId();
  await blobs.store(id, sealed, { owner: subject });
  const reader = await session.openRandomAccess(await blobs.open(id), { purpose: "voicemail" });
  expect(new TextDecoder().decode(await reader.read(0, 4)) === "Call", "a part must be read");
  reader.wipe();
  const user = await ann.fetchUser(subject);
  const record = await ann.recordAccess(user, { epochs: [[1, 1]], reason: "court order" });
  const { keyring } = await ann.openRecorded(record);
  const opened = await openContent(sealed, keyring, { purpose: "voicemail" });
  expect(new TextDecoder().decode(opened) === "Call me back!", "the admin must read what was recorded");
  keyring.wipe();
  ann.close();
  session.close();
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}
