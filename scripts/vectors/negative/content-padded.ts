// Padded content whose padding breaks the specification, sealed by an attacker who knows the key: docs/spec.md section 12.1.

import { concat } from "../../../src/bytes/bytes.js";
import { chunkCipher } from "../../../src/content/chunk-cipher.js";
import { hashHeader, payloadKeyOf } from "../../../src/content/content-key.js";
import { splitContent } from "../../../src/content/format.js";
import { paddedLength } from "../../../src/content/padding.js";
import { chunkNonce } from "../../../src/content/payload.js";
import { sealContent } from "../../../src/content/seal.js";
import { content, contentKey, forge, headerFor, kemOf, sealChunk } from "../../../test/content/support.js";
import {
  type ContentAttack,
  contentEnv,
  LETTER,
  MALFORMED,
  OPTIONS,
  PURPOSE,
  RECORD,
  withCore,
} from "../content-attack.js";
import { alone } from "../worlds.js";

const key = contentKey(9);
const PIECE = 65_528;

/** Correctly sealed content of these chunks: each a piece, and the end that it claims. */
async function padded(...chunks: readonly (readonly [piece: Uint8Array, end: number | bigint])[]) {
  const header = { ...headerFor([alone.log], PURPOSE), padding: "padme" as const };
  const box = [[kemOf(alone.log), key]] as const;
  const forged = await forge({
    ...{ header, boxes: box, contentKey: key, plaintext: new Uint8Array(0), associatedData: RECORD },
  });
  const { end: start, headerBytes } = splitContent(forged);
  const cipher = await chunkCipher(payloadKeyOf(key, hashHeader(headerBytes)));
  const sealed = chunks.map(([piece, end], index) => {
    const eight = new Uint8Array(8);
    new DataView(eight.buffer).setBigUint64(0, BigInt(end));
    return sealChunk(cipher, chunkNonce(index, index === chunks.length - 1), concat(piece, eight));
  });
  return [forged.subarray(0, start), ...(await Promise.all(sealed))];
}

const zeros = (length: number) => new Uint8Array(length);
/** The letter, and zeros up to a length. */
const letter = (length: number) => concat(LETTER, zeros(length - LETTER.length));
const short = await padded([letter(256), LETTER.length]);
const full = content(PIECE);
const rest = paddedLength(PIECE + LETTER.length) - PIECE;
const long = await padded([full, PIECE], [letter(rest), PIECE + LETTER.length]);
const honest = await sealContent([alone.log], LETTER, { ...OPTIONS, pad: true }, contentEnv());

export const PADDED: readonly ContentAttack[] = [
  {
    name: "padding_with_a_byte_that_is_not_zero",
    description: "A byte behind the content is not zero: something could be hidden there.",
    bad: await padded([letter(256).fill(1, 255), LETTER.length]),
    good: short,
  },
  {
    name: "padding_shorter_than_it_must_be",
    description: "The content is padded to a length that shows more of its own than the rule lets be seen.",
    bad: await padded([letter(255), LETTER.length]),
    good: short,
  },
  {
    name: "padding_longer_than_it_must_be",
    description: "The content is padded to more than the rule says: a second form of the same content.",
    bad: await padded([letter(257), LETTER.length]),
    good: short,
  },
  {
    name: "padding_by_a_chunk_too_many",
    description: "A whole chunk of zeros follows where the padding should end.",
    bad: await padded([letter(PIECE), LETTER.length], [zeros(256), LETTER.length]),
    good: short,
  },
  {
    name: "padding_end_behind_the_piece",
    description: "The chunk says that the content goes on behind its last byte.",
    bad: await padded([letter(256), 257]),
    good: short,
  },
  {
    name: "padding_end_above_all_numbers",
    description: "The chunk says that the content has 2^64 - 1 bytes.",
    bad: await padded([letter(256), 2n ** 64n - 1n]),
    good: short,
  },
  {
    name: "padding_end_before_its_chunk",
    description: "The second chunk says that the content ended in the first, which was full of it.",
    bad: await padded([full, PIECE], [zeros(rest), PIECE - 1]),
    good: long,
  },
  {
    name: "padding_that_ends_and_goes_on",
    description: "The first chunk says that the content ends in it, and the second has more of it.",
    bad: await padded([letter(PIECE), LETTER.length], [letter(rest), PIECE + LETTER.length]),
    good: long,
  },
  {
    name: "padded_chunk_without_a_piece",
    description: "The only chunk holds only the end of the content, which is 0.",
    bad: await padded([zeros(0), 0]),
    good: await padded([zeros(256), 0]),
  },
  {
    name: "padding_not_declared",
    description: "Somebody took the word that it is padded from the core.",
    bad: [withCore(honest, (core) => core.delete("padding"))],
    good: [honest],
  },
  {
    name: "padding_of_another_kind",
    description: "The core names a kind of padding that nobody knows.",
    ...MALFORMED,
    bad: [withCore(honest, (core) => core.set("padding", "zeros"))],
    good: [honest],
  },
];
