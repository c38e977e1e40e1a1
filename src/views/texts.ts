// Texts for people: what the library says, by code and facts, and the catalogue that puts it into words. An app with its own
// catalogue does not ship the English one. docs/spec.md section 8.

import type { Question } from "../agenda/steps.js";
import type { Runs } from "../bytes/runs.js";
import type { ReportedWrongGrant } from "../coverage/coverage-report.js";
import type { AccessLink } from "../coverage/explain.js";
import type { Closer, GapAdvice } from "../coverage/gaps.js";
import type { MemberName } from "../coverage/names.js";
import type { Stretch } from "../coverage/stretches.js";
import type { Warning } from "../coverage/warnings.js";
import { KeysteadError } from "../errors.js";
import type { ToDo } from "../escrow/organisation-report.js";
import type { EscrowStatus, UnfinishedActStatus } from "../escrow/user-coverage.js";
import type { ContactChange } from "../fingerprint/change.js";
import type { DeviceComparison, LogComparison } from "../fingerprint/compare.js";
import type { EvidenceVerdict } from "../log/check-evidence.js";
import type { MemberKind } from "../log/state.js";
import type { ActReason } from "../trust/acts.js";
import type { EscrowNeed } from "../trust/escrow-needs.js";
import type { PointerVerdict } from "../trust/pointer.js";
import type { RenewalReason } from "../trust/renewal.js";
import type { Activity } from "./activity.js";
import type { CorrectionLine, CoverageColumn, CoverageLine, ReportColumn, ReportLine } from "./lines.js";
import type { RemovalView } from "./removal.js";
import type { ChangeName, ConnectionState, EscrowQuestion, SessionQuestion, Status } from "./session.js";

/** Everything that a catalogue has words for: `code` says what it is, the other fields are the facts. */
export type Tellable =
  | MemberName
  | Warning
  | Closer
  | GapAdvice
  | Activity
  | RemovalView
  | AccessLink
  | ReportedWrongGrant
  | ContactChange
  | LogComparison
  | DeviceComparison
  | Question
  | SessionQuestion
  | EscrowQuestion
  | EvidenceVerdict
  | ToDo
  | CoverageLine
  | ReportLine
  | CorrectionLine;

/** The code of something that there are words for. */
export type TextCode = Tellable["code"];

/** The facts of a code. */
export type FactsOf<C extends TextCode> = Tellable extends infer T
  ? T extends { readonly code: infer K }
    ? C extends K
      ? T & { readonly code: C }
      : never
    : never
  : never;

/**
 * The words for every code, in one language: a code without words does not compile. To replace only some, spread another
 * catalogue: `{ ...english, day: (date) => date.toLocaleDateString() }`.
 *
 * Devices write names, and a thief's device does too. `MemberName` has names on one line and without control characters. A
 * catalogue shows a name with `shortId` when `withId` says so, and when the name reads like the catalogue's own word for the
 * service or for escrow.
 */
export interface Catalogue {
  /** The day of a date. */
  readonly day: (date: Date) => string;
  /** Epoch numbers: `1-3, 5`, or `none`. */
  readonly runs: (runs: Runs) => string;
  /** Epochs as people read them: `encryption key 4`, `encryption keys 1-3, 5`. */
  readonly epochs: (runs: Runs) => string;
  /** Epochs without a gap and their dates. */
  readonly stretch: (stretch: Stretch, catalogue: Catalogue) => string;
  /** `Laptop, Phone and Tablet`. */
  readonly list: (items: readonly string[]) => string;
  /** The function that says each code. */
  readonly texts: CatalogueTexts;
  /** Single words and titles of the plain-text reports. */
  readonly words: CatalogueWords;
}

/** For each code what says it, out of its facts. */
export type CatalogueTexts = { readonly [C in TextCode]: TextMaker<C> };

/**
 * Says one code. The catalogue is the one that the caller gave to {@link textOf}: it writes the dates, lists and names in the
 * text.
 */
export type TextMaker<C extends TextCode> = (facts: FactsOf<C>, catalogue: Catalogue) => string;

/** Single words, titles of the plain-text reports, and the states of a session. */
export interface CatalogueWords {
  readonly kinds: Readonly<Record<MemberKind, string>>;
  readonly statuses: Readonly<Record<EscrowStatus, string>>;
  readonly pointers: Readonly<Record<PointerVerdict | "none", string>>;
  readonly renewals: Readonly<Record<RenewalReason, string>>;
  readonly acts: Readonly<Record<ActReason, string>>;
  readonly unfinished: Readonly<Record<UnfinishedActStatus, string>>;
  /** What a member reads, when that is unknown, or when it reads nothing now. */
  readonly access: Readonly<Record<"unknown" | "not-now", string>>;
  readonly answers: Readonly<Record<"yes" | "no", string>>;
  readonly coverageColumns: Readonly<Record<CoverageColumn, string>>;
  readonly coverageSections: Readonly<Record<"lost" | "unknown" | "gaps" | "wrong-grants" | "warnings", string>>;
  readonly reportColumns: Readonly<Record<ReportColumn, string>>;
  /** The `status` of a session, as a sentence. */
  readonly sessions: Readonly<Record<Status, string>>;
  /** The `connection` of a session, as a sentence. */
  readonly connections: Readonly<Record<ConnectionState, string>>;
  /** What a device does, such as `renaming a device`: the `intent` of what is pending. */
  readonly changes: Readonly<Record<ChangeName, string>>;
  /** What an escrow log lacks before it works. */
  readonly needs: Readonly<Record<EscrowNeed, string>>;
}

/**
 * Puts something into words: a warning, a line of activity, a member's name, a step of advice, a comparison, a question.
 *
 * @param catalogue such as `english`.
 * @throws `INVALID_ARGUMENT` for what the catalogue has no words for
 */
export function textOf(thing: Tellable, catalogue: Catalogue): string {
  const code: unknown = thing?.code;
  const texts: Readonly<Record<string, (facts: never, catalogue: Catalogue) => string>> | undefined = catalogue?.texts;
  if (typeof code !== "string" || !texts || !Object.hasOwn(texts, code)) {
    throw new KeysteadError("INVALID_ARGUMENT", `the catalogue has no text for the code ${JSON.stringify(code)}`);
  }
  return (texts[code] as (facts: never, catalogue: Catalogue) => string)(thing as never, catalogue);
}
