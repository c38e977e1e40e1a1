// The description that a device gives people of itself, and its opening in an entry. docs/spec.md section 6 (names).

import { asArgument, checkOptions } from "../arguments/options.js";
import type { Bytes } from "../bytes/bytes.js";
import { encodeNameOpening } from "../log/entry.js";
import { drawRandom, type Env } from "../primitives/env.js";

/** The description that a device gives people of itself. Everybody who gets the entry with its attachments can read it. */
export interface DeviceDescription {
  /** 1 to 128 bytes of UTF-8. */
  readonly name: string;
  /** Such as `iOS 26`; up to 128 bytes. */
  readonly platform?: string | undefined;
  /** Anything else to show, up to 128 bytes. */
  readonly details?: string | undefined;
}

const SALT_LENGTH = 16;

/** A name opening for a description, with a fresh salt. @throws `INVALID_ARGUMENT` */
export function openingOf(device: DeviceDescription, env: Env): Bytes {
  const { name, platform, details } = checkOptions(device, "options.device");
  const salt = drawRandom(env, SALT_LENGTH);
  return asArgument(() => encodeNameOpening({ salt, name, platform, details }, "device"));
}
