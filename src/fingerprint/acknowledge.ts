// Continues with a contact whose log has changed: automatically when the change is harmless, otherwise when the user decides so.
// docs/spec.md section 10.

import { assertLog, type LogState } from "../log/state.js";
import type { ContactStatus } from "./change.js";
import { compareContact, contactChanged } from "./contacts.js";
import { type ContactVerification, isVerified, makeContact, type TrackedContact } from "./tracked-contact.js";
import { trustedFounders } from "./trusted-class.js";

/** Options of {@link acknowledgeContact}. */
export interface AcknowledgeContactOptions extends ContactVerification {
  /**
   * The one contradiction that the user has seen and accepts. Each of them can mean that somebody reads what is sent from now on.
   */
  readonly evenIf?: Extract<ContactStatus, "forked" | "rolled-back" | "replaced"> | undefined;
}

/**
 * Call this before sealing to a tracked contact. It refuses unless the contact's log is `same` or `extended`.
 *
 * @returns the contact moved to the log's head, to be stored in place of the old one, so that a later rollback is noticed.
 * It keeps the trusted class, and whether the user verified it.
 * @throws `CONTACT_CHANGED` with `details.change`; errors of `compareContact`
 */
export function requireContactUnchanged(contact: TrackedContact, log: LogState): TrackedContact {
  const change = compareContact(contact, log);
  if (!isHarmless(change.status)) throw contactChanged(change, " and call acknowledgeContact");
  return moved(contact, log, contact.verified);
}

/**
 * Records that the user has seen what {@link compareContact} says of this very state, and continues.
 *
 * @returns the contact at the log's head, to be stored in place of the old one. After a change by others it trusts the
 * class that is confirmed now, and is unverified unless the options say that the user compared this very state.
 * @throws `CONTACT_CHANGED` with `details.change` for a contradiction that `options.evenIf` does not name; `COMPARE_AGAIN` for the
 * token of another state: acknowledge the state that was compared, and then continue with the newer one; errors of
 * `compareContact`
 */
export function acknowledgeContact(
  contact: TrackedContact,
  log: LogState,
  options: AcknowledgeContactOptions = {},
): TrackedContact {
  // Not the error of verifyLog: the user can continue only from a state.
  assertLog(log);
  const change = compareContact(contact, log);
  const { status } = change;
  if (isHarmless(status)) return moved(contact, log, isVerified(log, options, contact.verified));
  if (status !== "extended-by-others" && status !== options?.evenIf)
    throw contactChanged(change, `, and to go on all the same say evenIf: "${status}"`);
  return makeContact(log, trustedFounders(log), isVerified(log, options));
}

function isHarmless(status: ContactStatus): boolean {
  return status === "same" || status === "extended";
}

/**
 * The trusted class is copied from the old contact, and not read anew. If its last member has left by itself, a stranger that had
 * joined before must not be trusted before the user decides so.
 */
function moved(contact: TrackedContact, log: LogState, verified: boolean): TrackedContact {
  return makeContact(log, contact.confirmed, verified);
}
