// Times as an argument from a caller.

import { isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` */
export function checkMilliseconds(name: string, value: unknown): void {
  if (!isWhole(value)) throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds, 0 or more`);
}

/** Latest time that a JavaScript Date can show: nobody may push a log's time beyond what people can be shown. */
export const MAX_TIME = 8_640_000_000_000_000;

/** A time on the wire. @throws `INVALID_ARGUMENT` */
export function checkTime(name: string, value: unknown): void {
  if (isWhole(value, 0, MAX_TIME)) return;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be whole milliseconds, from 0 to ${MAX_TIME}`);
}
