// The standing of a keyring's member in its log. docs/spec.md sections 5 and 6 (MEM-4).

import { equalBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { assertLog, findMember, type LogFacts, type LogState, type Member } from "../log/state.js";
import { requireOwnLog } from "./member-state.js";

/**
 * Standing of a keyring's member in the log. `removed`: it was removed, and can read what it reached. `superseded`: the member
 * has other keys now, because it took fresh ones elsewhere and this device is a clone or was restored from a backup; it can read
 * what its seeds open. Both can author nothing. Both may rejoin as a new member, which may reclaim what a removed one held.
 */
export type Standing = "active" | "removed" | "superseded";

/**
 * The standing of a keyring's member in the log.
 *
 * @throws `UNKNOWN_MEMBER` when the log never had it; `INVALID_ARGUMENT`, `WIPED`
 */
export function standing(log: LogState, keyring: Keyring): Standing {
  assertLog(log);
  requireOwnLog(log, keyring);
  const member = findMember(log, keyring.member);
  if (member) return standingOf(member, keyring);
  throw new KeysteadError("UNKNOWN_MEMBER", "the log never had this keyring's member; fetch its newest entries", {
    rule: "MEM-2",
    details: { member: keyring.member, log: log.head.log, seq: log.head.seq },
  });
}

/** The standing of a member, given the keys in its keyring. */
export function standingOf(member: Member, keyring: Keyring): Standing {
  if (member.removed) return "removed";
  return equalBytes(partsOf(keyring).keys.signingKey, member.signingKey) ? "active" : "superseded";
}

/** @throws `NOT_PERMITTED` unless the keyring's member is active with the keys that it has */
export function requireActive(log: LogFacts, keyring: Keyring): void {
  const member = findMember(log, keyring.member);
  if (!member || member.kind === "escrow") return;
  const details = { member: member.id };
  const state = standingOf(member, keyring);
  if (state === "removed") {
    throw new KeysteadError(
      "NOT_PERMITTED",
      `this member was removed by link ${member.removed?.seq} and can author nothing any more; it may join again as a new member`,
      { rule: "MEM-4", details },
    );
  }
  if (state === "superseded") {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "this keyring was superseded: its member has taken fresh keys elsewhere; it may join again as a new member",
      { rule: "LOG-4", details },
    );
  }
}
