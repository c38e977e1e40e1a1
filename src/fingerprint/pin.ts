// A contact's pin: what a device remembers of somebody else's log, as plain data and as bytes.
// docs/spec.md section 10 and LOG-8.

import type { LinkHash, LogId } from "../bytes/ids.js";
import { bool, decode, encode, hexBytes, literal, mapped, record, type Schema, text, uint } from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { MAX_SUBJECT_BYTES } from "../log/fields.js";
import { assertLog, confirmedFounder, type Head, type LogState } from "../log/state.js";

/** What is remembered of a contact. Not secret, but whoever can change it chooses whom this device believes. */
export interface ContactPin {
  readonly v: 1;
  /** Whose log it is (LOG-8). */
  readonly subject: string;
  /** The head that was seen. */
  readonly head: Head;
  /** The class that was confirmed then, by its founder: the position of the link in which it entered. */
  readonly confirmed: number;
  /** Whether the user compared fingerprints with the contact: at this head, or at an older one that its class extended. */
  readonly verified: boolean;
}

const MAX_PIN_BYTES = 1024;

const fields = record({
  v: literal(1),
  subject: text(MAX_SUBJECT_BYTES, 1),
  head: record({ log: hexBytes<LogId>(32), seq: uint({ min: 1 }), hash: hexBytes<LinkHash>(32) }),
  confirmed: uint({ min: 1 }),
  verified: bool(),
});
const pinSchema: Schema<ContactPin> = mapped(fields, checkPosition, checkPosition);

/**
 * Begins to track a contact: what its log is now becomes what later states are compared with.
 *
 * @param options.verified whether the user has compared fingerprints with the contact; false unless told.
 * @returns plain data, to be stored with {@link encodePin}.
 * @throws `INVALID_ARGUMENT`
 */
export function pinContact(log: LogState, options: { readonly verified?: boolean | undefined } = {}): ContactPin {
  assertLog(log);
  return makePin(log, confirmedFounder(log), options?.verified ?? false);
}

/** @internal A pin at the log's head for a class that the caller knows. */
export function makePin({ subject, head }: LogState, confirmed: number, verified: boolean): ContactPin {
  if (typeof verified !== "boolean") throw new KeysteadError("INVALID_ARGUMENT", "verified must be true or false");
  return checkPin({ v: 1, subject, head, confirmed, verified });
}

/** A pin as bytes, at most 1 KiB. @throws `INVALID_ENCODING` naming the wrong field */
export function encodePin(pin: ContactPin): Uint8Array {
  return encode(pinSchema, pin, "pin");
}

/** Reads a pin from this device's own storage. @throws `INVALID_ENCODING`, `TOO_LARGE`, `INVALID_ARGUMENT` */
export function decodePin(bytes: Uint8Array): ContactPin {
  return decode(pinSchema, bytes, { name: "pin", maxBytes: MAX_PIN_BYTES });
}

/** A frozen copy of a pin that a caller passed. @throws `INVALID_ENCODING` naming the wrong field */
export function checkPin(pin: ContactPin): ContactPin {
  const copy = pinSchema.read(pinSchema.write(pin, "pin"), "pin");
  return Object.freeze({ ...copy, head: Object.freeze(copy.head) });
}

function checkPosition<P extends { readonly head: { readonly seq: number }; readonly confirmed: number }>(pin: P): P {
  if (pin?.confirmed > pin?.head?.seq) {
    throw new KeysteadError("INVALID_ENCODING", "pin.confirmed must not be after pin.head.seq", { rule: "ENC-2" });
  }
  return pin;
}
