// Tokens that prove a comparison of fingerprints. Approving needs the token of a device; confirming escrow needs the token of a
// log. Only compareFingerprint makes them, when two fingerprints matched. docs/spec.md section 10.

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { letInWith } from "../log/approvals.js";
import { extendsHead } from "../log/heads.js";
import { findMember, type Head, type LogState, type Member } from "../log/state.js";

/** What a device was when its fingerprint matched: its public keys, and whom an approval lets in with it. */
interface Seen extends Pick<Member, "signingKey" | "kemKey"> {
  readonly letsIn: readonly MemberId[];
}

// A token is good because it is in one of these tables. So nothing that is reachable from a token, not even its constructor, can
// make another one. It is an object of a class, so that libraries for screen state do not change or copy it.
const devices: WeakMap<object, Seen> = /* @__PURE__ */ new WeakMap();
const logs: WeakSet<object> = /* @__PURE__ */ new WeakSet();

/**
 * Somebody compared the fingerprint that a device shows about itself with this log, and they matched. `review` takes it to
 * approve that device, as long as the log extends this head, the device still has the same keys, and it has approved nobody since
 * whom the approval would let in with it. It lives in memory only: a copy, a proxy or a stored value is no token.
 */
export class ComparedDevice {
  // For the compiler only: it does not accept a spread copy as a token.
  declare private readonly compared: true;
  /** The head of the log when they matched. */
  readonly head: Head;
  readonly member: MemberId;

  /** @internal */
  constructor(head: Head, member: MemberId) {
    this.head = Object.freeze({ ...head });
    this.member = member;
    Object.freeze(this);
  }
}

/**
 * Somebody compared the fingerprint of a whole log, and it matched. The token confirms an escrow log, and verifies a contact. It
 * approves nobody, because all devices of a log would show the same fingerprint.
 */
export class ComparedLog {
  declare private readonly compared: true;
  /** The head of the log when they matched. An app stores it for an escrow log that its user confirmed. */
  readonly head: Head;

  /** @internal */
  constructor(head: Head) {
    this.head = Object.freeze({ ...head });
    Object.freeze(this);
  }
}

/** Only for compareFingerprint and digits: the fingerprint of a device matched, or the digits did. */
export function deviceMatched(log: LogState, { id, signingKey, kemKey }: Member): ComparedDevice {
  const token = new ComparedDevice(log.head, id);
  const keys = { signingKey: new Uint8Array(signingKey), kemKey: new Uint8Array(kemKey) };
  devices.set(token, { ...keys, letsIn: letInWith(log, id) });
  return token;
}

/** Only for compareFingerprint: the fingerprint of a log matched. */
export function logMatched({ head }: LogState): ComparedLog {
  const token = new ComparedLog(head);
  logs.add(token);
  return token;
}

/**
 * The members whose fingerprints were compared with this very log, or with an earlier head of it.
 *
 * @param named members that the caller approves by name in the same link.
 * @throws `INVALID_ARGUMENT` for a value that is no token; `COMPARE_AGAIN` when a token is no longer good, with `details.because`
 */
export function comparedMembers(
  log: LogState,
  tokens: readonly ComparedDevice[],
  named: readonly MemberId[],
): readonly MemberId[] {
  if (!Array.isArray(tokens)) throw notTokens("approve must be a list of tokens");
  // Uses the iterator, not the list's own `map`, which the caller could replace: so every value is looked up.
  const seen = Array.from(tokens as readonly ComparedDevice[], (token) => [token, seenWith(token)] as const);
  const known = new Set([...named, ...seen.flatMap(([{ member }, { letsIn }]) => [member, ...letsIn])]);
  return seen.map(([token, device]) => {
    const { member } = token;
    const stale = staleness(log, token, device);
    if (stale) throw compareAgain(stale, log, token, { member });
    const members = letInWith(log, member).filter((id) => !known.has(id));
    if (members.length > 0) throw compareAgain("lets-in-more", log, token, { member, members });
    return member;
  });
}

/** @throws `INVALID_ARGUMENT` for a value that is no token of a device */
function seenWith(token: ComparedDevice): Seen {
  const seen = devices.get(token);
  if (seen) return seen;
  throw notTokens(
    logs.has(token)
      ? "approve takes tokens of a device's own fingerprint, and this one is of a whole log, which names no device"
      : "approve takes the `token` of each match, not ids and no copies of tokens",
  );
}

/**
 * Whether somebody compared the fingerprint of this very state: a contact's log can have got strangers since.
 *
 * @throws `INVALID_ARGUMENT` for a value that is no token of a log; `COMPARE_AGAIN` for the token of another state
 */
export function requireCompared(log: LogState, token: ComparedLog): void {
  if (!logs.has(token)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "compared must be the token that compareFingerprint gave for the contact's whole log; without one it is unsafeVerified",
    );
  }
  const stale = headStaleness(log, token.head) ?? (token.head.seq < log.head.seq ? "moved-on" : undefined);
  if (stale) throw compareAgain(stale, log, token);
}

/** The head that a token of a log confirms. @throws `INVALID_ARGUMENT` for a value that is no token */
export function confirmedHead(token: ComparedLog): Head {
  if (logs.has(token)) return token.head;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "confirmed must be the token that compareFingerprint gave for the escrow log; a head from storage goes under storedConfirmation",
  );
}

function notTokens(problem: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `${problem}; without a comparison ids go under approveUncompared`);
}

function compareAgain(because: Staleness, log: LogState, { head: compared }: { head: Head }, about: object = {}) {
  return new KeysteadError("COMPARE_AGAIN", `${STALE[because]}; compare fingerprints again`, {
    details: { because, ...about, compared, head: log.head },
  });
}

/** Why a comparison proves nothing for a log any more. */
type Staleness = keyof typeof STALE;

const STALE = {
  "other-log": "the fingerprint was compared with another log",
  "not-in-log": "this log does not have the head that was compared: it is an older state, or another history",
  "moved-on": "the log has got links since it was compared",
  removed: "the device that was compared was removed since",
  rekeyed: "the device that was compared took other keys since",
  "lets-in-more": "the device that was compared has approved others since, who would be let in with it",
} as const;

/**
 * A longer log does no harm: the compared state is still part of it. But a device with other keys is not the compared device: a
 * thief with a copy of its old key could have taken fresh keys in its name.
 */
function staleness(log: LogState, { head, member: id }: ComparedDevice, keys: Seen): Staleness | undefined {
  const stale = headStaleness(log, head);
  if (stale) return stale;
  // It was a member at that head, so it is still one, active or removed.
  const member = present(findMember(log, id));
  if (member.removed) return "removed";
  const isSame = equalBytes(member.signingKey, keys.signingKey) && equalBytes(member.kemKey, keys.kemKey);
  return isSame ? undefined : "rekeyed";
}

function headStaleness(log: LogState, head: Head): Staleness | undefined {
  if (head.log !== log.head.log) return "other-log";
  return extendsHead(log, head) ? undefined : "not-in-log";
}
