// A keyring as bytes, for a device's own storage: with a checksum, and the head of the log that it belongs to. docs/spec.md
// section 5.

import { assertBytes, type Bytes, equalBytes, wipe } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import {
  array,
  bytes,
  bytesUpTo,
  decode,
  encode,
  hexBytes,
  type Infer,
  literal,
  record,
  type Schema,
  tuple,
  uint,
} from "../bytes/schema.js";
import { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import {
  changedKeyring,
  type Keyring,
  newKeyring,
  ownKeys,
  partsOf,
  type StoredFacts,
  storedKeyring,
} from "./keyring.js";
import { MemberKeys, SEED_LENGTH } from "./member-keys.js";

const MAX_EPOCHS = 1_000_000;
const MAX_BYTES = 64 * MAX_EPOCHS;
const MAX_OBJECTS = 4 * MAX_EPOCHS;

const position = uint({ min: 1 });
const seeds = array(tuple(position, bytes(SEED_LENGTH)), { max: MAX_EPOCHS });
const content = record({
  v: literal(1),
  log: hexBytes<LogId>(32),
  member: hexBytes<MemberId>(16),
  seed: bytes(SEED_LENGTH),
  head: record({ seq: position, hash: hexBytes<LinkHash>(32) }),
  epochs: seeds,
  checked: array(tuple(position, position), { max: MAX_EPOCHS }),
  junk: array(position, { max: MAX_EPOCHS }),
  opens: seeds,
  aside: array(tuple(hexBytes<string>(32), bytes(SEED_LENGTH)), { max: MAX_EPOCHS }),
});
const frame = tuple(bytesUpTo(MAX_BYTES, 1), bytes(32));

/**
 * A keyring as bytes.
 *
 * @param head of the log that it belongs to.
 * @param checked maximal runs of the epochs whose seeds passed the full check.
 */
export function encodeKeyring(
  keyring: Keyring,
  head: StoredFacts["head"],
  checked: Infer<typeof content>["checked"],
): Bytes {
  const { log, member, seeds, junk, opens, aside } = partsOf(keyring);
  const seed = ownKeys(keyring).copySeed();
  const live = (secrets: ReadonlyMap<number, Secret>) =>
    [...secrets].sort(([a], [b]) => a - b).map(([epoch, secret]) => [epoch, secret.bytes()] as const);
  const bytes = encode(
    content,
    {
      ...{ v: 1 as const, log, member, seed: seed.bytes(), head: { seq: head.seq, hash: head.hash } },
      ...{ epochs: live(seeds), checked, junk: [...junk].sort((a, b) => a - b), opens: live(opens) },
      aside: [...aside]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([digest, secret]) => [digest, secret.bytes()] as const),
    },
    "keyring",
  );
  seed.wipe();
  const framed = encode(frame, [bytes, checksumOf(bytes)], "keyring");
  wipe(bytes);
  return framed;
}

/**
 * Reads a keyring from its bytes. The caller wipes the bytes. Pass it to `resume` with its log before any other use.
 *
 * @throws `INVALID_ENCODING` for bytes of which one bit was changed, `TOO_LARGE`, `INVALID_ARGUMENT`
 */
export function parseKeyring(serialized: Uint8Array): Keyring {
  const [bytes, checksum] = readFrame(serialized);
  try {
    if (!equalBytes(checksumOf(bytes), checksum)) throw damaged("its checksum is not right: the bytes were damaged");
    return readContent(bytes);
  } finally {
    wipe(bytes);
  }
}

function readFrame(serialized: Uint8Array): Infer<typeof frame> {
  assertBytes(serialized, undefined, "keyring");
  try {
    return decode(frame, serialized, { name: "keyring", maxBytes: MAX_BYTES, maxObjects: 3 });
  } catch (error) {
    // A damaged length field can claim any size. Only the real number of bytes decides whether they are too many.
    if (error instanceof KeysteadError && error.code === "TOO_LARGE" && serialized.length <= MAX_BYTES) {
      throw damaged("it was not written by unsafeSerializeKeyring, or was damaged");
    }
    throw error;
  }
}

function readContent(bytes: Uint8Array): Keyring {
  const read = decode(content as Schema<Infer<typeof content>>, bytes, {
    ...{ name: "keyring", maxBytes: MAX_BYTES, maxObjects: MAX_OBJECTS },
  });
  const taken: { wipe(): void }[] = [];
  const take = (secret: Uint8Array): Secret => {
    const made = Secret.take(secret);
    taken.push(made);
    return made;
  };
  const keys = new MemberKeys(read.seed);
  taken.push(keys);
  wipe(read.seed);
  const epochs = new Map(read.epochs.map(([epoch, seed]) => [epoch, take(seed)] as const));
  const opens = new Map(read.opens.map(([epoch, seed]) => [epoch, take(seed)] as const));
  const aside = new Map(read.aside.map(([digest, seed]) => [digest, take(seed)] as const));
  const checked = expand(read.checked, epochs);
  const lists = [read.epochs.map(([epoch]) => epoch), read.junk, read.opens.map(([epoch]) => epoch)];
  const isOneForm =
    checked !== undefined &&
    lists.every(isAscending) &&
    isAscending(read.aside.map(([digest]) => digest)) &&
    ![...read.junk, ...opens.keys()].some((epoch) => epochs.has(epoch));
  if (!isOneForm) {
    for (const secret of taken) secret.wipe();
    throw damaged("it must name each epoch once, in order");
  }
  const change = { gained: epochs, junk: read.junk, opens, aside };
  const keyring = changedKeyring(newKeyring(read.log, read.member, keys), change);
  return storedKeyring(keyring, { head: read.head, checked });
}

/** The epochs of maximal runs; undefined if the runs are not maximal, or name an epoch that is not there. */
function expand(runs: Infer<typeof content>["checked"], epochs: ReadonlyMap<number, Secret>): Set<number> | undefined {
  const all = new Set<number>();
  let end = -1;
  for (const [from, to] of runs) {
    if (from <= end + 1 || to < from) return undefined;
    for (let epoch = from; epoch <= to; epoch++) {
      if (!epochs.has(epoch)) return undefined;
      all.add(epoch);
    }
    end = to;
  }
  return all;
}

function isAscending<T extends number | string>(list: readonly T[]): boolean {
  return list.every((item, at) => at === 0 || present(list[at - 1]) < item);
}

function checksumOf(bytes: Uint8Array): Bytes {
  return labelledHash(LABELS.keyring, bytes);
}

function damaged(why: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `keyring cannot be read: ${why}`, { rule: "ENC-2" });
}
