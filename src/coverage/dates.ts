// Times of links as dates. docs/spec.md sections 2 and 6 (LOG-3, LOG-7: time is shown to people and decides nothing).

/** The last millisecond that a Date can hold. */
const LAST_TIME = 8_640_000_000_000_000;

/**
 * The date of a link's time, in milliseconds since 1970. Always a valid date: a hostile author may write a time that no
 * Date can hold, and a list of devices must still be drawn.
 */
export function dateOf(time: number): Date {
  return new Date(Math.min(time, LAST_TIME));
}
