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
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";

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
  return `sealed, refused, approved, opened; fingerprint ${fingerprintOf(made.log)}`;
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}
