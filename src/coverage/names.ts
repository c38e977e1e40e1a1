// What members are called: the facts from which a text names a member. Devices write names, and a thief's device does too: the
// names here cannot hide, reorder or imitate anything. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { alike, plainText } from "../bytes/plain-text.js";
import { allMembers, type LogState, type Member, type MemberKind } from "../log/state.js";

/** What a text calls a member of a log, or the service that operates it. `textOf` puts it into words. */
export interface MemberName {
  /**
   * - `member`: it has a name of its own.
   * - `unnamed`: it has none, or the server did not deliver it.
   * - `escrow`: it stands for an organisation's escrow, and has no name of its own.
   * - `this-device`: it is the device whose user reads the text.
   * - `operator`: the service that operates the log.
   * - `stranger`: this log never had it.
   */
  readonly code: "member" | "unnamed" | "escrow" | "this-device" | "operator" | "stranger";
  readonly member: MemberId | "operator";
  /** undefined for the service and for strangers. */
  readonly kind: MemberKind | undefined;
  /** Its own name, made safe to show; undefined when it has none. */
  readonly name: string | undefined;
  /** The first 8 digits of its id, or all 32 when another member of the same name has the same 8; undefined for the service. */
  readonly shortId: string | undefined;
  /**
   * Whether a text shows `shortId` beside the name, because others may have the same name. Of members with the same name, the
   * first one that had it keeps it as it is, so that no newcomer changes what a known device is called.
   */
  readonly withId: boolean;
  /**
   * Of escrow: the subject of the escrow log that it stands for, made safe to show. Only where a trusted escrow log says that its
   * keys are the organisation's: a thief's device can point escrow at keys of its own.
   */
  readonly organisation: string | undefined;
}

/** The name of a member of one log, or of its operator. No two of them are called the same. */
export type NameOf = (who: MemberId | "operator") => MemberName;

/** How many digits of an id stand beside a name. */
const SHORT = 8;

const NOBODY = { kind: undefined, name: undefined, shortId: undefined, withId: false, organisation: undefined };

/**
 * Names for the members of a log, removed ones too. When names are alike, the members' ids distinguish them: nobody must approve
 * by mistake a thief's device that has the same name as the owner's.
 *
 * @param organisation the organisation that an escrow member stands for, see `nameMembersWith`; by default none is known.
 */
export function nameMembers(log: LogState, organisation?: (escrow: Member) => string | undefined): NameOf {
  const names = new Map<MemberId, MemberName>();
  const taken = new Set<string>();
  for (const member of inOrderOfNaming(log)) {
    const name = nameOne(member, organisation?.(member), taken);
    names.set(member.id, name);
  }
  return (who) => {
    if (who === "operator") return { ...NOBODY, code: "operator", member: "operator" };
    return names.get(who) ?? { ...NOBODY, code: "stranger", member: who, shortId: who, withId: true };
  };
}

/** The same names, as the user of one device reads them. */
export function seenFrom(me: MemberId | undefined, nameOf: NameOf): NameOf {
  return (who) => (who === me ? { ...nameOf(who), code: "this-device" } : nameOf(who));
}

/**
 * Members in the order in which they got their present names: a member that takes a known name later must not take it from its
 * owner.
 */
function inOrderOfNaming(log: LogState): readonly Member[] {
  const named = new Map<MemberId, number>();
  for (const { renamed, seq } of log.links) if (renamed !== undefined) named.set(renamed, seq);
  const since = ({ id, position }: Member) => named.get(id) ?? position;
  return [...allMembers(log)].sort((a, b) => since(a) - since(b));
}

function nameOne({ id, kind, name: given }: Member, organisation: string | undefined, taken: Set<string>): MemberName {
  const name = plainText(given ?? "") || undefined;
  const code = kind === "escrow" ? "escrow" : name === undefined ? "unnamed" : "member";
  // A member without a name of its own always has its id beside it, and so has a name that imitates an id beside a name.
  const needsId = (name ?? organisation) === undefined || /\([0-9a-f]{8,}\)$/i.test(name ?? "");
  const shown = JSON.stringify([code, code === "unnamed" ? kind : "", alike(name ?? organisation ?? "")]);
  const withId = needsId || taken.has(shown);
  taken.add(shown);
  const short = id.slice(0, SHORT);
  const shortId = taken.has(shown + short) ? id : short;
  taken.add(shown + short);
  return { code, member: id, kind, name, shortId, withId, organisation };
}
