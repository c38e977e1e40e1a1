// Changes to bytes and to decoded values, drawn by fast-check so that a failure shrinks: raw changes, which decoders must
// survive, and changes that keep the encoding valid, which reach the rules behind it. docs/spec.md section 4.

import fc from "fast-check";
import { concat } from "../../src/bytes/bytes.js";
import type { CborValue } from "../../src/bytes/cbor.js";

/** One change of raw bytes. */
interface RawChange {
  readonly kind: "flip" | "insert" | "remove" | "repeat" | "cut" | "zero";
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** A few changes of raw bytes, as a function. */
export const rawChanges: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<RawChange["kind"]>("flip", "insert", "remove", "repeat", "cut", "zero"),
      // Structure is mostly at the beginning.
      at: fc.oneof(fc.nat(64), fc.nat(1 << 20)),
      length: fc.integer({ min: 1, max: 64 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) => (bytes) => changes.reduce(applyRaw, bytes));

function applyRaw(bytes: Uint8Array, { kind, at: drawn, length, bytes: given }: RawChange): Uint8Array {
  const at = drawn % (bytes.length + 1);
  const [before, chosen, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  switch (kind) {
    case "flip":
      return concat(
        before,
        chosen.map((byte, index) => byte ^ (given[index % given.length] as number)),
        after,
      );
    case "insert":
      return concat(before, given, chosen, after);
    case "remove":
      return concat(before, after);
    case "repeat":
      return concat(before, chosen, chosen, after);
    case "cut":
      return before.slice();
    case "zero":
      return concat(before, new Uint8Array(chosen.length), after);
  }
}

/** Values to put in place of others: ends of ranges, other types, lengths of keys. */
const replacement: fc.Arbitrary<CborValue> = fc.oneof(
  fc.constantFrom<CborValue>(0, 1, 2, 23, 24, 255, 256, 65_536, 2 ** 32, Number.MAX_SAFE_INTEGER, true, false, "", "x"),
  fc.nat(300),
  fc
    .constantFrom(0, 1, 16, 31, 32, 33, 64, 1168, 1216)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  fc.constantFrom<CborValue>(
    [],
    [[1, 1]],
    [[2, 1]],
    [
      [1, 2],
      [2, 3],
    ],
    new Map(),
  ),
  fc.constantFrom(
    "genesis",
    "join",
    "enroll",
    "review",
    "rotate",
    "regrant",
    "expel",
    "leave",
    "reclaim",
    "act",
    "disown",
    "withheld",
    "user",
    "escrow",
    "backup",
  ),
);

/** One change of a decoded value. */
interface ValueChange {
  /** The path to a node: from the root, each number is taken modulo the number of children. It ends early at a leaf. */
  readonly path: readonly number[];
  readonly kind: "replace" | "remove" | "repeat" | "swap" | "add" | "nudge" | "byte";
  readonly value: CborValue;
  readonly number: number;
}

/** A few changes of a decoded value, as a function that does not change its argument. */
export const valueChanges: fc.Arbitrary<(value: CborValue) => CborValue> = fc
  .array(
    fc.record({
      path: fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
      kind: fc.constantFrom<ValueChange["kind"]>("replace", "remove", "repeat", "swap", "add", "nudge", "byte"),
      value: replacement,
      number: fc.nat(4096),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) => (value) => changes.reduce((now, change) => changeAt(now, change.path, change), value));

function changeAt(value: CborValue, path: readonly number[], change: ValueChange): CborValue {
  const [step, ...rest] = path;
  if (step === undefined) return changeNode(value, change);
  if (Array.isArray(value) && value.length > 0) {
    const at = step % value.length;
    return value.map((item: CborValue, index: number) => (index === at ? changeAt(item, rest, change) : item));
  }
  if (value instanceof Map && value.size > 0) {
    const entries = [...(value as ReadonlyMap<string, CborValue>)];
    const at = step % entries.length;
    return new Map(entries.map(([key, item], index) => [key, index === at ? changeAt(item, rest, change) : item]));
  }
  return changeNode(value, change);
}

function changeNode(value: CborValue, { kind, value: given, number }: ValueChange): CborValue {
  if (kind === "nudge" && typeof value === "number") {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value + (number % 5) - 2));
  }
  if (kind === "byte" && value instanceof Uint8Array && value.length > 0) {
    const changed = value.slice();
    changed[number % changed.length] = (changed[number % changed.length] as number) ^ (1 << (number % 8));
    return changed;
  }
  if (Array.isArray(value) && value.length > 0) {
    const at = number % value.length;
    const items = value as readonly CborValue[];
    if (kind === "remove") return items.filter((_, index) => index !== at);
    if (kind === "repeat") return [...items, items[at] as CborValue];
    if (kind === "swap") return [...items].reverse();
    if (kind === "add") return [...items, given];
  }
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, CborValue>)];
    if (kind === "remove") return new Map(entries.filter((_, index) => index !== number % Math.max(1, entries.length)));
    if (kind === "add") return new Map([...entries, ["extra", given]]);
  }
  return given;
}
