// Discovery: an admin records whose data is opened, which epochs and why, and only then gets exactly those.
// docs/spec.md section 11 (ESC-9). It makes honest admins accountable; it cannot bind one who uses other software.

import { concat, equalBytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { bytes, decode, encode, hexBytes, type Infer, record, text } from "../bytes/schema.js";
import { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { writeLink } from "../grants/author.js";
import { type Proposal, proposeSession } from "../grants/proposal.js";
import type { OpenedKeyring } from "../grants/receive.js";
import { checkOptions, checkSession, type Session } from "../grants/session.js";
import { canOpen, changedKeyring, epochPrivateKey, newKeyring, partsOf } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import { attachmentDigest, decodeEntry, matchAttachments } from "../log/entry.js";
import { MAX_SUBJECT_BYTES, runList } from "../log/fields.js";
import {
  containsRuns,
  formatRuns,
  hasEpoch,
  intersectRuns,
  isCanonical,
  NO_RUNS,
  type Runs,
  uniteRuns,
} from "../log/runs.js";
import { activeMember, assertLog, type Epoch, type LinkRecord, type LogState } from "../log/state.js";
import { recordOfLink } from "../log/verify.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { labelledHash, labelPrefix } from "../primitives/hash.js";
import { hpkeOpen, hpkeSeal } from "../primitives/hpke.js";
import { KEM_COINS_LENGTH } from "../primitives/kem.js";
import { LABELS } from "../primitives/labels.js";
import { entryList } from "./arguments.js";
import { escrowsOf, openAsEscrow } from "./escrow-keys.js";

const SALT_LENGTH = 32;
const MAX_REASON_BYTES = 4096;
const MAX_OPENING_BYTES = 65_536;

const openingSchema = record({
  salt: bytes(SALT_LENGTH),
  log: hexBytes<LogId>(32),
  subject: text(MAX_SUBJECT_BYTES, 1),
  epochs: runList,
  reason: text(MAX_REASON_BYTES, 1),
  case: text(MAX_SUBJECT_BYTES),
});

/** Whose data is opened, which epochs, and why. Only holders of the escrow epoch can read it. */
export type Access = Omit<Infer<typeof openingSchema>, "salt">;

/** What {@link recordAccess} is told. */
export interface AccessOptions {
  /** The user's log, verified. */
  readonly userLog: LogState;
  /** Epochs to be opened, as runs. */
  readonly epochs: Runs;
  /** Why, for whoever audits: 1 to 4,096 bytes of UTF-8. */
  readonly reason: string;
  /** The case's number or the like, up to 256 bytes. */
  readonly case?: string | undefined;
}

/**
 * Records an access in the escrow log, before anything is opened. By a device with the role `discover`.
 *
 * @returns a proposal. {@link openRecorded} hands out the keyring once it was accepted.
 * @throws `NOT_PERMITTED` (MEM-8), `INVALID_ARGUMENT` (ESC-9) for epochs that escrow was never granted, and for so many runs of them
 * that the record would have more than 65,536 bytes
 */
export function recordAccess(admin: Session, options: AccessOptions, env: Env): Proposal<Session> {
  const { log, keyring } = checkSession(admin);
  const { userLog, epochs, reason, case: caseId = "" } = checkOptions(options);
  assertLog(userLog);
  // By reach: what was declared missing in escrow's name, by whomever, its keys may open all the same.
  const reach = escrowsOf(userLog).reduce<Runs>((runs, escrow) => uniteRuns(runs, escrow.reach), NO_RUNS);
  if (!isRuns(epochs) || epochs.length === 0 || !containsRuns(reach, epochs)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `epochs must be runs out of those that were granted to escrow: ${formatRuns(reach)}`,
      {
        rule: "ESC-9",
      },
    );
  }
  const access = {
    salt: drawRandom(env, SALT_LENGTH),
    log: userLog.head.log,
    subject: userLog.subject,
    epochs,
    reason,
    case: caseId,
  };
  const opening = encodeOpening(access);
  const commitment = labelledHash(LABELS.accessCommitment, opening);
  const coins = Secret.take(drawRandom(env, KEM_COINS_LENGTH));
  const { kem } = log.epochs.last() as Epoch;
  const sealed = hpkeSeal(kem, { info: sealInfo(commitment), plaintext: opening, coins: coins.bytes() });
  coins.wipe();
  const { keys } = partsOf(keyring);
  const fields = { author: keys.sign, commitment, opening: attachmentDigest(sealed) };
  const written = writeLink({ before: log, type: "access", fields, keyring, signers: [keys], opening: sealed }, env);
  return proposeSession(keyring, written);
}

/** One recorded access. */
export interface AccessRecord {
  /** Position of the record in the escrow log. */
  readonly seq: number;
  readonly admin: MemberId;
  readonly when: Date;
  /** What was recorded; undefined when its opening was not delivered, or this member does not hold its epoch. */
  readonly access: Access | undefined;
  /** Whether an opening was delivered that is not what the record commits to: whoever wrote it hid what they did. */
  readonly junk: boolean;
}

/**
 * Every recorded access, oldest first, opened as far as this member holds the escrow epochs.
 *
 * @param entries of the escrow log, with their attachments, in any order.
 */
export function accessRecords(member: Session, entries: Iterable<Uint8Array>): readonly AccessRecord[] {
  const { log, keyring } = checkSession(member);
  const sealed = new Map<number, Uint8Array | undefined>();
  for (const entry of entryList(entries)) {
    const { link, attachments } = decodeEntry(entry);
    const record = recordOfLink(log, link);
    if (record?.access) sealed.set(record.seq, matchAttachments(record.attachments, attachments)[0]);
  }
  return [...log.links].flatMap((record): readonly AccessRecord[] => {
    if (!record.access) return [];
    const opened = openRecord(record, log, keyring, sealed.get(record.seq));
    return [{ seq: record.seq, admin: record.author as MemberId, when: new Date(record.time), ...opened }];
  });
}

/** What {@link openRecorded} is told. */
export interface OpenRecordedOptions {
  /** Position of the accepted record in the escrow log. */
  readonly record: number;
  /** The record's entry, with its attachment. */
  readonly recordEntry: Uint8Array;
  readonly userLog: LogState;
  /** The user's entries with their attachments. */
  readonly entries: Iterable<Uint8Array>;
}

/**
 * The keyring that an accepted record names: exactly its epochs of exactly that user's log, to be given to `openContent`.
 *
 * @param admin the session of the device that recorded the access, on the log **as the server has accepted it**.
 * @throws `NOT_PERMITTED` (ESC-9) for another's record or another log, `UNKNOWN_MEMBER` for an admin who was removed, `INVALID_ARGUMENT`, `GRANT_UNAVAILABLE` when the
 * record's opening was not delivered
 */
export function openRecorded(
  admin: Session,
  options: OpenRecordedOptions,
): Pick<OpenedKeyring, "keyring" | "withheld"> {
  const { log, keyring } = checkSession(admin);
  const { record: seq, recordEntry, userLog, entries } = checkOptions(options);
  assertLog(userLog);
  if (!Number.isSafeInteger(seq))
    throw new KeysteadError("INVALID_ARGUMENT", "record must be a position in the escrow log");
  activeMember(log, keyring.member);
  const record = log.links.at(seq - 1);
  const unverified = decodeEntry(recordEntry);
  if (!record?.access || recordOfLink(log, unverified.link) !== record)
    throw notRecorded("there is no such record in the escrow log");
  if (record.author !== keyring.member) throw notRecorded("the record is another admin's");
  const { access } = openRecord(record, log, keyring, matchAttachments(record.attachments, unverified.attachments)[0]);
  if (!access)
    throw new KeysteadError("GRANT_UNAVAILABLE", "the record's opening was not delivered; fetch its attachment", {
      rule: "ESC-9",
    });
  if (access.log !== userLog.head.log || access.subject !== userLog.subject)
    throw notRecorded("the record is about another log");
  const { keyring: whole, withheld } = openAsEscrow(admin, userLog, entries);
  const gained = new Map(
    [...partsOf(whole).seeds]
      .filter(([epoch]) => hasEpoch(access.epochs, epoch))
      .map(([epoch, seed]) => [epoch, seed.copy()]),
  );
  whole.wipe();
  const opened = changedKeyring(newKeyring(userLog.head.log, whole.member, NO_KEYS), {
    ...{ gained, published: userLog.epochs },
  });
  return { keyring: opened, withheld: intersectRuns(withheld, access.epochs) };
}

// Reading needs no key of escrow's own, so what is handed out can neither sign nor open grants.
const NO_KEYS: KeyHolder = {
  sign: new Uint8Array(32),
  signLabelled: () => {
    throw notRecorded("this keyring reads recorded epochs and signs nothing");
  },
  kemFor: () => undefined,
  wipe: () => undefined,
};

function openRecord(record: LinkRecord, log: LogState, keyring: Session["keyring"], sealed: Uint8Array | undefined) {
  const unknown = { access: undefined, junk: false };
  const { commitment } = record.access as NonNullable<LinkRecord["access"]>;
  const epoch = [...log.epochs].filter(({ seq }) => seq < record.seq).at(-1) as Epoch;
  if (!sealed || !canOpen(keyring, epoch.number)) return unknown;
  const opening = hpkeOpen(epochPrivateKey(keyring, epoch.number), { info: sealInfo(commitment), sealed });
  if (!opening || !equalBytes(labelledHash(LABELS.accessCommitment, opening), commitment))
    return { access: undefined, junk: true };
  try {
    const { salt: _, ...access } = decode(openingSchema, opening, { name: "access", maxBytes: MAX_OPENING_BYTES });
    // A dishonest admin may write runs that no honest one can: they name nothing.
    return isCanonical(access.epochs) ? { access, junk: false } : { access: undefined, junk: true };
  } catch {
    return { access: undefined, junk: true };
  }
}

/** Whether a caller's value is runs of epochs in canonical form. */
function isRuns(value: unknown): value is Runs {
  const isRun = (run: unknown) => Array.isArray(run) && run.length === 2 && run.every(Number.isSafeInteger);
  return Array.isArray(value) && value.every(isRun) && isCanonical(value);
}

/** @throws `INVALID_ARGUMENT` (ESC-9) for an opening that does not fit its shape, or that would be junk to whoever reads it */
export function encodeOpening(access: Infer<typeof openingSchema>): Uint8Array {
  const opening = writeOpening(access);
  if (opening.length > MAX_OPENING_BYTES) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `the record would have ${opening.length} bytes, of at most ${MAX_OPENING_BYTES}; record fewer runs of epochs at a time`,
      { rule: "ESC-9" },
    );
  }
  return opening;
}

function writeOpening(access: Infer<typeof openingSchema>): Uint8Array {
  try {
    return encode(openingSchema, access, "access");
  } catch (cause) {
    const { message } = cause as KeysteadError;
    throw new KeysteadError("INVALID_ARGUMENT", message, { rule: "ESC-9", cause });
  }
}

function sealInfo(commitment: Uint8Array): Uint8Array {
  return concat(labelPrefix(LABELS.accessOpening), commitment);
}

function notRecorded(message: string): KeysteadError {
  return new KeysteadError("NOT_PERMITTED", `${message}; record the access first`, { rule: "ESC-9" });
}
