// The clock by which a link's time is judged. docs/spec.md section 6.4 (LOG-3).

import { checkMilliseconds, checkNow } from "../arguments/time.js";
import { KeysteadError } from "../errors.js";

/** A clock to judge a link's time by (LOG-3). */
export interface Clock {
  /**
   * Now, in milliseconds since 1970; or `unchecked`, which only checks that times go forward. If one careless reader accepts a
   * link dated far ahead, the log is `NOT_YET` for everybody else: use `unchecked` only for links that a clock judged before.
   */
  readonly now: number | "unchecked";
  /** How far ahead of `now` a link may be, in milliseconds; 10 minutes by default. */
  readonly skew?: number | undefined;
}

/** No clock: for links that were judged by one, and for authors, who judge the state before the link by their own clock. */
export const UNCHECKED: Clock = { now: "unchecked" };

/** Ten minutes. */
export const DEFAULT_SKEW = 600_000;

/** @throws `INVALID_ARGUMENT` for a value that is no clock */
export function checkClock({ now, skew }: Clock): void {
  if (now === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", 'now is missing: give whole milliseconds since 1970, or "unchecked"', {
      rule: "LOG-3",
    });
  }
  if (now !== "unchecked") checkNow("now", now);
  if (skew !== undefined) checkMilliseconds("skew", skew);
}
