// What the files in vectors/ hold, and how bytes are written in them: the shapes that vectors/README.md describes.

import { base64urlnopad } from "@scure/base";
import type { MemberId } from "../../src/bytes/ids.js";
import type { ErrorCode, RuleId } from "../../src/errors.js";

/** Bytes as base64url without padding. Ids and hashes of links are hexadecimal instead (docs/spec.md section 4.3). */
export type Base64Url = string;

/** Every file of vectors/negative says what is attacked; `rules` are those that the attack breaks. */
export interface Negative {
  readonly description: string;
  readonly rules: readonly RuleId[];
}

/** What a reader must answer. */
export interface ExpectedError {
  readonly code: ErrorCode;
  /** The rule that is reported, which is not always the one attacked. */
  readonly rule?: RuleId | undefined;
}

/** How a log is verified. */
export interface Load {
  readonly subject: string;
  readonly kind: "user" | "escrow";
  readonly now?: number | undefined;
}

/** The options of `verifyLog` and `appendEntry` that a file says. */
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
  /** Which file of vectors/prefixes holds the entries before; null where there are none. */
  readonly prefix: string | null;
  readonly bad: readonly Base64Url[];
  readonly good: readonly Base64Url[];
  /** `entry` counts prefix and bad together, from 1. */
  readonly error: ExpectedError & { readonly entry: number };
}

/** Runs of epochs, `[from, to]`. */
export type RunsText = readonly (readonly [number, number])[];

/** What a member secretly holds: its own seed, and the seeds of epochs. */
export interface Secrets {
  /** Hexadecimal, as every id. */
  readonly member: string;
  readonly seed: Base64Url;
  readonly epochs: readonly (readonly [number: number, seed: Base64Url])[];
}

/** What a member gets from the grants of an entry (docs/spec.md section 7.3). */
export interface Outcome {
  readonly opened: RunsText;
  readonly junk: RunsText;
  readonly withheld: RunsText;
}

/** A grant that its author did not make as GRT-2 says, as a holder of the set finds out (GRT-3). */
export interface WrongGrantText {
  readonly recipient: string;
  /** As the grant has them: its smallest and largest epoch, and how many. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly wrong: "keyring" | "box";
}

/** vectors/negative/grants: an entry after `prefix` that is valid, and what its grants are worth. */
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
  /** Whose keyring opens it. */
  readonly reader: { readonly log: string; readonly epochs: Secrets["epochs"] };
  readonly purpose: string;
  readonly associatedData: Base64Url;
  /** Whose log the reader gives, in vectors/prefixes; absent where it does not ask who sealed. */
  readonly sender?: string;
  readonly pieces: readonly Base64Url[];
  /** Which pieces, from 0. */
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
  /** What is offered now: a log in vectors/prefixes, or entries where no valid log has them. */
  readonly bad: string | readonly Base64Url[];
  readonly good: string;
  readonly error: ExpectedError;
  /** What comes of the entries of `bad` one by one, on the log that was verified before; null if nothing is wrong with them. */
  readonly alone: ExpectedError | null;
}

/** vectors/negative/single: an entry that comes alone, for a position that the log has filled. */
export interface SingleVector extends Negative {
  /** The log, in vectors/prefixes. */
  readonly log: string;
  readonly bad: Base64Url;
  /** The entry that stands there, which changes nothing; or where only a fork would tell, another that is none. */
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/statements: what a service did not state, or does not state any more. */
export interface StatementVector extends Negative {
  /** The log that it is about, in vectors/prefixes. */
  readonly log: string;
  /** The log of the attack, if it is another one. */
  readonly badLog?: string;
  readonly now: number;
  /** If the log is to be sealed to: how long ago it may have been stated. */
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

/** vectors/negative/pin-bytes: bytes that are no pin of a contact. */
export interface PinBytesVector extends Negative {
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/keyrings: bytes that are no keyring, or none of this log as it is. */
export interface KeyringVector extends Negative {
  /** The log that it is brought back to, in vectors/prefixes; absent where it is only read. */
  readonly log?: string;
  readonly bad: Base64Url;
  readonly good: Base64Url;
  readonly error: ExpectedError;
}

/** vectors/negative/standing: what the signer of content is to a reader (section 10). */
export interface StandingVector extends Negative {
  /** The log at the pin, in vectors/prefixes; absent where the reader has none. */
  readonly pinned?: string;
  readonly bad: { readonly log: string; readonly member: string };
  readonly good: { readonly log: string; readonly member: string };
  readonly standing: { readonly bad: string; readonly good: string };
}

/** vectors/negative/contacts: what became of a tracked contact (section 10). */
export interface ContactVector extends Negative {
  readonly load: Load;
  /** The log at the pin, in vectors/prefixes. */
  readonly pinned: string;
  /** What follows `pinned`. */
  readonly bad: readonly Base64Url[];
  readonly good: readonly Base64Url[];
  readonly status: { readonly bad: string; readonly good: string };
}

/** vectors/negative/evidence: bytes that do not show what they say. */
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

/** A device that asks what it owes: its secrets, and what its user said on it. */
export interface Asking extends Secrets {
  readonly confirmed?: { readonly log: string; readonly seq: number; readonly hash: string };
  readonly own?: readonly string[];
  readonly notOwn?: readonly string[];
  readonly removeEscrow?: string;
  readonly declined?: boolean;
  readonly enrollAgain?: number;
}

/** vectors/negative/escrow: what needs both logs (section 11). */
export interface EscrowVector extends Negative {
  /** What is asked; see vectors/README.md for each. */
  readonly question: "pointer" | "act" | "unverified" | "needs" | "agenda" | "claimed" | "due" | "loose" | "record";
  readonly bad: Logs;
  readonly good: Logs;
  /** For `agenda`: who asks, and what its user said on it. */
  readonly device?: { readonly bad: Asking; readonly good: Asking };
  /** For `record`: an admin of the escrow log, and the record's entry with its opening. */
  readonly admin?: Secrets;
  readonly record?: { readonly bad: Base64Url; readonly good: Base64Url };
  readonly answer: { readonly bad: unknown; readonly good: unknown };
}

/** A file to be written, by its path below vectors/. */
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
