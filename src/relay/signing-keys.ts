// The keys by which members of logs sign requests.

import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { decodeLink } from "../log/entry.js";
import type { LogState } from "../log/state.js";
import { readBody } from "../log/verify-link.js";

/** Most former keys of a member that are tried: a wrong signature must not cost a verification for each link of a log. */
const MAX_FORMER = 4;

/**
 * The keys of a member, the newest first; undefined for no such member.
 *
 * @param orFormer also a removed member, which may learn who removed it; and keys that the member replaced. A device whose `rekey` was
 * stored and not acknowledged has no other key in use, and a copy of a device that took fresh keys may learn that.
 */
export function signingKeysOf(
  logs: readonly LogState[],
  member: MemberId,
  orFormer: boolean,
): Iterable<Uint8Array> | undefined {
  for (const log of logs) {
    const active = log.active.get(member);
    if (active && !orFormer) return [active.signingKey];
    const found = active ?? (orFormer ? [...log.removed].find(({ id }) => id === member) : undefined);
    if (found) return withFormer(found.signingKey, log, member);
  }
  return undefined;
}

function* withFormer(newest: Uint8Array, { links }: LogState, member: MemberId): Iterable<Uint8Array> {
  yield newest;
  let left = MAX_FORMER;
  for (let at = links.length - 1; at >= 0 && left > 0; at--) {
    const { rekeyed, bytes } = present(links.at(at));
    if (rekeyed !== member) continue;
    const { type, body } = readBody(decodeLink(bytes));
    // By the key that it replaces.
    yield present(type.author?.(body));
    left--;
  }
}
