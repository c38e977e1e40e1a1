// What a screen shows of a contact. docs/spec.md section 10.

import { freeze } from "../bytes/frozen.js";
import type { ErrorJson } from "../errors.js";
import type { ContactChange } from "../fingerprint/change.js";
import { fingerprintOf, formatFingerprint } from "../fingerprint/fingerprint.js";
import type { Head } from "../log/state.js";
import { changeOf } from "./contact.js";
import type { Model } from "./model.js";

/** A tracked contact as a screen shows it. */
export interface ContactView {
  readonly subject: string;
  /** The newest head that is shown here. */
  readonly head: Head;
  /** The fingerprint of the contact's log at this head, 60 digits, to compare with what the contact shows. */
  readonly fingerprint: string;
  /** Whether the user has compared fingerprints with the contact. */
  readonly verified: boolean;
  /**
   * - `none`: as the user acknowledged it.
   * - `milder`: devices that were trusted changed something, or approved new ones. Sealing goes on.
   * - `changed`: others changed something. Nothing is sealed to the contact until the user has acknowledged that.
   * - `alarm`: the service shows a log that contradicts what this device verified; `change.evidence` shows it to others. Nothing is
   * sealed to the contact until the log goes on from what was verified, or the user goes on with another log.
   */
  readonly news: "none" | "milder" | "changed" | "alarm";
  /** What changed since the user acknowledged the contact; undefined for nothing. `textOf` has words for it. */
  readonly change: ContactChange | undefined;
  /** Why the newest log is not known, when the last look at it failed. */
  readonly error: ErrorJson | undefined;
}

/** The contacts of a model, by subject. */
export function contactViews({ contacts, sync }: Model): readonly ContactView[] {
  const views = [...contacts.values()].map((contact): ContactView => {
    const change = changeOf(contact);
    // A log that came back empty has no head to show.
    const head = change?.current.seq ? change.current : contact.head;
    const fingerprint = formatFingerprint(fingerprintOf(head));
    const { subject, verified } = contact.tracked;
    return {
      subject,
      head,
      fingerprint,
      verified,
      news: newsOf(change),
      change,
      error: sync.contacts.get(subject)?.error,
    };
  });
  return freeze(views.sort((a, b) => (a.subject < b.subject ? -1 : 1)));
}

function newsOf(change: ContactChange | undefined): ContactView["news"] {
  if (!change) return "none";
  if (change.evidence) return "alarm";
  return change.status === "extended" ? "milder" : "changed";
}
