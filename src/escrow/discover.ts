// Discovery: an admin records whose data it will open, which epochs, and why. Only then does it get exactly those epochs.
// docs/spec.md section 11 (ESC-9). It makes honest admins accountable; it cannot stop an admin who uses other software.

import { checkOptions } from "../arguments/options.js";
import { checkPosition } from "../arguments/positions.js";
import { isRuns } from "../arguments/runs.js";
import { type Proposal, proposeState } from "../authoring/proposal.js";
import type { OpenedKeyring } from "../authoring/receive.js";
import type { Bytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import {
  containsRuns,
  formatRuns,
  hasEpoch,
  intersectRuns,
  isCanonical,
  NO_RUNS,
  type Runs,
  uniteRuns,
} from "../bytes/runs.js";
import { bytes, hexBytes, record, type Schema, text } from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { changedKeyring, newKeyring, partsOf } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import { decodeEntry, matchAttachments } from "../log/entry.js";
import { MAX_SUBJECT_BYTES, runList } from "../log/fields.js";
import { activeMember, assertLog, type LogState, memberNamed } from "../log/state.js";
import { recordOfLink } from "../log/verify.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { policyOfArgument } from "../trust/escrow-needs.js";
import { openAsEscrow } from "./escrow-keys.js";
import {
  encodeRecord,
  type FoundRecord,
  MAX_REASON_BYTES,
  type RecordKind,
  readRecord,
  recordsOf,
  SALT_LENGTH,
  writeRecord,
} from "./sealed-record.js";

/** Whose data an admin opens, which epochs, and why. Only holders of the escrow epoch can read it. */
export interface Access {
  /** The user's log, and its user. */
  readonly log: LogId;
  readonly subject: string;
  readonly epochs: Runs;
  readonly reason: string;
  /** A number or name of the case; empty if there is none. */
  readonly case: string;
}

/** A record's opening: the access, and 32 random bytes, so that nobody can guess the access from the commitment in the link. */
type AccessOpening = Access & { readonly salt: Uint8Array };

const openingSchema: Schema<AccessOpening> = record({
  salt: bytes(SALT_LENGTH),
  log: hexBytes<LogId>(32),
  subject: text(MAX_SUBJECT_BYTES, 1),
  epochs: runList,
  reason: text(MAX_REASON_BYTES, 1),
  case: text(MAX_SUBJECT_BYTES),
});

const accessRecord: RecordKind<AccessOpening> = {
  type: "access",
  schema: openingSchema,
  rule: "ESC-9",
  label: LABELS.accessOpening,
  commit: (_opening, bytes) => labelledHash(LABELS.accessCommitment, bytes),
  // A dishonest admin may write runs that no honest admin can write; such runs name no epochs.
  isSound: ({ epochs }) => epochs.length > 0 && isCanonical(epochs),
};

/** Options of {@link recordAccess}. */
export interface AccessOptions {
  /** The user's log, verified. */
  readonly userLog: LogState;
  /** Epochs to open, as runs. */
  readonly epochs: Runs;
  /** The reason, for auditors: 1 to 4,096 bytes of UTF-8. */
  readonly reason: string;
  /** The number or name of the case, up to 256 bytes. */
  readonly case?: string | undefined;
}

/**
 * Records an access in the escrow log, before the admin opens anything. It needs a device with the role `discover`.
 *
 * @returns a proposal. Once the server has accepted it, {@link openRecordedAccess} gives the keyring.
 * @throws `NOT_PERMITTED` (MEM-8), `INVALID_ARGUMENT` (ESC-9) for epochs that nobody granted to escrow, and for so many runs that
 * the record would have more than 65,536 bytes
 */
export function recordAccess(admin: MemberState, options: AccessOptions, env: Env): Proposal<MemberState> {
  const { log, keyring } = checkMemberState(admin);
  const { userLog, epochs, reason, case: caseId = "" } = checkOptions(options);
  policyOfArgument("admin.log", log);
  assertLog(userLog, "userLog");
  let reach: Runs = NO_RUNS;
  for (const [, { runs }] of userLog.granted) reach = uniteRuns(reach, runs);
  if (!isRuns(epochs) || epochs.length === 0 || !containsRuns(reach, epochs)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      reach.length === 0
        ? "userLog has no escrow: nothing was granted to it"
        : `epochs must be runs out of those that were granted to escrow: ${formatRuns(reach)}`,
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
  return proposeState(keyring, writeRecord(accessRecord, { log, keyring }, access, env));
}

/** One recorded access. */
export interface AccessRecord {
  /** Position of the record in the escrow log. */
  readonly seq: number;
  readonly admin: MemberId;
  readonly when: Date;
  /** The recorded access; undefined when its opening was not delivered, or this member does not hold its epoch. */
  readonly access: Access | undefined;
  /** Whether the delivered opening does not match the record's commitment: its author hid what they did. */
  readonly junk: boolean;
}

/**
 * Every recorded access, oldest first, opened as far as this admin holds the escrow epochs.
 *
 * @param entries of the escrow log, with their attachments, in any order.
 */
export function accessRecords(admin: MemberState, entries: Iterable<Uint8Array>): readonly AccessRecord[] {
  const state = checkMemberState(admin);
  return recordsOf(accessRecord, state.log, entries).map((found) => {
    const { seq, author, time } = found.record;
    return { seq, admin: memberNamed(author), when: new Date(time), ...openRecord(state, found) };
  });
}

/** Options of {@link openRecordedAccess}. */
export interface OpenRecordedAccessOptions {
  /** Position of the accepted record in the escrow log. */
  readonly record: number;
  /** The record's entry, with its attachment. */
  readonly recordEntry: Uint8Array;
  readonly userLog: LogState;
  /** The user's entries with their attachments. */
  readonly entries: Iterable<Uint8Array>;
}

/**
 * A keyring for `openContent`. It has exactly the epochs, of exactly the user's log, that an accepted record names.
 *
 * @param admin the state of the device that recorded the access, on the log **as the server has accepted it**.
 * @throws `NOT_PERMITTED` (ESC-9) for another admin's record or another log, `UNKNOWN_MEMBER` for a removed admin,
 * `INVALID_ARGUMENT`, `GRANT_UNAVAILABLE` when the record's opening was not delivered
 */
export function openRecordedAccess(admin: MemberState, options: OpenRecordedAccessOptions): OpenedKeyring {
  const { log, keyring } = checkMemberState(admin);
  const { record: seq, recordEntry, userLog, entries } = checkOptions(options);
  assertLog(userLog, "userLog");
  checkPosition("record", seq);
  activeMember(log, keyring.member);
  const record = log.links.at(seq - 1);
  const unverified = decodeEntry(recordEntry);
  if (!record?.access || recordOfLink(log, unverified.link) !== record)
    throw notRecorded("there is no such record in the escrow log");
  if (record.author !== keyring.member) throw notRecorded("the record is another admin's");
  const sealed = matchAttachments(record.attachments, unverified.attachments)[0];
  const { access } = openRecord({ log, keyring }, { record, sealed });
  if (!access)
    throw new KeysteadError("GRANT_UNAVAILABLE", "the record's opening was not delivered; fetch its attachment", {
      rule: "ESC-9",
    });
  if (access.log !== userLog.head.log || access.subject !== userLog.subject)
    throw notRecorded("the record names another log");
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

// Reading needs no key of escrow itself, so the returned keyring can neither sign nor open grants.
const NO_KEYS: KeyHolder = {
  signingKey: new Uint8Array(32),
  signLabelled: () => {
    throw notRecorded("this keyring reads recorded epochs and signs nothing");
  },
  kemFor: () => undefined,
  wipe: () => undefined,
};

function openRecord(state: MemberState, found: FoundRecord): Pick<AccessRecord, "access" | "junk"> {
  const { opening, junk } = readRecord(accessRecord, state, found);
  if (!opening) return { access: undefined, junk };
  const { salt: _, ...access } = opening;
  return { access, junk };
}

/** @throws `INVALID_ARGUMENT` (ESC-9) for an opening that does not fit its shape, or that readers would take for junk */
export function encodeOpening(access: AccessOpening): Bytes {
  return encodeRecord(accessRecord, access);
}

function notRecorded(message: string): KeysteadError {
  return new KeysteadError("NOT_PERMITTED", `${message}; record the access first`, { rule: "ESC-9" });
}
