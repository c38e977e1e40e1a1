// Comparing a tracked contact's log with what was stored of it. docs/spec.md section 10 and LOG-8.

import { present } from "../bytes/present.js";
import { dateOf } from "../coverage/dates.js";
import { type NameOf, nameMembers } from "../coverage/names.js";
import { KeysteadError } from "../errors.js";
import { foundersWithoutEscrow } from "../log/approvals.js";
import { type ContradictionKind, type Evidence, makeEvidence } from "../log/evidence.js";
import { continuityOf } from "../log/heads.js";
import { offeredBy, wrongSubject } from "../log/pins.js";
import { assertLog, findMember, type Head, type LogState, type Member } from "../log/state.js";
import type { ContactChange, ContactFacts, ContactStatus } from "./change.js";
import { checkContact, type TrackedContact } from "./tracked-contact.js";

/**
 * Says how a contact's log changed since it was stored.
 *
 * `extended` means that every author since the tracked head belongs, as of the new head, to the class that was trusted at the tracked head. A
 * device that joined and was then approved by that class belongs to it. A device that nobody approved does not, a device that
 * only escrow approved does not, and neither escrow nor the service's operator ever does.
 *
 * @param current the newest verified state, or the `FORKED`, `ROLLED_BACK` or `REPLACED` error that `verifyLog` or
 * `appendEntry` threw instead of giving one; also after it was sent (`KeysteadError.from`).
 * @throws `WRONG_SUBJECT` (LOG-8) for the log of somebody else; `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function compareContact(contact: TrackedContact, current: LogState | KeysteadError): ContactChange {
  const checked = checkContact(contact);
  const refused = KeysteadError.from(current);
  if (refused) return changeOfError(checked, refused);
  assertLog(current, "current");
  checkSubject(checked, current.subject);
  const contradiction = contradictionOf(checked.head, current);
  if (contradiction) {
    return contradictionChange(contradiction, checked, current.head, evidenceOf(contradiction, checked, current));
  }
  const facts = factsSince(checked, current);
  const byClass = facts.links.every(({ trusted }) => trusted);
  const status = facts.links.length === 0 ? "same" : byClass ? "extended" : "extended-by-others";
  return makeChange(status, checked, current.head, facts);
}

function contradictionOf(tracked: Head, now: LogState): ContradictionKind | undefined {
  const history = now.head.log === tracked.log ? continuityOf(now, tracked) : "replaced";
  return history === "continued" ? undefined : history;
}

/** The part of the offered log that shows the contradiction. */
function evidenceOf(kind: ContradictionKind, { subject, head }: TrackedContact, now: LogState): Evidence {
  const end = kind === "replaced" ? 1 : head.seq;
  return makeEvidence(kind, subject, head, offeredBy(now).bytes().slice(0, end));
}

function changeOfError(contact: TrackedContact, error: KeysteadError): ContactChange {
  const { evidence, offered } = error.details as { readonly evidence?: Evidence; readonly offered?: Head };
  const kind = evidence?.kind;
  if (!evidence || !offered || !kind || kind === "equivocated") {
    throw new KeysteadError("INVALID_ARGUMENT", "the error holds no evidence about a contact's log", { cause: error });
  }
  checkSubject(contact, evidence.subject);
  if (evidence.pinned.log !== contact.head.log) {
    throw new KeysteadError("INVALID_ARGUMENT", "the error concerns another log than the tracked one", {
      cause: error,
    });
  }
  return contradictionChange(kind, contact, offered, evidence);
}

function contradictionChange(
  kind: ContradictionKind,
  contact: TrackedContact,
  current: Head,
  evidence: Evidence,
): ContactChange {
  const nothing = { links: [], added: [], removed: [], trustedStillActive: false };
  return makeChange(kind, contact, current, nothing, evidence);
}

function factsSince(contact: TrackedContact, now: LogState): ContactFacts {
  const founders = foundersWithoutEscrow(now);
  const trusted = new Set(contact.confirmed);
  // A device or a backup key; an escrow member counts as others, by any approval (section 10).
  const isTrusted = ({ id, kind }: Member) => kind !== "escrow" && trusted.has(present(founders.get(id)));
  // Most logs have not changed, and sealing compares thousands: only a change needs names.
  let names: NameOf | undefined;
  const nameOf: NameOf = (who) => {
    names ??= nameMembers(now);
    return names(who);
  };
  const links = [...now.links].slice(contact.head.seq).map(({ seq, type, time, author }) => {
    const member = author === "operator" ? undefined : findMember(now, author);
    const trusted = member !== undefined && isTrusted(member);
    return { seq, type, author, by: nameOf(author), when: dateOf(time), trusted };
  });
  const shown = (member: Member) => ({ member: member.id, name: nameOf(member.id), trusted: isTrusted(member) });
  const wasThere = ({ position }: Member) => position <= contact.head.seq;
  const wentSince = ({ removed }: Member) => removed !== undefined && removed.seq > contact.head.seq;
  return {
    links,
    added: [...now.active.values()].filter((member) => !wasThere(member)).map(shown),
    removed: [...now.removed].filter((member) => wasThere(member) && wentSince(member)).map(shown),
    trustedStillActive: [...now.active.values()].some(isTrusted),
  };
}

function makeChange(
  status: ContactStatus,
  { subject, head: tracked }: TrackedContact,
  current: Head,
  facts: ContactFacts,
  evidence?: Evidence,
): ContactChange {
  return { code: `contact-${status}`, status, subject, tracked, current, ...facts, evidence };
}

/** The error for a change that the user must see. @param then what follows from it, or what to do then */
export function contactChanged(change: ContactChange, then: string): KeysteadError {
  return new KeysteadError(
    "CONTACT_CHANGED",
    `the log of this contact is ${change.status}; show the user details.change${then}`,
    { details: { change } },
  );
}

function checkSubject({ subject }: TrackedContact, actual: string): void {
  if (actual === subject) return;
  throw wrongSubject("the log is of another subject than the contact", "look up the right contact, or the right log", {
    expected: subject,
    actual,
  });
}
