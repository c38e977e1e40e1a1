// What a device does when it learns that it was removed, and what its user is offered after removing another.
// docs/spec.md section 13.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { foundersOf } from "../log/classes.js";
import { allMembers, type LogFacts, type LogState, type Removal } from "../log/state.js";
import { knownMember } from "./data-access.js";
import { straysOf } from "./strays.js";

/** What a removed device does with its secrets. */
export interface RemovalVerdict extends Removal {
  /**
   * `wipe`: unasked. `lock-and-ask`: keep everything, use nothing, and let the user say who did it: whoever has the password
   * must not be able to make a user's good devices destroy their keys.
   */
  readonly verdict: "wipe" | "lock-and-ask";
}

/**
 * What a member's own device does about its removal. It wipes unasked only when another device or backup key removed it, and
 * both were in the founding class before that link; not when the operator did it, or the member itself.
 *
 * @returns undefined while the member is active.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function afterRemoval(log: LogState, me: MemberId): RemovalVerdict | undefined {
  const { removed } = knownMember(log, me);
  if (!removed) return undefined;
  const { by, seq, time } = removed;
  // The operator is in no class.
  const founding: ReadonlySet<Removal["by"]> = foundingClassBefore(log, seq);
  const isByItsOwn = by !== me && founding.has(by) && founding.has(me);
  return { by, seq, time, verdict: isByItsOwn ? "wipe" : "lock-and-ask" };
}

/**
 * The founding class as it was before a link. What a member's founder is now does not tell: a thief's device that was approved
 * by mistake after it removed somebody would make that removal look like the owner's. Approvals say in which link they were
 * made, so those before decide.
 */
export function foundingClassBefore(log: LogFacts, seq: number): ReadonlySet<MemberId> {
  const members = allMembers(log);
  const founding = new Set(members.slice(0, 1).map(({ id }) => id));
  // Each one that is found may lead to others that entered before it.
  for (let size = 0; size < founding.size; ) {
    size = founding.size;
    for (const { id, kind, approvals } of members) {
      // Escrow is of no use here, as remover or as approver: a removed admin could use it against a user's good devices.
      if (kind !== "escrow" && approvals.some((approval) => approval.seq < seq && founding.has(approval.by)))
        founding.add(id);
    }
  }
  return founding;
}

/** A member that should be looked at after another was removed. */
export interface Suspect {
  readonly member: MemberId;
  /** It shares the removed member's approval class, or nobody active vouches for it any more. */
  readonly reason: "same-class" | "stray";
}

/**
 * Whom to offer for removal after a member was removed: the rest of its approval class, and all strays; never `me`. When the
 * class is that of `me`, it says nothing against anybody: only strays are offered, among them whom only the removed member
 * had approved.
 *
 * @param options.removed a removed member.
 * @param options.me the member whose user is asked.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function offerToRemove(
  log: LogState,
  options: { readonly removed: MemberId; readonly me: MemberId },
): readonly Suspect[] {
  const { removed, me } = checkOptions(options);
  if (knownMember(log, removed).removed === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", `member ${removed} is still active; offer this after it was removed`);
  }
  knownMember(log, me);
  const founders = foundersOf(log);
  const founder = founders.get(removed);
  const strays = new Set(straysOf(log).map(({ id }) => id));
  return [...log.active.keys()].flatMap((id): readonly Suspect[] => {
    if (id === me) return [];
    if (founder !== founders.get(me) && founders.get(id) === founder) return [{ member: id, reason: "same-class" }];
    return strays.has(id) ? [{ member: id, reason: "stray" }] : [];
  });
}
