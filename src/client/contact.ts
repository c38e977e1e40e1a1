// A contact: what is kept of it, and what follows from that. docs/spec.md sections 10 and 13.1.

import type { AppendList } from "../bytes/append-list.js";
import type { Bytes } from "../bytes/bytes.js";
import type { RecipientOptions } from "../content/recipients.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import type { ContactChange } from "../fingerprint/change.js";
import { compareContact } from "../fingerprint/contacts.js";
import type { TrackedContact } from "../fingerprint/tracked-contact.js";
import { decodeEvidence } from "../log/evidence.js";
import { isSameHead } from "../log/heads.js";
import type { Head, LogState } from "../log/state.js";
import { verifyLog } from "../log/verify.js";
import type { ComparedLog } from "../trust/compared.js";
import type { Alarm, FollowedLog } from "./followed-log.js";

/** A contact: somebody else's log as it was verified last, and what the user has acknowledged of it. */
export interface Contact {
  /** Names its records. */
  readonly number: number;
  /** What the user acknowledged. It moves by the user's word alone. */
  readonly tracked: TrackedContact;
  /** The highest verified head. It never falls, so it shows every rollback, also one to a head after the acknowledged one. */
  readonly head: Head;
  /** Without attachments. */
  readonly entries: AppendList<Bytes>;
  /** What contradicted `head` when the service was looked at last. */
  readonly alarm: Alarm | undefined;
}

/** The last look at a contact. In memory only. */
export interface ContactLook {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Why the newest log is not known. */
  readonly error: ErrorJson | undefined;
  /** Another log that the service shows in the place of the tracked one. */
  readonly offered: FollowedLog | undefined;
}

/** The user's word about a contact. */
export interface Acknowledgement {
  readonly subject: string;
  /** The head that the user was shown: a later change is not acknowledged with it. */
  readonly head: Head;
  readonly compared: ComparedLog | undefined;
  readonly evenIf: "replaced" | undefined;
}

const states: WeakMap<AppendList<Bytes>, LogState> = /* @__PURE__ */ new WeakMap();
const changes: WeakMap<Contact, ContactChange> = /* @__PURE__ */ new WeakMap();

/** The verified log of a contact. After a restart its hashes are verified when it is first needed, and not for every contact at once. */
export function logOf({ tracked, head, entries }: Contact): LogState {
  const known = states.get(entries);
  if (known) return known;
  const log = verifyLog(entries, { subject: tracked.subject, verified: head, now: "unchecked" });
  states.set(entries, log);
  return log;
}

/** The parts of a contact that a verified log makes. */
export function following({ log, entries }: FollowedLog): Pick<Contact, "head" | "entries"> {
  states.set(entries, log);
  return { head: log.head, entries };
}

/** What changed since the user acknowledged the contact; undefined for nothing. */
export function changeOf(contact: Contact): ContactChange | undefined {
  const { tracked, head, alarm } = contact;
  if (!alarm && isSameHead(tracked.head, head)) return undefined;
  const change = changes.get(contact) ?? compareContact(tracked, alarm ? contradictionOf(alarm) : logOf(contact));
  changes.set(contact, change);
  return change;
}

function contradictionOf({ error, evidence }: Alarm): KeysteadError {
  const { code, message, details } = error;
  return new KeysteadError(code, message, {
    details: { ...details, ...(evidence && { evidence: decodeEvidence(evidence) }) },
  });
}

/** A contact, in the form to which content is sealed: sealing judges the change. @throws `CONTACT_CHANGED` for a contradiction */
export function recipientOf(contact: Contact): RecipientOptions {
  const change = contact.alarm && changeOf(contact);
  if (change) throw changed(change, `the log of this contact is ${change.status}`);
  return { log: logOf(contact), contact: contact.tracked };
}

/** The error for what the user must see first. */
export function changed(change: ContactChange | undefined, problem: string): KeysteadError {
  return new KeysteadError("CONTACT_CHANGED", `${problem}; show the user what changed, and call acknowledge`, {
    details: { change },
  });
}

/** @throws `INVALID_ARGUMENT` for what is not tracked */
export function tracked({ contacts }: { readonly contacts: ReadonlyMap<string, Contact> }, subject: string): Contact {
  const contact = contacts.get(subject);
  if (contact) return contact;
  throw new KeysteadError("INVALID_ARGUMENT", `${JSON.stringify(subject)} is no tracked contact; call track`);
}
