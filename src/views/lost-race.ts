// What happened while a link was under way: whether it touches a member that the link names, so that the user is asked again
// before it is rebuilt. docs/spec.md section 13.

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { knownMember } from "../coverage/data-access.js";
import { nameMembers } from "../coverage/names.js";
import { KeysteadError } from "../errors.js";
import { extendsHead } from "../log/heads.js";
import { assertLog, type Head, type LinkRecord, type LogState } from "../log/state.js";
import { type Activity, activityOf } from "./activity.js";

/** A link that touched a member. */
export type TouchingLink = Activity & { readonly member: MemberId };

/**
 * The links since a head that touch one of the members: the member wrote the link, or the link approved, removed, renamed or
 * re-granted it, changed its pointer, or reclaimed from it. A link that gives every member a new epoch touches nobody. When the
 * list is empty, a lost link can be rebuilt without asking.
 *
 * @param options.since the head that the lost link was built on.
 * @param options.members everybody that the lost link names.
 * @throws `INVALID_ARGUMENT` when `since` is not a head that this log had, `UNKNOWN_MEMBER`, `INVALID_ENCODING`
 */
export function linksTouching(
  log: LogState,
  options: { readonly since: Head; readonly members: readonly MemberId[] },
): readonly TouchingLink[] {
  assertLog(log);
  const { since, members } = checkOptions(options);
  if (!extendsHead(log, since)) {
    throw new KeysteadError("INVALID_ARGUMENT", "since is not a head that this log had");
  }
  const ids = checkList("members", members, "member ids").map((member: MemberId) => knownMember(log, member).id);
  const nameOf = nameMembers(log);
  return [...log.links]
    .slice(since.seq)
    .flatMap((record) =>
      ids.filter((id) => touches(record, id)).map((member) => ({ ...activityOf(record, nameOf), member })),
    );
}

function touches(record: LinkRecord, id: MemberId): boolean {
  const { author, approved, removed, renamed, epoch, pointed, reclaimedFrom } = record;
  const isRegranted = record.grants.some(
    ({ epochs, boxes }) => epochs[0]?.[0] !== epoch && boxes.some(({ member }) => member === id),
  );
  // An escrow member with other keys is not the one that the link was to grant to.
  const isNamed = [author, renamed, pointed, reclaimedFrom].includes(id);
  return isNamed || approved.includes(id) || removed.includes(id) || isRegranted;
}
