// Paths of the file system as an argument from a caller.

import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is a text that is not empty */
export function checkPath(name: string, path: unknown, of: "file" | "folder"): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be the path of a ${of}`, { details: { name } });
}
