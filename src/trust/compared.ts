// What a comparison of fingerprints proved, as tokens: approving takes one of a device, confirming escrow one of a log. Only
// compareFingerprint makes them, where two fingerprints matched. docs/spec.md section 10.

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { extendsHead } from "../log/heads.js";
import { findMember, type Head, type LogState, type Member } from "../log/state.js";

/** The public keys that a device had when its fingerprint matched. */
type Keys = Pick<Member, "signingKey" | "kemKey">;

// What makes a token good is that it stands in one of these tables, so that nothing reachable from it, its constructor included,
// makes another one. It is an object of a class, so that libraries for states of screens leave it as it is.
const devices: WeakMap<object, Keys> = /* @__PURE__ */ new WeakMap();
const logs: WeakSet<object> = /* @__PURE__ */ new WeakSet();
let makeDevice: (head: Head, member: MemberId) => ComparedDevice;
let makeLog: (head: Head) => ComparedLog;

/**
 * Somebody compared the fingerprint that a device shows about itself with this log, and they matched. `review` takes it to approve
 * that device, as long as the log goes on from this head and the device has the keys that it had. It lives in memory only: a copy,
 * a proxy or what was stored is no token.
 */
export class ComparedDevice {
  // For the compiler alone: a copy by spreading does not pass for a token.
  declare private readonly compared: true;
  /** The head of the log when they matched. */
  readonly head: Head;
  readonly member: MemberId;

  static {
    makeDevice = (head, member) => new ComparedDevice(head, member);
  }

  private constructor(head: Head, member: MemberId) {
    // A copy: a state's own head can be changed by any code that has the state, and a token would follow.
    this.head = Object.freeze({ ...head });
    this.member = member;
    Object.freeze(this);
  }
}

/**
 * Somebody compared the fingerprint of a whole log, and they matched. It confirms an escrow log. It approves nobody: all devices of
 * a log would show the same.
 */
export class ComparedLog {
  declare private readonly compared: true;
  /** The head of the log when they matched: what an app stores of an escrow log that its user confirmed. */
  readonly head: Head;

  static {
    makeLog = (head) => new ComparedLog(head);
  }

  private constructor(head: Head) {
    this.head = Object.freeze({ ...head });
    Object.freeze(this);
  }
}

/** Only for compareFingerprint: the fingerprint of a device matched. */
export function deviceMatched({ head }: LogState, { id, signingKey, kemKey }: Member): ComparedDevice {
  const token = makeDevice(head, id);
  devices.set(token, { signingKey: signingKey.slice(), kemKey: kemKey.slice() });
  return token;
}

/** Only for compareFingerprint: the fingerprint of a log matched. */
export function logMatched({ head }: LogState): ComparedLog {
  const token = makeLog(head);
  logs.add(token);
  return token;
}

/**
 * The members whose fingerprints were compared with this very log, or with an earlier head of it.
 *
 * @throws `INVALID_ARGUMENT` for what is no token; `COMPARE_AGAIN` when it is no longer good, with `details.because`
 */
export function comparedMembers(log: LogState, tokens: readonly ComparedDevice[]): readonly MemberId[] {
  if (!Array.isArray(tokens)) throw notTokens("approve must be a list of tokens");
  // By its iterator, whatever `map` a list of the caller's has: every value is looked up.
  return Array.from(tokens as readonly ComparedDevice[], (token) => {
    const keys = devices.get(token);
    if (!keys) {
      throw notTokens(
        logs.has(token)
          ? "approve takes tokens of a device's own fingerprint, and this one is of a whole log, which names no device"
          : "approve takes the tokens that compareFingerprint gave, not ids and no copies of tokens",
      );
    }
    const because = staleness(log, token, keys);
    if (because === undefined) return token.member;
    throw new KeysteadError("COMPARE_AGAIN", `${STALE[because]}; compare fingerprints again`, {
      details: { because, member: token.member, compared: token.head, head: log.head },
    });
  });
}

/** The head that a token of a log confirms. @throws `INVALID_ARGUMENT` for what is no token */
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

/** Why a comparison says nothing about a log any more. */
type Staleness = keyof typeof STALE;

const STALE = {
  "other-log": "the fingerprint was compared with another log",
  "not-in-log": "this log does not have the head that was compared: it is an older state, or another history",
  removed: "the device that was compared was removed since",
  rekeyed: "the device that was compared took other keys since",
} as const;

/**
 * That the log went on harms nothing: what was compared is still in it. A device with other keys is not the one that was compared:
 * a thief with a copy of its old key could have taken fresh ones in its name.
 */
function staleness(log: LogState, { head, member: id }: ComparedDevice, keys: Keys): Staleness | undefined {
  if (head.log !== log.head.log) return "other-log";
  if (!extendsHead(log, head)) return "not-in-log";
  // It was a member at that head, so it is one still, active or removed.
  const member = findMember(log, id) as Member;
  if (member.removed) return "removed";
  const isSame = equalBytes(member.signingKey, keys.signingKey) && equalBytes(member.kemKey, keys.kemKey);
  return isSame ? undefined : "rekeyed";
}
