// What a device was asked to do, or owes, as data that survives a restart. docs/spec.md sections 6 and 13.

import type { AuthorStep } from "../agenda/steps.js";
import type { DeviceDescription } from "../authoring/device-description.js";
import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import type { Role } from "../log/fields.js";
import type { ComparedDevice } from "../trust/compared.js";
import type { FollowedLog } from "./followed-log.js";

/** A device to approve. The token of a comparison lives in memory only: after a restart the user compares again. */
export interface IntendedApproval {
  readonly member: MemberId;
  readonly token: ComparedDevice | undefined;
  /** In an escrow log; in memory only. */
  readonly roles?: readonly Role[] | undefined;
}

/** What only admins' sessions do (escrow-write.ts): the last two in a user's log, in escrow's name. */
export const ADMIN_VERBS = [
  ...(["create-escrow", "policy", "record-recovery", "record-access", "disown", "recover-user", "renew-user"] as const),
] as const;

/** What an admin's device was asked to do. */
export interface AdminIntent {
  readonly do: (typeof ADMIN_VERBS)[number];
  /** The rest, in a form that only admins' sessions read (escrow-orders.ts). */
  readonly order: Bytes;
  /** In memory only: a recovery's tokens, and the user's log as it was fetched. */
  readonly approve?: readonly ComparedDevice[] | undefined;
  readonly user?: FollowedLog | undefined;
}

/** What a device was asked to do, or owes. */
export type Intent =
  | {
      readonly do: "create";
      readonly device: DeviceDescription;
      /** The service's public signing key, 32 bytes. */
      readonly operator?: Bytes | undefined;
      /** In the place of a log that this device is no member of; in memory only. */
      readonly replaces?: boolean | undefined;
      /** Whether lockdown follows. */
      readonly lockdown?: boolean | undefined;
    }
  | { readonly do: "join"; readonly device: DeviceDescription }
  | { readonly do: "review"; readonly approve: readonly IntendedApproval[]; readonly remove: readonly MemberId[] }
  | { readonly do: "rename"; readonly member: MemberId; readonly device: DeviceDescription }
  | { readonly do: "lockdown"; readonly on: boolean; readonly remove: readonly MemberId[] }
  | { readonly do: "backup-key"; readonly name: string }
  /** The text is in memory only. */
  | {
      readonly do: "use-backup-key";
      readonly text: string | undefined;
      readonly remove: readonly MemberId[];
      /** In an escrow log: what this device may do then; in memory only. */
      readonly roles?: readonly Role[] | undefined;
    }
  | { readonly do: "reclaim"; readonly from: MemberId }
  | { readonly do: "regrant"; readonly member: MemberId; readonly epochs: Runs }
  | { readonly do: "leave" | "rekey" }
  /** A step of the agenda. It is never written again: after a lost race the agenda says what is owed. */
  | { readonly do: "duty"; readonly step: AuthorStep | undefined }
  | AdminIntent;

/** Members that an intent names: after a lost race the user is asked again if a link touched one of them. */
export function membersOf(intent: Intent): readonly MemberId[] {
  switch (intent.do) {
    case "review":
      return [...intent.approve.map(({ member }) => member), ...intent.remove];
    case "lockdown":
    case "use-backup-key":
      return intent.remove;
    case "rename":
    case "regrant":
      return [intent.member];
    default:
      return [];
  }
}
