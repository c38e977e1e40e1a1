// Writes links that no honest member would: any body, signed by anyone, with any attachments (docs/spec.md section 6). A test
// starts from an honest entry and changes one thing, so that only the rule under test can refuse it.

import { expect } from "vitest";
import { type Bytes, equalBytes } from "../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { fromHex } from "../../src/bytes/text.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import type { KeyHolder } from "../../src/keys/member-keys.js";
import { attachmentDigest } from "../../src/log/entry.js";
import type { LinkRecord, LogFacts } from "../../src/log/state.js";
import type { Label } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";

/** A signer: member keys, the operator's, or a forger with the public key of one member and the signature of another. */
export type RawSigner = Pick<KeyHolder, "signingKey" | "signLabelled">;

/** A body as it is on the wire: byte strings for ids, maps for records. */
export type RawBody = Map<string, CborValue>;

/** A value of a body; an object stands for a map, and its undefined fields for absent ones. */
export type RawValue = CborValue | readonly RawValue[] | { readonly [field: string]: RawValue | undefined };

/** An entry, decoded into the parts that a mutant may change. */
export interface RawEntry {
  readonly body: RawBody;
  readonly signatures: readonly (readonly [key: Uint8Array, signature: Uint8Array])[];
  readonly attachments: readonly Uint8Array[];
}

/** A forger: it claims one key and signs with another, or under another label. */
export function forger(claimed: RawSigner, real: RawSigner, label?: Label): RawSigner {
  return {
    signingKey: claimed.signingKey,
    signLabelled: (given, message) => real.signLabelled(label ?? given, message),
  };
}

/** An entry with another author in its body, who signs it before the others. */
export function authoredBy(entry: Uint8Array, author: RawSigner, ...others: readonly RawSigner[]): Uint8Array {
  return mutate(entry, { body: (body) => body.set("author", author.signingKey), signers: [author, ...others] });
}

/** The keys with which a state's member signs. */
export function signerOf({ keyring }: Pick<MemberState, "keyring">): RawSigner {
  return partsOf(keyring).keys;
}

/** The bytes of an id. */
export function idBytes(id: string): Uint8Array {
  return fromHex(id, { name: "id" });
}

/** The byte string, or other value, of a raw value. */
export function rawBytes(value: RawValue): Uint8Array {
  return encodeCbor(toCbor(value));
}

/** A link of any body and signatures, whatever its size. */
export function rawLink(body: Uint8Array, signatures: RawEntry["signatures"]): Uint8Array {
  return encodeCbor([body, signatures]);
}

/** An entry of any link and attachments, whatever their size. */
export function rawEntry(link: Uint8Array, attachments: readonly Uint8Array[] = []): Uint8Array {
  return encodeCbor([link, attachments]);
}

/** The bytes that a key signs for a body. */
export function rawSignature(body: Uint8Array, signer: RawSigner): RawEntry["signatures"][number] {
  return [signer.signingKey, signer.signLabelled(LABELS.linkSignature, body)];
}

/**
 * The next entry of a log with the given fields.
 *
 * @param fields the fields of the body. `v`, `log`, `seq`, `prev` and `time` default to those that the log requires; undefined
 * leaves a field out.
 */
export function rawNext(
  log: LogFacts,
  fields: { readonly [field: string]: RawValue | undefined },
  signers: readonly RawSigner[],
  attachments: readonly Uint8Array[] = [],
): Uint8Array {
  const { head, time } = log;
  const header = { v: 1, log: idBytes(head.log), seq: head.seq + 1, prev: idBytes(head.hash), time };
  const body = rawBytes({ ...header, ...fields });
  const signatures = signers.map((signer) => rawSignature(body, signer));
  return rawEntry(rawLink(body, signatures), attachments);
}

/** Decodes an entry. Changing the parts does not change the entry. */
export function takeApart(entry: Uint8Array): RawEntry {
  const limits = { maxBytes: entry.length };
  const [link, attachments] = decodeCbor(entry, { name: "entry", ...limits }) as [Uint8Array, Uint8Array[]];
  const [body, signatures] = decodeCbor(link, { name: "link", ...limits }) as [Uint8Array, [Uint8Array, Uint8Array][]];
  return { body: decodeCbor(body, { name: "body", ...limits }) as RawBody, signatures, attachments };
}

/** The changes of a mutant. */
export interface Mutation {
  /** Changes the body in place. Its result is ignored. */
  readonly body?: ((body: RawBody) => unknown) | undefined;
  /** Signers of the changed body, in order; without it the signatures stay unchanged. */
  readonly signers?: readonly RawSigner[] | undefined;
  /** Changes the signatures, after they were made. */
  readonly signatures?: ((signatures: RawEntry["signatures"]) => RawEntry["signatures"]) | undefined;
  readonly attachments?: ((attachments: readonly Uint8Array[]) => readonly Uint8Array[]) | undefined;
}

/** An entry that differs from a good one by the mutation. Asserts that it differs. */
export function mutate(entry: Uint8Array, mutation: Mutation): Uint8Array {
  const good = takeApart(entry);
  mutation.body?.(good.body);
  const body = encodeCbor(good.body);
  const signed = mutation.signers?.map((signer) => rawSignature(body, signer)) ?? good.signatures;
  const signatures = mutation.signatures?.(signed) ?? signed;
  const attachments = mutation.attachments?.(good.attachments) ?? good.attachments;
  const mutant = rawEntry(rawLink(body, signatures), attachments);
  expect(equalBytes(mutant, entry), "a mutant must differ from the entry it was made from").toBe(false);
  return mutant;
}

/**
 * An entry that commits to another attachment in the place of one: so a dishonest author grants junk, or names itself by bytes
 * that are no name.
 */
export function withAttachment(
  entry: Uint8Array,
  index: number,
  attachment: Uint8Array,
  signers: readonly RawSigner[],
): Uint8Array {
  const old = takeApart(entry).attachments[index] as Uint8Array;
  return mutate(entry, {
    body: (body) => replaceBytes(body, attachmentDigest(old), attachmentDigest(attachment)),
    signers,
    attachments: (attachments) => attachments.map((each, at) => (at === index ? attachment : each)),
  });
}

/** Sets a field of a body, or of a record in it: `time`, `member.kem`. */
export function setField(path: string, value: CborValue): (body: RawBody) => void {
  return (body) => {
    const [outer, inner] = path.split(".") as [string, string?];
    if (inner === undefined) body.set(outer, value);
    else (body.get(outer) as RawBody).set(inner, value);
  };
}

/** A field of the body of an entry. */
export function fieldOf(entry: Uint8Array, field: string): RawValue {
  return takeApart(entry).body.get(field) as RawValue;
}

/** The grants of a body. Change them in place. */
export function grantsOf(body: RawBody): RawBody[] {
  return body.get("grants") as RawBody[];
}

/** The boxes of a grant. Change them in place. */
export function boxesOf(grant: RawBody | undefined): [member: Uint8Array, digest: Uint8Array][] {
  return (grant as RawBody).get("boxes") as never;
}

/** The attachment of a link that is a member's box of its grant from this epoch on. */
export function boxIndex({ attachments, grants }: LinkRecord, member: MemberId, from?: number): number {
  const grant = grants.find((each) => from === undefined || each.epochs[0]?.[0] === from);
  const box = grant?.boxes.find((each) => each.member === member);
  return attachments.indexOf(box?.digest as Bytes);
}

/** Replaces every occurrence of a byte string in a body, in place. */
export function replaceBytes(body: RawBody, from: Uint8Array, to: Uint8Array): void {
  for (const [name, value] of body) body.set(name, replaced(value, from, to));
}

function replaced(value: CborValue, from: Uint8Array, to: Uint8Array): CborValue {
  if (value instanceof Uint8Array) return equalBytes(value, from) ? to : value;
  if (Array.isArray(value)) return value.map((item: CborValue) => replaced(item, from, to));
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, replaced(item, from, to)]));
  return value;
}

function toCbor(value: RawValue): CborValue {
  if (Array.isArray(value)) return value.map((item: RawValue) => toCbor(item));
  if (typeof value !== "object" || value instanceof Uint8Array || value instanceof Map) return value as CborValue;
  const fields = Object.entries(value as { readonly [field: string]: RawValue | undefined });
  return new Map(fields.flatMap(([name, field]) => (field === undefined ? [] : [[name, toCbor(field)] as const])));
}
