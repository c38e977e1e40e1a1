// Warnings: what people should look at, as a code for programs and words for people. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import type { Stretch } from "./stretches.js";

/**
 * What a warning is about.
 *
 * - `rotation-due`: a removed member still knows the current epoch (MEM-7).
 * - `lost`: epochs that no active member holds; a removed one that did may bring them back.
 * - `single-member`: epochs that one member alone holds.
 * - `escrow-unknown`: epochs that no active device or backup key holds, and of which nobody here knows whether escrow does.
 * - `declared-missing`: epochs that a member was granted and could not open, and that nobody has granted it again (MEM-9).
 * - `withheld-from-escrow`: epochs that a device kept from escrow, and that nobody has granted it since (MEM-6).
 * - `stray`: an active member whose every approver was removed since.
 * - `used-backup-key`: a stray backup key that approved an active member: make another one instead of it.
 * - `takeover`: an active member that removed devices of this user, and is none of them.
 * - `not-believed`: a member that was approved in escrow's name, by an act that is not to be believed (ESC-8).
 * - `superseded`: this device's key was replaced by another copy of it.
 * - `no-backup-key`: no active backup key.
 * - `no-escrow`: reserved for logs whose organisation requires escrow; nothing raises it yet.
 * - `limited-access`: this device reads less than another could give it.
 * - `reaches-further`: another member would give a pending one more than this device can.
 * - `removed-by-other`: somebody else removed members.
 * - `ahead-of-clock`: the newest link's time is ahead of this device's clock (LOG-3).
 */
export type WarningCode =
  | "rotation-due"
  | "lost"
  | "single-member"
  | "escrow-unknown"
  | "declared-missing"
  | "withheld-from-escrow"
  | "stray"
  | "used-backup-key"
  | "takeover"
  | "not-believed"
  | "superseded"
  | "no-backup-key"
  | "no-escrow"
  | "limited-access"
  | "reaches-further"
  | "removed-by-other"
  | "ahead-of-clock";

/** Something to look at. */
export interface Warning {
  readonly code: WarningCode;
  /** For people, in English; texts may improve between versions, codes stay. */
  readonly text: string;
  /** The members that it is about. */
  readonly members: readonly MemberId[];
  /** The epochs that it is about. */
  readonly stretch?: Stretch | undefined;
}
