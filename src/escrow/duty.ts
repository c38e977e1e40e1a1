// What a user's device must do about escrow before it grants it anything. docs/spec.md section 11 (ESC-4, ESC-5, ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { actors } from "../coverage/actors.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { foundersOf } from "../log/classes.js";
import type { Pointer } from "../log/fields.js";
import { intersectRuns, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import {
  activeMember,
  assertLog,
  escrowMember,
  FOUNDING,
  type Head,
  isConfirmed,
  isHolder,
  type LinkRecord,
  type LogState,
} from "../log/state.js";
import { unverifiedMembers } from "./acts.js";
import { claimedRuns, epochKeys } from "./claimed.js";
import { escrowNeeds, policyOf } from "./escrow-log.js";
import { extendsHead } from "./member.js";
import { judgePointer, namesHead } from "./pointer.js";

/**
 * What a user's device must do about escrow now.
 *
 * - `nothing`: escrow's pointer is the newest epoch, and it holds all that this device can give it.
 * - `wait`: the organisation's escrow is not ready (ESC-1), or this device is not confirmed and others look after escrow.
 * - `fetch`: get the newest escrow log; until then grant escrow nothing. Where the server has none that is newer, it or the
 *   pointer lies: ask an admin which head is the newest, and renew to that.
 * - `confirm`: ask the user to compare the escrow log's fingerprint with what the admins published, and give its head as
 *   `confirmed` if they are the same. If not, the server lies.
 * - `enroll`: the user has confirmed; enroll escrow.
 * - `renew`: point escrow at the newest epoch before granting it anything (ESC-6).
 * - `remove-unverified`: remove `members` in one link, before all else: an admin who is not to be believed brought them in
 *   (ESC-8). Escrow is among them where its pointer is not the newest; it is enrolled again afterwards.
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
  | "remove-unverified"
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
  /** Whom to remove, for `remove-unverified`. */
  readonly members?: readonly MemberId[];
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
 *
 * @throws `INVALID_ARGUMENT`
 */
export function escrowIsSound(log: LogState, knowledge: Pick<EscrowKnowledge, "escrowLog" | "confirmed">): boolean {
  assertUserLog(log);
  const { escrowLog, confirmed } = checkOptions(knowledge);
  if (escrowLog === undefined) return false;
  policyOf(escrowLog);
  const pointer = escrowMember(log)?.pointer;
  if (!pointer || judgePointer(pointer, escrowLog) !== "newest") return false;
  return !isContradicted(pointer, escrowLog, confirmed) && isVouchedFor(log, escrowLog, confirmed);
}

/**
 * ESC-4, ESC-5 and ESC-8 as one answer. Ask before every link that makes an epoch or grants one: a rotation grants to escrow too,
 * wherever its pointer points.
 *
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function escrowDuty(log: LogState, knowledge: EscrowKnowledge): EscrowDuty {
  assertUserLog(log);
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
    // Whoever was brought in may have removed escrow to be forgotten.
    if (isVouchedFor(log, escrowLog, confirmed) && actors(log).includes(own)) {
      const members = unverifiedMembers(log, escrowLog, { me });
      if (members.length > 0) return removal(members);
    }
    const lacking = escrowNeeds(escrowLog);
    if (lacking.length > 0) return { action: "wait", because: `escrow is not ready: ${lacking.join(", ")} missing` };
    if (!actors(log).includes(own)) return { action: "wait", because: "this device may not act for others yet" };
    return isConfirmedByUser
      ? { action: "enroll", because: "the user confirmed this escrow log" }
      : { action: "confirm", because: "nobody has confirmed this escrow log on this device" };
  }
  const verdict = judgePointer(escrow.pointer, escrowLog);
  // Where escrow holds nothing current, or its keys are false, no admin can act, and the confirmed device may be the lost one: a
  // thief must not make the others wait for ever.
  const canAdminsAct = isHolder(log, escrow) && !(verdict === "false" && isConfirmedByUser);
  if (!isConfirmed(log, own) && canAdminsAct) {
    return { action: "wait", because: "a confirmed device or an admin looks after escrow" };
  }
  if (verdict === "other-log") {
    return isConfirmedByUser
      ? { action: "remove", because: "escrow stands for another log than the one the user confirmed" }
      : { action: "confirm", because: "the server offers another escrow log than the one enrolled" };
  }
  if (verdict === "ahead")
    return { action: "fetch", because: "the pointer names a newer escrow log than the one at hand" };
  if (isContradicted(escrow.pointer, escrowLog, confirmed))
    return {
      action: "confirm",
      because: "the pointer names a head that this escrow log does not have: one of them lies",
    };
  if (!isVouchedFor(log, escrowLog, confirmed)) {
    return escrow.pointer.seq > escrowLog.head.seq
      ? { action: "fetch", because: "the pointer names a newer head than the escrow log at hand has" }
      : { action: "confirm", because: "neither this user nor a founding device has confirmed this escrow log" };
  }
  const members = unverifiedMembers(log, escrowLog, { me });
  if (members.length > 0) {
    // In one link: renewing first would grant to them, removing them first would grant to the old pointer. Enroll escrow anew.
    return removal(verdict === "newest" ? members : [...members, escrow.id]);
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

function removal(members: readonly MemberId[]): EscrowDuty {
  return { action: "remove-unverified", because: "an admin who is not to be believed brought them in", members };
}

/**
 * Whether the pointer and the escrow log at hand contradict each other, and the user has not settled it by confirming as much of
 * this log. A removed admin can fork the escrow log before its removal: there the true pointer looks false, and a device that
 * renewed without asking would hand everything to the fork.
 */
function isContradicted(pointer: Pointer, escrowLog: LogState, confirmed: Head | undefined): boolean {
  if (namesHead(pointer, escrowLog)) return false;
  const end = escrowLog.head.seq;
  if (pointer.seq > end && judgePointer(pointer, escrowLog) !== "false") return false;
  return !(confirmed !== undefined && extendsHead(escrowLog, confirmed) && confirmed.seq >= Math.min(pointer.seq, end));
}

/** ESC-4: the escrow log extends what the user confirmed here; where nothing was confirmed, what a founding author named last. */
function isVouchedFor(log: LogState, escrowLog: LogState, confirmed: Head | undefined): boolean {
  if (confirmed !== undefined) return extendsHead(escrowLog, confirmed);
  const founders = foundersOf(log);
  const isFoundersPointer = ({ author, pointer, actor }: LinkRecord) =>
    pointer !== undefined && !actor && founders.get(author as MemberId) === FOUNDING;
  // The last one: after the account was moved to another organisation, the first is not asked for again.
  const named = [...log.links].filter(isFoundersPointer).at(-1)?.pointer;
  return named !== undefined && extendsHead(escrowLog, named);
}

function assertUserLog(log: LogState): void {
  assertLog(log);
  if (log.kind === "escrow") throw new KeysteadError("INVALID_ARGUMENT", "log must be a user's log, not an escrow log");
}
