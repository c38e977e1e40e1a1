// KeysteadError: the one error this library throws. A closed union of codes. An error has the rule it enforces, facts about where
// it happened, and a kind that says what an app does. Documented in docs/errors.md; no message or detail ever holds a secret.

/**
 * Every code a {@link KeysteadError} can carry.
 *
 * - `INVALID_ARGUMENT`: a caller passed a value of the wrong type, length or range.
 * - `INVALID_ENCODING`: bytes or text are not the one strict encoding of what they should be (ENC-1, ENC-2).
 * - `TOO_LARGE`: a size limit was exceeded; checked before any work is done (ENC-3).
 * - `INVALID_KEY`: a public key fails validation (SIG-3, SIG-4, KEM-1).
 * - `INVALID_SIGNATURE`: a signature is missing, surplus, out of order or wrong (SIG-1..5, LOG-4).
 * - `INVALID_LINK`: a link breaks a rule of the log; `rule` names it.
 * - `UNSUPPORTED`: a link or a stored record is of a version or type that this library does not know (LOG-1). Update; not a verdict on
 *   the log.
 * - `NOT_YET`: a link or a head statement is from further ahead than the clock skew allows (LOG-3, SVC-3). Retry later; not a
 *   verdict on the log.
 * - `CLOCK`: an author's log is dated further ahead of its clock than the clock skew allows (LOG-3). Set the clock.
 * - `FORKED`: two valid links claim one position; `details.evidence` holds them, when links showed the fork.
 * - `ROLLED_BACK`: a log ends before a head that was already verified.
 * - `REPLACED`: another log was offered for a subject whose log is known.
 * - `WRONG_SUBJECT`: the log is the log of another subject (LOG-8).
 * - `NOT_PERMITTED`: the acting member may not author this link; `rule` says why.
 * - `UNKNOWN_MEMBER`: an id names no member, or no active member, of the log.
 * - `NO_ACCESS`: this keyring does not reach the epoch that is needed.
 * - `NOT_A_RECIPIENT`: the content is not sealed to this keyring's log.
 * - `GRANT_UNAVAILABLE`: grant bytes that the log commits to have not been delivered; fetch them and retry.
 * - `STALE_LOG`: a log ends before a head that signed content or the service names, or nothing shows that it is fresh (SVC-2,
 *   SVC-6); fetch its newest entries and statement and retry.
 * - `ROTATION_DUE`: sealing is refused until a device rotates (MEM-7).
 * - `CONTACT_CHANGED`: a tracked contact's log changed in a way that the user must acknowledge first (section 10).
 * - `CONTACT_UNVERIFIED`: a recipient's fingerprint was not compared, and sealing asked for that.
 * - `COMPARE_AGAIN`: a device was compared, and since then the log, the device, its keys or whom it approved have changed
 *   (section 10).
 * - `CORRUPT_CONTENT`: sealed content fails authentication.
 * - `BACKUP_KEY_INVALID`: a backup key text cannot be read, or only by guessing (BAK-1).
 * - `FINGERPRINT_INVALID`: a fingerprint text is in none of the known forms.
 * - `WIPED`: a secret was used after it was wiped.
 * - `UNVERIFIED_MEMBERS`: an act of escrow that must not be believed brought members in (ESC-8); remove them first.
 * - `ESCROW_UNKNOWN`: this link needs the newest escrow log, or must withhold its epoch from escrow (ESC-4, MEM-6).
 * - `STORE_STALE`: another tab or process committed to the store since it was loaded; nothing was written. Load again and retry.
 * - `STORE_UNAVAILABLE`: the store cannot be read or written now: it is full, blocked or closed. Nothing was written, except where
 *   `details.reason` is `unknown`: load the store and see.
 * - `STORE_CORRUPT`: what the store holds is not what was committed, or was sealed by another key.
 * - `PENDING`: an earlier link of this device is not settled yet. Wait until it is.
 * - `LOST_RACE`: another link was faster, and what it changed may change the user's mind. Look again, and decide again.
 * - `OFFLINE`: the service was not reached or did not answer. It may have received what was sent. Or the cipher that is loaded only
 *   where WebCrypto is missing could not be loaded.
 * - `FORBIDDEN`: the service refused to answer this device or this account. Sign in again, or ask the service.
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
  | "COMPARE_AGAIN"
  | "CORRUPT_CONTENT"
  | "BACKUP_KEY_INVALID"
  | "FINGERPRINT_INVALID"
  | "WIPED"
  | "UNVERIFIED_MEMBERS"
  | "ESCROW_UNKNOWN"
  | "STORE_STALE"
  | "STORE_UNAVAILABLE"
  | "STORE_CORRUPT"
  | "PENDING"
  | "LOST_RACE"
  | "OFFLINE"
  | "FORBIDDEN";

/**
 * The kind of problem that a code stands for, and so what an app does. Every code has one kind.
 *
 * - `caller`: the call is wrong in this state. Fix the code, or do first what the message says.
 * - `bad-input`: data from elsewhere is bad. Do not accept it, and ask for it again.
 * - `not-now`: nothing is bad. Something must happen first; then try again.
 * - `contradiction`: offered data contradicts what was verified before. Stop, keep the evidence, and show the user.
 */
export type ErrorKind = "caller" | "bad-input" | "not-now" | "contradiction";

/** The kind of every code. Closed, as the codes are. docs/errors.md has one section for each kind. */
const KINDS: Readonly<Record<ErrorCode, ErrorKind>> = {
  INVALID_ARGUMENT: "caller",
  INVALID_ENCODING: "bad-input",
  TOO_LARGE: "bad-input",
  INVALID_KEY: "bad-input",
  INVALID_SIGNATURE: "bad-input",
  INVALID_LINK: "bad-input",
  UNSUPPORTED: "not-now",
  NOT_YET: "not-now",
  CLOCK: "not-now",
  FORKED: "contradiction",
  ROLLED_BACK: "contradiction",
  REPLACED: "contradiction",
  WRONG_SUBJECT: "bad-input",
  NOT_PERMITTED: "caller",
  UNKNOWN_MEMBER: "caller",
  NO_ACCESS: "not-now",
  NOT_A_RECIPIENT: "not-now",
  GRANT_UNAVAILABLE: "not-now",
  STALE_LOG: "not-now",
  ROTATION_DUE: "not-now",
  COMPARE_AGAIN: "not-now",
  CONTACT_CHANGED: "not-now",
  CONTACT_UNVERIFIED: "not-now",
  CORRUPT_CONTENT: "bad-input",
  BACKUP_KEY_INVALID: "bad-input",
  FINGERPRINT_INVALID: "bad-input",
  WIPED: "caller",
  UNVERIFIED_MEMBERS: "not-now",
  ESCROW_UNKNOWN: "not-now",
  STORE_STALE: "not-now",
  STORE_UNAVAILABLE: "not-now",
  STORE_CORRUPT: "bad-input",
  PENDING: "not-now",
  LOST_RACE: "not-now",
  OFFLINE: "not-now",
  FORBIDDEN: "not-now",
};

/** Id of a rule of docs/spec.md, such as `LOG-3`. */
export type RuleId = `${"SIG" | "KEM" | "ENC" | "LOG" | "MEM" | "GRT" | "BAK" | "ESC" | "SVC" | "SAS"}-${number}`;

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

/**
 * An error as plain data, which survives `postMessage`, `structuredClone` and JSON: what {@link KeysteadError.toJSON} gives and
 * {@link KeysteadError.from} takes. In `details`, bytes are `{ $bytes: "hexadecimal" }` and dates `{ $date: "ISO 8601" }`.
 */
export interface ErrorJson {
  readonly name: "KeysteadError";
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly rule?: RuleId;
  readonly message: string;
  readonly details: ErrorDetails;
  /** Present if the cause is a `KeysteadError` too. Other errors are left out, since they may hold anything. */
  readonly cause?: ErrorJson;
}

/** Seen by every copy of the library: `instanceof` knows the errors of its own copy only. */
const BRAND = /* @__PURE__ */ Symbol.for("keystead.KeysteadError");

/** How deep details and causes are followed. None of this library's is half as deep. */
const MAX_DEPTH = 32;
/** How many values of a sent error are read. A clone shares equal parts, so it can hold one list a billion times. */
const MAX_VALUES = 100_000;

/** How many values may still be read. */
interface Budget {
  left: number;
}

/** The text of each error without its rule, for an error that reports the same problem of something larger. */
const PROBLEMS = /* @__PURE__ */ new WeakMap<KeysteadError, string>();

/** The text of an error without its rule: what was wrong, in words. */
export function problemOf(error: KeysteadError): string {
  return PROBLEMS.get(error) ?? error.message;
}

/** The one error class of the library. Thrown, never returned; a call that throws has changed nothing. */
export class KeysteadError extends Error {
  /** Always `KeysteadError`. */
  override readonly name = "KeysteadError";
  /** One of the closed set of codes. Branch on this, or on {@link kind}, not on the message. */
  readonly code: ErrorCode;
  /** The kind of problem: the same for every error of this code. */
  readonly kind: ErrorKind;
  /** The rule of docs/spec.md that was broken, when there is one. */
  readonly rule: RuleId | undefined;
  /** Where and what, as plain data. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(withRule(message, options.rule), "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.kind = KINDS[code];
    this.rule = options.rule;
    this.details = Object.freeze({ ...options.details });
    PROBLEMS.set(this, message);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the value is an error of this library, thrown by this copy of it or by another one in the same program. */
  static is(value: unknown): value is KeysteadError {
    return readable(() => Object(value)[BRAND] === true) ?? false;
  }

  /**
   * The error that a value is or stands for: an error of this copy, as it is; an error of another copy of the library; what
   * {@link toJSON} gave, also after `structuredClone`, `postMessage` or JSON.
   *
   * @returns undefined for everything else: another error, a value in the wrong form, or a code that this version does not know.
   * Never throws. What it returns is only as trustworthy as the sender of the value.
   */
  static from(value: unknown): KeysteadError | undefined {
    return readable(() => {
      if (!KeysteadError.is(value)) return fromJson(value, 0, { left: MAX_VALUES });
      return value instanceof KeysteadError && isKnown(value.code) ? value : fromOtherCopy(value);
    });
  }

  /** This error as plain data, for `postMessage` and JSON. `structuredClone` of the error itself loses all but the message. */
  toJSON(): ErrorJson {
    return toJson(this, 0);
  }
}

function withRule(message: string, rule: RuleId | undefined): string {
  // A message that was sent has its rule already.
  return rule === undefined || message.endsWith(`[${rule}]`) ? message : `${message} [${rule}]`;
}

/** What reading gives; undefined where a getter or a proxy throws. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(KINDS, code);
}

function isRule(rule: unknown): rule is RuleId {
  return typeof rule === "string" && /^(SIG|KEM|ENC|LOG|MEM|GRT|BAK|ESC|SVC|SAS)-\d{1,3}$/.test(rule);
}

function fromOtherCopy({ code, message, rule, details, cause, stack }: KeysteadError): KeysteadError | undefined {
  if (!isKnown(code)) return undefined;
  const error = new KeysteadError(code, message, {
    rule: isRule(rule) ? rule : undefined,
    details,
    ...(cause === undefined ? {} : { cause }),
  });
  // Where it was thrown, which is what a developer looks for.
  if (typeof stack === "string") error.stack = stack;
  return error;
}

function toJson({ code, kind, rule, message, details, cause }: KeysteadError, depth: number): ErrorJson {
  return {
    name: "KeysteadError",
    code,
    kind,
    ...(rule === undefined ? {} : { rule }),
    message,
    details: packed(details, 0) as ErrorDetails,
    ...(cause instanceof KeysteadError && depth < MAX_DEPTH ? { cause: toJson(cause, depth + 1) } : {}),
  };
}

function fromJson(value: unknown, depth: number, budget: Budget): KeysteadError | undefined {
  if (!isPlain(value) || depth > MAX_DEPTH) return undefined;
  const { name, code, rule, message, details = {}, cause } = value;
  if (name !== "KeysteadError" || !isKnown(code) || typeof message !== "string" || !isPlain(details)) return undefined;
  if (rule !== undefined && !isRule(rule)) return undefined;
  const before = cause === undefined ? undefined : fromJson(cause, depth + 1, budget);
  return new KeysteadError(code, message, {
    rule,
    details: unpacked(details, 0, budget) as ErrorDetails,
    ...(before && { cause: before }),
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // A clone from another realm, such as a frame, has that realm's prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Details as data that JSON keeps. Data that is not plain is left out: an object of a class may hold anything. */
function packed(value: unknown, depth: number): unknown {
  if (value instanceof Uint8Array) return { $bytes: toHex(value) };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : { $date: value.toISOString() };
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => packed(item, depth + 1) ?? null);
  if (!isPlain(value)) return undefined;
  const fields = Object.entries(value).map(([name, item]) => [name, packed(item, depth + 1)] as const);
  return Object.fromEntries(fields.filter(([, item]) => item !== undefined));
}

/** @throws when a value is in no form that {@link packed} gives, or too large */
function unpacked(value: unknown, depth: number, budget: Budget): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw new RangeError("too much");
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) throw new RangeError("too deep");
  if (Array.isArray(value)) return value.map((item) => unpacked(item, depth + 1, budget));
  const entries = Object.entries(value);
  const [name, item] = entries.length === 1 ? entries.flat() : [];
  if (name === "$bytes") return fromHex(item);
  if (name === "$date") return dateOf(item);
  return Object.fromEntries(entries.map(([key, each]) => [key, unpacked(each, depth + 1, budget)]));
}

// Written here, since bytes/ reports its errors by this file.
function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

function fromHex(hex: unknown): Uint8Array {
  if (typeof hex !== "string" || !/^(?:[0-9a-f]{2})*$/.test(hex)) throw new TypeError("not hexadecimal");
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function dateOf(text: unknown): Date {
  const date = new Date(String(text));
  if (date.toISOString() !== text) throw new TypeError("not a date");
  return date;
}
