// Contacts: the logs of other accounts, fetched when they are needed, and what the user has acknowledged of each. docs/spec.md
// sections 10 and 13.1.

import type { Bytes } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import { acknowledgeContact } from "../fingerprint/acknowledge.js";
import { compareContact } from "../fingerprint/contacts.js";
import { trackContact } from "../fingerprint/tracked-contact.js";
import { encodeEvidence } from "../log/evidence.js";
import { isSameHead } from "../log/heads.js";
import type { LogState } from "../log/state.js";
import { appendEntry, verifyLog } from "../log/verify.js";
import { type Env, readClock } from "../primitives/env.js";
import type { EntriesPage } from "../transport/transport.js";
import {
  type Acknowledgement,
  type Contact,
  type ContactLook,
  changed,
  changeOf,
  following,
  logOf,
  tracked,
} from "./contact.js";
import type { ReadContactEffect, Stepped } from "./effects.js";
import { listOf } from "./entries.js";
import type { FollowedLog } from "./followed-log.js";
import { withEvidence } from "./judge-whole.js";
import type { Model } from "./model.js";

/** A log that a service claims beyond this is not fetched. Links alone: 64 MiB are some 20,000 of them. */
const MAX_WHOLE_BYTES = 67_108_864;

/** Looks at the logs of contacts. One that is not tracked yet is tracked once its log was verified. */
export function lookAtContacts(model: Model, subjects: readonly string[]): Stepped {
  const effects = subjects.map((subject): ReadContactEffect => {
    const contact = model.contacts.get(subject);
    // With an alarm, nothing that goes on from the log is taken in before all of it was judged again.
    if (!contact || contact.alarm) return wholeOf(subject, !contact);
    // Asks for the newest entry at hand too, to notice another history of the same length.
    return { type: "read-contact", subject, after: contact.head.seq - 1, whole: undefined, isNew: false };
  });
  return { model, effects, retired: [] };
}

function wholeOf(subject: string, isNew = false): ReadContactEffect {
  return { type: "read-contact", subject, after: 0, whole: [], isNew };
}

/** Takes in a page of a contact's log; undefined when the service says that there is no such log. */
export function takeContactPage(
  model: Model,
  effect: ReadContactEffect,
  page: EntriesPage = { entries: [], newest: 0 },
  env: Env,
): Stepped {
  const { subject, after } = effect;
  const contact = model.contacts.get(subject);
  // Another tab has forgotten it: only the user's word brings it back.
  if (!contact && !effect.isNew) return { model, effects: [], retired: [] };
  if (!contact || effect.whole) return takeWhole(model, effect, page, env);
  const now = readClock(env);
  let followed: FollowedLog = { log: logOf(contact), entries: contact.entries };
  let error: KeysteadError | undefined;
  for (const entry of page.entries) {
    try {
      followed = grown(followed, entry, appendEntry(followed.log, entry, { now }));
    } catch (caught) {
      error = KeysteadError.from(caught);
      if (!error) throw caught;
      break;
    }
  }
  const next = withContact(model, follow(contact, followed));
  const { seq } = followed.log.head;
  const isWhole = error ? error.code !== "NOT_YET" && error.code !== "UNSUPPORTED" : page.newest < seq;
  if (isWhole) return { model: next, effects: [wholeOf(subject)], retired: [] };
  if (!error && page.newest > seq) {
    if (seq > after) return { model: next, effects: [{ ...effect, after: seq }], retired: [] };
    error = new KeysteadError("OFFLINE", "the service did not show all entries that it claims to have");
  }
  return { model: looked(next, subject, now, { error: error?.toJSON() }), effects: [], retired: [] };
}

function grown({ entries }: FollowedLog, entry: Bytes, log: LogState): FollowedLog {
  return { log, entries: entries.length < log.head.seq ? entries.push(entry) : entries };
}

function follow(contact: Contact, followed: FollowedLog): Contact {
  return isSameHead(contact.head, followed.log.head) ? contact : { ...contact, ...following(followed) };
}

/** A log from its first entry on: of a contact that is new, or that showed something that does not go on from what was verified. */
function takeWhole(model: Model, effect: ReadContactEffect, page: EntriesPage, env: Env): Stepped {
  const { subject } = effect;
  const whole = [...(effect.whole ?? []), ...page.entries];
  const now = readClock(env);
  const troubled = (error: KeysteadError): Stepped => ({
    model: looked(model, subject, now, { error: error.toJSON() }),
    effects: [],
    retired: [],
  });
  if (whole.reduce((sum, entry) => sum + entry.length, 0) > MAX_WHOLE_BYTES)
    return troubled(new KeysteadError("TOO_LARGE", "the service shows a log that is too long for a contact"));
  if (page.entries.length > 0 && whole.length < page.newest) {
    return { model, effects: [{ ...effect, after: whole.length, whole }], retired: [] };
  }
  const contact = model.contacts.get(subject);
  if (whole.length === 0 && !contact)
    return troubled(
      new KeysteadError("NOT_PERMITTED", `the service says that ${JSON.stringify(subject)} has no log yet`),
    );
  try {
    const log = verifyLog(whole, { subject, now, pinned: contact && logOf(contact) });
    const followed = { log, entries: listOf(whole) };
    const next = contact ? { ...follow(contact, followed), alarm: undefined } : newContact(model, followed);
    return { model: looked(withContact(model, next), subject, now), effects: [], retired: [] };
  } catch (caught) {
    const error = KeysteadError.from(caught);
    if (!error) throw caught;
    if (!contact || error.kind !== "contradiction") return troubled(error);
    return contradicted(model, contact, error, whole, now);
  }
}

function newContact({ contacts }: Model, followed: FollowedLog): Contact {
  const number = 1 + Math.max(0, ...[...contacts.values()].map((each) => each.number));
  return { number, tracked: trackContact(followed.log), ...following(followed), alarm: undefined };
}

function contradicted(
  model: Model,
  contact: Contact,
  contradiction: KeysteadError,
  whole: readonly Bytes[],
  now: number,
): Stepped {
  const { code, message, rule } = contradiction;
  const { subject } = contact.tracked;
  const change = compareContact(contact.tracked, contradiction);
  const evidence = encodeEvidence(present(change.evidence));
  // The user may go on with another log: this contact may have lost everything, and begun a new log.
  const log = code === "REPLACED" ? verifiedOrNothing(whole, subject, now) : undefined;
  const offered = log && { log, entries: listOf(whole) };
  const error = new KeysteadError(code, message, { rule, details: { offered: log?.head ?? change.current } }).toJSON();
  const next = withContact(withEvidence(model, evidence), { ...contact, alarm: { error, evidence } });
  return { model: looked(next, subject, now, { offered }), effects: [], retired: [] };
}

/** Another log, if all of it is valid: an alarm must not fail by what follows its first link. */
function verifiedOrNothing(whole: readonly Bytes[], subject: string, now: number): LogState | undefined {
  try {
    return verifyLog(whole, { subject, now });
  } catch (caught) {
    if (KeysteadError.from(caught)) return undefined;
    throw caught;
  }
}

/** No answer came. */
export function takeContactFailure(model: Model, { subject }: ReadContactEffect, error: ErrorJson, env: Env): Stepped {
  return { model: looked(model, subject, readClock(env), { error }), effects: [], retired: [] };
}

/** Forgets a contact. @throws `INVALID_ARGUMENT` */
export function untrack(model: Model, subject: string): Model {
  tracked(model, subject);
  const without = <T>(of: ReadonlyMap<string, T>) => new Map([...of].filter(([each]) => each !== subject));
  const sync = { ...model.sync, contacts: without(model.sync.contacts) };
  return { ...model, contacts: without(model.contacts), sync };
}

/**
 * Moves a tracked contact to what the user was shown.
 *
 * @throws `CONTACT_CHANGED` when the contact has changed again since, or contradicts what was verified; `COMPARE_AGAIN`
 */
export function acknowledge(model: Model, { subject, head, compared, evenIf }: Acknowledgement): Model {
  const contact = tracked(model, subject);
  const { alarm } = contact;
  const offered = evenIf === "replaced" && alarm ? model.sync.contacts.get(subject)?.offered : undefined;
  if (alarm && !offered) throw changed(changeOf(contact), "the service contradicts what was verified of this contact");
  const next = offered ?? { log: logOf(contact), entries: contact.entries };
  if (!isSameHead(next.log.head, head))
    throw changed(changeOf(contact), "this contact has changed again since the user was shown it");
  const moved = acknowledgeContact(contact.tracked, next.log, { compared, evenIf: offered && "replaced" });
  return withContact(model, { number: contact.number, tracked: moved, ...following(next), alarm: undefined });
}

function withContact(model: Model, contact: Contact): Model {
  const { subject } = contact.tracked;
  if (model.contacts.get(subject) === contact) return model;
  return { ...model, contacts: new Map([...model.contacts, [subject, contact]]) };
}

function looked(model: Model, subject: string, at: number, { error, offered }: Partial<ContactLook> = {}): Model {
  const contacts = new Map([...model.sync.contacts, [subject, { at, error, offered }]]);
  return { ...model, sync: { ...model.sync, contacts } };
}
