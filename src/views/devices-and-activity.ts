// The view that a Devices & Activity window draws, with all that people compare and recognise: the log's fingerprint, and the
// characters that a backup key's paper begins with. docs/spec.md sections 8 to 10.

import { backupKeyId } from "../backup/key.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { fingerprintOf, formatFingerprint } from "../fingerprint/fingerprint.js";
import { findMember, type LogState } from "../log/state.js";
import {
  type DevicesAndActivity as CoverageView,
  devicesAndActivity as coverageView,
  type DevicesOptions,
  type DeviceView as MemberView,
} from "./devices.js";

/** A member as a list of devices shows it. */
export interface DeviceView extends MemberView {
  /** The four characters that a backup key's paper begins with; undefined for a device. */
  readonly paperId: string | undefined;
}

/** Everything that a Devices & Activity window draws. */
export interface DevicesAndActivity extends Omit<CoverageView, "me" | "members"> {
  /** The log's fingerprint as 60 digits, to compare with what another device shows. */
  readonly fingerprint: string;
  /** This device. */
  readonly me: DeviceView;
  /** Every member: the active in order of entering, then the removed in order of removal. */
  readonly members: readonly DeviceView[];
}

/**
 * The view of a log that a Devices & Activity window draws.
 *
 * @throws `UNKNOWN_MEMBER` when `me` never was a member; `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function devicesAndActivity(log: LogState, options: DevicesOptions): DevicesAndActivity {
  const view = coverageView(log, options);
  const paperId = ({ member, kind }: MemberView) =>
    kind === "backup" ? backupKeyId(present(findMember(log, member as MemberId))) : undefined;
  const members = view.members.map((member) => ({ ...member, paperId: paperId(member) }));
  return {
    ...view,
    fingerprint: formatFingerprint(fingerprintOf(log)),
    me: present(members.find(({ member }) => member === view.me.member)),
    members,
  };
}
