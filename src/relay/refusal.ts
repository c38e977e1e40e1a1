// What a relay answers when it refuses: a problem document with a code, and the rule where there is one.

import { KeysteadError, problemOf } from "../errors.js";
import { NO_BLOB, NO_LOG, PROBLEM, writeProblem } from "../transport/wire.js";

/** Codes of the relay itself. All others are codes of {@link KeysteadError}. */
export type RefusalCode =
  | typeof NO_LOG
  | typeof NO_BLOB
  | "NO_ROUTE"
  | "UNSIGNED"
  | "FORBIDDEN"
  | "RATE_LIMITED"
  | "HEAD_RESERVED"
  | "TOO_LARGE"
  | "CONTENT_TYPE"
  | "TOO_SLOW"
  | "BODY_MISMATCH"
  | "BLOB_EXISTS"
  | "RANGE"
  | "REPLAYED"
  | "STATED"
  | "UNAVAILABLE";

/** An answer that is thrown. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly rule: string | undefined;
  /** Milliseconds after which another try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: RefusalCode | KeysteadError["code"],
    detail: string,
    { rule, retryAfter }: { readonly rule?: string | undefined; readonly retryAfter?: number | undefined } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.rule = rule;
    this.retryAfter = retryAfter;
  }

  response(): Response {
    const { status, code, rule, message, retryAfter } = this;
    return new Response(writeProblem(status, { code, rule, detail: message }), {
      status,
      headers: {
        "content-type": PROBLEM,
        ...(retryAfter !== undefined && { "retry-after": String(Math.max(1, Math.ceil(retryAfter / 1000))) }),
      },
    });
  }
}

/** A refusal for what the library says of bytes or of an entry. */
export function refusalOf(status: number, error: KeysteadError): Refusal {
  return new Refusal(status, error.code, problemOf(error), { rule: error.rule });
}

/** @throws {@link Refusal} 400 for what is not in its form */
export function wellFormed<T>(read: () => T): T {
  return refusing(400, read);
}

/** @throws {@link Refusal} of this status for what the library refuses */
export function refusing<T>(status: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw KeysteadError.is(error) ? refusalOf(status, error) : error;
  }
}

export function noLog(): Refusal {
  return new Refusal(404, NO_LOG, "there is no such subject or log, or the log was replaced");
}

export function noBlob(): Refusal {
  return new Refusal(404, NO_BLOB, "there is no such blob, or it was deleted");
}

export function noRoute(): Refusal {
  return new Refusal(404, "NO_ROUTE", "there is no such route, or not with this method");
}

export function unsigned(): Refusal {
  return new Refusal(401, "UNSIGNED", "sign the request as a member of the log");
}

/** The relay stops, or its database is not made ready yet: another one, or this one, answers soon. */
export function stopping(): Refusal {
  return new Refusal(503, "UNAVAILABLE", "the service starts or stops; try again", { retryAfter: 1000 });
}
