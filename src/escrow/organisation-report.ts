// The organisation's report: a stream of every user's coverage, with totals and a list of what to do first. docs/spec.md sections
// 8 and 11.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { isDate, isMap } from "../arguments/realms.js";
import { checkWork } from "../arguments/work.js";
import { countEpochs, NO_RUNS, runsOf } from "../bytes/runs.js";
import type { Stretch } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { partsOf } from "../keys/keyring.js";
import { assertLog, type LogState } from "../log/state.js";
import { policyOf } from "../trust/escrow-needs.js";
import type { RenewalReason } from "../trust/renewal.js";
import type { ActRecord } from "./act.js";
import { escrowsOf, openAsEscrow } from "./escrow-keys.js";
import {
  checkCoverage,
  type EscrowStatus,
  escrowCoverer,
  type GapCloser,
  type LastSeen,
  type Proof,
  type Recovery,
  type UnfinishedAct,
  type UserCoverage,
} from "./user-coverage.js";

/** A user to report on. */
export interface ReportedUser {
  /** The user's log, verified. */
  readonly log: LogState;
  /** When its members were last seen, if the service knows. */
  readonly lastSeen?: LastSeen | undefined;
  /** The log's entries with their attachments, to prove what the log claims. */
  readonly entries?: Iterable<Uint8Array> | undefined;
}

/** Options of {@link organisationReport}. */
export interface ReportOptions {
  /** An admin's state of the escrow log. With it, the report proves the claims of users' logs by opening the grants. */
  readonly admin?: MemberState | undefined;
  /**
   * The acts of the escrow log, as `actRecords` reads them: each row then lists the recoveries of its user, with reason and case.
   */
  readonly acts?: readonly ActRecord[] | undefined;
  /**
   * The report calls it after every user and waits for it. To let a screen draw, return a promise that resolves in a later turn.
   */
  readonly onProgress?: ((done: number) => void | Promise<void>) | undefined;
  /** Ends the report between two users; iterating then throws the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Reports on any number of users, one at a time. It keeps nothing of a user once the caller asks for the next.
 *
 * @param escrowLog the newest escrow log, verified.
 * @param users in any order; an async iterable may load each user when the report needs it.
 * @returns one {@link UserCoverage} for each user. Feed them to {@link ReportTotals} for the totals and the to-do list.
 * @throws `INVALID_ARGUMENT`; while iterating, any error of opening a user's grants
 */
export async function* organisationReport(
  escrowLog: LogState,
  users: Iterable<ReportedUser> | AsyncIterable<ReportedUser>,
  options: ReportOptions = {},
): AsyncGenerator<UserCoverage, void, void> {
  const { onProgress, signal } = checkOptions(options);
  const cover = userReporter(escrowLog, options);
  checkUsers(users);
  checkWork(options);
  let done = 0;
  for await (const user of users) {
    signal?.throwIfAborted();
    yield cover(user);
    await onProgress?.(++done);
  }
}

/**
 * Reports on one user at a time. What is computed once for all users is kept.
 *
 * @throws `INVALID_ARGUMENT`; the function that it returns also any error of opening a user's grants
 */
export function userReporter(
  escrowLog: LogState,
  { admin, acts = [] }: Pick<ReportOptions, "admin" | "acts">,
): (user: ReportedUser) => UserCoverage {
  policyOf(escrowLog);
  const opener = admin === undefined ? undefined : checkMemberState(admin);
  if (opener && opener.log.head.log !== escrowLog.head.log) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.admin is not a state of this escrow log");
  }
  if (!Array.isArray(acts)) throw new KeysteadError("INVALID_ARGUMENT", "options.acts must be what actRecords gave");
  const cover = escrowCoverer(escrowLog, acts);
  return (user) => {
    const { log, lastSeen, entries } = checkOptions(user);
    assertLog(log, "user.log");
    checkLastSeen(lastSeen);
    return cover(log, lastSeen, opener && entries !== undefined ? proofOf(opener, log, entries) : undefined);
  };
}

function checkUsers(users: unknown): void {
  const { [Symbol.iterator]: each, [Symbol.asyncIterator]: eachLater } = Object(users);
  if (typeof (each ?? eachLater) !== "function")
    throw new KeysteadError("INVALID_ARGUMENT", "users must be an iterable or async iterable of { log }");
}

function checkLastSeen(lastSeen: unknown): void {
  if (lastSeen === undefined) return;
  if (isMap(lastSeen) && [...lastSeen.values()].every(isDate)) return;
  throw new KeysteadError("INVALID_ARGUMENT", "lastSeen must be a Map from member ids to dates");
}

/** The epochs of a log that escrow really opens. It wipes the opened keys. */
function proofOf(admin: MemberState, log: LogState, entries: Iterable<Uint8Array>): Proof {
  if (escrowsOf(log).length === 0) return { opened: NO_RUNS, junk: NO_RUNS };
  const { keyring } = openAsEscrow(admin, log, entries);
  try {
    return { opened: runsOf(keyring.epochs), junk: runsOf(partsOf(keyring).junk) };
  } finally {
    keyring.wipe();
  }
}

/** Something to do for one user. */
export type ToDo = {
  readonly subject: string;
  /** The number of epochs that escrow gains. */
  readonly closes: number;
} & (
  | {
      /**
       * - `todo-acknowledge`: the user has not enrolled escrow yet.
       * - `todo-escrow-removed`: find out why, and ask the user to enroll it again.
       * - `todo-rotation`: the log needs a new epoch; any of the user's devices can make it.
       * - `todo-pointer-false`: alarm: the pointer's keys are not those of its epoch in this escrow log.
       * - `todo-pointer-ahead`: alarm: the pointer names an epoch that this escrow log does not have.
       * - `todo-pointer-other-log`: alarm: escrow stands for another organisation's log.
       */
      readonly code:
        | "todo-acknowledge"
        | "todo-escrow-removed"
        | "todo-rotation"
        | "todo-pointer-false"
        | "todo-pointer-ahead"
        | "todo-pointer-other-log";
    }
  | {
      /** A member can give escrow what it lacks. */
      readonly code: "todo-give";
      /** The member, with the epochs of the gap that it holds. Another member must give the rest. */
      readonly closer: GapCloser;
    }
  | {
      /** Fetch the attachments of links: these epochs were granted, but their grants were not delivered. */
      readonly code: "todo-fetch";
      readonly stretches: readonly Stretch[];
    }
  | {
      /** Renew the pointer. */
      readonly code: "todo-renew";
      readonly because: RenewalReason;
    }
  | {
      /** Alarm: a link acted in escrow's name, and nobody should believe it. */
      readonly code: "todo-not-believed";
      readonly act: Recovery;
    }
  | {
      /** An admin announced an act and did not do it: do it, or disown it. */
      readonly code: "todo-unfinished";
      readonly act: UnfinishedAct;
    }
);

/** Totals of a report, and its to-do list. Its size does not grow with the number of users. */
export class ReportTotals {
  readonly #most: number;
  readonly #statuses: Record<EscrowStatus, number> = { covered: 0, partly: 0, behind: 0, pending: 0, removed: 0 };
  #todo: ToDo[] = [];
  #users = 0;
  #closable = 0;
  #withLoss = 0;
  #stale = 0;

  /** @param most the largest length of the to-do list, which keeps the items that close the most; 1,000 by default. */
  constructor(most = 1000) {
    checkCount("most", most);
    this.#most = most;
    // Vue does not wrap what is frozen in a Proxy, behind which the private fields could not be found.
    Object.freeze(this);
  }

  /** Adds a user. */
  add(user: UserCoverage): void {
    const todo = toDosOf(user);
    this.#users++;
    this.#statuses[user.status]++;
    this.#closable += user.closable;
    if (user.lost.length > 0) this.#withLoss++;
    if (user.pointer !== "newest" && user.pointer !== "none") this.#stale++;
    this.#todo.push(...todo);
    // Sort and cut the list only now and then, so that adding stays cheap and the list stays short.
    if (this.#todo.length > 2 * this.#most + 64) this.#cut();
  }

  /** Number of users added. */
  get users(): number {
    return this.#users;
  }

  /** The number of users with each status. */
  get statuses(): Readonly<Record<EscrowStatus, number>> {
    return { ...this.#statuses };
  }

  /** The number of epochs that escrow lacks and that somebody could give it. */
  get closable(): number {
    return this.#closable;
  }

  /** The number of users with data that nobody can read any more. */
  get withLoss(): number {
    return this.#withLoss;
  }

  /** The number of users whose escrow member does not point at the newest escrow epoch (ESC-6). */
  get stale(): number {
    return this.#stale;
  }

  /** The to-do list; items that close the most come first. */
  get todo(): readonly ToDo[] {
    this.#cut();
    return [...this.#todo];
  }

  #cut(): void {
    this.#todo.sort((a, b) => b.closes - a.closes || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
    this.#todo = this.#todo.slice(0, this.#most);
  }
}

/** What to do for a user. @throws `INVALID_ARGUMENT` */
export function toDosOf(user: UserCoverage): readonly ToDo[] {
  const { subject, status, gaps, withheld, pointer, renewal, rotationDue, recoveries, unfinished, closable } =
    checkCoverage(user);
  const of = { subject, closes: 0 };
  if (status === "pending") return [{ ...of, code: "todo-acknowledge", closes: closable }];
  const steps = gaps.flatMap(({ closers: [closer] }): readonly ToDo[] =>
    closer ? [{ ...of, code: "todo-give", closer, closes: countEpochs(closer.epochs) }] : [],
  );
  const alarms = (["false", "ahead", "other-log"] as const).filter((verdict) => verdict === pointer);
  return [
    ...(status === "removed" ? [{ ...of, code: "todo-escrow-removed", closes: closable } as const] : steps),
    ...(withheld.length > 0 ? [{ ...of, code: "todo-fetch", stretches: withheld } as const] : []),
    ...renewal.map((because): ToDo => ({ ...of, code: "todo-renew", because })),
    ...alarms.map((verdict): ToDo => ({ ...of, code: `todo-pointer-${verdict}` })),
    ...recoveries.filter(({ believed }) => !believed).map((act): ToDo => ({ ...of, code: "todo-not-believed", act })),
    ...unfinished
      .filter(({ status }) => status !== "disowned")
      .map((act): ToDo => ({ ...of, code: "todo-unfinished", act })),
    ...(rotationDue ? [{ ...of, code: "todo-rotation" } as const] : []),
  ];
}
