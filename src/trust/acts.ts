// What was done in a user's log in escrow's name, and which of it to believe. docs/spec.md section 11.3 (ESC-8, ESC-10).

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
} from "../log/state.js";
import { actCommitment } from "./commitment.js";
import { policyOf } from "./escrow-needs.js";

/** Why an act of escrow is believed or not. */
export type ActReason =
  /** Its admin recorded exactly this in the escrow log first, and nobody disowned it. */
  | "recorded"
  /** The renewal is by the key of an admin who is active and has the role now. */
  | "admin-now"
  /** Escrow then stood for another escrow log than the one at hand. */
  | "other-log"
  /** The escrow log has no such act. */
  | "not-recorded"
  /** Admins disowned the act. */
  | "disowned"
  /** The act names a later position than the escrow log at hand has. */
  | "beyond-log"
  /** The renewal is not by the key of an admin who is active and has the role now. */
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
 * Every link by escrow in a user's log, judged by the newest escrow log. A device treats members whom reviews that are not believed
 * brought in as if they were not approved ({@link doubtedMembers}).
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
      // Judged by the pointer in force before the link: it may bring another.
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
  // The act that the review names is by its own admin; one that repairs a loss may be by any.
  const found = (recordedActs(escrowLog).get(toHex(commitment)) ?? []).filter(
    (at) => at !== actor.seq || isNamedAct(linkAt(escrowLog, at), actor),
  );
  const valid = found.find((at) => !escrowLog.disowned.has(String(at)));
  const at = valid ?? found[0];
  const by = at === undefined ? undefined : (escrowLog.links.at(at - 1)?.author as MemberId);
  if (valid !== undefined) return { believed: true, because: "recorded", admin: by, recordedAt: valid };
  // A server can withhold the newest escrow log to have the devices removed that an admin restored.
  if (actor.seq > escrowLog.head.seq) return unbelieved("beyond-log", by, at);
  return at === undefined ? unbelieved("not-recorded") : unbelieved("disowned", by, at);
}

function isNamedAct({ hash, bytes }: LinkRecord, actor: EscrowActor): boolean {
  return hash === actor.hash && equalBytes(firstOf(decodeLink(bytes).signatures).key, actor.admin);
}

/** ESC-10: a renewal brings in nobody; whether its author is an admin now says whether somebody else knows its epoch. */
function judgeRenewal({ admin }: EscrowActor, escrowLog: LogState): Judged {
  const member = memberBySigningKey(escrowLog, admin);
  const isAdmin = member?.kind === "device" && isConfirmed(escrowLog, member) && hasRole(member, "recover");
  return isAdmin
    ? { believed: true, because: "admin-now", admin: member.id, recordedAt: undefined }
    : unbelieved("no-admin-now", member?.id);
}

const known = /* @__PURE__ */ new WeakMap<LogState, ReadonlyMap<string, readonly number[]>>();

/** Positions of the acts of an escrow log by their commitments; read off a log once, as a client asks before every link. */
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
