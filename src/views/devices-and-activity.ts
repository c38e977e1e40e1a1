// The view that a Devices & Activity window draws, with everything that people compare and recognise: fingerprints, and the
// characters that a backup key's paper begins with. docs/spec.md sections 8 to 10.

import { backupKeyId } from "../backup/key.js";
import { present } from "../bytes/present.js";
import { fingerprintOf, formatFingerprint } from "../fingerprint/fingerprint.js";
import { findMember, type LogState, memberNamed } from "../log/state.js";
import { type DevicesOptions, type MembersAndActivity, type MemberView, membersAndActivity } from "./devices.js";

/** A member as a list of devices shows it. */
export interface DeviceView extends MemberView {
  /** The four characters that a backup key's paper begins with; undefined for a device. */
  readonly backupKeyId: string | undefined;
}

/** Everything that a Devices & Activity window draws. */
export interface DevicesAndActivity extends Omit<MembersAndActivity, "me" | "members"> {
  /**
   * This device's own fingerprint as 60 digits, to be compared on the device that is to approve it (`compareFingerprint` with
   * this member). It names this device besides the log. Undefined when it takes no part in the log any more: there is nothing to
   * approve.
   */
  readonly fingerprint: string | undefined;
  /** The same as text for a QR code, to be scanned by the device that is to approve it. */
  readonly fingerprintQr: string | undefined;
  /** The fingerprint of the whole log as 60 digits, which every device and contact shows alike. Nobody is approved by it. */
  readonly logFingerprint: string;
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
  const view = membersAndActivity(log, options);
  const members = view.members.map((each) => ({
    ...each,
    backupKeyId: each.kind === "backup" ? backupKeyId(present(findMember(log, memberNamed(each.member)))) : undefined,
  }));
  const me = present(members.find(({ member }) => member === view.me.member));
  // A superseded device has other keys than the log says: with its fingerprint, a user would approve the other copy of it.
  const own = me.kind === "device" && me.standing === "active" ? fingerprintOf(log, me.member) : undefined;
  return {
    ...view,
    fingerprint: own && formatFingerprint(own),
    fingerprintQr: own && formatFingerprint(own, "qr"),
    logFingerprint: formatFingerprint(fingerprintOf(log)),
    me,
    members,
  };
}
