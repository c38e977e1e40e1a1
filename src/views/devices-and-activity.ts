// The view that a Devices & Activity window draws, with everything that people compare and recognise: fingerprints, and the
// characters that a backup key's paper begins with. docs/spec.md sections 8 to 10.

import { backupKeyId } from "../backup/key.js";
import { present } from "../bytes/present.js";
import { fingerprintOf, formatFingerprint } from "../fingerprint/fingerprint.js";
import { findMember, type LogState } from "../log/state.js";
import {
  type DevicesOptions,
  type MembersOptions,
  type MembersSeen,
  type MembersSeenBy,
  type MemberView,
  membersSeen,
  membersSeenBy,
} from "./devices.js";

/** A member as a list of devices shows it. */
export interface DeviceView extends MemberView {
  /** The four characters that a backup key's paper begins with; undefined for a device. */
  readonly backupKeyId: string | undefined;
}

/** What a window draws for somebody who is no member: an admin who looks at a user's log, or a service's portal. */
export interface MembersAndActivity extends Omit<MembersSeen, "members"> {
  /** Every member: the active in order of entering, then the removed in order of removal. */
  readonly members: readonly DeviceView[];
}

/** Everything that a Devices & Activity window draws. */
export interface DevicesAndActivity extends Omit<MembersSeenBy, "me" | "members"> {
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
  /** The same as text for a QR code. */
  readonly logFingerprintQr: string;
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
  const view = membersSeenBy(log, options);
  const members = withKeyIds(log, view.members);
  const me = present(members.find(({ member }) => member === view.me.member));
  // A superseded device has other keys than the log says: with its fingerprint, a user would approve the other copy of it.
  const own = me.kind === "device" && me.standing === "active" ? fingerprintOf(log, me.member) : undefined;
  const whole = fingerprintOf(log);
  return {
    ...view,
    fingerprint: own && formatFingerprint(own),
    fingerprintQr: own && formatFingerprint(own, "qr"),
    logFingerprint: formatFingerprint(whole),
    logFingerprintQr: formatFingerprint(whole, "qr"),
    me,
    members,
  };
}

/**
 * The members of a log and its activity, for somebody who is none of the members: an admin who looks at a user's log, or a service's
 * portal. No member has the status `this-device`, and none is `removable`: that is for devices of the log to do.
 *
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function membersAndActivity(log: LogState, options: MembersOptions = {}): MembersAndActivity {
  const { members, activity } = membersSeen(log, options);
  return { members: withKeyIds(log, members), activity };
}

function withKeyIds(log: LogState, members: readonly MemberView[]): readonly DeviceView[] {
  const keyIdOf = ({ member, kind }: MemberView) =>
    kind === "backup" ? backupKeyId(present(findMember(log, member))) : undefined;
  return members.map((each) => ({ ...each, backupKeyId: keyIdOf(each) }));
}
