// Warnings: what people should look at, as a code for programs and words for people. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import type { Stretch } from "./stretches.js";

/**
 * What a warning is about.
 *
 * - `rotation-due`: a removed member still knows the current epoch (MEM-7).
 * - `lost`: epochs that no active member holds.
 * - `single-member`: epochs that hang on one single member.
 * - `declared-missing`: epochs that a member was granted and could not open, and that nobody has granted it again (MEM-9).
 * - `stray`: an active member whose every approver was removed since.
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
  | "declared-missing"
  | "stray"
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
