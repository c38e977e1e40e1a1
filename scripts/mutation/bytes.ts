// Mutants of src/bytes that no test kills, one by one.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of code are quoted here.

import type { Explained } from "./explained.js";

const SHORT_CUT = "a short cut for names of fields and the like: the platform's encoder gives the same bytes";

const NATIVE =
  "a short cut for field names and the like: what is not read here in full, the platform's decoder reads to the same text";
const HEADS =
  "heads say how long keys are, so that of two keys neither begins as the other does, unless they are equal";

export const BYTES: readonly Explained[] = [
  {
    file: "src/bytes/append-list.ts",
    line: "return position !== undefined && position < this.size;",
    becomes: ["true"],
    why: "for the types: undefined is less than no number",
  },
  {
    file: "src/bytes/append-list.ts",
    line: "return index === undefined ? undefined : this.#items.at(index);",
    becomes: ["false"],
    why: "for the types: a list has nothing at undefined",
  },
  {
    file: "src/bytes/bytes.ts",
    line: "for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);",
    becomes: ["i <= a.length"],
    why: "behind the end of both is undefined, which differs in no bit",
  },
  {
    file: "src/bytes/persistent-map.ts",
    line: "const children: (Node<T> | undefined)[] = new Array(16).fill(undefined);",
    becomes: ["new Array()"],
    why: "what an array does not have reads as undefined, when it is iterated too",
  },
  {
    file: "src/bytes/text.ts",
    line: "for (let i = 0; i < bytes.length; i++) {",
    becomes: ["i <= bytes.length"],
    why: "what is written behind the end of an array of bytes is dropped",
  },
  {
    file: "src/bytes/text.ts",
    line: "for (let i = 0; i < bytes.length; i++) bytes[i] = (hexDigit(text, 2 * i) << 4) | hexDigit(text, 2 * i + 1);",
    becomes: ["i <= bytes.length"],
    why: "what is written behind the end of an array of bytes is dropped",
  },
  {
    file: "src/bytes/text.ts",
    line: "const message = `${name} must have ${2 * length} hexadecimal digits, not ${text.length}`;",
    becomes: ["``", "2 / length"],
    why: "only what the error says to people",
  },
  {
    file: "src/bytes/text.ts",
    line: "function encodeShortAscii(text: string): Bytes | undefined {",
    becomes: ["{}"],
    why: SHORT_CUT,
  },
  {
    file: "src/bytes/text.ts",
    line: "if (text.length > 32) return undefined;",
    becomes: ["true", "false", "text.length >= 32", "text.length <= 32"],
    why: SHORT_CUT,
  },
  {
    file: "src/bytes/text.ts",
    line: "for (let i = 0; i < text.length; i++) {",
    becomes: ["i <= text.length"],
    why: "behind the end of a text is NaN, which is not 0x80 or more, and what is written there is dropped",
  },
  {
    file: "src/bytes/text.ts",
    line: "if (code >= 0x80) return undefined;",
    becomes: ["true"],
    why: SHORT_CUT,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "if (i > 0 && !this.#isAscending(previousStart, previousEnd, keyStart, this.#offset)) {",
    becomes: ["true", "i >= 0"],
    why: "no bytes at all, which stand before the first key, sort before every key",
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "for (let i = content; i < end && i < content + 32; i++) {",
    becomes: [
      ...["false", "i < end || i < content + 32", "i <= end", "i >= end"],
      ...["i <= content + 32", "i >= content + 32", "content - 32", "{}"],
    ],
    why: NATIVE,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "for (let i = content; i < end && i < content + 32; i++) {",
    becomes: ["true"],
    times: 2,
    why: NATIVE,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "if (byte >= 0x80) break;",
    becomes: ["true"],
    why: NATIVE,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "text += String.fromCharCode(byte);",
    becomes: ["text -= String.fromCharCode(byte)"],
    why: NATIVE,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "if (text.length === end - content) return text;",
    becomes: ["false", "end + content"],
    why: NATIVE,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "for (; a < aEnd && b < bEnd; a++, b++) {",
    becomes: ["a < aEnd || b < bEnd", "a <= aEnd", "b <= bEnd"],
    why: HEADS,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "for (; a < aEnd && b < bEnd; a++, b++) {",
    becomes: ["true"],
    times: 2,
    why: HEADS,
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "if (difference !== 0) return difference < 0;",
    becomes: ["difference <= 0"],
    why: "it is not zero",
  },
  {
    file: "src/bytes/cbor-decode.ts",
    line: "return b < bEnd;",
    becomes: ["false"],
    why: HEADS,
  },
  {
    file: "src/bytes/cbor-encode.ts",
    line: "if (this.#length + extra <= this.#bytes.length) return;",
    becomes: ["this.#length + extra < this.#bytes.length"],
    why: "a larger buffer one byte before it is needed",
  },
  {
    file: "src/bytes/schema.ts",
    line: "present++;",
    becomes: ["present--"],
    why: "a short cut: unknown names are looked for where counting shows that there is none",
  },
  {
    file: "src/bytes/schema.ts",
    line: "if (present !== value.size) checkNames(value.keys(), path);",
    becomes: ["true"],
    why: "a short cut: unknown names are looked for where counting shows that there is none",
  },
];
