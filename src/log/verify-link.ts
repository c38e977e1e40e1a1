// Verification of one link on the state before it: the only way from bytes to a verified state.
// docs/spec.md section 6.

import { type CborValue, decodeCbor } from "../bytes/cbor.js";
import type { LogId } from "../bytes/ids.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { advance, originOf } from "./advance.js";
import {
  type Clock,
  checkEntered,
  checkGrants,
  checkIntroduced,
  checkMissing,
  checkPosition,
  checkSignatures,
  contextOf,
} from "./checks.js";
import type { Context, Effect, LinkType, TypedBody } from "./contract.js";
import { applyEffect } from "./effects.js";
import { MAX_LINK_BYTES, type UnverifiedEntry, type UnverifiedLink } from "./entry.js";
import type { AnyBody } from "./fields.js";
import { checkInvariants } from "./invariants.js";
import { linkType } from "./registry.js";
import type { LogFacts, LogKind, LogState } from "./state.js";

/**
 * Reads a link's body by its type. Version and type come first, so that a link of a later version is called that, whatever it
 * looks like; then the link's own shape, then the body's.
 *
 * @throws `UNSUPPORTED` (LOG-1), `INVALID_ENCODING` (ENC-1, ENC-2), `TOO_LARGE` (ENC-3)
 */
export function readBody(link: UnverifiedLink): TypedBody {
  const value = readMap(link);
  const type = knownType(value);
  // The link's own shape.
  void link.signatures;
  return { type, body: type.schema.read(value, "link.body") };
}

/**
 * The position that a link of any version says it is for, as version 1 writes it; undefined where it says none. It proves nothing.
 *
 * @throws `INVALID_ENCODING` (ENC-1, ENC-2), `TOO_LARGE` (ENC-3) where the body is no map
 */
export function claimedPosition(link: UnverifiedLink): number | undefined {
  const seq = readMap(link).get("seq");
  return typeof seq === "number" ? seq : undefined;
}

function readMap(link: UnverifiedLink): ReadonlyMap<string, CborValue> {
  const value = decodeCbor(link.body, { name: "link.body", maxBytes: MAX_LINK_BYTES, shared: true });
  if (!(value instanceof Map)) throw malformed("link.body", "must be a map");
  return value;
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

/**
 * Verifies one link on the state before it and applies it.
 *
 * @throws {@link KeysteadError} naming the rule; the state before is untouched.
 */
export function verifyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock): LogState {
  return applyLink(before, entry, clock, false);
}

/**
 * Applies a link whose very bytes were verified before, which their hash shows or is about to show: it does all that
 * {@link verifyLink} does but verify signatures.
 */
export function reapplyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock): LogState {
  return applyLink(before, entry, clock, true);
}

function applyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock, isKnown: boolean): LogState {
  let what = "link";
  try {
    const typed = readBody(entry.link);
    const { type, body } = typed;
    what = `${type.type} link`;
    checkPosition(before, body, clock);
    const context = contextOf(before, type, body);
    if (!isKnown) checkSignatures(before, type, body, entry.link);
    const introduced = checkIntroduced(before, type, body);
    const effect = judge(typed, context);
    const transition = applyEffect(before, context.author, effect, body);
    checkEntered(before, transition.entered);
    checkGrants(kindOf(before, body), transition, effect, body);
    checkInvariants(before, transition, { author: context.author, effect });
    return advance(before, entry, { typed, context, effect, transition, introduced });
  } catch (error) {
    throw located(error, what, before.head.log, before.head.seq + 1);
  }
}

/** What the link does, if the state before it admits it. Authors judge their own links by this too. */
export function judge({ type, body }: TypedBody, context: Context): Effect {
  checkMissing(type, body, context);
  type.admit(body, context);
  return type.effect(body, context);
}

/** The kind of log, which its first link says. */
function kindOf(before: LogFacts, body: AnyBody): LogKind {
  return before.head.seq === 0 ? originOf(body).kind : before.kind;
}

/** Says in the error which link of which log it is about. */
export function located(error: unknown, what: string, log: LogId, seq: number): unknown {
  if (!(error instanceof KeysteadError)) return error;
  const message = error.rule ? error.message.slice(0, -` [${error.rule}]`.length) : error.message;
  return new KeysteadError(error.code, `${what} ${seq}: ${message}`, {
    rule: error.rule,
    details: { ...error.details, seq, ...(log && { log }) },
    cause: error,
  });
}
