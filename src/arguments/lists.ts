// Lists as an argument from a caller.

import { KeysteadError } from "../errors.js";

/** @param items what the list contains, for the error. @throws `INVALID_ARGUMENT` unless the value is a list */
export function checkList<List extends readonly unknown[]>(name: string, list: List, items: string): List {
  if (Array.isArray(list)) return list;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a list of ${items}`);
}
