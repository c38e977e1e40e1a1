// A domain-separation label and the bytes that it puts before an input (docs/spec.md section 4, ENC-5).

import { KeysteadError } from "../errors.js";

/** One of labels.ts. */
export type Label = `keystead/v1/${string}`;

const PREFIXES = /* @__PURE__ */ new Map<string, Uint8Array>();

/** For labels.ts only. Its calls are marked pure: a bundle has the labels that it uses. */
export function label<T extends Label>(text: T): T {
  PREFIXES.set(text, new TextEncoder().encode(`${text}\0`));
  return text;
}

/**
 * The bytes that every labelled input starts with: utf8(label) ‖ 0x00. The array is shared: do not change it.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` for a string that is not in labels.ts (ENC-5: all labels in one file).
 */
export function labelPrefix(label: Label): Uint8Array {
  const prefix = PREFIXES.get(label);
  if (prefix === undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", "label must be one of labels.ts; add it there", { rule: "ENC-5" });
  }
  return prefix;
}
