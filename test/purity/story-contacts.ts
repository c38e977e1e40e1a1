// Somebody else follows Alice's log: fingerprints, a pin, and a server that lies.

import type { KeysteadError } from "keystead";
import type { Evidence } from "keystead/audit";
import type { Circle } from "./circle.js";
import type { Watch } from "./watch.js";

export async function tellContacts(told: Watch, alice: Circle): Promise<void> {
  const { core, env } = told;
  const { log } = alice;
  const fingerprint = core.fingerprintOf(log);
  told.method(fingerprint, "toString");
  for (const form of ["digits", "hex", "qr"] as const) {
    core.compareFingerprint(log, core.parseFingerprint(core.formatFingerprint(fingerprint, form)));
  }
  core.compareFingerprint(log, core.parseFingerprintWords(core.fingerprintWords(fingerprint)));
  const pin = core.decodeContact(core.encodeContact(core.trackContact(log, { unsafeVerified: true })));
  core.compareContact(pin, log);

  const before = alice.of("Laptop");
  alice.publish(core.rotate(before, env), "Laptop");
  core.requireContactUnchanged(pin, alice.log);
  const fork = [...alice.entries.slice(0, -1), core.rotate(before, env).entry];
  const forked = await told.refused(() =>
    core.verifyLog(fork, { subject: log.subject, pinned: alice.log, now: "unchecked" }),
  );
  const { evidence } = (forked as KeysteadError).details as { readonly evidence: Evidence };
  core.checkEvidence(core.decodeEvidence(core.encodeEvidence(evidence)));
  core.compareContact(core.trackContact(alice.log), forked as KeysteadError);

  alice.publish(core.joinLog(alice.log, { device: { name: "Stranger" } }, env), "Stranger");
  alice.publish(core.rename(alice.of("Stranger"), { name: "Friend" }, env), "Stranger");
  await told.refused(() => core.requireContactUnchanged(pin, alice.log));
  await told.refused(() =>
    core.sealContent([{ log: alice.log, contact: pin }], new Uint8Array(1), { purpose: "story" }, env),
  );
  core.acknowledgeContact(pin, alice.log, { unsafeVerified: true });
}
