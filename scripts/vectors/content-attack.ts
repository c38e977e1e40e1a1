// The description of an attack on sealed content: docs/spec.md section 12. Attacks and their twins are for the same reader.

import { concat } from "../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { frameHeader, splitContent } from "../../src/content/format.js";
import { sealContent } from "../../src/content/seal.js";
import type { ErrorCode, RuleId } from "../../src/errors.js";
import { seededEnv } from "../../test/support/seeded-env.js";
import type { World } from "../../test/support/world.js";
import { type ContentVector, text, texts, type VectorFile } from "./format.js";
import { prefixOf } from "./prefixes.js";
import { epochSeeds } from "./secrets.js";
import { alone, bob } from "./worlds.js";

export const PURPOSE = "note";
/** The associated data. */
export const RECORD: Uint8Array = new TextEncoder().encode("record 7");
export const OPTIONS = { purpose: PURPOSE, associatedData: RECORD } as const;
export const LETTER: Uint8Array = new TextEncoder().encode("Meet me at noon.");
/** The error for a malformed header. */
export const MALFORMED = { code: "INVALID_ENCODING", rule: "ENC-2" } as const;

/** Randomness for content; the same each time. */
export const contentEnv = () => seededEnv("vectors of content");

/** One attack. `bad` and `good` are pieces that are joined. */
export interface ContentAttack {
  readonly name: string;
  readonly description: string;
  /** Default `CORRUPT_CONTENT`. */
  readonly code?: ErrorCode;
  /** The rule that is reported. */
  readonly rule?: RuleId;
  /** The rules that are broken, if they are not the reported one. */
  readonly breaks?: readonly RuleId[];
  readonly bad: readonly Uint8Array[];
  /** Default the honest letter to Alice and Bob. */
  readonly good?: readonly Uint8Array[];
  /** What the reader expects, if it is not what the sender stated. */
  readonly purpose?: string;
  readonly associatedData?: Uint8Array;
  /** The log that the reader gives, if it wants a sender. */
  readonly sender?: World;
}

/** The honest letter. */
export const HONEST: Uint8Array = await sealContent([alone.log, bob.log], LETTER, OPTIONS, contentEnv());

/** A header's parts as values. */
export type Parts = readonly [core: Uint8Array, commitment: Uint8Array, boxes: Uint8Array];
/** A core, as a map. */
export type Core = Map<string, CborValue>;

/** The same content with another header in front. */
export function reframed(content: Uint8Array, header: Uint8Array): Uint8Array {
  return concat(frameHeader(header), content.subarray(splitContent(content).end));
}

/** The same content with its header's parts changed. */
export function withParts(content: Uint8Array, change: (parts: Parts) => Parts): Uint8Array {
  const { headerBytes } = splitContent(content);
  const parts = decodeCbor(headerBytes, { name: "header", maxBytes: headerBytes.length });
  return reframed(content, encodeCbor([...change(parts as unknown as Parts)]));
}

/** A core with its fields changed. */
export function changedCore(core: Uint8Array, change: (core: Core) => unknown): Uint8Array {
  const fields = decodeCbor(core, { name: "core", maxBytes: core.length }) as Core;
  change(fields);
  return encodeCbor(fields);
}

/** The same content with its core's fields changed. */
export function withCore(content: Uint8Array, change: (core: Core) => unknown): Uint8Array {
  return withParts(content, ([core, ...rest]) => [changedCore(core, change), ...rest]);
}

/** The file of an attack. */
export function contentVector(attack: ContentAttack): VectorFile {
  const { name, description, code = "CORRUPT_CONTENT", rule, breaks = rule ? [rule] : [] } = attack;
  const { bad, good = [HONEST], purpose = PURPOSE, associatedData = RECORD, sender } = attack;
  if (text(concat(...bad)) === text(concat(...good))) throw new Error(`${name}: bad and good are one`);
  const pieces = [...new Set([...good, ...bad])];
  const at = (list: readonly Uint8Array[]) => list.map((piece) => pieces.indexOf(piece));
  const vector: ContentVector = {
    description,
    rules: breaks,
    reader: { log: alone.log.head.log, epochs: epochSeeds(alone.session("Laptop").keyring) },
    ...{ purpose, associatedData: text(associatedData), ...(sender && { sender: prefixOf(sender) }) },
    pieces: texts(pieces),
    ...{ bad: at(bad), good: at(good), error: { code, rule } },
  };
  return [`negative/content/${name}.json`, vector];
}
