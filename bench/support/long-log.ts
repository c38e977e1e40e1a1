// The logs that benchmarks verify: four members, rotations and reviews, authored by the library itself with a seeded env.
// Authoring a long one takes minutes, so bench/.cache keeps it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  createLog,
  type Env,
  joinLog,
  type MemberId,
  type MemberState,
  receive,
  review,
  rotate,
  verifyLog,
} from "keystead";
import type { Secret } from "../../src/bytes/secret.js";
import { changedKeyring, newKeyring, partsOf } from "../../src/keys/keyring.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { seededEnv } from "../../test/support/seeded-env.js";

export const SUBJECT = "bench@example.org";
export const CACHE = new URL("../.cache/", import.meta.url);
const SEED = "bench 1";
const MEMBERS = 4;
/** Every so many links a device is exchanged: a new one joins, and one review approves it and removes another. */
const LINKS_A_DEVICE = 100;
/** Every so many links the author drops its older epochs, and declares that: each new epoch copies the keyring. */
const LINKS_A_MEMORY = 500;
const EPOCHS_KEPT = 100;

/** The state of `members` approved devices, and every entry that led to it. */
export function authorLog(
  members: number,
  env: Env,
): { readonly session: MemberState; readonly entries: Uint8Array[] } {
  const first = createLog({ subject: SUBJECT, device: { name: "Device 1" } }, env);
  const entries = [first.entry];
  let session = first.accept();
  for (let count = 1; count < members; count++) session = exchangeDevice(session, entries, env);
  return { session, entries };
}

/** A device joins, and is approved in the link that removes others, if any. */
function exchangeDevice(
  session: MemberState,
  entries: Uint8Array[],
  env: Env,
  remove: readonly MemberId[] = [],
): MemberState {
  const joined = joinLog(session.log, { device: { name: "Another device" } }, env);
  const after = review(
    receive(session, joined.entry, { now: "unchecked" }),
    { approve: [joined.accept().keyring.member], remove },
    env,
  );
  entries.push(joined.entry, after.entry);
  return after.accept();
}

/** `count` entries without attachments, as a sender gets them. From bench/.cache where it has them and they are valid. */
export function longLog(count: number): readonly Uint8Array[] {
  const file = new URL(`log-${count}.bin`, CACHE);
  const cached = existsSync(file) ? unpack(readFileSync(file)) : [];
  if (cached.length === count && isValid(cached.slice(0, 300))) return cached;
  const entries = authorLongLog(count);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(file, pack(entries));
  return entries;
}

function authorLongLog(count: number): readonly Uint8Array[] {
  const env = seededEnv(SEED);
  const start = authorLog(MEMBERS, env);
  const entries = start.entries.map(withoutAttachments);
  let session = start.session;
  const write = (step: (entries: Uint8Array[]) => MemberState) => {
    const written: Uint8Array[] = [];
    session = step(written);
    entries.push(...written.map(withoutAttachments));
  };
  while (entries.length < count) {
    const oldest = [...session.log.active.keys()][1] as MemberId;
    const due = (every: number) => entries.length % every === every - 1 && count - entries.length > 1;
    // Before the device is exchanged, which skips a number.
    if (due(LINKS_A_MEMORY)) session = forgetting(session);
    if (due(LINKS_A_DEVICE)) write((written) => exchangeDevice(session, written, env, [oldest]));
    write((written) => {
      const next = rotate(session, env);
      written.push(next.entry);
      return next.accept();
    });
    if (entries.length % 5000 < 2) console.error(`  authored ${entries.length} of ${count} links`);
  }
  return entries;
}

/** A state whose member holds its newest epochs only, and will declare the others missing. */
function forgetting({ log, keyring }: MemberState): MemberState {
  const { member, keys, seeds } = partsOf(keyring);
  const all = [...seeds] as readonly (readonly [number, Secret])[];
  const change = {
    gained: new Map(all.slice(-EPOCHS_KEPT)),
    junk: all.slice(0, -EPOCHS_KEPT).map(([epoch]) => epoch),
  };
  return { log, keyring: changedKeyring(newKeyring(log.head.log, member, keys), change) };
}

export function withoutAttachments(entry: Uint8Array): Uint8Array {
  return encodeEntry(decodeEntry(entry).link.bytes, []);
}

function isValid(entries: readonly Uint8Array[]): boolean {
  try {
    verifyLog(entries, { subject: SUBJECT, now: "unchecked" });
    return true;
  } catch {
    return false;
  }
}

function pack(entries: readonly Uint8Array[]): Uint8Array {
  const lengths = Uint32Array.from(entries, ({ length }) => length);
  return Buffer.concat(
    [Uint32Array.of(entries.length), lengths, ...entries].map((part) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  );
}

function unpack(file: Buffer): readonly Uint8Array[] {
  const count = file.readUInt32LE(0);
  let at = 4 + 4 * count;
  return Array.from({ length: count }, (_, index) => {
    const end = at + file.readUInt32LE(4 + 4 * index);
    const entry = new Uint8Array(file.subarray(at, end));
    at = end;
    return entry;
  });
}
