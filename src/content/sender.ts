// The sender of content: the reader judges the claimed sender by the sender's log, and checks the signature. docs/spec.md section
// 12.2.

import type { LogId, MemberId } from "../bytes/ids.js";
import { firstOf } from "../bytes/present.js";
import { type MemberName, nameMembers } from "../coverage/names.js";
import { KeysteadError } from "../errors.js";
import { compareContact, contactChanged } from "../fingerprint/contacts.js";
import type { TrackedContact } from "../fingerprint/tracked-contact.js";
import { type SenderTrust, trustOf } from "../fingerprint/trusted-class.js";
import { decodeLink } from "../log/entry.js";
import { assertLog, findMember, type Head, type LogState, type Member, type Removal } from "../log/state.js";
import type { ContentSender } from "./format.js";
import type { Transcript } from "./signature.js";

/** Options that name the expected sender. */
export interface SenderOptions {
  /**
   * The newest verified log of the expected sender. Content that no device of this log signed is refused. Without this option
   * signatures are not checked.
   */
  readonly senderLog?: LogState | undefined;
  /** What the app stored about the sender as a tracked contact. A log that contradicts it is refused. */
  readonly senderContact?: TrackedContact | undefined;
}

/** The sender of content. Only `verified` is proved. */
export type Sender =
  | { readonly status: "unsigned" }
  | {
      /** It is signed, but the signature was not checked: no sender's log was given, or only a part was read. */
      readonly status: "unchecked";
      /** The content's own claim. */
      readonly claimed: ContentSender;
    }
  | VerifiedSender;

/** A device that sealed content. It was active in its log at `head`, and its signature is good. */
export interface VerifiedSender {
  readonly status: "verified";
  /** The log of the sender. */
  readonly subject: string;
  readonly log: LogId;
  readonly member: MemberId;
  /** What the device is called in its log. It chose that name itself: do not rely on it. */
  readonly name: MemberName;
  /** Position of the link in which the device entered. */
  readonly position: number;
  /** The head of its own log that the device knew when it sealed. */
  readonly head: Head;
  /**
   * How the device was removed after that, if it was. Somebody who has its keys may have sealed this since, naming an old head.
   */
  readonly removedSince: Removal | undefined;
  /** The link in which it took fresh keys after that, if it did. Somebody who has the old keys may have sealed this since. */
  readonly rekeyedSince: number | undefined;
  /**
   * `founding`: of the class that was trusted at the pinned head; without a contact, of the class that leads the log now. `restored`:
   * confirmed only through an admin's approval, of the device or of a device that approved it. `neither`: it may be a thief's.
   */
  readonly trust: SenderTrust;
  /**
   * What the trust is judged by: the contact that was given, or the log alone. By the log alone a thief's device is `founding`
   * once it has removed all others.
   */
  readonly judgedBy: "contact" | "log";
}

/** The check that remains after all ciphertext has been read. */
export interface ExpectedSender {
  /** Undefined when nothing is left to check: `sender` is then the result. */
  readonly verify: ((transcript: Transcript, signature: Uint8Array) => VerifiedSender) | undefined;
  readonly sender: Exclude<Sender, VerifiedSender>;
}

/** @throws `INVALID_ARGUMENT` for options that are none */
export function checkSenderOptions({ senderLog, senderContact }: SenderOptions): SenderOptions {
  if (senderLog !== undefined) assertLog(senderLog, "options.senderLog");
  if (senderContact !== undefined && senderLog === undefined)
    throw new KeysteadError("INVALID_ARGUMENT", "options.senderContact is compared with options.senderLog: give both");
  return { senderLog, senderContact };
}

/**
 * Judges a claimed sender by its log, before any signature. Refuses at once a sender that could not be verified later.
 *
 * @throws `INVALID_SIGNATURE` when nobody signed and a sender's log is given; `WRONG_SUBJECT`, `STALE_LOG`,
 * `UNKNOWN_MEMBER`; `CONTACT_CHANGED` when the log contradicts the contact; errors of `compareContact`
 */
export function expectSender(claimed: ContentSender | undefined, options: SenderOptions): ExpectedSender {
  const { senderLog, senderContact } = options;
  if (!senderLog)
    return { sender: claimed ? { status: "unchecked", claimed } : { status: "unsigned" }, verify: undefined };
  if (!claimed) {
    throw new KeysteadError("INVALID_SIGNATURE", "nobody signed the content, and options.senderLog asks for a sender");
  }
  const member = judgeClaim(claimed, senderLog);
  if (senderContact !== undefined) requireNoContradiction(senderContact, senderLog);
  const { key, rekeyedSince } = signingKeyAt(senderLog, member, claimed.head.seq);
  return {
    sender: { status: "unchecked", claimed },
    verify(transcript, signature) {
      if (!transcript.isSigned(key, signature)) throw badSignature(claimed);
      const sender: VerifiedSender = {
        status: "verified",
        subject: senderLog.subject,
        log: claimed.head.log,
        member: member.id,
        name: nameMembers(senderLog)(member.id),
        position: member.position,
        head: claimed.head,
        removedSince: member.removed,
        rekeyedSince,
        trust: trustOf(senderLog, member, senderContact?.confirmed),
        judgedBy: senderContact ? "contact" : "log",
      };
      // Only after the signature: anybody can seal content that names a head which never existed, and must not be able to raise
      // this alarm.
      requireOneHistory(sender, senderLog);
      return sender;
    },
  };
}

/** The device that the content claims as its signer. */
function judgeClaim({ member: id, head }: ContentSender, log: LogState): Member {
  if (head.log !== log.head.log) {
    throw new KeysteadError(
      "WRONG_SUBJECT",
      `the content is signed by a device of log ${head.log}, not of the log given as options.senderLog`,
      { details: { expected: log.head.log, actual: head.log } },
    );
  }
  const details = { member: id, log: head.log, seq: head.seq };
  if (head.seq > log.head.seq) {
    throw new KeysteadError(
      "STALE_LOG",
      `the content's sender knew link ${head.seq} of its log, and the given log ends at ${log.head.seq}; fetch the newest entries. If they do not come, the server withholds them, or the named sender is false`,
      { details },
    );
  }
  const member = findMember(log, id);
  if (member?.kind === "device" && member.position <= head.seq && !(member.removed && member.removed.seq <= head.seq)) {
    return member;
  }
  throw new KeysteadError(
    "UNKNOWN_MEMBER",
    `the content is said to be signed by ${id}, which was no active device at link ${head.seq} of its log; do not believe it`,
    { rule: member?.removed ? "MEM-4" : undefined, details },
  );
}

function requireNoContradiction(contact: TrackedContact, log: LogState): void {
  const change = compareContact(contact, log);
  if (change.evidence) throw contactChanged(change, ": it is not known who signed the content");
}

/** The key of a device at a position. The first re-keying after that position is signed by that key, then by the new one. */
function signingKeyAt(log: LogState, { id, signingKey: sign }: Member, seq: number) {
  const later = [...log.links].slice(seq).find(({ rekeyed }) => rekeyed === id);
  const key = later ? firstOf(decodeLink(later.bytes).signatures).key : sign;
  return { key, rekeyedSince: later?.seq };
}

/** A device of this log signed that its head was another one: there are two histories of one log, or the device lies. */
function requireOneHistory(
  { member, head, removedSince, rekeyedSince, trust, judgedBy }: VerifiedSender,
  log: LogState,
): void {
  const known = log.links.at(head.seq - 1)?.hash;
  if (known === head.hash) return;
  throw new KeysteadError(
    "FORKED",
    `the content's sender saw another link ${head.seq} of its own log than the given log has, or claims so; ask the sender over another channel, and until then trust no new data from this server`,
    {
      details: {
        ...{ member, removedSince, rekeyedSince, trust, judgedBy },
        ...{ pinned: { ...log.head, seq: head.seq, hash: known }, offered: head },
      },
    },
  );
}

function badSignature({ member, head }: ContentSender): KeysteadError {
  return new KeysteadError(
    "INVALID_SIGNATURE",
    `the content's signature is not by ${member}, although the content names it; do not believe it`,
    { details: { member, log: head.log } },
  );
}
