// Warnings: what people should look at, as a code and its facts. `textOf` puts them into words. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import type { Gap } from "./gaps.js";
import type { LostStretch } from "./loss.js";
import type { MemberName } from "./names.js";
import type { Stretch } from "./stretches.js";

interface About {
  /** The members that the warning names. */
  readonly members: readonly MemberId[];
  /** The epochs that the warning names. */
  readonly stretch?: Stretch | undefined;
}

/** A member that removed others. */
export interface RemovedMember {
  readonly member: MemberId;
  readonly name: MemberName;
  /** Position of the link. */
  readonly seq: number;
  readonly when: Date;
}

/** Something to look at. */
export type Warning =
  | (About & {
      /** A removed member still knows the current epoch (MEM-7). */
      readonly code: "rotation-due";
    })
  | (About & {
      /** Epochs that no active member holds; a removed one that did may bring them back. */
      readonly code: "lost";
      readonly stretch: LostStretch;
    })
  | (About & {
      /** Epochs that one member alone holds. */
      readonly code: "single-member";
      readonly stretch: Stretch;
      /** That member; undefined for escrow when its member was removed. */
      readonly name: MemberName | undefined;
    })
  | (About & {
      /** Epochs that no active device or backup key holds, when the given logs do not show whether escrow holds them. */
      readonly code: "escrow-unknown";
      readonly stretch: Stretch;
    })
  | (About & {
      /** Epochs that a member was granted and could not open, and that nobody has granted it again (MEM-9). */
      readonly code: "declared-missing";
      readonly stretch: Gap;
    })
  | (About & {
      /** Epochs that a device kept from escrow, and that nobody has granted it since (MEM-6). */
      readonly code: "withheld-from-escrow";
      readonly stretch: Gap;
      /** Who kept them from escrow. */
      readonly by: readonly MemberName[];
    })
  | (About & {
      /** An active member whose every approver was removed since. */
      readonly code: "stray";
      readonly name: MemberName;
      /** Those of its approvers that were removed. */
      readonly approvedBy: readonly MemberName[];
    })
  | (About & {
      /** A stray backup key that approved active members: make another one instead of it. */
      readonly code: "used-backup-key";
      readonly name: MemberName;
      /** Whom it approved in its newest link. */
      readonly approved: readonly MemberName[];
      readonly when: Date;
    })
  | (About & {
      /** An active member that removed devices of this user, and is none of them. */
      readonly code: "takeover";
      readonly name: MemberName;
      readonly removed: readonly RemovedMember[];
    })
  | (About & {
      /** A member that was approved in escrow's name, by an act that must not be believed (ESC-8). */
      readonly code: "not-believed";
      readonly name: MemberName;
      /** The escrow log does not confirm the review, or the escrow log cannot be trusted and so shows nothing. */
      readonly because: "not-recorded" | "unchecked";
    })
  | (About & {
      /** This device's key was replaced by another copy of it. */
      readonly code: "superseded";
    })
  | (About & {
      /** No active backup key that a confirmed member vouches for. */
      readonly code: "no-backup-key";
    })
  | (About & {
      /** This device reads less than another could give it. */
      readonly code: "limited-access";
      readonly stretch: Gap;
    })
  | (About & {
      /** Another member would give a pending one more than this device can. */
      readonly code: "reaches-further";
      /** This device, by its name. */
      readonly me: MemberName;
      /** The other member. */
      readonly name: MemberName;
      /** From when on an approval by this device lets the pending one read. */
      readonly here: Date;
      /** From when on an approval by the other member lets the pending one read. */
      readonly there: Date;
      /** Whether the other approval gives another, earlier day. If not, name what the other approval adds. */
      readonly isEarlier: boolean;
      /** What this device's approval would leave out and the other's gives. */
      readonly adds: readonly Stretch[];
    })
  | (About & {
      /** Approving a pending member lets in others too, which it approved, directly or through others (MEM-1). */
      readonly code: "lets-in-others";
      /** The pending member. */
      readonly name: MemberName;
      readonly others: readonly MemberName[];
    })
  | (About & {
      /** Somebody else removed members. */
      readonly code: "removed-by-other";
      readonly name: MemberName;
      readonly removed: readonly MemberName[];
      /** Position of the link. */
      readonly seq: number;
      readonly when: Date;
    })
  | (About & {
      /** The newest link's time is ahead of this device's clock (LOG-3). */
      readonly code: "ahead-of-clock";
      readonly when: Date;
    });

/** What a warning is about. */
export type WarningCode = Warning["code"];
