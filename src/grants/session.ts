// A session: what one member knows of one log and holds for it. Every action takes one and proposes the next.
// docs/spec.md section 6.

import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { encodeNameOpening, type NameOpening } from "../log/entry.js";
import { assertLog, type LogState } from "../log/state.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { meet, requireContinued } from "./meet.js";

/** A member's view of a log, with its own secrets. Actions leave it as it is and propose the next one. */
export interface Session {
  readonly log: LogState;
  readonly keyring: Keyring;
}

/** What a device says of itself to people. Everybody who gets the entry with its attachments can read it. */
export interface DeviceDescription {
  /** 1 to 128 bytes of UTF-8. */
  readonly name: string;
  /** Such as `iOS 26`; up to 128 bytes. */
  readonly platform?: string | undefined;
  /** Anything else to show, up to 128 bytes. */
  readonly details?: string | undefined;
}

const SALT_LENGTH = 16;

/**
 * A session whose seeds all passed the quick check against its log (GRT-4).
 *
 * @throws `INVALID_ARGUMENT` unless log and keyring are what they should be and belong together; `ROLLED_BACK` and `FORKED` unless the
 * log goes on from where the keyring was stored
 */
export function checkSession(session: Session): Session {
  if (typeof session !== "object" || session === null) {
    throw new KeysteadError("INVALID_ARGUMENT", "the first argument must be a session, { log, keyring }");
  }
  const { log, keyring } = session;
  assertLog(log);
  if (partsOf(keyring).log !== log.head.log)
    throw new KeysteadError("INVALID_ARGUMENT", "keyring belongs to another log");
  requireContinued(log, keyring);
  return { log, keyring: meet(log, keyring) };
}

/** @throws `INVALID_ARGUMENT` unless the value is an object of options */
export function checkOptions<T extends object>(options: T): T {
  if (typeof options !== "object" || options === null)
    throw new KeysteadError("INVALID_ARGUMENT", "options must be an object");
  return options;
}

/** A name opening for a description, with a fresh salt. @throws `INVALID_ARGUMENT` */
export function openingOf(device: DeviceDescription, env: Env): Uint8Array {
  const { name, platform, details } = checkOptions(device);
  const salt = drawRandom(env, SALT_LENGTH);
  try {
    return encodeNameOpening({ salt, name, platform, details } as NameOpening);
  } catch (cause) {
    const error = cause as KeysteadError;
    throw new KeysteadError("INVALID_ARGUMENT", `device: ${error.message}`, { details: error.details, cause });
  }
}
