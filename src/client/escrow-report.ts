// The coverage report over all users: each log is fetched, verified and judged by itself, and forgotten before the next one is
// fetched. docs/spec.md sections 8 and 11.

import { checkOptions } from "../arguments/options.js";
import { checkWork, type StepwiseWork } from "../arguments/work.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import { type ReportedUser, userReporter } from "../escrow/organisation-report.js";
import type { LastSeen, UserCoverage } from "../escrow/user-coverage.js";
import type { MemberState } from "../grants/member-state.js";
import type { AdminModel, Pin } from "./escrow-model.js";
import { actsOf } from "./escrow-write.js";
import type { FollowedLog } from "./followed-log.js";
import { stateOf } from "./model.js";

/** A user to report on: the subject, or with it when its members were last seen, if the app knows. */
export type UserToReport = string | { readonly user: string; readonly lastSeen?: LastSeen | undefined };

/** One user of the report: what escrow could open, or why that could not be found out. */
export type ReportRow =
  | { readonly user: string; readonly coverage: UserCoverage; readonly error?: undefined }
  | { readonly user: string; readonly coverage?: undefined; readonly error: ErrorJson };

/** Options of the report: `onProgress` gets the number of users that are done. */
export type EscrowReportOptions = StepwiseWork<number>;

/** What the report needs of the session. */
export interface ReportSource {
  /** What this device knows now. */
  readonly model: () => AdminModel;
  readonly fetch: (subject: string, signal: StepwiseWork<number>["signal"]) => Promise<FollowedLog>;
  /** Stores the heads of logs that were verified. */
  readonly pin: (pins: readonly Pin[]) => Promise<void>;
}

/** Heads are stored after so many users: each time costs one commit. */
const PINNED_TOGETHER = 64;

/**
 * Reports on users, one after the other.
 *
 * @throws `INVALID_ARGUMENT`, `NOT_PERMITTED` while this device is no member; the reason of the signal. What concerns one user only is in
 * that user's row
 */
export async function* streamReport(
  users: Iterable<UserToReport> | AsyncIterable<UserToReport>,
  source: ReportSource,
  options: EscrowReportOptions = {},
): AsyncGenerator<ReportRow, void, void> {
  const { onProgress, signal } = checkWork(options);
  const pins = new Map<string, Pin>();
  const store = async () => {
    if (pins.size > 0) await source.pin([...pins.values()]);
    pins.clear();
  };
  const judge = new Judge(source.model);
  let done = 0;
  try {
    for await (const each of users) {
      signal?.throwIfAborted();
      const { user, lastSeen } = typeof each === "string" ? { user: each } : checkOptions(each);
      let row: ReportRow;
      try {
        const { log, entries } = await source.fetch(user, signal);
        pins.set(user, [user, log.head]);
        row = { user, coverage: judge.coverageOf({ log, entries, lastSeen }) };
      } catch (caught) {
        const error = KeysteadError.from(caught);
        if (!error || signal?.aborted) throw caught;
        row = { user, error: error.toJSON() };
      }
      yield row;
      if (pins.size >= PINNED_TOGETHER) await store();
      await onProgress?.(++done);
    }
  } finally {
    await store();
  }
}

/** Judges one user at a time by the newest escrow log. What is computed once for all users is kept while the escrow log stays the same. */
class Judge {
  readonly #model: () => AdminModel;
  #state: MemberState | undefined;
  #report: ReturnType<typeof userReporter> | undefined;

  constructor(model: () => AdminModel) {
    this.#model = model;
  }

  coverageOf(user: ReportedUser): UserCoverage {
    const model = this.#model();
    const state = stateOf(model);
    if (!this.#report || this.#state?.log !== state.log || this.#state.keyring !== state.keyring) {
      this.#report = userReporter(state.log, { admin: state, acts: actsOf(model) });
      this.#state = state;
    }
    return this.#report(user);
  }
}
