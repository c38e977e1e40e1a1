// Times as an argument from a caller.

import { isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** A duration. @throws `INVALID_ARGUMENT` */
export function checkMilliseconds(name: string, value: unknown): void {
  if (!isWhole(value)) throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds, 0 or more`);
}

/**
 * A time, in milliseconds since 1970. Seconds of our days would pass for a time between January and April 1970: they are refused.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function checkNow(name: string, value: unknown): void {
  const isSeconds = typeof value === "number" && value >= 1e9 && value < 1e10;
  if (!isSeconds && isWhole(value)) return;
  const hint = isSeconds ? "; this looks like seconds" : typeof value === "object" ? "; of a Date pass getTime()" : "";
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds since 1970, 0 or more${hint}`);
}

/** Latest time that a JavaScript Date can show: nobody may push a log's time beyond what people can be shown. */
export const MAX_TIME = 8_640_000_000_000_000;

/** A time on the wire. @throws `INVALID_ARGUMENT` */
export function checkTime(name: string, value: unknown): void {
  checkNow(name, value);
  if (isWhole(value, 0, MAX_TIME)) return;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds, from 0 to ${MAX_TIME}`);
}
