// How a tracked contact's log changed: the facts. `textOf` puts them into words. docs/spec.md section 10.

import type { MemberId } from "../bytes/ids.js";
import type { MemberName } from "../coverage/names.js";
import type { Evidence } from "../log/evidence.js";
import type { Head } from "../log/state.js";

/**
 * `same`; `extended`: only by the class that was trusted at the tracked head; `extended-by-others`; and three contradictions: `forked`,
 * `rolled-back`, `replaced`.
 */
export type ContactStatus = "same" | "extended" | "extended-by-others" | "forked" | "rolled-back" | "replaced";

/** A link since the tracked head. */
export interface ContactLink {
  readonly seq: number;
  readonly type: string;
  readonly author: MemberId | "operator";
  /** What the author is called. Its device chose the name: show it as text, and do not rely on it. */
  readonly by: MemberName;
  /** As the author says (LOG-7). */
  readonly when: Date;
  /** Whether the author belongs, as of the new head, to the class that was trusted at the tracked head. */
  readonly trusted: boolean;
}

/** A member that entered or left since the tracked head. */
export interface ContactMember {
  readonly member: MemberId;
  /** What it is called, as in {@link ContactLink}. */
  readonly name: MemberName;
  /** As in {@link ContactLink}. */
  readonly trusted: boolean;
}

/** What the links since the tracked head say; nothing when the offered log does not continue the tracked one. */
export interface ContactFacts {
  /** In order. */
  readonly links: readonly ContactLink[];
  /** Active now and not at the tracked head. */
  readonly added: readonly ContactMember[];
  /** Active at the tracked head and not now. */
  readonly removed: readonly ContactMember[];
  /** Whether a member of the class that was trusted at the tracked head is still active. */
  readonly trustedStillActive: boolean;
}

/** A contact's log compared with what was stored of it. */
export interface ContactChange extends ContactFacts {
  /** A code that `textOf` has words for; a program uses `status`. */
  readonly code: `contact-${ContactStatus}`;
  readonly status: ContactStatus;
  readonly subject: string;
  readonly tracked: Head;
  /** The head that was offered. */
  readonly current: Head;
  /** For the three contradictions: what shows them to a third party (`checkEvidence`). */
  readonly evidence: Evidence | undefined;
}
