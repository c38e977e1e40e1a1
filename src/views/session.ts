// What a session asks its user, and the states that it shows: the facts, for which catalogues have words. The sessions themselves are
// in client/. docs/spec.md sections 11.2 and 13.

import type { MemberId } from "../bytes/ids.js";
import type { MemberName } from "../coverage/names.js";
import type { ErrorJson } from "../errors.js";
import type { ContactChange } from "../fingerprint/change.js";
import type { EscrowNeed } from "../trust/escrow-needs.js";

/**
 * Where a device stands.
 *
 * - `new`: it is no member. Create the account's log, or join it.
 * - `joining`: its first link is sent, and nothing has settled it.
 * - `waiting`: it is a member and sends and receives; another device must approve it before it reads older data.
 * - `ready`: it is a member, and approved.
 * - `removed`: it was removed. Its keys still read what they reached: ask its user to keep reading, to rejoin, or to sign out.
 * - `superseded`: its member has other keys, because this device was copied or restored from a backup. It only reads.
 * - `alarm`: the service shows a history that contradicts what this device verified. Nothing new is believed.
 * - `lost`: the app knows that this device was a member, and the store is empty. Rejoin; do not create.
 * - `closed`: this tab or another one signed out or erased the device, or closed its store. The session has ended.
 */
export type Status = "new" | "joining" | "waiting" | "ready" | "removed" | "superseded" | "alarm" | "lost" | "closed";

/** How the service was reached last; `clock` where this device's clock, or another one's, is wrong. */
export type ConnectionState = "never" | "reached" | "server-behind" | "offline" | "refused" | "invalid" | "clock";

/** What a device does: asked by its user, or because it owes it (`duty`). The last seven are of admins. */
export type ChangeName =
  | "create"
  | "join"
  | "review"
  | "rename"
  | "lockdown"
  | "backup-key"
  | "use-backup-key"
  | "reclaim"
  | "regrant"
  | "leave"
  | "rekey"
  | "duty"
  | "create-escrow"
  | "policy"
  | "record-recovery"
  | "record-access"
  | "disown"
  | "recover-user"
  | "renew-user";

/** A question of a session, beside those of the agenda. */
export type SessionQuestion =
  /** Something that was asked for lost a race, or was cut short by a restart: do it again, or let it be. */
  | {
      readonly question: "interrupted";
      readonly code: "question-interrupted";
      readonly intent: ChangeName;
      readonly error: ErrorJson;
    }
  /**
   * A link in this device's name, at this position, that its store never held: another copy of this device is in use, or its store was
   * restored from a backup. If neither is true, somebody else has its keys: take fresh ones (`rekey`), or remove it.
   */
  | { readonly question: "copied"; readonly code: "question-copied"; readonly at: number }
  /** A backup key was made, and nobody has proved that its text is on paper. */
  | { readonly question: "prove-backup-key"; readonly code: "question-prove-backup-key"; readonly member: MemberId }
  /**
   * A contact's log changed by others than the devices that were trusted, or contradicts what was verified: nothing is sealed to this
   * contact until the user has acknowledged it (`acknowledge`).
   */
  | {
      readonly question: "contact-changed";
      readonly code: "question-contact-changed";
      readonly change: ContactChange;
    };

/** A question that only admins are asked. `no` puts it away; otherwise the admin does it. */
export type EscrowQuestion =
  /** Escrow does not work yet: `enable` makes the backup key, and enables it. */
  | {
      readonly question: "escrow-needs";
      readonly code: "question-escrow-needs";
      readonly needs: readonly EscrowNeed[];
    }
  /** There is only one backup key with `manage`: with it lost, and all laptops, nobody gets in. */
  | { readonly question: "second-backup-key"; readonly code: "question-second-backup-key" }
  /** A device waits: compare it, and approve it with its roles, or remove it. */
  | {
      readonly question: "admit";
      readonly code: "question-admit";
      readonly member: MemberId;
      readonly name: MemberName;
    }
  /** The fingerprint that users compare has changed since it was published. */
  | { readonly question: "publish-fingerprint"; readonly code: "question-publish-fingerprint" }
  /** This device announced an act, and did not see it done: `finish` or `disown` it. */
  | {
      readonly question: "open-act";
      readonly code: "question-open-act";
      readonly act: number;
      readonly user: string | undefined;
    };
