// Judges acts of escrow in a user's log: which of them to believe. docs/spec.md section 11.3 (ESC-8, ESC-10).

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { firstOf } from "../bytes/present.js";
import { toHex } from "../bytes/text.js";
import { decodeLink } from "../log/entry.js";
import type { EscrowActor } from "../log/fields.js";
import {
  assertLog,
  hasRole,
  isConfirmed,
  type LinkRecord,
  type LogState,
  linkAt,
  memberBySigningKey,
  memberNamed,
} from "../log/state.js";
import { actCommitment } from "./commitment.js";
import { policyOf } from "./escrow-needs.js";

/** Why an act of escrow is believed or not. */
export type ActReason =
  /** Its admin first recorded exactly this act in the escrow log, and nobody disowned it. */
  | "recorded"
  /** The key of the renewal belongs to an admin who is active and has the role now. */
  | "admin-now"
  /** The pointer in force named another escrow log than the one at hand. */
  | "other-log"
  /** The escrow log has no such act. */
  | "not-recorded"
  /** Admins disowned the act. */
  | "disowned"
  /** The act names a later position than the escrow log at hand has. */
  | "beyond-log"
  /** The key of the renewal belongs to no admin who is active and has the role now. */
  | "no-admin-now";

/** One link by escrow in a user's log, and whether to believe it. */
export interface EscrowAct {
  /** Position of the link in the user's log. */
  readonly seq: number;
  readonly type: "review" | "renew-escrow";
  readonly approved: readonly MemberId[];
  readonly removed: readonly MemberId[];
  /** Whether to believe it: a review by ESC-8, a renewal by ESC-10. */
  readonly believed: boolean;
  readonly because: ActReason;
  /** Position of the act in the escrow log, where it was found. */
  readonly recordedAt: number | undefined;
  /** The admin's member in the escrow log, where it is known. */
  readonly admin: MemberId | undefined;
}

/**
 * Every link by escrow in a user's log, judged by the newest escrow log. Where a review is not believed, a device treats the
 * members that it brought in as not approved ({@link doubtedMembers}).
 *
 * @param escrowLog the newest escrow log, verified.
 * @throws `INVALID_ARGUMENT`
 */
export function escrowActs(log: LogState, escrowLog: LogState): readonly EscrowAct[] {
  policyOf(escrowLog);
  assertLog(log);
  const acts: EscrowAct[] = [];
  let pointed: string | undefined;
  for (const record of log.links) {
    const { seq, type, approved, removed, actor, pointer } = record;
    if (actor) {
      // Judged by the pointer in force before the link, because the link may bring another pointer.
      const isThisLog = pointed === escrowLog.head.log;
      const judged = isThisLog ? judge(log, record, actor, escrowLog) : unbelieved("other-log");
      acts.push({ seq, type: type as EscrowAct["type"], approved, removed, ...judged });
    }
    pointed = pointer?.log ?? pointed;
  }
  return acts;
}

type Judged = Pick<EscrowAct, "believed" | "because" | "recordedAt" | "admin">;

function unbelieved(because: ActReason, admin?: MemberId, recordedAt?: number): Judged {
  return { believed: false, because, admin, recordedAt };
}

function judge(log: LogState, record: LinkRecord, actor: EscrowActor, escrowLog: LogState): Judged {
  if (record.type === "renew-escrow") return judgeRenewal(actor, escrowLog);
  const { salt, admin } = actor;
  const { seq, prev, approved: approve, removed: remove } = record;
  if (!salt || !prev) return unbelieved("not-recorded");
  const commitment = actCommitment({ salt, admin, log: log.head.log, seq, prev, approve, remove });
  // If the review names an act, that act must be by the review's own admin. An act that repairs a loss may be by any admin.
  const found = (recordedActs(escrowLog).get(toHex(commitment)) ?? []).filter(
    (at) => at !== actor.seq || isNamedAct(linkAt(escrowLog, at), actor),
  );
  const valid = found.find((at) => !escrowLog.disowned.has(String(at)));
  const at = valid ?? found[0];
  const by = at === undefined ? undefined : memberNamed(linkAt(escrowLog, at).author);
  if (valid !== undefined) return { believed: true, because: "recorded", admin: by, recordedAt: valid };
  // A server can withhold the newest escrow log so that devices remove the devices that an admin restored.
  if (actor.seq > escrowLog.head.seq) return unbelieved("beyond-log", by, at);
  return at === undefined ? unbelieved("not-recorded") : unbelieved("disowned", by, at);
}

function isNamedAct({ hash, bytes }: LinkRecord, actor: EscrowActor): boolean {
  return hash === actor.hash && equalBytes(firstOf(decodeLink(bytes).signatures).key, actor.admin);
}

/** ESC-10: a renewal brings in nobody. If its author is an admin now, nobody else knows the epoch that it made. */
function judgeRenewal({ admin }: EscrowActor, escrowLog: LogState): Judged {
  const member = memberBySigningKey(escrowLog, admin);
  const isAdmin = member?.kind === "device" && isConfirmed(escrowLog, member) && hasRole(member, "recover");
  return isAdmin
    ? { believed: true, because: "admin-now", admin: member.id, recordedAt: undefined }
    : unbelieved("no-admin-now", member?.id);
}

const known = /* @__PURE__ */ new WeakMap<LogState, ReadonlyMap<string, readonly number[]>>();

/**
 * Positions of the acts of an escrow log by their commitments. Computed once for each log, since clients ask before every link.
 */
function recordedActs(escrowLog: LogState): ReadonlyMap<string, readonly number[]> {
  const found = known.get(escrowLog);
  if (found) return found;
  const acts = new Map<string, number[]>();
  for (const { seq, act } of escrowLog.links) {
    if (!act) continue;
    const key = toHex(act.commitment);
    const same = acts.get(key);
    if (same) same.push(seq);
    else acts.set(key, [seq]);
  }
  known.set(escrowLog, acts);
  return acts;
}
