// The facts that decide the steps of the agenda: the log, the keyring, and the device's other knowledge. docs/spec.md section
// 11.2.

import type { LogId, MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import type { NameOf } from "../coverage/names.js";
import type { ActRecord } from "../escrow/act.js";
import type { MemberState } from "../grants/member-state.js";
import type { Clock } from "../log/clock.js";
import type { LogState, Member } from "../log/state.js";
import type { EscrowKnowledge } from "../trust/soundness.js";

/** Epochs that this device granted to a member again, in a link that is not in the log yet. */
export interface Served {
  readonly member: MemberId;
  readonly epochs: Runs;
}

/** The knowledge of a device, besides its own log and keyring. */
export interface Knowledge extends EscrowKnowledge, Clock {
  /** Members that the user, asked on this device, said are not theirs. */
  readonly strangers?: readonly MemberId[] | undefined;
  /** The escrow member that the user, asked on this device, wants removed. */
  readonly removeEscrow?: MemberId | undefined;
  /** Position of the removal of escrow after which the user, asked on this device, said to enroll it again. */
  readonly enrollAgainAfter?: number | undefined;
  /** Whether the user declined to enroll escrow. */
  readonly declinedEscrow?: boolean | undefined;
  /** Regrants that this device made and that are not in the log yet. */
  readonly served?: readonly Served[] | undefined;
  /** In an escrow log: its acts, as `actRecords` reads them. */
  readonly acts?: readonly ActRecord[] | undefined;
  /**
   * In an escrow log: users' logs by their ids, verified. Fetch each one after the newest entry of the escrow log arrived. With
   * an older log, the device would disown an act that an admin did since. Undefined under an id: by each subject that an opening names
   * with it, the service showed no such log.
   */
  readonly userLogs?: ReadonlyMap<LogId, LogState | undefined> | undefined;
  /** In an escrow log: loose acts that the admin, asked on this device, said to disown without reading them. */
  readonly disownUnread?: readonly number[] | undefined;
}

/** The facts that decide the rows of the agenda. */
export interface Facts {
  readonly log: LogState;
  readonly state: MemberState;
  readonly knowledge: Knowledge;
  readonly me: Member;
  /** Members that may act for others. */
  readonly actors: readonly Member[];
  readonly mayAct: boolean;
  readonly nameOf: NameOf;
  /** Epochs that this device can pass on: the log says that it holds them, and it has opened them. */
  readonly mine: Runs;
  /** Epochs that the log says it holds, and that were delivered but did not open. */
  readonly junk: Runs;
  /** Epochs that the log says it holds, and that were never delivered. */
  readonly withheld: Runs;
  /** Whether this device may grant to escrow (ESC-4). */
  readonly isSound: boolean;
  /** Members that were brought in by reviews by escrow that are not believed (ESC-8). */
  readonly doubted: readonly MemberId[];
  /** Whether this device may act for others and is confirmed. */
  readonly isGuardian: boolean;
}
