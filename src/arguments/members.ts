// Ids of members as an argument from a caller.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkList } from "./lists.js";

/** @throws `INVALID_ARGUMENT` */
export function checkMember(name: string, member: MemberId): MemberId {
  if (isMember(member)) return member;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a member id, as snapshots and views have them`);
}

/** @throws `INVALID_ARGUMENT` */
export function checkMembers(name: string, members: readonly MemberId[]): readonly MemberId[] {
  if (checkList(name, members, "member ids").every(isMember)) return members;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a list of member ids, as snapshots and views have them`);
}

/** 16 bytes as hexadecimal digits. */
function isMember(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
}
