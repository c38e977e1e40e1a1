// The published package, used as an app would use it: in an empty project, by its name, with nothing else at hand. The
// same file runs in Node and in a browser. Throws when something is wrong; returns what it did.

import { KeysteadError } from "keystead";

/** Runs the smoke test. */
export async function smoke() {
  const error = new KeysteadError("WIPED", "smoke");
  if (error.code !== "WIPED" || !(error instanceof Error)) throw new Error("KeysteadError is not what it should be");
  return "KeysteadError";
}
