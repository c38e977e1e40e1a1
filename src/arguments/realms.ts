// Built-in objects of any realm: an iframe, a Node context, Jest's structuredClone. `instanceof` knows those of one realm only, so
// these look for what only the real ones have inside.

/** Whether `value` is a Map, and no Proxy around one. */
export function isMap(value: unknown): value is Map<unknown, unknown> {
  try {
    Map.prototype.has.call(value, undefined);
    return true;
  } catch {
    return false;
  }
}

/** Whether `value` is a Date, valid or not, and no Proxy around one. */
export function isDate(value: unknown): value is Date {
  try {
    Date.prototype.getTime.call(value);
    return true;
  } catch {
    return false;
  }
}
