// KeysteadError: the one error this library throws. A closed union of codes, each with the rule it enforces and facts
// about where. Documented in docs/errors.md; no message or detail ever holds a secret.

/**
 * Every code a {@link KeysteadError} can carry.
 *
 * - `INVALID_ARGUMENT`: a caller passed a value of the wrong type, length or range.
 * - `INVALID_ENCODING`: bytes or text are not the one strict encoding of what they should be (ENC-1, ENC-2).
 * - `TOO_LARGE`: a size limit was exceeded; checked before any work is done (ENC-3).
 * - `INVALID_KEY`: a public key fails validation (SIG-3, SIG-4, KEM-1).
 * - `INVALID_SIGNATURE`: a signature is missing, surplus, out of order or wrong (SIG-1..5, LOG-4).
 * - `INVALID_LINK`: a link breaks a rule of the log; `rule` names it.
 * - `UNSUPPORTED`: a link is of a version or type that this library does not know (LOG-1). Update; not a verdict on the log.
 * - `NOT_YET`: a link or a head statement is from further ahead than the clock skew allows (LOG-3, SVC-3). Retry later; not a
 *   verdict on the log.
 * - `CLOCK`: an author's log is dated further ahead of its clock than the clock skew allows (LOG-3). Set the clock.
 * - `FORKED`: two valid links claim one position; `details.evidence` holds them, where it was links that showed it.
 * - `ROLLED_BACK`: a log ends before a head that was already verified.
 * - `REPLACED`: another log was offered for a subject whose log is known.
 * - `WRONG_SUBJECT`: the log is about somebody else (LOG-8).
 * - `NOT_PERMITTED`: the acting member may not author this link; `rule` says why.
 * - `UNKNOWN_MEMBER`: an id names no member, or no active member, of the log.
 * - `NO_ACCESS`: this keyring does not reach the epoch that is needed.
 * - `NOT_A_RECIPIENT`: the content is not sealed to this keyring's log.
 * - `GRANT_UNAVAILABLE`: grant bytes that the log commits to have not been delivered; fetch them and retry.
 * - `STALE_LOG`: a log ends before a head that signed content or the service names, or nothing shows that it is fresh (SVC-2,
 *   SVC-6); fetch its newest entries and statement and retry.
 * - `ROTATION_DUE`: sealing is refused until a device rotates (MEM-7).
 * - `CONTACT_CHANGED`: a tracked contact's log changed in a way to be acknowledged first (section 10).
 * - `CONTACT_UNVERIFIED`: a recipient's fingerprint was not compared, and sealing asked for that.
 * - `CORRUPT_CONTENT`: sealed content fails authentication.
 * - `BACKUP_KEY_INVALID`: a backup key text cannot be read, or not without guessing (BAK-1).
 * - `FINGERPRINT_INVALID`: a fingerprint text is in none of the known forms.
 * - `WIPED`: a secret was used after it was wiped.
 * - `UNVERIFIED_MEMBERS`: an act of escrow that is not to be believed brought members in (ESC-8); remove them first.
 * - `ESCROW_UNKNOWN`: this link needs the newest escrow log, or must withhold its epoch from escrow (ESC-4, MEM-6).
 * - `STORE_STALE`: another tab or process committed to the store since it was loaded; nothing was written. Load again and retry.
 * - `STORE_UNAVAILABLE`: the store cannot be read or written now: it is full, blocked or closed. Nothing was written.
 * - `STORE_CORRUPT`: what the store holds is not what was committed, or was sealed by another key.
 */
export type ErrorCode =
  | "INVALID_ARGUMENT"
  | "INVALID_ENCODING"
  | "TOO_LARGE"
  | "INVALID_KEY"
  | "INVALID_SIGNATURE"
  | "INVALID_LINK"
  | "UNSUPPORTED"
  | "NOT_YET"
  | "CLOCK"
  | "FORKED"
  | "ROLLED_BACK"
  | "REPLACED"
  | "WRONG_SUBJECT"
  | "NOT_PERMITTED"
  | "UNKNOWN_MEMBER"
  | "NO_ACCESS"
  | "NOT_A_RECIPIENT"
  | "GRANT_UNAVAILABLE"
  | "STALE_LOG"
  | "ROTATION_DUE"
  | "CONTACT_CHANGED"
  | "CONTACT_UNVERIFIED"
  | "CORRUPT_CONTENT"
  | "BACKUP_KEY_INVALID"
  | "FINGERPRINT_INVALID"
  | "WIPED"
  | "UNVERIFIED_MEMBERS"
  | "ESCROW_UNKNOWN"
  | "STORE_STALE"
  | "STORE_UNAVAILABLE"
  | "STORE_CORRUPT";

/** Id of a rule of docs/spec.md, such as `LOG-3`. */
export type RuleId = `${"SIG" | "KEM" | "ENC" | "LOG" | "MEM" | "GRT" | "BAK" | "ESC" | "SVC"}-${number}`;

/** Facts about an error: plain, printable, never secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What {@link KeysteadError} is made from. */
export interface ErrorOptions {
  /** The rule that was broken, when there is one. */
  readonly rule?: RuleId | undefined;
  /** Where and what, as plain data. */
  readonly details?: ErrorDetails | undefined;
  /** The error that led here. */
  readonly cause?: unknown;
}

/** What each error says without its rule: for an error that says the same of something larger. */
const PROBLEMS = /* @__PURE__ */ new WeakMap<KeysteadError, string>();

/** What an error says without its rule: what was wrong, in words. */
export function problemOf(error: KeysteadError): string {
  return PROBLEMS.get(error) ?? error.message;
}

/** The one error class of the library. Thrown, never returned; a call that throws has changed nothing. */
export class KeysteadError extends Error {
  /** Always `KeysteadError`. */
  override readonly name = "KeysteadError";
  /** One of the closed set of codes. Branch on this, not on the message. */
  readonly code: ErrorCode;
  /** The rule of docs/spec.md that was broken, when there is one. */
  readonly rule: RuleId | undefined;
  /** Where and what, as plain data. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(
      options.rule ? `${message} [${options.rule}]` : message,
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.code = code;
    this.rule = options.rule;
    this.details = Object.freeze({ ...options.details });
    PROBLEMS.set(this, message);
  }
}
