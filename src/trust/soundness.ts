// Whether a device may grant to escrow: whom its pointer stands for, and whether the escrow log at hand is to be trusted.
// docs/spec.md section 11.2 (ESC-4).

import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { foundersOf } from "../log/classes.js";
import type { Pointer } from "../log/fields.js";
import { assertLog, escrowMember, FOUNDING, type Head, LogState } from "../log/state.js";
import { type ComparedLog, confirmedHead } from "./compared.js";
import { policyOf } from "./escrow-needs.js";
import { checkHead, extendsHead } from "./head.js";
import { judgePointer, namesHead } from "./pointer.js";

/** The newest escrow log that a device has; `"unsupported"` if it has links that this library cannot read (LOG-1). */
export type EscrowLogAtHand = LogState | "unsupported" | undefined;

/** What a device knows about escrow besides its own log. */
export interface EscrowKnowledge {
  /** Members whom the user, asked on this device, knows to be theirs (ESC-8). */
  readonly own?: readonly MemberId[] | undefined;
  /** The newest escrow log that this device could get and verified; undefined when it got none. */
  readonly escrowLog: EscrowLogAtHand;
  /**
   * The token of `compareFingerprint`, when the user has just compared the escrow log's fingerprint with what the admins published. An
   * app stores its `head`.
   */
  readonly confirmed?: ComparedLog | undefined;
  /**
   * That head, as the app stored it: the app's own word that its user confirmed it on this device. Undefined when never; not looked at
   * where there is a token.
   */
  readonly storedConfirmation?: Head | undefined;
}

/** What the user confirmed of an escrow log, by either way. */
export type Confirmation = Pick<EscrowKnowledge, "confirmed" | "storedConfirmation">;

/** The escrow head that the user confirmed on this device. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function confirmationOf({ confirmed, storedConfirmation }: Confirmation): Head | undefined {
  if (confirmed !== undefined) return confirmedHead(confirmed);
  return storedConfirmation === undefined ? undefined : checkHead(storedConfirmation);
}

/** @throws `INVALID_ARGUMENT` unless the value is an escrow log as a device has it */
export function checkAtHand(escrowLog: EscrowLogAtHand): void {
  if (escrowLog === undefined || escrowLog === "unsupported" || LogState.is(escrowLog)) return;
  throw new KeysteadError("INVALID_ARGUMENT", 'escrowLog must be a verified state, "unsupported", or undefined');
}

/** Whether to trust the escrow log at hand: if not, get a newer one, or ask the user to compare its fingerprint. */
export type EscrowTrust = "sound" | "fetch" | "confirm";

/**
 * Whether a device may grant anything to escrow: its pointer is the newest epoch of the newest escrow log, whose policy is enabled,
 * and which extends one that the user confirmed here or that a founding author named (ESC-4). Otherwise a new epoch is withheld
 * from escrow (MEM-6), and healed later.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function escrowIsSound(log: LogState, knowledge: Pick<EscrowKnowledge, "escrowLog"> & Confirmation): boolean {
  assertUserLog(log);
  const { escrowLog } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  const confirmed = confirmationOf(knowledge);
  if (typeof escrowLog !== "object") return false;
  const { enabled } = policyOf(escrowLog);
  const pointer = escrowMember(log)?.pointer;
  if (!enabled || !pointer || judgePointer(pointer, escrowLog) !== "newest") return false;
  return !isContradicted(pointer, escrowLog, confirmed) && escrowTrust(log, escrowLog, confirmed) === "sound";
}

/**
 * The escrow log at hand, if it can judge what was done in escrow's name: it is trusted, and the pointer in force is an epoch of it
 * or has keys of none. Otherwise a fork could make a device believe an act that was never recorded.
 */
export function judgingLog(
  log: LogState,
  { escrowLog, ...confirmation }: Pick<EscrowKnowledge, "escrowLog"> & Confirmation,
): LogState | undefined {
  const confirmed = confirmationOf(confirmation);
  if (typeof escrowLog !== "object" || escrowTrust(log, escrowLog, confirmed) !== "sound") return undefined;
  const pointer = escrowMember(log)?.pointer;
  if (!pointer) return escrowLog;
  const verdict = judgePointer(pointer, escrowLog);
  const isOfThisLog = verdict !== "ahead" && verdict !== "other-log";
  return isOfThisLog && !isContradicted(pointer, escrowLog, confirmed) ? escrowLog : undefined;
}

/**
 * Whether the pointer and the escrow log at hand contradict each other, and the user has not settled it by confirming as much of
 * this log. A removed admin can fork the escrow log before its removal: there the true pointer looks false, and a device that
 * renewed without asking would hand everything to the fork. Or the fork ends before the head that the pointer names: there the pointer
 * may even look newest, and the fork's acts would be believed.
 */
export function isContradicted(pointer: Pointer, escrowLog: LogState, confirmed: Head | undefined): boolean {
  if (namesHead(pointer, escrowLog)) return false;
  const end = escrowLog.head.seq;
  if (confirmed === undefined || !extendsHead(escrowLog, confirmed)) return true;
  // Epochs only go up: a log that has this head later cannot have a newer epoch now. A fork that ends early would pass for the truth.
  const isOld = pointer.seq > end && judgePointer(pointer, escrowLog) === "older";
  return isOld ? !isSuperseded(pointer, escrowLog, confirmed) : confirmed.seq < Math.min(pointer.seq, end);
}

/** Whether the log had a newer epoch than a pointer's already where the user confirmed it: whoever names that epoch later lies. */
function isSuperseded(pointer: Pointer, escrowLog: LogState, confirmed: Head): boolean {
  const next = escrowLog.epochs.at(pointer.epoch);
  return next !== undefined && next.seq <= confirmed.seq;
}

/**
 * ESC-4: the escrow log has the head that the user confirmed here, and the one that a founding device named last: otherwise a server
 * could offer a fork from in between. Where nothing was confirmed, a founding device's word has to do.
 */
export function escrowTrust(log: LogState, escrowLog: LogState, confirmed: Head | undefined): EscrowTrust {
  const { log: id, seq: end } = escrowLog.head;
  const namedBy = (founders: ReadonlyMap<MemberId, number>): readonly Pointer[] =>
    [...log.links].flatMap(({ author, pointer, actor }) =>
      pointer && !actor && founders.get(author as MemberId) === FOUNDING ? [pointer] : [],
    );
  // A thief whom an admin made founding must not vouch for the log by which that admin is judged, nor displace what a founding device
  // named: by devices' approvals alone, too.
  const named = [namedBy(foundersOf(log)), namedBy(foundersOf(log, { without: new Set(), escrowCounts: false }))];
  const heads: readonly (Head | undefined)[] =
    confirmed === undefined
      ? named.map((pointers) => pointers.at(-1))
      : [
          confirmed,
          // Into this log: after the account was moved to another organisation, the first is not asked for again.
          ...named.flatMap((pointers) =>
            pointers.filter((pointer) => pointer.log === id && !isPassedOver(pointer, escrowLog, confirmed)).slice(-1),
          ),
        ];
  if (heads.every((head) => head !== undefined && extendsHead(escrowLog, head))) return "sound";
  // No newer version of this log has an old epoch later: there the user decides.
  const isLater = (head: Head | Pointer | undefined) =>
    head?.log === id && head.seq > end && !("epoch" in head && judgePointer(head, escrowLog) === "older");
  return [...heads, escrowMember(log)?.pointer].some(isLater) ? "fetch" : "confirm";
}

/** Whether what the user confirmed settles that a head, which this log should have, is not its own. */
function isPassedOver(pointer: Pointer, escrowLog: LogState, confirmed: Head): boolean {
  if (confirmed.seq >= pointer.seq) return true;
  if (pointer.seq <= escrowLog.head.seq) return false;
  const verdict = judgePointer(pointer, escrowLog);
  // Epochs only go up: no later head has an old one, as far as the user confirmed that it is old. False keys are no log's that goes
  // on from where the user confirmed; and a thief who names a head that never comes must not stop escrow until the next epoch.
  return verdict === "older"
    ? isSuperseded(pointer, escrowLog, confirmed)
    : verdict !== "ahead" && confirmed.seq === escrowLog.head.seq;
}

/**
 * Whether a log that is to be fetched anew is trusted once the user confirms it as it is, where no newer one can be had: otherwise a
 * pointer to a head that never comes would stop escrow without a word.
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
export function assertUserLog(log: LogState): void {
  assertLog(log);
  if (log.kind === "escrow") throw new KeysteadError("INVALID_ARGUMENT", "log must be a user's log, not an escrow log");
}
