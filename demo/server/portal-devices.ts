// An account's devices as the service sees them: from the public log and the names that devices wrote. No key is needed, and none is here.

import { type Activity, type DeviceView, type LogState, type MemberName, verifyLog } from "keystead";
import { membersAndActivity } from "keystead/audit";
import type { Transport } from "keystead/client";

/** A device or backup key, as the portal's page draws it. */
export interface PortalDevice {
  readonly member: string;
  readonly name: MemberName;
  readonly kind: DeviceView["kind"];
  readonly platform: string | null;
  /** In milliseconds since 1970, as all times here. */
  readonly added: number;
  readonly status: "approved" | "pending" | "removed";
  readonly approved: { readonly name: MemberName; readonly at: number } | null;
  readonly removed: { readonly name: MemberName; readonly at: number } | null;
}

/** What the service knows of an account's devices. */
export interface PortalDevices {
  readonly devices: readonly PortalDevice[];
  /** A removed device still knows the keys: nothing is sealed until another one has changed them. */
  readonly rotationDue: boolean;
  readonly lockdown: boolean;
  /** Whether the log names an operator; otherwise the portal can remove nothing. */
  readonly canRemove: boolean;
  readonly activity: readonly Activity[];
}

/** Reads and verifies a log. @returns undefined where the subject has none */
export async function readLog(logs: Transport, subject: string, now: number): Promise<LogState | undefined> {
  const entries: Uint8Array[] = [];
  for (;;) {
    const page = await logs.read(subject, { after: entries.length, attachments: "all" });
    if (!page) return undefined;
    entries.push(...page.entries);
    if (entries.length >= page.newest) return verifyLog(entries, { subject, now });
  }
}

export const isEscrow = ({ kind }: Pick<PortalDevice, "kind">): boolean => kind === "escrow";

/** Members of a log that stand for an organisation's escrow, as the escrow log itself says. */
export function membersOfEscrow(log: LogState, escrowLog: LogState): readonly string[] {
  const { members } = membersAndActivity(log, { escrowLog, limit: 0 });
  return members.filter(({ name }) => name.organisation !== undefined).map(({ member }) => member);
}

/** What a portal shows of a log. */
export function devicesOf(log: LogState): PortalDevices {
  const { members, activity } = membersAndActivity(log, { limit: 30 });
  const done = (by: { readonly name: MemberName; readonly when: Date } | undefined) =>
    by ? { name: by.name, at: by.when.getTime() } : null;
  return {
    devices: members.map(({ member, name, kind, platform, added, status, approvals, removed }) => ({
      ...{ member, name, kind, platform: platform ?? null, added: added.getTime() },
      status: status === "pending" ? "pending" : removed ? "removed" : "approved",
      approved: done(approvals.at(-1)),
      removed: done(removed),
    })),
    rotationDue: log.rotationDue,
    lockdown: log.lockdown,
    canRemove: log.operator !== undefined,
    activity,
  };
}
