// Every public function that takes bytes or texts from elsewhere, with a valid input to start from. When you export another one,
// add it here. docs/spec.md sections 4, 6, 9 to 12.

import {
  acceptProvisioning,
  agenda,
  appendEntry,
  checkBackupKey,
  compareFingerprint,
  devicesAndActivity,
  openBackupKey,
  openContent,
  openRandomAccess,
  openSigned,
  openStream,
  openWithDetails,
  parseKeyring,
  provisionDevice,
  receive,
  resume,
  unsafeSerializeKeyring,
  verifyLog,
} from "keystead";
import { checkEvidence, compareStatements, decodeEvidence, readContentHeader, verifyStatement } from "keystead/audit";
import { compareContact, decodeContact, parseFingerprint } from "keystead/contacts";
import { accessRecords, openRecordedAccess, organisationReport, recordRecovery, recoverUser } from "keystead/escrow";
import { parseLinkHash, parseLogId, parseMemberId, stateHead } from "keystead/server";
import { parseFingerprintWords } from "keystead/words";
import { expect } from "vitest";
import { openKeyring } from "../../src/authoring/receive.js";
import { equalBytes } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import { decodeEntry } from "../../src/log/entry.js";
import { collect, through } from "../content/stream-support.js";
import { recordOf } from "../escrow/support.js";
import { withAttachment } from "../support/raw-link.js";
import { snapshot } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { CERTIFICATE, NOON, STATEMENT_KEYS } from "../support/service.js";
import { seedNamed } from "../support/world.js";
import { contents, forkedWorld, recordedWorld, samples, smallWorld, texts, userWorld } from "./samples.js";

/** A function under test: its name, a valid input, and how to call it with an input. */
type Decoder<Given> = readonly [name: string, good: Given, feed: (given: Given) => unknown];

const { log } = smallWorld;
const { backup } = texts;
const session = smallWorld.session("Phone");
const admin = recordedWorld.session("Bob");
const [{ good: plain, options }, { good: signed, options: signedOptions }] = await contents();
const { seq: record } = [...recordedWorld.log.links].find(({ access }) => access) as { readonly seq: number };
const recordEntry = recordedWorld.entries[record - 1] as Uint8Array;
const user = { userLog: userWorld.log, entries: userWorld.entries };
/** The user's entries with another one among them. */
const withFirst = (bytes: Uint8Array) => ({ ...user, entries: [bytes, ...userWorld.entries.slice(1)] });
const firstOfUser = userWorld.entries[0] as Uint8Array;

async function report(bytes: Uint8Array): Promise<void> {
  for await (const _ of organisationReport(recordedWorld.log, [{ log: userWorld.log, ...withFirst(bytes) }], {
    admin,
  }));
}

const LATER = 1_800_000_000_000;

/** An admin lets a waiting device in, with another entry as the newest. */
function recoverWith(bytes: Uint8Array): unknown {
  const { log: userLog, entries } = forkedWorld;
  const given = [bytes, ...entries.slice(0, -1)];
  const usersOwn = [...userLog.active.values()].filter(({ kind }) => kind !== "escrow").map(({ id }) => id);
  const options = { userLog, entries: given, approveUncompared: forkedWorld.ids("Watch"), usersOwn, reason: "fuzzing" };
  const { act, ...session } = recordRecovery(admin, options, seededEnv("records", LATER)).accept();
  return recoverUser(session, { userLog, entries: given, act, usersOwn }, seededEnv("recover", LATER));
}

/** The name of a member that has committed to these bytes as its name; undefined when they are no name. */
function nameOf(bytes: Uint8Array): string | undefined {
  const isGood = equalBytes(bytes, samples.name);
  const entry = isGood ? samples.renamed : withAttachment(samples.renamed, 0, bytes, [smallWorld.signer("Phone")]);
  const renamed = appendEntry(log, entry, { now: "unchecked" });
  // A member without a name is shown all the same.
  devicesAndActivity(renamed, { me: session.keyring.member, now: renamed.time });
  return renamed.active.get(session.keyring.member)?.name;
}

/** The access that an admin has recorded with these bytes; undefined when they are no record. */
function accessOf(bytes: Uint8Array): unknown {
  const entry = recordOf(recordedWorld, recordedWorld.signer("Bob"), bytes);
  const { access, junk } =
    accessRecords({ ...admin, log: appendEntry(recordedWorld.log, entry, { now: "unchecked" }) }, [entry]).at(-1) ?? {};
  expect(junk).toBe(access === undefined);
  return access;
}

/** A source of sealed content in parts. */
export const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: (offset: number, length: number) => bytes.slice(offset, offset + length),
});

/**
 * Bytes that a link commits to. If they are junk, the reader reports them as junk and does not refuse the link. The first
 * function writes them, the second reads them.
 */
export const openings: readonly Decoder<Uint8Array>[] = [
  ["names of members", samples.name, nameOf],
  ["accesses", samples.access, accessOf],
];

export const decoders: readonly Decoder<Uint8Array>[] = [
  ["decodeEntry", smallWorld.last, decodeEntry],
  ["appendEntry", smallWorld.last, (bytes) => appendEntry(log, bytes, { now: "unchecked" })],
  ["receive", smallWorld.last, (bytes) => receive(session, bytes, { complete: true, now: "unchecked" })],
  [
    "verifyLog",
    smallWorld.entries[0] as Uint8Array,
    (bytes) => verifyLog([bytes], { subject: log.subject, now: "unchecked" }),
  ],
  ["openKeyring", samples.paper.last, (bytes) => openKeyring(samples.paper.log, [bytes], seedNamed("Paper"))],
  ["openBackupKey", backup.entry, (bytes) => openBackupKey(backup.log, [bytes], backup.text)],
  ["decodeEvidence and checkEvidence", samples.evidence, (bytes) => checkEvidence(decodeEvidence(bytes))],
  ["verifyStatement", samples.statement, (bytes) => verifyStatement(bytes, { log: userWorld.log, now: NOON })],
  ["compareStatements", samples.statement, (bytes) => compareStatements(userWorld.log, samples.statement, bytes)],
  ["stateHead", CERTIFICATE, (bytes) => stateHead(userWorld.log.head, STATEMENT_KEYS, bytes, NOON)],
  ["equivocation", samples.equivocation, (bytes) => checkEvidence(decodeEvidence(bytes))],
  ["decodeContact and compareContact", samples.pin, (bytes) => compareContact(decodeContact(bytes), log)],
  ["parseKeyring and resume", samples.keyring, (bytes) => resume(log, [], parseKeyring(bytes))],
  [
    "agenda",
    samples.keyring,
    (bytes) => agenda({ log, keyring: parseKeyring(bytes) }, { now: 0, escrowLog: undefined }),
  ],
  [
    "provisionDevice",
    samples.prepared.request,
    (bytes) => provisionDevice(smallWorld.session("Laptop"), bytes, seededEnv("offer")),
  ],
  [
    "acceptProvisioning",
    samples.offer,
    (bytes) => acceptProvisioning(log, bytes, samples.prepared, { now: "unchecked" }),
  ],
  ["accessRecords", recordEntry, (bytes) => accessRecords(admin, [bytes])],
  [
    "openRecordedAccess, the record",
    recordEntry,
    (bytes) => openRecordedAccess(admin, { ...user, record, recordEntry: bytes }),
  ],
  [
    "openRecordedAccess, an entry",
    firstOfUser,
    (bytes) => openRecordedAccess(admin, { ...withFirst(bytes), record, recordEntry }),
  ],
  ["recover", forkedWorld.last, recoverWith],
  ["organisationReport", firstOfUser, report],
  ["readContentHeader", plain, readContentHeader],
  ["openContent", plain, (bytes) => openContent(bytes, session.keyring, options)],
  ["openSigned", signed, (bytes) => openSigned(bytes, session.keyring, { ...signedOptions, senderLog: log })],
  ["openWithDetails", signed, (bytes) => openWithDetails(bytes, session.keyring, signedOptions)],
  ["openStream", signed, (bytes) => collect(through(openStream(session.keyring, signedOptions), bytes))],
  ["openRandomAccess", plain, (bytes) => openRandomAccess(sourceOf(bytes), session.keyring, options)],
];

/** With the code of all refusals. */
export const parsers: readonly (readonly [...Decoder<string>, refusal: string])[] = [
  ...texts.fingerprint.flatMap((good) => [
    ["parseFingerprint", good, parseFingerprint, "FINGERPRINT_INVALID"] as const,
    ["compareFingerprint", good, (text: string) => compareFingerprint(log, text), "FINGERPRINT_INVALID"] as const,
  ]),
  ["parseFingerprintWords", texts.words, parseFingerprintWords, "FINGERPRINT_INVALID"],
  ["checkBackupKey", backup.text, (text) => checkBackupKey(backup.log, text), "BACKUP_KEY_INVALID"],
  ["openBackupKey", backup.text, (text) => openBackupKey(backup.log, [backup.entry], text), "BACKUP_KEY_INVALID"],
  ["parseLogId", log.head.log, parseLogId, "INVALID_ENCODING"],
  ["parseLinkHash", log.head.hash, parseLinkHash, "INVALID_ENCODING"],
  ["parseMemberId", session.keyring.member, parseMemberId, "INVALID_ENCODING"],
];

/** Everything else that the functions get, down to every byte and seed: no call may change it. */
export function surroundings(): string {
  const prepared = { log, keyring: samples.prepared.keyring };
  const sessions = [session, smallWorld.session("Laptop"), admin, prepared];
  return snapshot([
    [log, userWorld.log, forkedWorld.log, recordedWorld.log, samples.paper.log, backup.log],
    [smallWorld, userWorld, forkedWorld, recordedWorld].map(({ entries }) => entries),
    sessions.map((each) => toHex(unsafeSerializeKeyring(each))),
  ]);
}
