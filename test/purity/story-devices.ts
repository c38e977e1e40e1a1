// Devices and backup keys enter, act and leave.

import type { Member, MemberId } from "keystead";
import { openKeyring } from "../../src/authoring/receive.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { ownSeed } from "../support/own-seed.js";
import { Circle } from "./circle.js";
import type { Watch } from "./watch.js";

/** Alice's log: Laptop, Phone, Watch, Tablet, Thief, Lost and a backup key were in it; Laptop and Tablet still are. */
export async function tellDevices(told: Watch): Promise<Circle> {
  const { core, env } = told;
  const alice = new Circle(told);
  const operator = new core.OperatorKeys(env.random(32));
  const first = { name: "Laptop", platform: "x", details: "y" };
  alice.publish(
    core.createLog({ subject: "alice@example.org", device: first, operator: operator.signingKey }, env),
    "Laptop",
  );
  alice.publish(core.joinLog(alice.of("Laptop").log, { device: { name: "Phone" } }, env), "Phone");
  const phone = alice.of("Phone").keyring.member;
  alice.publish(core.joinLog(alice.of("Laptop").log, { device: { name: "Watch" } }, env), "Watch");
  const watch = alice.of("Watch").keyring.member;
  core.thisDevice(alice.of("Phone"));
  core.compareFingerprint(alice.log, String(core.fingerprintOf(alice.log, phone)), phone);
  // In the wrong order for the wire: code that sorted these lists in place would be detected.
  const falling = (...ids: readonly MemberId[]) => [...ids].sort().reverse();
  alice.publish(core.review(alice.of("Laptop"), { approveUncompared: falling(phone, watch) }, env), "Laptop");

  const prepared = core.prepareDevice(alice.of("Laptop").log, { device: { name: "Tablet" } }, env);
  const offer = core.provisionDevice(alice.of("Laptop"), prepared.request, env);
  alice.publish(core.acceptProvisioning(alice.of("Laptop").log, offer, prepared, { now: "unchecked" }), "Tablet");
  await tellBackup(told, alice);

  alice.publish(core.rename(alice.of("Phone"), { name: "Old phone" }, env), "Phone");
  const rotated = core.rotate(alice.of("Laptop"), env);
  core.unsafeSerializeProposal(rotated);
  alice.publish(rotated, "Laptop");
  alice.publish(core.regrant(alice.of("Laptop"), [{ member: phone, epochs: [[1, 2]] }], env), "Laptop");
  const kept = core.unsafeSerializeKeyring(alice.of("Laptop"));
  core.resume(alice.log, alice.entries, core.parseKeyring(kept));
  openKeyring(alice.log, alice.entries, ownSeed(alice.of("Laptop").keyring));
  told.method(alice.of("Laptop").keyring, "exportKey", 1, "x");

  const thief = core.joinLog(alice.of("Laptop").log, { device: { name: "Thief" } }, env);
  const withheld = core.receive(alice.of("Laptop"), encodeEntry(decodeEntry(thief.entry).link.bytes, []), {
    now: "unchecked",
  });
  core.agenda(withheld, { now: "unchecked", escrowLog: undefined });
  core.abandonEpochs(withheld, withheld.withheld);
  const { keyring: stolen } = alice.publish(thief, "Thief");
  const lost = core.rotate(alice.of("Laptop"), env);
  told.method(lost, "discard");
  await told.refused(() => told.method(lost, "accept"));
  alice.publish(
    core.setLockdown(alice.of("Laptop"), { on: true, remove: falling(watch, stolen.member) }, env),
    "Laptop",
  );
  alice.publish(core.setLockdown(alice.of("Laptop"), { on: false }, env), "Laptop");
  alice.publish(core.leave(alice.of("Phone"), env), "Phone");
  const gone = alice.drop("Phone");
  core.standing(alice.log, gone.keyring);
  alice.publish(core.joinLog(alice.log, { device: { name: "Spare" } }, env), "Spare");
  alice.publish(core.reclaim(alice.of("Spare"), { from: gone.keyring }, env), "Spare");
  alice.publish(core.leave(alice.of("Spare"), env), "Spare");
  alice.drop("Spare");
  told.method(gone.keyring, "wipe");
  await told.refused(() => core.rotate(gone, env));
  const knows = { escrowLog: undefined, now: "unchecked" } as const;
  for (const step of core.agenda(alice.of("Laptop"), knows)) {
    if (step.do === "author") alice.publish(core.performStep(alice.of("Laptop"), step, knows, env), "Laptop");
  }
  await core.checkSeeds(alice.of("Laptop"));
  alice.publish(core.rekey(alice.of("Laptop"), env), "Laptop");

  alice.publish(core.joinLog(alice.log, { device: { name: "Lost" } }, env), "Lost");
  alice.publishLog(core.expel(alice.log, { remove: [alice.of("Lost").keyring.member] }, operator, env));
  told.method(operator, "wipe");
  alice.publish(core.rotate(alice.of("Laptop"), env), "Laptop");
  return alice;
}

async function tellBackup(told: Watch, alice: Circle): Promise<void> {
  const { core, env } = told;
  const { paper, log } = alice.publish(core.createBackupKey(alice.of("Laptop"), {}, env), "Laptop");
  const text = told.method(paper, "reveal", log);
  core.backupKeyId(log.active.get(paper.member) as Member);
  const typed = `${text.slice(0, -1)}?`;
  core.explainCorrections(core.checkBackupKey(log, typed).corrections, core.english);
  await told.refused(() => core.checkBackupKey(log, `${text.slice(0, -9)}????-????`));
  const { keyring } = core.openBackupKey(log, alice.entries, text);
  told.method(keyring, "wipe");
  await told.refused(() => told.method(keyring, "exportKey", 1, "x"));
  told.method(paper, "wipe");
}
