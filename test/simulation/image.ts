// Reads the records of a device as an omniscient judge: without the client's own reader, so that both must agree.

import { type CborValue, decodeCbor } from "../../src/bytes/cbor.js";
import { toHex } from "../../src/bytes/text.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { PlainImage } from "./disk.js";

/** The link that a device has stored as sent, or to be sent. */
export interface StoredPending {
  readonly id: string;
  readonly intent: string;
  readonly entry: Uint8Array;
  readonly hash: string;
  /** Its position. */
  readonly seq: number;
  readonly refused: string | undefined;
  readonly since: number;
  /** Whether it may have been sent, as far as the device knows. */
  readonly isSent: boolean;
}

/** The organisation whose escrow log is there; undefined where none is. */
export function escrowSubjectIn(image: PlainImage): string | undefined {
  return field(read(image, "head/escrow"), "subject") as string | undefined;
}

/** The head of the own log; undefined where there is none. */
export function headOf(image: PlainImage): { readonly seq: number; readonly hash: string } | undefined {
  const stored = field(read(image, "head/own"), "head");
  return stored === undefined ? undefined : headIn(stored);
}

/** What is stored of the one contact of a simulated world. */
export interface StoredContact {
  readonly pin: { readonly seq: number; readonly hash: string };
  readonly head: { readonly seq: number; readonly hash: string };
  readonly hashes: readonly string[];
  readonly hasAlarm: boolean;
}

/** The contact; undefined where none is tracked. */
export function contactIn(image: PlainImage): StoredContact | undefined {
  const key = [...image.keys()].find((each) => each.startsWith("tracked/contact/"));
  if (key === undefined) return undefined;
  const of = key.slice("tracked/".length);
  return {
    pin: headIn(field(read(image, key), "head")),
    head: headIn(field(read(image, `head/${of}`), "head")),
    hashes: hashesOf(image, of),
    hasAlarm: image.has(`alarm/${of}`),
  };
}

/** The hashes of a log's links. */
export function hashesOf(image: PlainImage, of = "own"): readonly string[] {
  const hashes: string[] = [];
  for (let segment = 0; ; segment++) {
    const entries = read(image, `log/${of}/${segment}`) as readonly Uint8Array[] | undefined;
    if (!entries) return hashes;
    for (const entry of entries) hashes.push(hashIn(entry));
  }
}

/** The pending links of an admin's device in users' logs. */
export function pendingInUsersLogs(image: PlainImage): readonly StoredPending[] {
  const keys = [...image.keys()].filter((key) => /^user\/[0-9a-f]+\/pending$/.test(key));
  return keys.flatMap((key) => pendingOf(image, key) ?? []);
}

/** The pending link. */
export function pendingOf(image: PlainImage, key = "pending"): StoredPending | undefined {
  const stored = read(image, key);
  if (stored === undefined) return undefined;
  const entry = field(stored, "entry") as Uint8Array;
  const head = headIn(field(stored, "head"));
  const refused = field(stored, "refused");
  return {
    id: field(stored, "id") as string,
    intent: field(field(stored, "intent"), "do") as string,
    entry,
    hash: head.hash,
    seq: head.seq,
    refused: refused === undefined ? undefined : (field(refused, "code") as string),
    since: Number(field(stored, "since")),
    isSent: field(stored, "isSent") !== false,
  };
}

/** The member whose backup key waits for its proof. */
export function unprovedIn(image: PlainImage): string | undefined {
  const member = field(read(image, "paper"), "member");
  return member === undefined ? undefined : toHex(member as Uint8Array);
}

const hashes = new WeakMap<Uint8Array, string>();

/** The hash of an entry's link. */
export function hashIn(entry: Uint8Array): string {
  const known = hashes.get(entry);
  if (known) return known;
  const { hash } = decodeEntry(entry).link;
  hashes.set(entry, hash);
  return hash;
}

const decoded = new WeakMap<Uint8Array, CborValue>();

function read(image: PlainImage, key: string): CborValue | undefined {
  const bytes = image.get(key);
  if (!bytes) return undefined;
  const known = decoded.get(bytes);
  if (known !== undefined) return known;
  const value = decodeCbor(bytes, { name: key, maxBytes: 2 ** 30 });
  decoded.set(bytes, value);
  return value;
}

function field(value: CborValue | undefined, name: string): CborValue | undefined {
  return (value as ReadonlyMap<CborValue, CborValue> | undefined)?.get(name);
}

function headIn(value: CborValue | undefined): { readonly seq: number; readonly hash: string } {
  return { seq: Number(field(value, "seq")), hash: toHex(field(value, "hash") as Uint8Array) };
}
