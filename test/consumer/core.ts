// A program that uses every entry, with the language's own types only: neither the DOM's nor Node's. What the library returns as bytes
// has the type that Web APIs ask for; what it takes is any Uint8Array.

import {
  acceptProvisioning,
  appendEntry,
  type BackupPaper,
  type Bytes,
  type ContentReader,
  checkBackupKey,
  compareFingerprint,
  createBackupKey,
  createLog,
  devicesAndActivity,
  type Env,
  type Fingerprint,
  fingerprintOf,
  joinLog,
  type Keyring,
  KeysteadError,
  type LogState,
  openContent,
  openRandomAccess,
  openSigned,
  type Pointer,
  type Proposal,
  parseKeyring,
  prepareDevice,
  provisionDevice,
  receive,
  review,
  sealContent,
  unsafeSerializeKeyring,
  verifyLog,
} from "keystead";
import { coverageReport, type Evidence, encodeEvidence, removalOf } from "keystead/audit";
import { memoryStore, type Store } from "keystead/client";
import { decodeContact, encodeContact, trackContact } from "keystead/contacts";
import { createEscrowLog, organisationReport, ReportTotals } from "keystead/escrow";
import { fileStore } from "keystead/file-store";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { createSender, senderStoreOver, senderTransport } from "keystead/sender";
import {
  acceptEntry,
  certifyStatementKey,
  entryForSenders,
  OperatorKeys,
  StatementKeys,
  stateHead,
} from "keystead/server";
import { corrupt, MaliciousRelay } from "keystead/testing";
import { fingerprintWords, parseFingerprintWords } from "keystead/words";

declare const env: Env;
/** Any bytes, perhaps in shared memory. */
declare const given: Uint8Array;
declare const evidence: Evidence;

export async function everyEntry(): Promise<readonly Bytes[]> {
  const created = createLog({ subject: "alice", device: { name: "Laptop" } }, env);
  const laptop = created.accept();
  const log: LogState = verifyLog([given], { subject: "alice", now: "unchecked" });
  const next = appendEntry(log, given, { now: 1 });
  const keyring: Keyring = parseKeyring(given);
  const joined = joinLog(next, { device: { name: "Phone" } }, env).accept();
  const state = receive(joined, given, { now: 1 });
  const words = fingerprintWords(fingerprintOf(next, keyring.member));
  const compared = compareFingerprint(next, parseFingerprintWords(words), keyring.member);
  const approved: Proposal<{ readonly log: LogState }> = review(
    state,
    { approve: compared.token ? [compared.token] : [] },
    env,
  );
  const { paper }: { paper: BackupPaper } = createBackupKey(laptop, {}, env).accept();
  checkBackupKey(log, paper.reveal(log));
  const prepared = prepareDevice(log, { device: { name: "Tablet" } }, env);
  const offer = provisionDevice(laptop, given, env);
  acceptProvisioning(log, given, prepared, { now: 1 });

  const sealed = await sealContent([log], given, { purpose: "message", signer: laptop, associatedData: given }, env);
  const plaintext = await openContent(given, keyring);
  const signed = await openSigned(given, keyring, { senderLog: log });
  const member: string = signed.sender.member;
  const source = { size: 10, read: async (_offset: number, _length: number) => given };
  const reader: ContentReader = await openRandomAccess(source, keyring);

  const fingerprint: Fingerprint = fingerprintOf(log);
  compareFingerprint(log, `${fingerprint}`);
  const pin = trackContact(log);
  decodeContact(given);
  const view = devicesAndActivity(log, { now: 1, me: keyring.member });
  const report = coverageReport(log);
  removalOf(log, keyring.member);
  const sheet: string = recoverySheet({ key: "k", account: member, service: "s", made: new Date() }, englishSheet).text;
  const stores: readonly (Store | Promise<Store>)[] = [memoryStore(), fileStore("folder")];

  const sender = createSender({
    transport: senderTransport({ url: "https://keys.example" }),
    store: senderStoreOver(),
  });
  const voicemail: Bytes = await sender.seal("alice", given, { purpose: "voicemail" });

  const operator = new OperatorKeys(given);
  const keys = new StatementKeys(given);
  const certificate = certifyStatementKey(operator, { signingKey: keys.signingKey, until: 2 });
  acceptEntry(log, given, { subject: "alice", now: 1 });
  const escrow = createEscrowLog({ subject: "escrow", device: { name: "Admin" } }, env).accept();
  const totals = new ReportTotals();
  for await (const row of organisationReport(escrow.log, [{ log }])) totals.add(row);
  const pointer: Pointer | undefined = [...log.active.values()][0]?.pointer;
  const relay = new MaliciousRelay();
  relay.tell("alice", corrupt(1, 0));
  if (pointer === undefined && stores.length > 5) throw new KeysteadError("NO_ACCESS", `${sheet} ${view} ${report}`);

  const { epochs, links, active } = log;
  const members = [...active.values()].flatMap(({ signingKey, kemKey }) => [signingKey, kemKey]);
  return [
    ...[created.entry, approved.entry, prepared.request, offer, unsafeSerializeKeyring(laptop)],
    ...[voicemail, sealed, plaintext, signed.plaintext, await reader.read(0, 1), keyring.exportKey(1, "label")],
    ...[encodeContact(pin), encodeEvidence(evidence), entryForSenders(given), certificate],
    ...[
      stateHead(log.head, keys, given, 1),
      operator.signingKey,
      keys.signingKey,
      relay.load("x"),
      ...relay.read("alice"),
    ],
    ...[...links].map(({ bytes }) => bytes),
    ...[...epochs].map(({ kemKey }) => kemKey),
    ...members,
  ];
}

/** What is a type is no value, and nothing has a constructor or maker that callers could use. */
export function refused(log: LogState, keyring: Keyring): void {
  // @ts-expect-error: the constructor of an instance is any function
  new log.constructor(log);
  // @ts-expect-error: internal
  log.constructor.ofVerified;
  // @ts-expect-error: not a member of the declarations
  keyring.partsOf;
  // @ts-expect-error: the sender's log is required
  void openSigned(given, keyring, {});
}
