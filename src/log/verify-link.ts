// Verification of one link on the state before it: the only way from bytes to a verified state.
// docs/spec.md section 6.

import type { CborValue } from "../bytes/cbor.js";
import type { LogId } from "../bytes/ids.js";
import { type ErrorDetails, KeysteadError, problemOf } from "../errors.js";
import { verifyLabelled } from "../primitives/sign.js";
import { advance } from "./advance.js";
import type { Clock } from "./clock.js";
import type { LinkType, TypedBody } from "./contract.js";
import type { Delivered, UnverifiedEntry, UnverifiedLink } from "./entry.js";
import { judge, type SignatureCheck } from "./judge.js";
import { linkType } from "./registry.js";
import { type LogFacts, type LogState, verifiedState } from "./state.js";

/**
 * Reads a link's body by its type. Version and type come first, so that the error for a link of a later version says so, in
 * any shape; then the link's own shape, then the body's.
 *
 * @throws `UNSUPPORTED` (LOG-1), `INVALID_ENCODING` (ENC-1, ENC-2), `TOO_LARGE` (ENC-3)
 */
export function readBody(link: UnverifiedLink): TypedBody {
  const value = link.fields;
  const type = knownType(value);
  // The link's own shape.
  void link.signatures;
  return { type, body: type.schema.read(value, "link.body") };
}

/**
 * The position that a link of any version claims, in the form of version 1; undefined if it claims none. It proves nothing.
 *
 * @throws `INVALID_ENCODING` (ENC-1, ENC-2), `TOO_LARGE` (ENC-3) where the body is no map
 */
export function claimedPosition(link: UnverifiedLink): number | undefined {
  const seq = link.fields.get("seq");
  return typeof seq === "number" ? seq : undefined;
}

/** LOG-1: a version and a type that this library knows. An unknown one is never skipped. */
function knownType(body: ReadonlyMap<string, CborValue>): LinkType {
  const version = body.get("v");
  const name = body.get("type");
  if (typeof version !== "number") throw malformed("link.body.v", "must be an integer");
  if (version !== 1) throw unsupported(`version ${version}`, { version });
  if (typeof name !== "string") throw malformed("link.body.type", "must be text");
  const type = linkType(name);
  if (type) return type;
  // Quoted and cut short: the author of the bytes chose this name.
  const shown = name.slice(0, 40);
  throw unsupported(`type ${JSON.stringify(shown)}`, { type: shown });
}

function malformed(name: string, problem: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `${name} ${problem}`, { rule: "ENC-2", details: { name } });
}

function unsupported(what: string, details: ErrorDetails): KeysteadError {
  return new KeysteadError(
    "UNSUPPORTED",
    `the link is of ${what}, which this library does not know; update the library. This is no verdict on the log: keep the last verified head, and seal and author nothing until then`,
    { rule: "LOG-1", details },
  );
}

/** Whether an error says that a link is of a version or type that this library does not know (LOG-1). */
export function isUnsupported(error: unknown): error is KeysteadError {
  return error instanceof KeysteadError && error.code === "UNSUPPORTED";
}

/** A link that was found good, with its result. */
export interface VerifiedEntry {
  /** What the log is after it. A state of it is made where it leaves the library, not for each link of a whole log. */
  readonly log: LogFacts;
  /** The attachments that were delivered, of those that the link commits to. */
  readonly delivered: Delivered;
}

/**
 * Verifies one entry on the state before it and applies it.
 *
 * @param check judges its signatures.
 * @throws {@link KeysteadError} naming the rule; the state before is untouched.
 */
export function verifyEntry(
  before: LogFacts,
  entry: UnverifiedEntry,
  clock: Clock,
  check: SignatureCheck = verifyLabelled,
): VerifiedEntry {
  let what = "link";
  try {
    const typed = readBody(entry.link);
    what = `${typed.type.type} link`;
    const judged = judge(before, typed, { entry, clock, check });
    return { log: advance(before, entry.link, judged), delivered: judged.delivered };
  } catch (error) {
    throw located(error, what, before.head.log, before.head.seq + 1);
  }
}

/** The state after an entry. @throws as {@link verifyEntry} */
export function verifyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock): LogState {
  return verifiedState(verifyEntry(before, entry, clock).log);
}

/**
 * The state after a link whose bytes were verified before: it does what {@link verifyLink} does, without verifying signatures.
 */
export function reapplyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock): LogFacts {
  return verifyEntry(before, entry, clock, () => true).log;
}

/** Says in the error which link of which log it is about. */
export function located(error: unknown, what: string, log: LogId, seq: number): unknown {
  if (!(error instanceof KeysteadError)) return error;
  return new KeysteadError(error.code, `${what} ${seq}: ${problemOf(error)}`, {
    rule: error.rule,
    details: { ...error.details, seq, ...(log && { log }) },
    cause: error,
  });
}
