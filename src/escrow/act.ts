// Acts: before an admin acts in a user's log in escrow's name, it records in the escrow log exactly what it will do there.
// docs/spec.md section 11.3 (ESC-8).

import { checkOptions } from "../arguments/options.js";
import { checkPositions } from "../arguments/positions.js";
import { type Proposal, proposeState } from "../authoring/proposal.js";
import { writeLink } from "../authoring/write-link.js";
import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { bytes, hexBytes, record, type Schema, text, uint } from "../bytes/schema.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { partsOf } from "../keys/keyring.js";
import { MAX_SUBJECT_BYTES, memberList } from "../log/fields.js";
import { hasRole, type LinkRecord, type LogState, memberBySigningKey, memberNamed } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import * as LABELS from "../primitives/labels.js";
import { actCommitment } from "../trust/commitment.js";
import { assertUserLog } from "../trust/soundness.js";
import {
  authorKey,
  MAX_REASON_BYTES,
  type RecordKind,
  readRecord,
  recordsOf,
  SALT_LENGTH,
  writeRecord,
} from "./sealed-record.js";

/** The content of an act's opening: what the admin does, at which position of which user's log, and why. */
export interface Act {
  /** 32 random bytes, so that nobody can guess the act from the commitment in the link. */
  readonly salt: Bytes;
  /** The user's log, and its user. */
  readonly log: LogId;
  readonly subject: string;
  /** The position of the review in the user's log, and the hash of the link before it. */
  readonly seq: number;
  readonly prev: LinkHash;
  readonly approve: readonly MemberId[];
  readonly remove: readonly MemberId[];
  readonly reason: string;
  /** A number or name of the case; empty if there is none. */
  readonly case: string;
}

const openingSchema: Schema<Act> = record({
  salt: bytes(SALT_LENGTH),
  log: hexBytes<LogId>(32),
  subject: text(MAX_SUBJECT_BYTES, 1),
  seq: uint({ min: 2 }),
  prev: hexBytes<LinkHash>(32),
  approve: memberList,
  remove: memberList,
  reason: text(MAX_REASON_BYTES, 1),
  case: text(MAX_SUBJECT_BYTES),
});

/** @internal How to write and read an act. */
export const actRecord: RecordKind<Act> = {
  type: "act",
  schema: openingSchema,
  rule: "ESC-8",
  label: LABELS.actOpening,
  commit: (opening, _bytes, admin) => actCommitment({ ...opening, admin }),
  // Every review has sorted lists. An author who commits to unsorted lists wants to hide the purpose of the act.
  isSound: ({ approve, remove }) => [approve, remove].every(isSorted),
};

function isSorted(ids: readonly MemberId[]): boolean {
  return ids.every((id, at) => at === 0 || present(ids[at - 1]) < id);
}

/** An act in the escrow log, with the salt, which only its opening has. The review in the user's log needs both. */
export interface RecordedAct extends Act {
  /** Position of the act in the escrow log. */
  readonly recordedAt: number;
}

/** One act of the escrow log, as far as this member can read it. */
export interface ActRecord {
  /** Position of the act in the escrow log. */
  readonly seq: number;
  readonly admin: MemberId;
  readonly when: Date;
  /** Whether the key that wrote it belongs to an admin's device now. If not, its admin left, was removed, or took fresh keys. */
  readonly isByAdminNow: boolean;
  /** Whether admins disowned it, so that nobody believes it. */
  readonly disowned: boolean;
  /** Whether the entries had its opening. */
  readonly delivered: boolean;
  /** The recorded act; undefined when its opening was not delivered, or this member does not hold its epoch. */
  readonly act: RecordedAct | undefined;
  /** Whether the delivered opening does not match the act's commitment: its author hid what they were going to do. */
  readonly junk: boolean;
}

/**
 * Every recorded act, oldest first, opened as far as this admin holds the escrow epochs.
 *
 * @param entries of the escrow log, with their attachments, in any order.
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function actRecords(admin: MemberState, entries: Iterable<Uint8Array>): readonly ActRecord[] {
  const state = checkMemberState(admin);
  const { log } = state;
  const found = recordsOf(actRecord, log, entries);
  // An act that repeats another's commitment repairs an act that was disowned by mistake, or lost. Any admin may write it. Keep
  // each key once, because an admin can repeat one commitment in any number of acts.
  const authors = new Map<string, Map<string, Uint8Array>>();
  for (const { record } of found) {
    const commitment = toHex(present(record.act).commitment);
    const keys = authors.get(commitment) ?? new Map<string, Uint8Array>();
    const key = authorKey(record);
    authors.set(commitment, keys.set(toHex(key), key));
  }
  return found.map(({ record, sealed }) => {
    const { seq, author, time } = record;
    const others = [...(authors.get(toHex(present(record.act).commitment)) ?? new Map()).values()];
    const { opening, junk } = readRecord(actRecord, state, { record, sealed, others });
    return {
      ...{ seq, admin: memberNamed(author), when: new Date(time), delivered: sealed !== undefined, junk },
      isByAdminNow: isByAdminNow(log, record),
      disowned: log.disowned.has(String(seq)),
      act: opening && { ...opening, recordedAt: seq },
    };
  });
}

/** Whether the key that wrote an act belongs to an active device with the role `recover` now. */
function isByAdminNow(log: LogState, record: Pick<LinkRecord, "bytes">): boolean {
  const member = memberBySigningKey(log, authorKey(record));
  return member?.kind === "device" && hasRole(member, "recover");
}

/** Loose acts: nobody disowned them, and no admin's device has their key now. Somebody could still do them (ESC-8). */
export function looseActs(log: LogState): readonly LinkRecord[] {
  return [...log.links].filter(
    (record) => record.act && !log.disowned.has(String(record.seq)) && !isByAdminNow(log, record),
  );
}

/** The review in a user's log that carried out an act: the link at the act's position, if it matches the act's commitment. */
export function reviewOf(userLog: LogState, escrowLog: LogState, { log, seq: place, recordedAt }: RecordedAct) {
  const link = userLog.head.log === log ? userLog.links.at(place - 1) : undefined;
  const { salt, admin } = link?.actor ?? {};
  const commitment = escrowLog.links.at(recordedAt - 1)?.act?.commitment;
  if (link?.prev === undefined || !salt || !admin || !commitment) return undefined;
  const { seq, prev, approved: approve, removed: remove } = link;
  return equalBytes(actCommitment({ salt, admin, log, seq, prev, approve, remove }), commitment) ? link : undefined;
}

/**
 * Declares that nobody should believe these acts, such as unused acts of an admin who left. It needs a device or backup key with
 * the role `manage`. Without the role, a device may disown its own acts, such as one that lost its race.
 *
 * @param acts positions in the escrow log.
 * @throws `NOT_PERMITTED` (MEM-8; MEM-2 for a link that is no act, or that is disowned already), `INVALID_ARGUMENT`
 */
export function disownActs(admin: MemberState, acts: readonly number[], env: Env): Proposal<MemberState> {
  const { log, keyring } = checkMemberState(admin);
  const { keys } = partsOf(keyring);
  const fields = { author: keys.signingKey, acts: checkPositions("acts", acts) };
  const draft = { before: log, type: "disown", fields, keyring, signers: [keys] } as const;
  return proposeState(keyring, writeLink({ ...draft, guard: "not-a-users-device" }, env));
}

/** Options of {@link recordActAgain}. */
export interface RecordActAgainOptions {
  /** The user's log, verified. */
  readonly userLog: LogState;
  /** Position of the review by escrow in it. */
  readonly review: number;
  /** Why devices should believe it again, for auditors: 1 to 4,096 bytes of UTF-8. */
  readonly reason: string;
  /** The number or name of the case, up to 256 bytes. */
  readonly case?: string | undefined;
}

/**
 * Records the act of a review once more, after a mistaken `disown` or when the service lost the act. Then devices believe the
 * review again. The review has everything that its act committed to. First make sure, with the user, that the review was right.
 *
 * @returns a proposal of the escrow log.
 * @throws `NOT_PERMITTED` (MEM-8 without the role; ESC-8 when another device did the review and the escrow log has no act of it:
 * other members would take the new act for junk), `INVALID_ARGUMENT`
 */
export function recordActAgain(admin: MemberState, options: RecordActAgainOptions, env: Env): Proposal<MemberState> {
  const state = checkMemberState(admin);
  const { userLog, review, reason, case: caseId = "" } = checkOptions(options);
  assertUserLog(userLog, "userLog");
  const link = Number.isSafeInteger(review) ? userLog.links.at(review - 1) : undefined;
  const { salt, admin: committer } = link?.actor ?? {};
  if (!link?.prev || !salt || !committer) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.review must be the position of a review by escrow in userLog");
  }
  const { log, subject } = { log: userLog.head.log, subject: userLog.subject };
  const { seq, prev, approved: approve, removed: remove } = link;
  const act: Act = { salt, log, subject, seq, prev, approve, remove, reason, case: caseId };
  const commitment = actCommitment({ ...act, admin: committer });
  const isKnown = [...state.log.links].some((each) => each.act && equalBytes(each.act.commitment, commitment));
  if (!isKnown && !equalBytes(committer, partsOf(state.keyring).keys.signingKey)) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "the escrow log has no act of this review; only the device that did it can record it",
      {
        rule: "ESC-8",
        details: { review },
      },
    );
  }
  // At that position only the first act counts, by its hash (ESC-8): this act would have no effect.
  if (state.log.head.seq + 1 === link.actor?.seq) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "the act would stand where the first one stood; let any other link take that place",
      {
        rule: "ESC-8",
        details: { seq: link.actor.seq },
      },
    );
  }
  return proposeState(state.keyring, writeRecord(actRecord, state, act, env, committer));
}
