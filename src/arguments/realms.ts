// Built-in objects of any realm: an iframe, a Node context, Jest's structuredClone. `instanceof` knows those of one realm only, so
// these look for what only the real ones have inside.

import { works } from "../bytes/bytes.js";

/** Whether `value` is a Map, and no Proxy around one. */
export function isMap(value: unknown): value is Map<unknown, unknown> {
  return works(() => Map.prototype.has.call(value, undefined));
}

/** Whether `value` is a Date, valid or not, and no Proxy around one. */
export function isDate(value: unknown): value is Date {
  return works(() => Date.prototype.getTime.call(value));
}
