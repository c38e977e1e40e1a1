// Times as dates for people: UTC, English, the same on every runtime and in every locale. docs/spec.md sections 2 and 6
// (LOG-3, LOG-7: time is shown to people and decides nothing).

/** The last millisecond that a Date can hold. */
const LAST_TIME = 8_640_000_000_000_000;

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/**
 * The date of a link's time, in milliseconds since 1970. Always a valid date: a hostile author may write a time that no
 * Date can hold, and a list of devices must still be drawn.
 */
export function dateOf(time: number): Date {
  return new Date(Math.min(time, LAST_TIME));
}

/** The day of a date, in UTC: `3 March 2026`. */
export function formatDay(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
