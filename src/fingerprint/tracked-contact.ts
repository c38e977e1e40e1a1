// A tracked contact: what a device remembers of somebody else's log, as plain data and as bytes.
// docs/spec.md section 10 and LOG-8.

import { checkFlag } from "../arguments/options.js";
import type { Bytes } from "../bytes/bytes.js";
import { array, bool, decode, encode, literal, record, type Schema, text, uint } from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { head, MAX_SUBJECT_BYTES } from "../log/fields.js";
import { assertLog, type Head, type LogState } from "../log/state.js";
import { type ComparedLog, requireCompared } from "../trust/compared.js";
import { trustedFounders } from "./trusted-class.js";

/** What is remembered of a contact. Not secret, but a person who can change it chooses whom this device believes. */
export interface TrackedContact {
  readonly v: 1;
  /** Whose log it is (LOG-8). */
  readonly subject: string;
  /** The head that was seen. */
  readonly head: Head;
  /**
   * The trusted class: the founders that its members had then, by approvals other than escrow's. Each is the position of the link
   * in which a member entered. Ascending.
   */
  readonly confirmed: readonly number[];
  /** Whether the user compared fingerprints with the contact: at this head, or at an older one that its class extended. */
  readonly verified: boolean;
}

const MAX_CONTACT_BYTES = 4096;
/** As many as a log can have active members. */
const MAX_FOUNDERS = 256;

const fields: Schema<TrackedContact> = record({
  v: literal(1),
  subject: text(MAX_SUBJECT_BYTES, 1),
  head,
  confirmed: array(uint({ min: 1 }), { min: 1, max: MAX_FOUNDERS }),
  verified: bool(),
});
const contactSchema: Schema<TrackedContact> = {
  read: (value, path) => checkFounders(fields.read(value, path)),
  write(contact, path) {
    const value = fields.write(contact, path);
    checkFounders(contact);
    return value;
  },
};

/** Says that the user compared fingerprints with a contact. Without both the contact stays as verified as it was. */
export interface ContactVerification {
  /** The token of `compareFingerprint` for the contact's whole log, in exactly this state: it makes the contact verified. */
  readonly compared?: ComparedLog | undefined;
  /**
   * Whether the contact is verified, **without a token**: the server then chooses whom the user trusts, unless the app has
   * compared this very state in another way. `compared` takes precedence.
   */
  readonly unsafeVerified?: boolean | undefined;
}

/**
 * Begins to track a contact: later states are compared with the present state of its log.
 *
 * @param options says that the user has compared fingerprints with the contact; by default the contact is unverified.
 * @returns plain data, to be stored with {@link encodeContact}.
 * @throws `INVALID_ARGUMENT`; `COMPARE_AGAIN` for the token of another state
 */
export function trackContact(log: LogState, options: ContactVerification = {}): TrackedContact {
  assertLog(log);
  return makeContact(log, trustedFounders(log), isVerified(log, options));
}

/** @internal Whether the contact is verified from now on. */
export function isVerified(log: LogState, options: ContactVerification | null, before = false): boolean {
  const { compared, unsafeVerified = before } = options ?? {};
  if (compared === undefined) return unsafeVerified;
  requireCompared(log, compared);
  return true;
}

/** @internal A contact at the log's head for a class that the caller knows. */
export function makeContact(
  { subject, head }: LogState,
  confirmed: readonly number[],
  verified: boolean,
): TrackedContact {
  checkFlag("unsafeVerified", verified);
  return checkContact({ v: 1, subject, head, confirmed, verified });
}

/** A tracked contact as bytes, at most 4 KiB. @throws `INVALID_ENCODING` naming the wrong field */
export function encodeContact(contact: TrackedContact): Bytes {
  return encode(contactSchema, contact, "contact");
}

/** Reads a tracked contact from this device's own storage. @throws `INVALID_ENCODING`, `TOO_LARGE`, `INVALID_ARGUMENT` */
export function decodeContact(bytes: Uint8Array): TrackedContact {
  return decode(contactSchema, bytes, { name: "contact", maxBytes: MAX_CONTACT_BYTES });
}

/** A frozen copy of a tracked contact that a caller passed. @throws `INVALID_ENCODING` naming the wrong field */
export function checkContact(contact: TrackedContact): TrackedContact {
  const copy = contactSchema.read(contactSchema.write(contact, "contact"), "contact");
  return Object.freeze({ ...copy, head: Object.freeze(copy.head), confirmed: Object.freeze(copy.confirmed) });
}

/** One order, no position twice, none that does not exist yet: otherwise one class could be written in several ways. */
function checkFounders(contact: TrackedContact): TrackedContact {
  const { head, confirmed } = contact;
  for (const [index, founder] of confirmed.entries()) {
    const previous = confirmed[index - 1];
    if (previous !== undefined && previous >= founder) throw wrong("must ascend, none twice");
    if (founder > head.seq) throw wrong("must not be after contact.head.seq");
  }
  return contact;
}

function wrong(problem: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `contact.confirmed ${problem}`, {
    rule: "ENC-2",
    details: { name: "contact.confirmed" },
  });
}
