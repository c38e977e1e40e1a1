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
  type LogState,
} from "../log/state.js";
import { broughtIn, escrowActs, unverifiedMembers } from "./acts.js";
import { checkHead } from "./arguments.js";
import { claimedRuns, epochKeys } from "./claimed.js";
import { escrowNeeds, policyOf } from "./escrow-log.js";
import { extendsHead } from "./member.js";
import { judgePointer, namesHead } from "./pointer.js";

/**
 * What a user's device must do about escrow now. Where `members` are given with another action than `remove-unverified`, it makes no
 * link that grants to them until they are gone.
 *
 * - `nothing`: escrow's pointer is the newest epoch, and it holds all that this device can give it.
 * - `wait`: the organisation's escrow is not ready (ESC-1), or this device may not act, or others look after escrow.
 * - `fetch`: get the newest escrow log; until then grant escrow nothing. Where the server has none that is newer, it or the
 *   pointer lies: ask an admin which head is the newest, and renew to that.
 * - `confirm`: ask the user to compare the escrow log's fingerprint with what the admins published, and give its head as
 *   `confirmed` if they are the same. If not, the server lies.
 * - `enroll`: the user has confirmed; enroll escrow.
 * - `renew`: point escrow at the newest epoch before granting it anything (ESC-6).
 * - `remove-unverified`: admins who are not to be believed brought `members` in (ESC-8). Ask the user which of them are theirs, and
 *   name those in `own` from then on; remove the others in one link, before all else. Escrow is among them where its pointer is
 *   not the newest; it is enrolled again afterwards.
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
  /** Whom to remove, or to grant nothing (ESC-8). */
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
  /** Members whom the user, asked on this device, knows to be theirs. */
  readonly own?: readonly MemberId[] | undefined;
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
  return !isContradicted(pointer, escrowLog, confirmed) && trustIn(escrowLog, log, confirmed) === "sound";
}

/**
 * ESC-4, ESC-5 and ESC-8 as one answer. Ask before every link that makes an epoch or grants one: a rotation grants to escrow too,
 * wherever its pointer points.
 *
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function escrowDuty(log: LogState, knowledge: EscrowKnowledge): EscrowDuty {
  assertUserLog(log);
  const { me, escrowLog, confirmed, own } = checkOptions(knowledge);
  const self = activeMember(log, me);
  const escrow = escrowMember(log);
  const inEscrowsName = new Set([...log.links].filter(({ actor }) => actor).map(({ seq }) => seq));
  const anybodyBroughtIn = broughtIn(log, inEscrowsName, { me, own });
  if (escrowLog === undefined) {
    if (escrow) return { action: "fetch", because: "escrow's pointer cannot be judged without its log" };
    if (anybodyBroughtIn.length === 0) return { action: "nothing", because: "there is no escrow" };
    return { action: "fetch", because: "only its log tells whom to believe", members: anybodyBroughtIn };
  }
  policyOf(escrowLog);
  const isConfirmedByUser = confirmed !== undefined && extendsHead(escrowLog, confirmed);
  const trust = trustIn(escrowLog, log, confirmed);
  const unverified = unverifiedMembers(log, escrowLog, { me, own });
  const mayActForOthers = actors(log).includes(self);
  /** Escrow goes with them: renewing first would grant to them, removing them first would grant to its pointer. */
  const removal = (...also: readonly MemberId[]): EscrowDuty => {
    const members = [...unverified, ...also];
    return escrowActs(log, escrowLog).some(({ needsNewerLog }) => needsNewerLog)
      ? { action: "fetch", because: "an admin brought somebody in at a later head", members: unverified }
      : { action: "remove-unverified", because: "an admin who is not to be believed brought them in", members };
  };
  if (!escrow?.pointer) {
    // Whoever was brought in may have removed escrow to be forgotten.
    if (trust !== "sound" && anybodyBroughtIn.length > 0) {
      return { action: trust, because: "only escrow's log tells whom to believe", members: anybodyBroughtIn };
    }
    if (unverified.length > 0) {
      return mayActForOthers && isConfirmed(log, self) ? removal() : { ...WAIT_FOR_OTHERS, members: unverified };
    }
    const lacking = escrowNeeds(escrowLog);
    if (lacking.length > 0) return { action: "wait", because: `escrow is not ready: ${lacking.join(", ")} missing` };
    if (!mayActForOthers) return { action: "wait", because: "this device may not act for others yet" };
    if (isConfirmedByUser && trust === "sound") {
      return { action: "enroll", because: "the user confirmed this escrow log" };
    }
    return trust === "fetch" ? FETCH_NAMED : { action: "confirm", because: "nobody confirmed this escrow log here" };
  }
  const verdict = judgePointer(escrow.pointer, escrowLog);
  // Where escrow holds nothing current, or its keys are false, no admin can act, and the confirmed device may be the lost one: a
  // thief must not make the others wait for ever.
  const canAdminsAct = isHolder(log, escrow) && !(verdict === "false" && isConfirmedByUser);
  if (!mayActForOthers || (!isConfirmed(log, self) && canAdminsAct)) {
    return trust === "sound" && unverified.length > 0 ? { ...WAIT_FOR_OTHERS, members: unverified } : WAIT_FOR_OTHERS;
  }
  if (verdict === "other-log") {
    if (trust === "fetch") return FETCH_NAMED;
    if (!isConfirmedByUser || trust === "confirm")
      return { action: "confirm", because: "the server offers another escrow log than the one enrolled" };
    return unverified.length > 0
      ? removal(escrow.id)
      : { action: "remove", because: "escrow stands for another log than the one the user confirmed" };
  }
  if (verdict === "ahead")
    return { action: "fetch", because: "the pointer names a newer escrow log than the one at hand" };
  if (isContradicted(escrow.pointer, escrowLog, confirmed))
    return {
      action: "confirm",
      because: "the pointer names a head that this escrow log does not have: one of them lies",
    };
  if (trust === "fetch") return FETCH_NAMED;
  if (trust === "confirm") {
    return { action: "confirm", because: "neither this user nor a founding device has confirmed this escrow log" };
  }
  if (unverified.length > 0) return verdict === "newest" ? removal() : removal(escrow.id);
  if (verdict === "false") return { action: "renew", because: "the pointer's keys are no epoch of the escrow log" };
  if (verdict === "older") return { action: "renew", because: "the admins' epoch has changed since" };
  // What was sealed to a false pointer the log counts as held, and no admin opens it.
  const opened = intersectRuns(escrow.held, claimedRuns(log, new Set([escrow.id]), epochKeys(escrowLog)));
  const lacking = subtractRuns(self.held, opened);
  const owed = intersectRuns(lacking, uniteRuns(escrow.reach, escrow.withheld));
  if (owed.length > 0)
    return { action: "regrant", because: "escrow was not given, or could not open, some epochs", epochs: owed };
  if (lacking.length > 0)
    return { action: "extend", because: "this device holds older epochs than escrow", epochs: lacking };
  return { action: "nothing", because: "escrow stands for its newest epoch and holds all that this device does" };
}

const WAIT_FOR_OTHERS: EscrowDuty = { action: "wait", because: "a confirmed device or an admin looks after escrow" };
const FETCH_NAMED: EscrowDuty = {
  action: "fetch",
  because: "a newer head of escrow's log is known than the one at hand has",
};

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

/**
 * ESC-4: the escrow log has the head that the user confirmed here, and the one that a founding device named last: otherwise a server
 * could offer a fork from in between. Where nothing was confirmed, a founding device's word has to do.
 */
function trustIn(escrowLog: LogState, log: LogState, confirmed: Head | undefined): "sound" | "fetch" | "confirm" {
  const { log: id, seq: end } = escrowLog.head;
  const namedBy = (founders: ReadonlyMap<MemberId, number>): readonly Pointer[] =>
    [...log.links].flatMap(({ author, pointer, actor }) =>
      pointer && !actor && founders.get(author as MemberId) === FOUNDING ? [pointer] : [],
    );
  const named = namedBy(foundersOf(log));
  // A thief whom an admin made founding must not vouch for the log by which that admin is judged: devices' approvals alone, too.
  const byDevices = () => namedBy(foundersOf(log, { without: new Set(), escrowCounts: false })).at(-1);
  const heads: readonly (Head | undefined)[] =
    confirmed === undefined
      ? [named.at(-1), byDevices()]
      : [
          checkHead(confirmed),
          // Into this log: after the account was moved to another organisation, the first is not asked for again.
          ...named.filter((pointer) => pointer.log === id && !isPassedOver(pointer, escrowLog, confirmed)).slice(-1),
        ];
  if (heads.every((head) => head !== undefined && extendsHead(escrowLog, head))) return "sound";
  const isLater = (head: Head | undefined) => head?.log === id && head.seq > end;
  return [...heads, escrowMember(log)?.pointer].some(isLater) ? "fetch" : "confirm";
}

/** Whether what the user confirmed settles that a head, which this log should have, is not its own. */
function isPassedOver(pointer: Pointer, escrowLog: LogState, confirmed: Head): boolean {
  if (confirmed.seq >= pointer.seq) return true;
  if (pointer.seq <= escrowLog.head.seq) return false;
  const verdict = judgePointer(pointer, escrowLog);
  // Epochs only go up: no later head has an old one. And false keys are no log's that goes on from where the user confirmed.
  return verdict === "older" || (verdict === "false" && confirmed.seq === escrowLog.head.seq);
}

function assertUserLog(log: LogState): void {
  assertLog(log);
  if (log.kind === "escrow") throw new KeysteadError("INVALID_ARGUMENT", "log must be a user's log, not an escrow log");
}
