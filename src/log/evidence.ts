// Evidence of a server's lie, as data: what was pinned, and the links that contradict it. docs/spec.md sections 6 and 13
// (LOG-8). A third party judges it with checkEvidence, from these bytes alone.

import type { Bytes } from "../bytes/bytes.js";
import {
  array,
  bytesUpTo,
  decode,
  encode,
  literal,
  oneOf,
  optional,
  record,
  type Schema,
  text,
  tuple,
} from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { MAX_LINK_BYTES } from "./entry.js";
import { head, MAX_SUBJECT_BYTES } from "./fields.js";
import type { Head, LogState } from "./state.js";
import { MAX_STATEMENT_BYTES } from "./statement.js";

/** `forked`: two valid links at one position. `replaced`: another log for the subject. `rolled-back`: a shorter log. */
export type ContradictionKind = "forked" | "replaced" | "rolled-back";

/**
 * `forked`: two valid links at one position. `replaced`: another log for the subject. `rolled-back`: a shorter log. `equivocated`: the
 * service signed two statements about one log that contradict each other.
 */
export type EvidenceKind = ContradictionKind | "equivocated";

/** A contradiction between a head that was verified before and what was offered later. */
export interface Evidence {
  readonly v: 1;
  readonly kind: EvidenceKind;
  readonly subject: string;
  /** The head that was verified before; for `equivocated`, the head that the earlier statement names. */
  readonly pinned: Head;
  /** The links up to the pinned head, as far as they were available; empty when only the head was. */
  readonly ours: readonly Uint8Array[];
  /** The links that were offered, up to the one that contradicts; for `equivocated`, the first link, which names the operator. */
  readonly theirs: readonly Uint8Array[];
  /** For `equivocated` only: the two statements, the earlier one first. */
  readonly statements?: readonly [Uint8Array, Uint8Array];
}

const MAX_EVIDENCE_LINKS = 1_000_000;
const MAX_EVIDENCE_BYTES = 1_073_741_824;

const links = array(bytesUpTo(MAX_LINK_BYTES, 1), { max: MAX_EVIDENCE_LINKS });
const statement = bytesUpTo(MAX_STATEMENT_BYTES, 1);
const schema: Schema<Evidence> = record({
  v: literal(1),
  kind: oneOf(["forked", "replaced", "rolled-back", "equivocated"]),
  subject: text(MAX_SUBJECT_BYTES, 1),
  pinned: head,
  ours: links,
  theirs: links,
  statements: optional(tuple(statement, statement)),
});

/** Evidence as bytes, to keep or to send to a third party. */
export function encodeEvidence(evidence: Evidence): Bytes {
  return encode(schema, evidence, "evidence");
}

/** @throws `INVALID_ENCODING` naming the field, unless the value has the shape of evidence */
export function assertEvidence(value: unknown): asserts value is Evidence {
  schema.write(value as Evidence, "evidence");
}

/** Reads evidence; it proves nothing until `checkEvidence` has judged it. @throws `INVALID_ENCODING`, `TOO_LARGE` */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const evidence = read(bytes);
  if ((evidence.statements !== undefined) === (evidence.kind === "equivocated")) return evidence;
  throw new KeysteadError("INVALID_ENCODING", "evidence.statements is there in `equivocated`, and only there", {
    rule: "ENC-2",
  });
}

function read(bytes: Uint8Array): Evidence {
  // Each link is an object, and both sides may have as many links as a log can have.
  const maxObjects = 2 * MAX_EVIDENCE_LINKS + 16;
  return decode(schema, bytes, { name: "evidence", maxBytes: MAX_EVIDENCE_BYTES, maxObjects });
}

/** What was pinned: a head alone, or the whole state, whose links make the evidence complete. */
export type Pin = Head | LogState;

/** The head of a pin. */
export function headOf(pin: Pin): Head {
  return "head" in pin ? pin.head : pin;
}

/** Puts evidence together. */
export function makeEvidence(
  kind: ContradictionKind,
  subject: string,
  pin: Pin,
  theirs: readonly Uint8Array[],
): Evidence {
  const ours = "head" in pin ? [...pin.links].map(({ bytes }) => bytes) : [];
  return { v: 1, kind, subject, pinned: headOf(pin), ours, theirs };
}
