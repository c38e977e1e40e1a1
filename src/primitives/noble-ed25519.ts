// The Ed25519 verification equation over noble: SIG-5 of docs/spec.md section 3, cofactorless, compared as bytes.
// noble's own verify is slower and accepts another set; keys seen often get a table of multiples.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { equalBytes } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

/** A verifying key, decompressed. */
interface VerifyingKey {
  /** −A, since the equation subtracts. */
  readonly negated: Point;
  /** Signatures accepted since it was decompressed or lost its table. */
  accepted: number;
  /** Value of `clock` at the last verification. */
  lastUse: number;
}

/** A table costs as much to build as it saves in about four verifications, and 0.4 MB of memory. */
const SIGNATURES_BEFORE_TABLE = 5;
const MAX_TABLES = 64;
// A table is taken from a key only if it was idle this long; were it the least recently used one without this, a log
// with more signers than tables would rebuild a table every few signatures and be slower than with none.
const IDLE_BEFORE_EVICTION = 1024;
const WINDOW_BITS = 6;
const NO_WINDOW = 1;

const keys = /* @__PURE__ */ new BoundedCache<VerifyingKey>(1024);
const withTable = /* @__PURE__ */ new Set<VerifyingKey>();
let clock = 0;

/** Whether `publicKey`, 32 bytes of canonical y, is a point of the curve. */
export function isPoint(publicKey: Uint8Array): boolean {
  return verifyingKey(publicKey) !== undefined;
}

/** SIG-5: accept iff `encode([S]B − [k]A)` equals R byte for byte. For a key and signature that passed SIG-1 to SIG-4. */
export function verifyEquation(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = verifyingKey(publicKey);
  if (key === undefined) return false;
  const r = signature.subarray(0, 32);
  const s = bytesToNumberLE(signature.subarray(32));
  const k = Point.Fn.create(bytesToNumberLE(sha512.create().update(r).update(publicKey).update(message).digest()));
  const expected = Point.BASE.multiplyUnsafe(s).add(key.negated.multiplyUnsafe(k)).toBytes();
  const accepted = equalBytes(expected, r);
  if (accepted) countAccepted(key);
  return accepted;
}

function verifyingKey(publicKey: Uint8Array): VerifyingKey | undefined {
  const key = keys.getOrMake(publicKey, () => decompress(publicKey));
  if (key !== undefined) key.lastUse = ++clock;
  return key;
}

function decompress(publicKey: Uint8Array): VerifyingKey | undefined {
  try {
    return { negated: Point.fromBytes(publicKey).negate(), accepted: 0, lastUse: 0 };
  } catch {
    return undefined;
  }
}

// Only accepted signatures count: junk under many keys must not make us build tables.
function countAccepted(key: VerifyingKey): void {
  key.accepted++;
  if (key.accepted < SIGNATURES_BEFORE_TABLE || withTable.has(key)) return;
  if (withTable.size >= MAX_TABLES && !dropIdleTable()) return;
  key.negated.precompute(WINDOW_BITS);
  withTable.add(key);
}

function dropIdleTable(): boolean {
  for (const key of withTable) {
    if (clock - key.lastUse < IDLE_BEFORE_EVICTION) continue;
    key.negated.precompute(NO_WINDOW);
    key.accepted = 0;
    withTable.delete(key);
    return true;
  }
  return false;
}
