// Verification of one link on the state before it: the only way from bytes to a verified state.
// docs/spec.md section 6.

import { decodeCbor } from "../bytes/cbor.js";
import { KeysteadError } from "../errors.js";
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
import { type Context, type Effect, refuse, type TypedBody } from "./contract.js";
import { applyEffect } from "./effects.js";
import { MAX_LINK_BYTES, type UnverifiedEntry, type UnverifiedLink } from "./entry.js";
import type { AnyBody } from "./fields.js";
import { checkInvariants } from "./invariants.js";
import { linkType } from "./registry.js";
import type { LogFacts, LogKind, LogState } from "./state.js";

/** Reads a link's body by its type. @throws `INVALID_LINK` (LOG-1), `INVALID_ENCODING` (ENC-2) */
export function readBody(link: UnverifiedLink): TypedBody {
  const value = decodeCbor(link.body, { name: "link.body", maxBytes: MAX_LINK_BYTES, shared: true });
  if (!(value instanceof Map)) {
    throw new KeysteadError("INVALID_ENCODING", "link.body must be a map", {
      rule: "ENC-2",
      details: { field: "link.body" },
    });
  }
  const version = value.get("v");
  const name = value.get("type");
  if (version !== 1) refuse("LOG-1", "the link is of a version that this library does not know; update the library");
  const type =
    linkType(name) ?? refuse("LOG-1", "the link is of a type that this library does not know; update the library");
  return { type, body: type.schema.read(value, "link.body") };
}

/**
 * Verifies one link on the state before it and applies it.
 *
 * @throws {@link KeysteadError} naming the rule; the state before is untouched.
 */
export function verifyLink(before: LogFacts, entry: UnverifiedEntry, clock: Clock): LogState {
  let what = "link";
  try {
    const typed = readBody(entry.link);
    const { type, body } = typed;
    what = `${type.type} link`;
    checkPosition(before, body, clock);
    const context = contextOf(before, type, body);
    checkSignatures(before, type, body, entry.link);
    const introduced = checkIntroduced(before, type, body);
    const effect = judge(typed, context);
    const transition = applyEffect(before, context.author, effect, body);
    checkEntered(before, transition.entered);
    checkGrants(kindOf(before, body), transition, effect, body);
    checkInvariants(before, transition, { author: context.author, effect });
    return advance(before, entry, { typed, context, effect, transition, introduced });
  } catch (error) {
    throw located(error, what, before);
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
function located(error: unknown, what: string, { head }: LogFacts): unknown {
  if (!(error instanceof KeysteadError)) return error;
  const seq = head.seq + 1;
  const message = error.rule ? error.message.slice(0, -` [${error.rule}]`.length) : error.message;
  return new KeysteadError(error.code, `${what} ${seq}: ${message}`, {
    rule: error.rule,
    details: { ...error.details, seq, ...(head.log && { log: head.log }) },
    cause: error,
  });
}
