// What a user's device must do about escrow before it grants it anything, and which of escrow's acts to believe.
// docs/spec.md section 11 (ESC-4, ESC-5, ESC-8).

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { actors } from "../coverage/actors.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { ORIGIN } from "../log/advance.js";
import { foundersOf } from "../log/classes.js";
import { decodeLink } from "../log/entry.js";
import { intersectRuns, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import {
  activeMember,
  assertLog,
  escrowMember,
  FOUNDING,
  type Head,
  hasRole,
  isConfirmed,
  isHolder,
  type LinkRecord,
  type LogFacts,
  type LogState,
} from "../log/state.js";
import { verifyLink } from "../log/verify-link.js";
import { claimedRuns, epochKeys } from "./claimed.js";
import { escrowNeeds, policyOf } from "./escrow-log.js";
import { extendsHead } from "./member.js";
import { judgePointer } from "./pointer.js";

/**
 * What a user's device must do about escrow now.
 *
 * - `nothing`: escrow's pointer is the newest epoch, and it holds all that this device can give it.
 * - `wait`: the organisation's escrow is not ready (ESC-1), or this device is not confirmed and others look after escrow.
 * - `fetch`: get the newest escrow log; until then grant escrow nothing. Where the server has none that is newer, it or the
 *   pointer lies: ask an admin which head is the newest, and renew to that.
 * - `confirm`: ask the user to compare the escrow log's fingerprint with what the admins published.
 * - `enroll`: the user has confirmed; enroll escrow.
 * - `renew`: point escrow at the newest epoch before granting it anything (ESC-6).
 * - `remove`: the pointer is into another log than the user confirmed; remove the escrow member.
 * - `regrant`: give escrow the epochs that a joining device withheld or that it could not open.
 * - `extend`: approve the escrow member: this device holds older epochs that escrow lacks (ESC-5).
 */
export type EscrowAction =
  | "nothing"
  | "wait"
  | "fetch"
  | "confirm"
  | "enroll"
  | "renew"
  | "remove"
  | "regrant"
  | "extend";

/** What a device must do, and why. */
export interface EscrowDuty {
  readonly action: EscrowAction;
  /** For people and logs. */
  readonly because: string;
  /** The epochs to be given, for `regrant` and `extend`. */
  readonly epochs?: Runs;
}

/** What the device knows besides its own log. */
export interface EscrowKnowledge {
  /** The member whose device this is. */
  readonly me: MemberId;
  /** The newest escrow log that this device could get and verified; undefined when it got none. */
  readonly escrowLog: LogState | undefined;
  /** The escrow head whose fingerprint the user confirmed on this device; undefined when never. */
  readonly confirmed?: Head | undefined;
}

/**
 * Whether a device may grant anything to escrow: its pointer is the newest epoch of the newest escrow log, which extends one
 * that the user confirmed here or that a founding author named (ESC-4). A device that is about to join withholds its epoch
 * from escrow otherwise (MEM-6).
 */
export function escrowIsSound(log: LogState, knowledge: Pick<EscrowKnowledge, "escrowLog" | "confirmed">): boolean {
  assertLog(log);
  const { escrowLog, confirmed } = checkOptions(knowledge);
  if (escrowLog === undefined) return false;
  policyOf(escrowLog);
  const pointer = escrowMember(log)?.pointer;
  if (!pointer || judgePointer(pointer, escrowLog) !== "newest") return false;
  return (confirmed !== undefined && extendsHead(escrowLog, confirmed)) || founderNamed(log, escrowLog);
}

/** ESC-4 and ESC-5 as one answer. @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER` */
export function escrowDuty(log: LogState, knowledge: EscrowKnowledge): EscrowDuty {
  assertLog(log);
  const { me, escrowLog, confirmed } = checkOptions(knowledge);
  const own = activeMember(log, me);
  const escrow = escrowMember(log);
  if (escrowLog === undefined) {
    return escrow
      ? { action: "fetch", because: "escrow's pointer cannot be judged without its log" }
      : { action: "nothing", because: "there is no escrow" };
  }
  policyOf(escrowLog);
  const isConfirmedByUser = confirmed !== undefined && extendsHead(escrowLog, confirmed);
  if (!escrow?.pointer) {
    const lacking = escrowNeeds(escrowLog);
    if (lacking.length > 0) return { action: "wait", because: `escrow is not ready: ${lacking.join(", ")} missing` };
    if (!actors(log).includes(own)) return { action: "wait", because: "this device may not act for others yet" };
    return isConfirmedByUser
      ? { action: "enroll", because: "the user confirmed this escrow log" }
      : { action: "confirm", because: "nobody has confirmed this escrow log on this device" };
  }
  const verdict = judgePointer(escrow.pointer, escrowLog);
  // Where escrow holds nothing current, no admin can act: a device that joined and withheld must not wait for one for ever.
  if (!isConfirmed(log, own) && isHolder(log, escrow)) {
    return { action: "wait", because: "a confirmed device or an admin looks after escrow" };
  }
  if (verdict === "other-log") {
    return isConfirmedByUser
      ? { action: "remove", because: "escrow stands for another log than the one the user confirmed" }
      : { action: "confirm", because: "the server offers another escrow log than the one enrolled" };
  }
  if (verdict === "ahead")
    return { action: "fetch", because: "the pointer names a newer escrow log than the one at hand" };
  if (!isConfirmedByUser && !founderNamed(log, escrowLog)) {
    return { action: "confirm", because: "escrow was enrolled by a device that is not of the founding class" };
  }
  if (verdict === "false") return { action: "renew", because: "the pointer's keys are no epoch of the escrow log" };
  if (verdict === "older") return { action: "renew", because: "the admins' epoch has changed since" };
  // What was sealed to a false pointer the log counts as held, and no admin opens it.
  const opened = intersectRuns(escrow.held, claimedRuns(log, new Set([escrow.id]), epochKeys(escrowLog)));
  const lacking = subtractRuns(own.held, opened);
  const owed = intersectRuns(lacking, uniteRuns(escrow.reach, escrow.withheld));
  if (owed.length > 0)
    return { action: "regrant", because: "escrow was not given, or could not open, some epochs", epochs: owed };
  if (lacking.length > 0)
    return { action: "extend", because: "this device holds older epochs than escrow", epochs: lacking };
  return { action: "nothing", because: "escrow stands for its newest epoch and holds all that this device does" };
}

/** Whether a pointer by a founding author names a head that this escrow log extends (ESC-4). */
function founderNamed(log: LogState, escrowLog: LogState): boolean {
  const founders = foundersOf(log);
  return [...log.links].some(
    ({ author, pointer, actor }) =>
      pointer !== undefined &&
      !actor &&
      founders.get(author as MemberId) === FOUNDING &&
      extendsHead(escrowLog, pointer),
  );
}

/** One of escrow's acts in a user's log, and whether to believe the admin behind it (ESC-8). */
export interface EscrowAct {
  readonly seq: number;
  readonly type: string;
  readonly approved: readonly MemberId[];
  readonly removed: readonly MemberId[];
  /** The admin's member id in the escrow log; undefined when no member had that key at the named head. */
  readonly admin: MemberId | undefined;
  /** `verified`: active with the role at the named head, and not removed in the newest. */
  readonly verdict: "verified" | "unverified";
  readonly because: string;
}

/**
 * ESC-8: every act of escrow in a user's log, judged by the newest escrow log. A client treats members whom only unverified acts
 * approved as if they were not approved: it grants them nothing, and removes them first.
 *
 * @param escrowLog the newest escrow log, verified.
 */
export function escrowActs(log: LogState, escrowLog: LogState): readonly EscrowAct[] {
  assertLog(log);
  assertLog(escrowLog);
  const states = new Map<number, LogFacts>();
  return [...log.links].flatMap((record) => (record.actor ? [judgeAct(record, log, escrowLog, states)] : []));
}

/** Members whom an unverified act of escrow approved, and whom a client does not treat as approved (ESC-8). */
export function unverifiedMembers(log: LogState, escrowLog: LogState): readonly MemberId[] {
  const doubted = escrowActs(log, escrowLog).filter(({ verdict }) => verdict === "unverified");
  const links = new Set(doubted.map(({ seq }) => seq));
  return [...new Set(doubted.flatMap(({ approved }) => approved))].filter((id) =>
    log.active.get(id)?.approvals.every(({ seq }) => links.has(seq)),
  );
}

function judgeAct(record: LinkRecord, log: LogState, escrowLog: LogState, states: Map<number, LogFacts>): EscrowAct {
  const { seq, type, approved, removed, actor } = record as LinkRecord & {
    readonly actor: NonNullable<LinkRecord["actor"]>;
  };
  const act = { seq, type, approved, removed };
  const doubt = (because: string, admin?: MemberId): EscrowAct => ({ ...act, admin, verdict: "unverified", because });
  const pointer = pointerAt(log, seq);
  if (pointer?.log !== escrowLog.head.log) return doubt("escrow then stood for another log than the one at hand");
  if (escrowLog.links.at(actor.seq - 1)?.hash !== actor.hash)
    return doubt("the escrow head that it names is not in the escrow log");
  const then = stateAt(escrowLog, actor.seq, states);
  const admin = [...then.active.values()].find(({ sign }) => equalBytes(sign, actor.admin));
  if (!admin) return doubt("no admin had this key at the named head");
  if (!isConfirmed(then, admin) || !hasRole(admin, "recover"))
    return doubt("the admin did not have the role recover", admin.id);
  // Paper brings a device in; it is not who compared a user's fingerprint.
  if (admin.kind !== "device") return doubt("a backup key acted, not an admin's device", admin.id);
  if (!escrowLog.active.has(admin.id)) return doubt("the admin has been removed since", admin.id);
  return { ...act, admin: admin.id, verdict: "verified", because: "the admin had the role, and is still active" };
}

/** The pointer in force before a link. */
function pointerAt(log: LogState, seq: number): LinkRecord["pointer"] {
  for (let index = seq - 2; index >= 0; index--) {
    const { pointer } = log.links.at(index) as LinkRecord;
    if (pointer) return pointer;
  }
  return undefined;
}

/** The state of a log at an earlier position, replayed from its links. */
function stateAt(log: LogState, seq: number, known: Map<number, LogFacts>): LogFacts {
  let state: LogFacts = known.get(seq) ?? ORIGIN;
  for (let index = state.head.seq; index < seq; index++) {
    const record = log.links.at(index);
    if (!record) throw new KeysteadError("INVALID_ARGUMENT", `the log has no link ${index + 1}`);
    state = verifyLink(state, { link: decodeLink(record.bytes), attachments: [] }, {});
  }
  known.set(seq, state);
  return state;
}
