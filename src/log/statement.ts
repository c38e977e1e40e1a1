// What a service states of a log: its head at a time, signed by a statement key that the operator certifies until a date. So a
// reader can prove what a service showed, and knows how old a log may be. docs/spec.md section 13.4 (SVC-1 to SVC-4).

import { checkOptions } from "../arguments/options.js";
import { checkMilliseconds, checkTime, MAX_TIME } from "../arguments/time.js";
import { assertBytes, type Bytes, equalBytes } from "../bytes/bytes.js";
import type { LinkHash, LogId } from "../bytes/ids.js";
import {
  bytes,
  bytesUpTo,
  decode,
  encode,
  hexBytes,
  type Infer,
  literal,
  record,
  tuple,
  uint,
} from "../bytes/schema.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { OperatorKeys } from "../keys/operator-keys.js";
import { StatementKeys } from "../keys/statement-keys.js";
import * as LABELS from "../primitives/labels.js";
import { checkVerifyingKey, SIGNATURE_LENGTH, VERIFYING_KEY_LENGTH, verifyLabelled } from "../primitives/sign.js";
import { DEFAULT_SKEW } from "./clock.js";
import { compareHead, type NamedHead } from "./heads.js";
import { assertLog, type Head, type LogState } from "./state.js";

/** Most bytes of a signed statement, its certificate included. */
export const MAX_STATEMENT_BYTES = 512;

const ms = uint({ max: MAX_TIME });
const statementFields = record({
  v: literal(1),
  log: hexBytes<LogId>(32),
  seq: uint({ min: 1 }),
  hash: hexBytes<LinkHash>(32),
  at: ms,
});
const certificateFields = record({ v: literal(1), key: bytes(VERIFYING_KEY_LENGTH), until: ms });
const part = bytesUpTo(MAX_STATEMENT_BYTES, 1);
const signature = bytes(SIGNATURE_LENGTH);
const signedCertificate = tuple(part, signature);
const signedStatement = tuple(part, signature, part, signature);

/** What {@link certifyStatementKey} certifies. */
export interface StatementKeyOptions {
  /** The statement key's public key, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** Until when it may state heads, in milliseconds since 1970. */
  readonly until: number;
}

/**
 * The operator certifies a statement key until a date. Choose days, not years: a certificate cannot be taken back.
 *
 * @returns the signed certificate, for {@link stateHead}.
 * @throws `INVALID_KEY` for a value that is no key; `INVALID_ARGUMENT`, `WIPED`
 */
export function certifyStatementKey(operator: OperatorKeys, options: StatementKeyOptions): Bytes {
  OperatorKeys.check(operator, "operator");
  const { signingKey, until } = checkOptions(options);
  checkVerifyingKey(signingKey, "options.signingKey");
  checkTime("options.until", until);
  const certificate = encode(certificateFields, { v: 1, key: signingKey, until }, "certificate");
  const signed = operator.signLabelled(LABELS.headCertificate, certificate);
  return encode(signedCertificate, [certificate, signed], "certificate");
}

/**
 * A service states that a log's head was this at a time. It states only heads of links that it accepted for good. It never dates
 * a statement before its last one of that log, even if its clock was set back: such a statement would be evidence against the
 * service (SVC-5).
 *
 * @param certificate of this key, from {@link certifyStatementKey}.
 * @param at milliseconds since 1970, by the service's clock.
 * @returns the signed statement, to be given out with the log.
 * @throws `INVALID_ARGUMENT`, with SVC-2 when `at` is after the certificate's date; `INVALID_ENCODING`, `TOO_LARGE`, `WIPED`
 */
export function stateHead(head: Head, keys: StatementKeys, certificate: Uint8Array, at: number): Bytes {
  StatementKeys.check(keys, "keys");
  const { log, seq, hash } = checkOptions(head, "head");
  checkTime("at", at);
  const [certified, byOperator] = decode(signedCertificate, certificate, {
    name: "certificate",
    maxBytes: MAX_STATEMENT_BYTES,
  });
  const { key, until } = readCertificate(certified);
  if (!equalBytes(key, keys.signingKey)) {
    throw new KeysteadError("INVALID_ARGUMENT", "certificate is for another key than the one that states", {
      rule: "SVC-1",
    });
  }
  if (at > until) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `the certificate of the statement key ended ${at - until} ms before; have the operator certify a key again`,
      { rule: "SVC-2", details: { at, until } },
    );
  }
  const statement = encode(statementFields, { v: 1, log, seq, hash, at }, "statement");
  const byKey = keys.signLabelled(LABELS.headStatement, statement);
  return encode(signedStatement, [statement, byKey, certified, byOperator], "statement");
}

/** How a statement is judged. */
export interface VerifyStatementOptions {
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** How far ahead of `now` a statement may be, in milliseconds; default 10 minutes. */
  readonly skew?: number | undefined;
  /** The verified log that the statement should name. Its first link names the operator. */
  readonly log?: LogState | undefined;
  /** The operator's public key, if the caller has no log. */
  readonly operator?: Uint8Array | undefined;
}

/** What a service stated, after its signature was verified. */
export interface StatedHead {
  /** The head that the log had, as the service states. */
  readonly head: Head;
  /** When the log had that head, in milliseconds since 1970, by the service's clock. */
  readonly at: number;
  /** The statement key's public key. */
  readonly signingKey: Bytes;
  /** Until when the operator certified that key. */
  readonly until: number;
  /**
   * How the stated head compares with `options.log`: `behind` and `current` say that the log has all that the service had then;
   * `ahead` that it does not. Undefined without a log.
   */
  readonly named: Exclude<NamedHead, { readonly status: "forked" }> | undefined;
}

/**
 * Judges what a service states of a log's head.
 *
 * Keep the newest statement for each log, and compare it with the next one (`compareStatements`).
 *
 * @param statement bytes from anywhere.
 * @throws
 * - `INVALID_SIGNATURE` when this operator's service did not sign it (SVC-1), or when it was made after its key's date (SVC-2);
 * - `STALE_LOG` (SVC-2) when that date has passed, `NOT_YET` (SVC-3) when it is ahead of the clock;
 * - `WRONG_SUBJECT` (SVC-4) when it names another log, `FORKED` (SVC-4) when the log has another link there;
 * - `INVALID_ENCODING`, `TOO_LARGE`, `INVALID_ARGUMENT`
 */
export function verifyStatement(statement: Uint8Array, options: VerifyStatementOptions): StatedHead {
  const { now, skew, log, operator } = checkStatementOptions(options);
  const stated = readStatement(statement, operator);
  const named = log && placeStated(log, stated);
  const { at, until } = stated;
  if (now > until) {
    throw new KeysteadError(
      "STALE_LOG",
      "the statement is by a key whose certificate has ended; fetch a newer statement, or set the clock",
      { rule: "SVC-2", details: { log: stated.head.log, at, until, now } },
    );
  }
  if (at > now + skew) {
    throw new KeysteadError(
      "NOT_YET",
      `the statement is dated ${at - now} ms ahead of this clock; try again later, or set the clock`,
      { rule: "SVC-3", details: { ahead: at - now, skew } },
    );
  }
  return { ...stated, named };
}

/**
 * A statement that the operator's service signed (SVC-1), with a key that was certified at the statement's time (SVC-2). The time
 * of reading does not matter.
 */
export function readStatement(statement: Uint8Array, operator: Uint8Array): Omit<StatedHead, "named"> {
  const [stated, byKey, certified, byOperator] = decode(signedStatement, statement, {
    name: "statement",
    maxBytes: MAX_STATEMENT_BYTES,
  });
  const { key, until } = readCertificate(certified);
  const { log, seq, hash, at } = decode(statementFields, stated, {
    name: "statement.head",
    maxBytes: MAX_STATEMENT_BYTES,
  });
  if (!verifyLabelled(LABELS.headCertificate, operator, certified, byOperator))
    throw notTheirs("SVC-1", "the log's operator has not certified the key that states this");
  if (!verifyLabelled(LABELS.headStatement, key, stated, byKey))
    throw notTheirs("SVC-1", "the statement is not signed by the key that is certified for it");
  if (at > until) throw notTheirs("SVC-2", "it was stated after the date until which its key is certified");
  return { head: { log, seq, hash }, at, signingKey: key, until };
}

/** SVC-4: the statement names this log, and the log has what was stated. */
function placeStated(log: LogState, { head, at }: Pick<StatedHead, "head" | "at">): StatedHead["named"] {
  if (head.log !== log.head.log) {
    throw new KeysteadError("WRONG_SUBJECT", "the statement names another log than the one given", {
      rule: "SVC-4",
      details: { expected: log.head.log, actual: head.log },
    });
  }
  const named = compareHead(log, head);
  if (named.status !== "forked") return named;
  throw new KeysteadError(
    "FORKED",
    `the service states another link ${head.seq} than the one that this log has; trust nothing new from it, and keep the statement`,
    { rule: "SVC-4", details: { pinned: named.known, offered: head, at } },
  );
}

function readCertificate(certificate: Uint8Array): Infer<typeof certificateFields> {
  return decode(certificateFields, certificate, { name: "statement.certificate", maxBytes: MAX_STATEMENT_BYTES });
}

function notTheirs(rule: "SVC-1" | "SVC-2", message: string): KeysteadError {
  return new KeysteadError("INVALID_SIGNATURE", `${message}; do not believe the statement`, { rule });
}

function checkStatementOptions(options: VerifyStatementOptions) {
  const { now, skew = DEFAULT_SKEW, log, operator } = checkOptions(options);
  checkTime("options.now", now);
  checkMilliseconds("options.skew", skew);
  if (log !== undefined) assertLog(log, "options.log");
  if (operator !== undefined) assertBytes(operator, VERIFYING_KEY_LENGTH, "options.operator");
  const key = log ? operatorOf(log) : operator;
  if (!key) throw new KeysteadError("INVALID_ARGUMENT", "give options.log, or options.operator");
  if (operator && !equalBytes(key, operator)) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.operator is another key than options.log names", {
      details: { expected: toHex(key), actual: toHex(operator) },
    });
  }
  return { now, skew, log, operator: key };
}

/** The key that certifies for this log. @throws `INVALID_ARGUMENT` (SVC-1) if there is none */
export function operatorOf({ operator, head }: Pick<LogState, "operator" | "head">): Uint8Array {
  if (operator) return operator;
  throw new KeysteadError("INVALID_ARGUMENT", `log ${head.log} names no operator, so nobody can state its head`, {
    rule: "SVC-1",
    details: { log: head.log },
  });
}
