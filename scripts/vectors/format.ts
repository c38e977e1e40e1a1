// The shapes of the files in vectors/, which vectors/README.md describes, and how bytes are written in them.

import { base64urlnopad } from "@scure/base";
import type { Head, MemberId } from "../../src/bytes/ids.js";
import type { ErrorCode, RuleId } from "../../src/errors.js";

/** Bytes as base64url without padding. Ids and hashes of links are hexadecimal instead (docs/spec.md section 4.3). */
export type Base64Url = string;

/** Every file of vectors/negative names the attack. `rules` are the rules that the attack breaks. */
export interface Negative {
  readonly description: string;
  readonly rules: readonly RuleId[];
}

/** The answer that a reader must give. */
export interface ExpectedError {
  readonly code: ErrorCode;
  /** The rule that is reported, which is not always the one attacked. */
  readonly rule?: RuleId | undefined;
}

/** Options with which a log is verified. */
export interface Load {
  readonly subject: string;
  readonly kind: "user" | "escrow";
  readonly now?: number | undefined;
}

/** The options of `verifyLog` and `appendEntry` in a file. */
export function optionsOf<L extends Partial<Load>>(load: L) {
  return { ...load, now: load.now ?? ("unchecked" as const) };
}

/** vectors/prefixes: entries that vectors begin with, without attachments. */
export interface Prefix {
  readonly subject: string;
  readonly kind: "user" | "escrow";
  readonly head: { readonly log: string; readonly seq: number; readonly hash: string };
  readonly entries: readonly Base64Url[];
}

/** vectors/negative/log: entries after `prefix` that are refused, and others in their place that are accepted. */
export interface LogVector extends Negative {
  readonly load: Load;
  /** The file of vectors/prefixes that holds the entries before; null where there are none. */
  readonly prefix: string | null;
  readonly bad: readonly Base64Url[];
  readonly good: readonly Base64Url[];
  /** `entry` counts prefix and bad together, from 1. */
  readonly error: ExpectedError & { readonly entry: number };
}

/** Runs of epochs, `[from, to]`. */
export type RunsText = readonly (readonly [number, number])[];

/** A member's secrets: its own seed, and the seeds of epochs. */
export interface Secrets {
  /** Hexadecimal, like every id. */
  readonly member: string;
  readonly seed: Base64Url;
  readonly epochs: readonly (readonly [number: number, seed: Base64Url])[];
}

/** The epochs that a member gets from the grants of an entry (docs/spec.md section 7.3). */
export interface Outcome {
  readonly opened: RunsText;
  readonly junk: RunsText;
  readonly withheld: RunsText;
}

/** A grant that breaks GRT-2, as a holder of the set finds out (GRT-3). */
export interface WrongGrantText {
  readonly recipient: string;
  /** The set as the grant describes it: its smallest and largest epoch, and how many. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly wrong: "keyring" | "box";
}

/** vectors/negative/grants: a valid entry after `prefix`, and the verdict on its grants. */
export interface GrantVector extends Negative {
  readonly load: Load;
  /** As in {@link LogVector}. */
  readonly prefix: string;
  readonly recipient: Secrets;
  readonly holder: Secrets;
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly received: { readonly bad: Outcome; readonly good: Outcome };
  readonly checked: { readonly bad: readonly WrongGrantText[]; readonly good: readonly WrongGrantText[] };
}

/** vectors/negative/content: sealed content, joined from `pieces`, that does not open. */
export interface ContentVector extends Negative {
  /** The member whose keyring opens it. */
  readonly reader: { readonly log: string; readonly epochs: Secrets["epochs"] };
  readonly purpose: string;
  readonly associatedData: Base64Url;
  /** The log that the reader gives, in vectors/prefixes; absent where it does not ask for a sender. */
  readonly sender?: string;
  readonly pieces: readonly Base64Url[];
  /** Indexes of pieces, from 0. */
  readonly bad: readonly number[];
  readonly good: readonly number[];
  readonly error: ExpectedError;
}

/** vectors/negative/backup: a text that is no backup key of the log. */
export interface BackupVector extends Negative {
  readonly load: Load;
  /** The log, in vectors/prefixes. */
  readonly log: string;
  readonly bad: string;
  readonly good: string;
  readonly error: ExpectedError & { readonly reason: string };
}

/** vectors/negative/fingerprints: a text that is no fingerprint. */
export interface FingerprintVector extends Negative {
  readonly bad: string;
  readonly good: string;
  readonly error: ExpectedError;
}

/** vectors/negative/comparisons: a fingerprint that is not what it is compared with. */
export interface ComparisonVector extends Negative {
  /** The log at hand, in vectors/prefixes. */
  readonly log: string;
  /** The device that is asked about; absent where the whole log is compared. */
  readonly with?: MemberId;
  readonly bad: string;
  readonly good: string;
  readonly comparison: { readonly bad: ComparisonResult; readonly good: ComparisonResult };
}

/** What a comparison finds, and the device that it names. */
export interface ComparisonResult {
  readonly result: string;
  readonly names?: MemberId;
}

/** vectors/negative/pins: a log that contradicts what was verified before. */
export interface PinVector extends Negative {
  readonly load: Load;
  /** The log that was verified before, in vectors/prefixes. */
  readonly pinned: string;
  /** Whether only its head is pinned. */
  readonly only?: "head";
  /** The log that is offered now: in vectors/prefixes, or as entries where no valid log has them. */
  readonly bad: string | readonly Base64Url[];
  readonly good: string;
  readonly error: ExpectedError;
  /** The results of the entries of `bad`, one by one, on the log that was verified before; null for an entry without a fault. */
  readonly alone: ExpectedError | null;
}

/** vectors/negative/single: an entry that comes alone, for a position that the log has filled. */
export interface SingleVector extends Negative {
  /** The log, in vectors/prefixes. */
  readonly log: string;
  readonly bad: Base64Url;
  /**
   * An entry for that position that changes nothing: the one that stands there or, where only a fork would show a difference,
   * another.
   */
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/statements: statements that the service did not make, or that are no longer valid. */
export interface StatementVector extends Negative {
  /** The log of the statement, in vectors/prefixes. */
  readonly log: string;
  /** The log of the attack, if it is another one. */
  readonly badLog?: string;
  readonly now: number;
  /** If the log is to be sealed to: the highest age of a statement. */
  readonly maxAge?: number;
  /** Null if there is no statement. */
  readonly bad: Base64Url | null;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/equivocations: a statement that contradicts one that a reader kept. */
export interface EquivocationVector extends Negative {
  readonly log: string;
  readonly kept: Base64Url;
  readonly bad: Base64Url;
  readonly good: Base64Url;
}

/** vectors/negative/contact-bytes: bytes that are no tracked contact. */
export interface ContactBytesVector extends Negative {
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/keyrings: bytes that are no keyring, or a keyring that does not fit its log. */
export interface KeyringVector extends Negative {
  /** The log that the keyring meets, in vectors/prefixes; absent where it is only read. */
  readonly log?: string;
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/standing: the standing of a content's signer to a reader (section 10). */
export interface StandingVector extends Negative {
  /** The log at the pin, in vectors/prefixes; absent where the reader has none. */
  readonly pinned?: string;
  readonly bad: { readonly log: string; readonly member: string };
  readonly good: { readonly log: string; readonly member: string };
  readonly standing: { readonly bad: string; readonly good: string };
}

/** vectors/negative/contacts: changes of a tracked contact (section 10). */
export interface ContactVector extends Negative {
  readonly load: Load;
  /** The log at the pin, in vectors/prefixes. */
  readonly pinned: string;
  /** The entries after `pinned`. */
  readonly bad: readonly Base64Url[];
  readonly good: readonly Base64Url[];
  readonly status: { readonly bad: string; readonly good: string };
}

/** vectors/negative/evidence: bytes that do not show what they claim. */
export interface EvidenceVector extends Negative {
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** A user's log and the organisation's, in vectors/prefixes. */
export interface Logs {
  readonly user: string;
  readonly escrow: string;
}

/** A device that asks what it owes: its secrets, and its user's answers. */
export interface Asking extends Secrets {
  readonly confirmed?: Head;
  /** Head of the user's log when they confirmed it. */
  readonly confirmedAt?: Head;
  readonly own?: readonly string[];
  readonly notOwn?: readonly string[];
  readonly removeEscrow?: string;
  readonly declined?: boolean;
  readonly enrollAgain?: number;
}

/** vectors/negative/escrow: questions that need both logs (section 11). */
export interface EscrowVector extends Negative {
  /** The question; see vectors/README.md for each. */
  readonly question: "pointer" | "act" | "unverified" | "needs" | "agenda" | "claimed" | "due" | "loose" | "record";
  readonly bad: Logs;
  readonly good: Logs;
  /** For `agenda`: the device that asks, and its user's answers. */
  readonly device?: { readonly bad: Asking; readonly good: Asking };
  /** For `record`: an admin of the escrow log, and the record's entry with its opening. */
  readonly admin?: Secrets;
  readonly record?: { readonly bad: Base64Url; readonly good: Base64Url };
  readonly answer: { readonly bad: unknown; readonly good: unknown };
}

/** A file to write, by its path below vectors/. */
export type VectorFile = readonly [path: string, content: object];

export function text(bytes: Uint8Array): Base64Url {
  return base64urlnopad.encode(bytes);
}

export function texts(list: Iterable<Uint8Array>): Base64Url[] {
  return [...list].map(text);
}

export function bytes(text: Base64Url): Uint8Array {
  return base64urlnopad.decode(text);
}
