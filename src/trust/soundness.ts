// Decides whether a device may grant to escrow: whether its pointer and the escrow log at hand can be trusted. docs/spec.md
// section 11.2 (ESC-4).

import { checkHead } from "../arguments/heads.js";
import { isDisguised } from "../arguments/instances.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { foundersOf, foundersWithoutEscrow } from "../log/approvals.js";
import type { Pointer } from "../log/fields.js";
import { extendsHead } from "../log/heads.js";
import { assertLog, escrowMember, FOUNDING, type Head, LogState, memberNamed } from "../log/state.js";
import { policyOf } from "./escrow-needs.js";
import { judgePointer, namesHead } from "./pointer.js";

/** The newest escrow log of a device; `"unsupported"` if it has links that this library cannot read (LOG-1). */
export type EscrowLogAtHand = LogState | "unsupported" | undefined;

/** A device's knowledge of escrow, besides its own log. */
export interface EscrowKnowledge {
  /** Members that the user, asked on this device, recognised as theirs (ESC-8). */
  readonly own?: readonly MemberId[] | undefined;
  /** The newest escrow log that this device fetched and verified; undefined when it has none. */
  readonly escrowLog: EscrowLogAtHand;
  /** The escrow head whose fingerprint the user confirmed on this device; undefined when the user confirmed none. */
  readonly confirmed?: Head | undefined;
}

/** @throws `INVALID_ARGUMENT` unless the value is an escrow log as a device has it */
export function checkAtHand(escrowLog: EscrowLogAtHand): void {
  if (escrowLog === undefined || escrowLog === "unsupported" || LogState.is(escrowLog)) return;
  if (isDisguised("LogState", escrowLog)) assertLog(escrowLog, "escrowLog");
  throw new KeysteadError("INVALID_ARGUMENT", 'escrowLog must be a verified state, "unsupported", or undefined');
}

/** Whether to trust the escrow log at hand. If not: fetch a newer one, or ask the user to compare its fingerprint. */
export type EscrowTrust = "sound" | "fetch" | "confirm";

/**
 * Whether a device may grant anything to escrow. Its pointer must be the newest epoch of the newest escrow log. That log's policy
 * must be enabled, and the log must extend a head that the user confirmed here or that a founding author named (ESC-4). Otherwise
 * the device withholds new epochs from escrow (MEM-6), and grants them later.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function escrowIsSound(log: LogState, knowledge: Pick<EscrowKnowledge, "escrowLog" | "confirmed">): boolean {
  assertUserLog(log);
  const { escrowLog, confirmed } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  if (typeof escrowLog !== "object") return false;
  const { enabled } = policyOf(escrowLog);
  const pointer = escrowMember(log)?.pointer;
  if (!enabled || !pointer || judgePointer(pointer, escrowLog) !== "newest") return false;
  return !isContradicted(pointer, escrowLog, confirmed) && escrowTrust(log, escrowLog, confirmed) === "sound";
}

/**
 * The escrow log at hand, if it can judge acts in escrow's name: it is trusted, and the pointer in force belongs to an epoch of
 * it or has false keys. Otherwise a fork could make a device believe an act that was never recorded.
 */
export function judgingLog(
  log: LogState,
  { escrowLog, confirmed }: Pick<EscrowKnowledge, "escrowLog" | "confirmed">,
): LogState | undefined {
  if (typeof escrowLog !== "object" || escrowTrust(log, escrowLog, confirmed) !== "sound") return undefined;
  const pointer = escrowMember(log)?.pointer;
  if (!pointer) return escrowLog;
  const verdict = judgePointer(pointer, escrowLog);
  const isOfThisLog = verdict !== "ahead" && verdict !== "other-log";
  return isOfThisLog && !isContradicted(pointer, escrowLog, confirmed) ? escrowLog : undefined;
}

/**
 * Whether the pointer and the escrow log at hand contradict each other, and the user has not settled it by confirming this log
 * far enough. There are two attacks. A removed admin forks the escrow log before its removal: there the true pointer looks false,
 * and a device that renewed without asking would hand everything to the fork. Or the fork ends before the head that the pointer
 * names: there the pointer may even look newest, and the device would believe the fork's acts.
 */
export function isContradicted(pointer: Pointer, escrowLog: LogState, confirmed: Head | undefined): boolean {
  if (namesHead(pointer, escrowLog)) return false;
  const end = escrowLog.head.seq;
  if (confirmed === undefined || !extendsHead(escrowLog, confirmed)) return true;
  // Epoch numbers only increase, so a log that has this head later cannot have a newer epoch now. Without this check, a fork that
  // ends early would pass for the true log.
  const isOld = pointer.seq > end && judgePointer(pointer, escrowLog) === "older";
  return isOld ? !isSuperseded(pointer, escrowLog, confirmed) : confirmed.seq < Math.min(pointer.seq, end);
}

/**
 * Whether the log had an epoch newer than the pointer's already at the confirmed head. A later head with that epoch is then a
 * lie.
 */
function isSuperseded(pointer: Pointer, escrowLog: LogState, confirmed: Head): boolean {
  const next = escrowLog.epochs.at(pointer.epoch);
  return next !== undefined && next.seq <= confirmed.seq;
}

/**
 * ESC-4: the escrow log must have the head that the user confirmed here, and the last head that a founding device named.
 * Otherwise a server could offer a fork from in between. If nothing was confirmed, the founding device's head alone decides.
 */
export function escrowTrust(log: LogState, escrowLog: LogState, confirmed: Head | undefined): EscrowTrust {
  const { log: id, seq: end } = escrowLog.head;
  const namedBy = (founders: ReadonlyMap<MemberId, number>): readonly Pointer[] =>
    [...log.links].flatMap(({ author, pointer, actor }) =>
      pointer && !actor && founders.get(memberNamed(author)) === FOUNDING ? [pointer] : [],
    );
  // A thief whom an admin made founding must not vouch for the log by which that admin is judged, and must not displace a head
  // that a founding device named. So a second list counts devices' approvals only.
  const named = [namedBy(foundersOf(log)), namedBy(foundersWithoutEscrow(log))];
  const heads: readonly (Head | undefined)[] =
    confirmed === undefined
      ? named.map((pointers) => pointers.at(-1))
      : [
          // Only pointers into this log: after the account moved to another organisation, the first one's log is not needed any
          // more.
          checkHead(confirmed, "confirmed"),
          ...named.flatMap((pointers) =>
            pointers.filter((pointer) => pointer.log === id && !isPassedOver(pointer, escrowLog, confirmed)).slice(-1),
          ),
        ];
  if (heads.every((head) => head !== undefined && extendsHead(escrowLog, head))) return "sound";
  // No newer version of this log gives a later head an old epoch, so fetching does not help: the user decides.
  const isLater = (head: Head | Pointer | undefined) =>
    head?.log === id && head.seq > end && !("epoch" in head && judgePointer(head, escrowLog) === "older");
  return [...heads, escrowMember(log)?.pointer].some(isLater) ? "fetch" : "confirm";
}

/** Whether the user's confirmation shows that a head, which this log should have, does not belong to it. */
function isPassedOver(pointer: Pointer, escrowLog: LogState, confirmed: Head): boolean {
  if (confirmed.seq >= pointer.seq) return true;
  if (pointer.seq <= escrowLog.head.seq) return false;
  const verdict = judgePointer(pointer, escrowLog);
  // Epoch numbers only increase, so no later head has an epoch that was already old at the confirmed head. A log that extends the
  // confirmed head has no false keys. And a thief who names a head that never comes must not stop escrow until the next epoch.
  return verdict === "older"
    ? isSuperseded(pointer, escrowLog, confirmed)
    : verdict !== "ahead" && confirmed.seq === escrowLog.head.seq;
}

/**
 * Whether a log that should be fetched again is trusted once the user confirms it as it is. That is needed where no newer log can
 * be had: otherwise a pointer to a head that never comes would stop escrow silently.
 */
export function confirmingSettles(log: LogState, escrowLog: LogState, confirmed: Head | undefined): boolean {
  const { head } = escrowLog;
  const isLater = confirmed?.log === head.log && confirmed.seq > head.seq;
  return !isLater && escrowTrust(log, escrowLog, head) === "sound";
}

/** Whether a pointer to the newest epoch names a later head than the log at hand has. */
export function isBeyond(pointer: Pointer, escrowLog: LogState): boolean {
  return pointer.seq > escrowLog.head.seq && judgePointer(pointer, escrowLog) === "newest";
}

/** @throws `INVALID_ARGUMENT` unless the log is a user's */
export function assertUserLog(log: LogState, argument = "log"): void {
  assertLog(log, argument);
  if (log.kind === "escrow")
    throw new KeysteadError("INVALID_ARGUMENT", `${argument} must be a user's log, not an escrow log`);
}
