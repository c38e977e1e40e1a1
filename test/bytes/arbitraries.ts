// fast-check arbitraries for values of our CBOR subset, and for byte strings that are almost encodings of such values.

import fc from "fast-check";
import type { CborValue } from "../../src/bytes/cbor.js";

const uint = fc.oneof(
  fc.constantFrom(0, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.maxSafeNat(),
  fc.nat(300),
);
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "binary", minLength: 20, maxLength: 300 }),
  fc.constantFrom(
    "",
    "\uFEFFbom",
    "e\u0301",
    "\u00e9",
    "__proto__",
    "constructor",
    "\u0000",
    "a".repeat(32),
    "a".repeat(33),
  ),
);

const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.oneof(uint, bytes, text, fc.boolean()),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 30 }).map((entries) => new Map(entries)),
  ),
}));

/** Values of the whole subset, nested up to 5 deep, with the boundaries of every head size. */
export const cborValue: fc.Arbitrary<CborValue> = value;

/** One change to a byte string, by position and new content. */
export interface Mutation {
  readonly kind: "replace" | "insert" | "remove" | "cut" | "repeat" | "swap";
  readonly at: number;
  readonly byte: number;
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("replace", "insert", "remove", "cut", "repeat", "swap"),
    at: fc.nat(),
    byte: fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x00, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xf4, 0xf6, 0xff),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** `original` with the changes made one after another. */
export function mutate(original: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let bytes = Array.from(original);
  for (const { kind, at, byte } of changes) {
    const i = at % (bytes.length + 1);
    const before = bytes.slice(0, i);
    const after = bytes.slice(i);
    if (kind === "replace") bytes = [...before, byte, ...after.slice(1)];
    else if (kind === "insert") bytes = [...before, byte, ...after];
    else if (kind === "remove") bytes = [...before, ...after.slice(1)];
    else if (kind === "cut") bytes = before;
    else if (kind === "repeat") bytes = [...before, ...after.slice(0, 4), ...after];
    else bytes = [...after, ...before];
  }
  return Uint8Array.from(bytes);
}

/** An item written by an encoder that may choose. `strict` says whether every choice was the one that ENC-1 demands. */
export interface LooseItem {
  readonly bytes: readonly number[];
  readonly strict: boolean;
}

const WIDTHS = [0, 1, 2, 4, 8] as const;
type Width = (typeof WIDTHS)[number];

function shortestWidth(n: number): Width {
  if (n < 24) return 0;
  if (n < 2 ** 8) return 1;
  if (n < 2 ** 16) return 2;
  return n < 2 ** 32 ? 4 : 8;
}

function looseHead(major: number, n: number, wanted: Width): LooseItem {
  const shortest = shortestWidth(n);
  const width = Math.max(wanted, shortest) as Width;
  const info = width === 0 ? n : 24 + Math.log2(width);
  const argument: number[] = [];
  for (let i = width - 1; i >= 0; i--) argument.push(Number((BigInt(n) >> BigInt(8 * i)) & 0xffn));
  return { bytes: [(major << 5) | info, ...argument], strict: width === shortest };
}

function join(...items: readonly LooseItem[]): LooseItem {
  return { bytes: items.flatMap((item) => item.bytes), strict: items.every((item) => item.strict) };
}

const width: fc.Arbitrary<Width> = fc.oneof(
  { weight: 20, arbitrary: fc.constant(0 as Width) },
  fc.constantFrom(...WIDTHS),
);

function looseString(major: number, content: Uint8Array, wanted: Width): LooseItem {
  return join(looseHead(major, content.length, wanted), { bytes: Array.from(content), strict: true });
}

const looseText = fc
  .tuple(fc.string({ maxLength: 3 }), width)
  .map(([characters, wanted]) => looseString(3, new TextEncoder().encode(characters), wanted));

function isAscending(keys: readonly LooseItem[]): boolean {
  const printed = keys.map(({ bytes }) => bytes.map((byte) => String.fromCharCode(byte)).join(""));
  return printed.every((key, i) => i === 0 || (printed[i - 1] as string) < key);
}

/** Well-formed CBOR of our types, sometimes with a longer head, unsorted keys or a key twice. */
export const looseItem: fc.Arbitrary<LooseItem> = fc.letrec<{ item: LooseItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(
      fc.tuple(uint, width).map(([n, wanted]) => looseHead(0, n, wanted)),
      fc.tuple(fc.uint8Array({ maxLength: 30 }), width).map(([content, wanted]) => looseString(2, content, wanted)),
      looseText,
      fc.constantFrom({ bytes: [0xf4], strict: true }, { bytes: [0xf5], strict: true }),
    ),
    fc
      .tuple(fc.array(tie("item"), { maxLength: 5 }), width)
      .map(([items, wanted]) => join(looseHead(4, items.length, wanted), ...items)),
    fc
      .tuple(fc.array(fc.tuple(looseText, tie("item")), { maxLength: 5 }), width, fc.boolean())
      .map(([pairs, wanted, sort]) => {
        const byLength = (a: LooseItem, b: LooseItem): number => a.bytes.length - b.bytes.length;
        const entries = sort ? [...pairs].sort(([a], [b]) => byLength(a, b)) : pairs;
        const keys = entries.map(([key]) => key);
        const map = join(looseHead(5, entries.length, wanted), ...entries.flat());
        return { bytes: map.bytes, strict: map.strict && isAscending(keys) };
      }),
  ),
})).item;
