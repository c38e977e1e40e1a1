// The clock by which a link's time is judged. docs/spec.md section 6.4 (LOG-3).

import { checkMilliseconds } from "../arguments/time.js";
import { KeysteadError } from "../errors.js";

/** A clock to judge a link's time by (LOG-3). */
export interface Clock {
  /**
   * Now, in milliseconds since 1970; or `unchecked`, which only checks that times go forward. One careless reader that takes in a
   * link dated far ahead makes the log `NOT_YET` for everybody else: `unchecked` is for what was taken in by a clock before.
   */
  readonly now: number | "unchecked";
  /** How far ahead of `now` a link may be, in milliseconds; 10 minutes by default. */
  readonly skew?: number | undefined;
}

/** No clock: for links that were judged by one, and for authors, who judge the state before by theirs. */
export const UNCHECKED: Clock = { now: "unchecked" };

/** Ten minutes. */
export const DEFAULT_SKEW = 600_000;

/** @throws `INVALID_ARGUMENT` for a clock that is none */
export function checkClock({ now, skew }: Clock): void {
  if (now === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", 'now is missing: give whole milliseconds since 1970, or "unchecked"', {
      rule: "LOG-3",
    });
  }
  if (now !== "unchecked") checkMilliseconds("now", now);
  if (skew !== undefined) checkMilliseconds("skew", skew);
}
