// Records of the escrow log: a commitment that everybody sees, and an opening that is sealed to the escrow epoch, for admins
// only. docs/spec.md section 11 (ESC-8, ESC-9).

import { entryList } from "../arguments/entries.js";
import { asArgument } from "../arguments/options.js";
import { type Written, writeLink } from "../authoring/write-link.js";
import { type Bytes, concat, equalBytes } from "../bytes/bytes.js";
import { lastOf, present } from "../bytes/present.js";
import { decode, encode, type Schema } from "../bytes/schema.js";
import { Secret } from "../bytes/secret.js";
import { KeysteadError, type RuleId } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import { canOpen, epochPrivateKey, partsOf } from "../keys/keyring.js";
import { attachmentDigest, decodeEntry, decodeLink, matchAttachments } from "../log/entry.js";
import type { Epoch, LinkRecord, LogState } from "../log/state.js";
import { recordOfLink } from "../log/verify.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { hpkeOpen, hpkeSeal } from "../primitives/hpke.js";
import { KEM_COINS_LENGTH } from "../primitives/kem.js";
import type { Label } from "../primitives/label.js";
import { labelPrefix } from "../primitives/label.js";

/** Bytes of the salt of an opening, so that nobody can guess the content from the commitment. */
export const SALT_LENGTH = 32;
/** Longest reason, in bytes of UTF-8. */
export const MAX_REASON_BYTES = 4096;
const MAX_OPENING_BYTES = 65_536;

/** One kind of record. */
export interface RecordKind<T> {
  readonly type: "access" | "act";
  readonly schema: Schema<T>;
  readonly rule: RuleId;
  /** Label of the sealed opening. */
  readonly label: Label;
  /** The commitment in the link, for an opening by the device with this signing key. */
  readonly commit: (opening: T, bytes: Uint8Array, author: Uint8Array) => Uint8Array;
  /** Whether an honest device can write this opening, which has the right shape. */
  readonly isSound: (opening: T) => boolean;
}

/** A record as a member of the escrow log reads it. */
export interface ReadRecord<T> {
  /** The recorded content; undefined when the opening was not delivered, or this member does not hold its epoch. */
  readonly opening: T | undefined;
  /** Whether the delivered opening does not match the record's commitment: its author hid what they did. */
  readonly junk: boolean;
}

/** A record in the log, and its sealed opening if it was delivered. */
export interface FoundRecord {
  readonly record: LinkRecord;
  readonly sealed: Uint8Array | undefined;
  /** Signing keys, besides its author's, whose commitment the record may repeat. */
  readonly others?: readonly Uint8Array[];
}

/**
 * Writes a record, and seals its opening to the current epoch.
 *
 * @param committer the signing key that the commitment binds; the author's own by default.
 */
export function writeRecord<T>(
  kind: RecordKind<T>,
  { log, keyring }: MemberState,
  opening: T,
  env: Env,
  committer?: Uint8Array,
): Written {
  const { keys } = partsOf(keyring);
  const bytes = encodeRecord(kind, opening);
  const commitment = kind.commit(opening, bytes, committer ?? keys.signingKey);
  const coins = Secret.take(drawRandom(env, KEM_COINS_LENGTH));
  const { kemKey: kem } = lastOf(log.epochs);
  const sealed = hpkeSeal(kem, { info: sealInfo(kind, commitment), plaintext: bytes, coins: coins.bytes() });
  coins.wipe();
  const fields = { author: keys.signingKey, commitment, opening: attachmentDigest(sealed) };
  const draft = { before: log, type: kind.type, fields, keyring, signers: [keys], opening: sealed };
  return writeLink({ ...draft, guard: "not-a-users-device" }, env);
}

/** Every record of a kind, oldest first, each with its sealed opening if the entries have it. The entries may be in any order. */
export function recordsOf(
  kind: Pick<RecordKind<unknown>, "type">,
  log: LogState,
  entries: Iterable<Uint8Array>,
): readonly FoundRecord[] {
  const sealed = new Map<number, Uint8Array | undefined>();
  for (const entry of entryList(entries)) {
    const { link, attachments } = decodeEntry(entry);
    const record = recordOfLink(log, link);
    if (record?.[kind.type]) {
      sealed.set(record.seq, sealed.get(record.seq) ?? matchAttachments(record.attachments, attachments)[0]);
    }
  }
  return [...log.links].flatMap((record) => (record[kind.type] ? [{ record, sealed: sealed.get(record.seq) }] : []));
}

/** Opens a record if this member holds the epoch to which it is sealed: the epoch that was current before the link. */
export function readRecord<T>(
  kind: RecordKind<T>,
  { log, keyring }: MemberState,
  { record, sealed, others = [] }: FoundRecord,
): ReadRecord<T> {
  const { commitment } = present(record[kind.type]);
  const epoch = epochBefore(log, record.seq);
  if (!sealed || !canOpen(keyring, epoch.number)) return { opening: undefined, junk: false };
  const bytes = hpkeOpen(epochPrivateKey(keyring, epoch.number), { info: sealInfo(kind, commitment), sealed });
  const opening = bytes && decodeRecord(kind, bytes);
  const isRight =
    bytes !== undefined &&
    opening !== undefined &&
    [authorKey(record), ...others].some((key) => equalBytes(kind.commit(opening, bytes, key), commitment)) &&
    kind.isSound(opening);
  return isRight ? { opening, junk: false } : { opening: undefined, junk: true };
}

/** The current epoch before a link, by binary search, because an admin can make any number of records and epochs. */
function epochBefore({ epochs }: LogState, seq: number): Epoch {
  let [low, high] = [0, epochs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (present(epochs.at(middle)).seq < seq) low = middle + 1;
    else high = middle;
  }
  return present(epochs.at(low - 1));
}

/** The key that the author had when it wrote the record. */
export function authorKey({ bytes }: Pick<LinkRecord, "bytes">): Uint8Array {
  const [author] = decodeLink(bytes).signatures;
  return present(author).key;
}

function decodeRecord<T>({ schema, type }: RecordKind<T>, bytes: Uint8Array): T | undefined {
  try {
    return decode(schema, bytes, { name: type, maxBytes: MAX_OPENING_BYTES });
  } catch {
    return undefined;
  }
}

/** @throws `INVALID_ARGUMENT` with the kind's rule for an opening that readers would take for junk */
export function encodeRecord<T>(kind: RecordKind<T>, opening: T): Bytes {
  const bytes = writeOpening(kind, opening);
  if (bytes.length <= MAX_OPENING_BYTES) return bytes;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `the record would have ${bytes.length} bytes, of at most ${MAX_OPENING_BYTES}; record less at a time`,
    { rule: kind.rule },
  );
}

function writeOpening<T>({ schema, type, rule }: RecordKind<T>, opening: T): Bytes {
  return asArgument(() => encode(schema, opening, type), rule);
}

function sealInfo({ label }: Pick<RecordKind<unknown>, "label">, commitment: Uint8Array): Bytes {
  return concat(labelPrefix(label), commitment);
}
