// What the files in vectors/ hold, and how bytes are written in them: the shapes that vectors/README.md describes.

import { base64urlnopad } from "@scure/base";
import type { ErrorCode, RuleId } from "../../src/errors.js";

/** Bytes as base64url without padding. Ids and hashes of links are hexadecimal instead (docs/spec.md section 4.3). */
export type Base64Url = string;

/** Every file of vectors/negative says what is attacked; `rules` are those that the attack breaks. */
export interface Negative {
  readonly description: string;
  readonly rules: readonly RuleId[];
}

/** What a reader must answer. */
export interface ExpectedError {
  readonly code: ErrorCode;
  /** The rule that is reported, which is not always the one attacked. */
  readonly rule?: RuleId | undefined;
}

/** How a log is verified. */
export interface Load {
  readonly subject: string;
  readonly kind: "user" | "escrow";
  readonly now?: number | undefined;
}

/** vectors/negative/log: entries after `prefix` that are refused, and others in their place that are accepted. */
export interface LogVector extends Negative {
  readonly load: Load;
  readonly prefix: readonly Base64Url[];
  readonly bad: readonly Base64Url[];
  readonly good: readonly Base64Url[];
  /** `entry` counts prefix and bad together, from 1. */
  readonly error: ExpectedError & { readonly entry: number };
}

/** A file to be written, by its path below vectors/. */
export type VectorFile = readonly [path: string, content: object];

export function text(bytes: Uint8Array): Base64Url {
  return base64urlnopad.encode(bytes);
}

export function texts(list: Iterable<Uint8Array>): Base64Url[] {
  return [...list].map(text);
}

export function bytes(text: Base64Url): Uint8Array {
  return base64urlnopad.decode(text);
}
