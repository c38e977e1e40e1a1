// Decides whether a device may grant to escrow: whether its pointer and the escrow log at hand can be trusted. docs/spec.md
// section 11.2 (ESC-4).

import { checkHead } from "../arguments/heads.js";
import { isDisguised, LOG_STATE } from "../arguments/instances.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { foundersOf, foundersWithoutEscrow } from "../log/approvals.js";
import type { Pointer } from "../log/fields.js";
import { extendsHead } from "../log/heads.js";
import {
  assertLog,
  escrowMember,
  FOUNDING,
  findMember,
  type Head,
  type LinkRecord,
  LogState,
  linkAt,
  memberNamed,
} from "../log/state.js";
import { type ComparedLog, confirmedHead } from "./compared.js";
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
  /**
   * Head of the user's own log when the user compared, as the question `confirm-escrow` gave it in `at`. The app stores it with the
   * confirmed head. The user's word settles what pointers named up to there, in a log that has this head, and nothing that a later
   * pointer names. Without it, a pointer to a head that never comes goes on stopping escrow.
   */
  readonly confirmedAt?: Head | undefined;
}

/** What the user confirmed of an escrow log, by either way. */
export type Confirmation = Pick<EscrowKnowledge, "confirmed" | "storedConfirmation" | "confirmedAt">;

/** The escrow head that the user confirmed on this device. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function confirmationOf({ confirmed, storedConfirmation, confirmedAt }: Confirmation): Head | undefined {
  if (confirmedAt !== undefined) checkHead(confirmedAt, "confirmedAt");
  if (confirmed !== undefined) return confirmedHead(confirmed);
  return storedConfirmation === undefined ? undefined : checkHead(storedConfirmation, "storedConfirmation");
}

/** @throws `INVALID_ARGUMENT` unless the value is an escrow log as a device has it */
export function checkAtHand(escrowLog: EscrowLogAtHand): void {
  if (escrowLog === undefined || escrowLog === "unsupported" || LogState.is(escrowLog)) return;
  if (isDisguised(LOG_STATE, escrowLog)) assertLog(escrowLog, "escrowLog");
  throw new KeysteadError("INVALID_ARGUMENT", 'escrowLog must be a verified state, "unsupported", or undefined');
}

/** Whether to trust the escrow log at hand. If not: fetch a newer one, or ask the user to compare its fingerprint. */
export type EscrowTrust = "sound" | "fetch" | "confirm";

/**
 * Whether a device may grant anything to escrow. Its pointer must be the newest epoch of the newest escrow log. That log's policy
 * must be enabled, and the log must be trusted: it has the head that the user confirmed here or that a founding device named, and
 * those that later pointers name (ESC-4). Otherwise the device withholds new epochs from escrow (MEM-6), and grants them later.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function escrowIsSound(log: LogState, knowledge: Pick<EscrowKnowledge, "escrowLog"> & Confirmation): boolean {
  assertUserLog(log);
  const { escrowLog } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  confirmationOf(knowledge);
  if (typeof escrowLog !== "object") return false;
  const { enabled } = policyOf(escrowLog);
  const pointer = escrowMember(log)?.pointer;
  if (!enabled || !pointer || judgePointer(pointer, escrowLog) !== "newest") return false;
  return escrowTrust(log, escrowLog, knowledge) === "sound";
}

/**
 * The escrow log at hand, if it can judge acts in escrow's name: it is trusted, and the pointer in force belongs to an epoch of
 * it or has false keys. Otherwise a fork could make a device believe an act that was never recorded.
 */
export function judgingLog(
  log: LogState,
  { escrowLog, ...confirmation }: Pick<EscrowKnowledge, "escrowLog"> & Confirmation,
): LogState | undefined {
  confirmationOf(confirmation);
  if (typeof escrowLog !== "object" || escrowTrust(log, escrowLog, confirmation) !== "sound") return undefined;
  const pointer = escrowMember(log)?.pointer;
  if (!pointer) return escrowLog;
  const verdict = judgePointer(pointer, escrowLog);
  return verdict !== "ahead" && verdict !== "other-log" ? escrowLog : undefined;
}

/**
 * Pointers of this log's history into the escrow log at hand whose heads that log does not have, and which nothing settled: neither
 * the user nor a later pointer. A pointer settles those before it if the escrow log has its head and a founding device set it, which
 * had a trusted escrow log then. Pointers of admins and of thieves settle nothing. Otherwise a device would forget a head
 * that the true log has, and believe a dismissed admin's fork that ends before it.
 */
export function contradictions(log: LogState, escrowLog: LogState, confirmation: Confirmation): readonly Pointer[] {
  const confirmed = confirmationOf(confirmation);
  const { confirmedAt: at } = confirmation;
  // After a fork of the user's own log was decided, the same positions have other pointers, about which nobody asked the user.
  const asked = confirmed && at && extendsHead(escrowLog, confirmed) && extendsHead(log, at) ? at.seq : 0;
  // A thief whom an admin made founding must not vouch for the log by which that admin is judged.
  const founders = foundersWithoutEscrow(log);
  let open: Pointer[] = [];
  for (const link of log.links) {
    const { seq, pointer } = link;
    if (pointer?.log !== escrowLog.head.log) continue;
    if (namesHead(pointer, escrowLog)) {
      if (isByFounding(link, founders) && !isVoid(log, link, founders)) open = [];
    } else if (seq > asked) open.push(pointer);
  }
  return open;
}

type Founders = ReadonlyMap<MemberId | "operator", number>;

function isByFounding({ author, actor }: LinkRecord, founders: Founders): boolean {
  return !actor && founders.get(author) === FOUNDING;
}

/** Whether another founding device removed the one that set a pointer: what a stolen device named must not outlive its removal. */
function isVoid(log: LogState, { author }: LinkRecord, founders: Founders): boolean {
  const gone = findMember(log, memberNamed(author))?.removed;
  return (
    gone !== undefined && gone.by !== author && isByFounding({ ...linkAt(log, gone.seq), author: gone.by }, founders)
  );
}

/**
 * ESC-4: the escrow log must have the head that the user confirmed here, or where nothing was confirmed, the heads that founding
 * devices named last; and those of all pointers that nothing settled. Otherwise a server could offer a fork from in between.
 */
export function escrowTrust(log: LogState, escrowLog: LogState, confirmation: Confirmation): EscrowTrust {
  const { log: id, seq: end } = escrowLog.head;
  const open = contradictions(log, escrowLog, confirmation);
  const confirmed = confirmationOf(confirmation);
  const vouching = confirmed === undefined ? lastNamed(log) : [confirmed];
  const isVouched = vouching.every((head) => head !== undefined && extendsHead(escrowLog, head));
  if (open.length === 0 && isVouched) return "sound";
  // No newer version of this log gives a later head an old epoch, so fetching does not help: the user decides.
  const isLater = (head: Head | Pointer | undefined) =>
    head?.log === id && head.seq > end && !("epoch" in head && judgePointer(head, escrowLog) === "older");
  return [...vouching, ...open, escrowMember(log)?.pointer].some(isLater) ? "fetch" : "confirm";
}

/**
 * The last heads that founding devices named, by both graphs of approvals. A thief whom an admin made founding must not displace a
 * head that a founding device named.
 */
function lastNamed(log: LogState): readonly (Pointer | undefined)[] {
  const pointing = [...log.links].filter(({ pointer }) => pointer);
  return [foundersOf(log), foundersWithoutEscrow(log)].map((founders) => {
    const last = pointing.filter((link) => isByFounding(link, founders)).at(-1);
    return last && !isVoid(log, last, founders) ? last.pointer : undefined;
  });
}

/**
 * Whether a log that should be fetched again is trusted once the user confirms it as it is. That is needed where there is
 * no newer log: otherwise a pointer to a head that never comes would stop escrow silently. A user who confirmed a later head is not asked
 * to confirm less.
 */
export function confirmingSettles({ head }: LogState, confirmed: Head | undefined): boolean {
  return confirmed?.log !== head.log || confirmed.seq <= head.seq;
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
