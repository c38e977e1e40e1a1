// The view that an escrow admin's Devices & Activity window draws. docs/spec.md sections 8 and 11.

import type { Policy, Role } from "../log/fields.js";
import { findMember, type LogState } from "../log/state.js";
import { type EscrowNeed, escrowNeeds, policyOf } from "../trust/escrow-needs.js";
import type { DevicesOptions } from "./devices.js";
import { type DevicesAndActivity, type DeviceView, devicesAndActivity } from "./devices-and-activity.js";

/** Everything that an escrow admin's Devices & Activity window draws. */
export interface EscrowDevicesAndActivity extends Omit<DevicesAndActivity, "me" | "members"> {
  readonly me: EscrowDeviceView;
  readonly members: readonly EscrowDeviceView[];
  readonly policy: Policy;
  /** What is missing before escrow works (ESC-1); empty when it is ready. */
  readonly needs: readonly EscrowNeed[];
  /** Whom a pending device should ask for approval. */
  readonly contacts: readonly string[];
}

/** A member of an escrow log as its list of devices shows it. */
export interface EscrowDeviceView extends DeviceView {
  /** What it may do (MEM-8); empty while it is pending. */
  readonly roles: readonly Role[];
}

/**
 * The view of an escrow log that an admin's Devices & Activity window draws.
 *
 * @throws `UNKNOWN_MEMBER` when `me` never was a member; `INVALID_ARGUMENT` for a user's log
 */
export function escrowDevicesAndActivity(escrowLog: LogState, options: DevicesOptions): EscrowDevicesAndActivity {
  const policy = policyOf(escrowLog);
  const view = devicesAndActivity(escrowLog, options);
  const withRoles = (device: DeviceView) => ({ ...device, roles: findMember(escrowLog, device.member)?.roles ?? [] });
  const members = view.members.map(withRoles);
  return {
    ...view,
    me: withRoles(view.me),
    members,
    policy,
    needs: escrowNeeds(escrowLog),
    contacts: policy.escrowContacts,
  };
}
