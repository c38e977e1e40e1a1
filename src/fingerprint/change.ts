// What became of a tracked contact's log: the facts, and one text for people. docs/spec.md section 10.

import type { MemberId } from "../bytes/ids.js";
import { counted } from "../coverage/names.js";
import type { Evidence } from "../log/evidence.js";
import type { Head, Member } from "../log/state.js";

/**
 * `same`; `extended` by the class that was trusted at the pin alone; `extended-by-others`; and three contradictions:
 * `forked`, `rolled-back`, `replaced`.
 */
export type ContactStatus = "same" | "extended" | "extended-by-others" | "forked" | "rolled-back" | "replaced";

/** A link since the pin. */
export interface ContactLink {
  readonly seq: number;
  readonly type: string;
  /** Milliseconds since 1970, as its author says (LOG-7). */
  readonly time: number;
  readonly author: MemberId | "operator";
  /** The author's name, if known. Chosen by its device: show it as text, believe nothing. */
  readonly name: string | undefined;
  /** Whether the author belongs, as of the new head, to the class that was trusted at the pin. */
  readonly trusted: boolean;
}

/** A member that came or went since the pin. */
export interface ContactMember extends Pick<Member, "id" | "kind" | "name"> {
  /** As in {@link ContactLink}. */
  readonly trusted: boolean;
}

/** What links say that were added since a pin; nothing where the offered log does not continue the pinned one. */
export interface ContactFacts {
  /** In order. */
  readonly links: readonly ContactLink[];
  /** Active now and not at the pin. */
  readonly added: readonly ContactMember[];
  /** Active at the pin and not now. */
  readonly removed: readonly ContactMember[];
  /** Whether a member of the class that was trusted at the pin is still active. */
  readonly trustedLeft: boolean;
}

/** A contact's log compared with its pin. */
export interface ContactChange extends ContactFacts {
  readonly status: ContactStatus;
  readonly subject: string;
  readonly pinned: Head;
  /** The head that was offered. */
  readonly current: Head;
  /** For the three contradictions: what shows them to a third party (`checkEvidence`). */
  readonly evidence: Evidence | undefined;
  /** For people, in English. An application with its own words goes by `status` and the facts. */
  readonly text: string;
}

/** @internal The text for people. */
export function describeChange(status: ContactStatus, subject: string, facts: ContactFacts): string {
  return TEXTS[status](printable(subject), facts);
}

const TEXTS: Readonly<Record<ContactStatus, (who: string, facts: ContactFacts) => string>> = {
  same: (who) => `${who}: nothing has changed.`,
  extended: (who, facts) =>
    sentences(`${who}: ${counted(facts.links.length, "change")}, all by devices you trusted before`, ...comings(facts)),
  "extended-by-others": (who, facts) => {
    const others = facts.links.filter(({ trusted }) => !trusted);
    const strangers = facts.added.filter(({ trusted }) => !trusted);
    return sentences(
      `${who}: ${counted(others.length, "change")} not by the devices you trusted: ${listed(others.map(nameLink))}`,
      strangers.length > 0
        ? `Approved by none of them: ${listed(strangers.map(nameMember))}`
        : "Nobody was added without their approval",
      ...comings(facts),
      `Compare fingerprints with ${who} before you send anything`,
    );
  },
  forked: (who) =>
    `${who}: ALARM. Two different histories of one log were shown, which no honest server does. Send nothing, keep ` +
    `the evidence, and reach ${who} in another way.`,
  "rolled-back": (who) =>
    `${who}: ALARM. The log ends before a point that was seen earlier: its newest links, removals perhaps, are ` +
    "withheld. Send nothing, and try again over another connection.",
  replaced: (who) =>
    `${who}: ALARM. Another log is offered. Either ${who} lost everything and started over, or somebody has taken ` +
    `the place of ${who}. Send nothing before you have asked in another way and compared fingerprints.`,
};

function comings({ added, removed, trustedLeft }: ContactFacts): readonly string[] {
  return [
    ...(added.length > 0 ? [`Added: ${listed(added.map(nameMember))}`] : []),
    ...(removed.length > 0 ? [`Removed: ${listed(removed.map(nameMember))}`] : []),
    ...(trustedLeft ? [] : ["None of the devices you trusted is left"]),
  ];
}

function nameLink({ type, author, name, seq }: ContactLink): string {
  return `${type} by ${author === "operator" ? "the service" : nameMember({ id: author, name })} (link ${seq})`;
}

function nameMember({ id, name }: { readonly id: MemberId; readonly name: string | undefined }): string {
  return name === undefined ? `member ${id}` : `"${printable(name)}"`;
}

const MAX_LISTED = 5;

function listed(items: readonly string[]): string {
  const more = items.length - MAX_LISTED;
  return items.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function sentences(...parts: readonly string[]): string {
  return `${parts.join(". ")}.`;
}

/** A thief's device chooses its name: no quotes, line breaks or changes of direction with which to forge this text. */
function printable(text: string): string {
  return text.replace(/["\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}
