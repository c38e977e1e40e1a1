// Sealed content that does not open: docs/spec.md section 12. For content of another kind, add a list.

import { concat } from "../../../src/bytes/bytes.js";
import type { CborValue } from "../../../src/bytes/cbor.js";
import { chunkCipher } from "../../../src/content/chunk-cipher.js";
import { hashHeader, payloadKeyOf } from "../../../src/content/content-key.js";
import { encodeCore, splitContent } from "../../../src/content/format.js";
import { chunkNonce } from "../../../src/content/payload.js";
import { sealContent } from "../../../src/content/seal.js";
import { chunksOf, content, contentKey, forge, headerFor, kemOf, sealChunk } from "../../../test/content/support.js";
import { flipped } from "../../../test/primitives/support.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import { openWorld } from "../../../test/support/world.js";
import {
  type ContentAttack,
  type Core,
  changedCore,
  contentEnv,
  HONEST,
  LETTER,
  MALFORMED,
  OPTIONS,
  type Parts,
  PURPOSE,
  RECORD,
  reframed,
  withCore,
  withParts,
} from "../content-attack.js";
import { alone, bob, joined } from "../worlds.js";

const NO_BYTES = new Uint8Array(0);
const logs = [alone.log, bob.log];
const { headerBytes, end } = splitContent(HONEST);
const inParts = (change: (parts: Parts) => Parts) => [withParts(HONEST, change)];
const inCore = (change: (core: Core) => unknown) => [withCore(HONEST, change)];
/** The honest recipients, 80 bytes each, changed. */
const inRecipients = (change: (first: Uint8Array, second: Uint8Array) => CborValue) =>
  inCore((core) => {
    const list = core.get("recipients") as Uint8Array;
    core.set("recipients", change(list.slice(0, 80), list.slice(80)));
  });
const key = contentKey(7);
const forged = (change: Partial<Parameters<typeof forge>[0]>) =>
  forge({
    ...{ header: headerFor([alone.log], PURPOSE), boxes: [[kemOf(alone.log), key]] },
    ...{ contentKey: key, plaintext: LETTER, associatedData: RECORD },
    ...change,
  });
const twoChunks = await sealContent([alone.log], content(65_540), OPTIONS, contentEnv());
const emptyLast = await withEmptyLastChunk(key);
const { front, chunks } = chunksOf(twoChunks);
const [first, last] = chunks as [Uint8Array, Uint8Array];
const pieces = [front, first, last];

async function payloadOf(words: string): Promise<Uint8Array> {
  const other = await sealContent(logs, new TextEncoder().encode(words), OPTIONS, seededEnv("another content"));
  return other.subarray(splitContent(other).end);
}

function withStranger(): readonly Uint8Array[] {
  const carol = openWorld("vectors of carol", { subject: "carol@example.org" }).log;
  const all = headerFor([...logs, carol], PURPOSE);
  const at = 1168 * all.recipients.findIndex(({ head }) => head.log === carol.head.log);
  return inParts(([, commitment, boxes]) => [
    encodeCore(all),
    commitment,
    concat(boxes.subarray(0, at), new Uint8Array(1168), boxes.subarray(at)),
  ]);
}

function onlyAlice(): readonly Uint8Array[] {
  const index = logs
    .map(({ head }) => head.log)
    .sort()
    .indexOf(alone.log.head.log);
  const part = (bytes: Uint8Array, size: number) => bytes.slice(size * index, size * (index + 1));
  const fewer = (core: Core) => core.set("recipients", part(core.get("recipients") as Uint8Array, 80));
  return inParts(([core, commitment, boxes]) => [changedCore(core, fewer), commitment, part(boxes, 1168)]);
}

/** Bytes that are no sealed content at all. */
const FRAMING: readonly ContentAttack[] = [
  {
    name: "other_magic",
    description: "The content does not begin with the four bytes that it must.",
    ...MALFORMED,
    bad: [flipped(HONEST, 0)],
  },
  {
    name: "later_format",
    description: "The content is of version 2 of the format.",
    ...MALFORMED,
    bad: [HONEST.map((byte, at) => (at === 3 ? 2 : byte))],
  },
  {
    name: "header_above_16_mib",
    description: "The header claims to have more than 16 MiB. Nothing of it needs to be there.",
    code: "TOO_LARGE",
    rule: "ENC-3",
    bad: [Uint8Array.of(0x4b, 0x53, 0x43, 1, 1, 0, 0, 1)],
  },
  {
    name: "ends_in_its_header",
    description: "The content ends inside its header.",
    ...MALFORMED,
    bad: [HONEST.subarray(0, end - 1)],
  },
  {
    name: "header_with_trailing_byte",
    description: "A byte follows the header's last part, within its length.",
    ...MALFORMED,
    bad: [reframed(HONEST, concat(headerBytes, Uint8Array.of(0)))],
  },
  {
    name: "header_not_shortest",
    description: "The header's array has its length in two bytes.",
    code: "INVALID_ENCODING",
    rule: "ENC-1",
    bad: [reframed(HONEST, concat(Uint8Array.of(0x98, 3), headerBytes.subarray(1)))],
  },
  {
    name: "core_with_unknown_field",
    description: "The core has a field that nobody knows.",
    ...MALFORMED,
    bad: inCore((core) => core.set("expires", 1)),
  },
  {
    name: "core_of_another_suite",
    description: "The core names another suite.",
    ...MALFORMED,
    bad: inCore((core) => core.set("suite", 2)),
  },
  {
    name: "purpose_empty",
    description: "The purpose is the empty text.",
    ...MALFORMED,
    bad: inCore((core) => core.set("purpose", "")),
  },
  {
    name: "core_empty",
    description: "The core has no bytes.",
    ...MALFORMED,
    bad: inParts(([, ...rest]) => [NO_BYTES, ...rest]),
  },
  {
    name: "recipients_unsorted",
    description: "The recipients are not in the order of their log ids.",
    ...MALFORMED,
    bad: inRecipients((first, second) => concat(second, first)),
  },
  {
    name: "recipient_twice",
    description: "A recipient is named twice.",
    ...MALFORMED,
    bad: inRecipients((first) => concat(first, first)),
  },
  {
    name: "recipients_unpacked",
    description: "The recipients are an array of entries instead of one byte string.",
    ...MALFORMED,
    bad: inRecipients((first, second) => [first, second]),
  },
  {
    name: "recipient_cut_short",
    description: "The last recipient's entry lacks a byte.",
    ...MALFORMED,
    bad: inRecipients((first, second) => concat(first, second.subarray(0, -1))),
  },
  {
    name: "recipient_of_epoch_zero",
    description: "A recipient's epoch is 0.",
    ...MALFORMED,
    bad: inRecipients((first, second) => concat(first, second.fill(0, 72))),
  },
  {
    name: "recipient_at_position_above_2_53",
    description: "A recipient's position is 2^53.",
    ...MALFORMED,
    bad: inRecipients((first, second) => {
      new DataView(second.buffer).setBigUint64(32, 2n ** 53n);
      return concat(first, second);
    }),
  },
  {
    name: "box_too_few",
    description: "There is one box for two recipients.",
    ...MALFORMED,
    bad: inParts(([core, commitment, boxes]) => [core, commitment, boxes.subarray(1168)]),
  },
];

/** Content that was changed, moved, or is for another reader. */
const BINDING: readonly ContentAttack[] = [
  {
    name: "purpose_changed",
    description: "Somebody changed the purpose, and the reader asks for that one.",
    purpose: "vote",
    bad: inCore((core) => core.set("purpose", "vote")),
    good: [await sealContent(logs, LETTER, { ...OPTIONS, purpose: "vote" }, contentEnv())],
  },
  {
    name: "another_purpose_than_asked_for",
    description: "Content for one purpose is given to a reader who asks for another.",
    bad: [await sealContent(logs, LETTER, { ...OPTIONS, purpose: "vote" }, contentEnv())],
  },
  {
    name: "another_place",
    description: "Content is given in the place of another record: its associated data is not the reader's.",
    bad: [await sealContent(logs, LETTER, { ...OPTIONS, associatedData: NO_BYTES }, contentEnv())],
  },
  {
    name: "reader_is_no_recipient",
    description: "The content is sealed to Bob alone.",
    code: "NOT_A_RECIPIENT",
    bad: [await sealContent([bob.log], LETTER, OPTIONS, contentEnv())],
  },
  {
    name: "epoch_that_the_reader_lacks",
    description: "The content is sealed to an epoch that the reader does not hold.",
    code: "NO_ACCESS",
    bad: [await sealContent([joined.log], LETTER, OPTIONS, contentEnv())],
  },
  {
    name: "recipient_added",
    description: "Somebody added a recipient, and a box of zeros for it.",
    bad: withStranger(),
  },
  { name: "recipient_dropped", description: "Somebody left out Bob and his box.", bad: onlyAlice() },
  {
    name: "boxes_swapped",
    description: "The two boxes have changed places.",
    bad: inParts(([core, commitment, boxes]) => [
      core,
      commitment,
      concat(boxes.subarray(1168), boxes.subarray(0, 1168)),
    ]),
  },
  {
    name: "box_changed",
    description: "A bit of each box was flipped.",
    bad: inParts(([core, commitment, boxes]) => [
      core,
      commitment,
      boxes.map((byte, at) => (at % 1168 === 1140 ? byte ^ 1 : byte)),
    ]),
  },
  {
    name: "sealed_head_changed",
    description: "The head that the sender believed in was changed.",
    bad: inRecipients((first, second) => {
      for (const entry of [first, second]) new DataView(entry.buffer).setBigUint64(32, 2n);
      return concat(first, second);
    }),
  },
  {
    name: "commitment_changed",
    description: "A bit of the key commitment was flipped.",
    bad: inParts(([core, commitment, boxes]) => [core, flipped(commitment, 0), boxes]),
  },
  {
    name: "box_with_another_key",
    description: "The sender sealed one key and committed to another, under which two readers would read two things.",
    bad: [await forged({ boxes: [[kemOf(alone.log), contentKey(8)]] })],
    good: [await forged({})],
  },
];

/** The chunks. */
const PAYLOAD: readonly ContentAttack[] = [
  { name: "payload_bit_flipped", description: "A bit of the payload was flipped.", bad: [flipped(HONEST, end + 3)] },
  { name: "payload_cut_short", description: "The payload lacks its last byte.", bad: [HONEST.subarray(0, -1)] },
  { name: "payload_missing", description: "The payload was cut off whole.", bad: [HONEST.subarray(0, end)] },
  {
    name: "payload_with_trailing_byte",
    description: "A byte follows the payload.",
    bad: [concat(HONEST, Uint8Array.of(0))],
  },
  {
    name: "payload_of_another_content",
    description: "The payload is that of another content for the same reader.",
    bad: [concat(HONEST.subarray(0, end), await payloadOf("Meet me at nine."))],
  },
  {
    name: "last_chunk_dropped",
    description: "The last of two chunks was cut off.",
    bad: [front, first],
    good: pieces,
  },
  {
    name: "chunks_swapped",
    description: "The two chunks have changed places.",
    bad: [front, last, first],
    good: pieces,
  },
  {
    name: "chunk_repeated",
    description: "The first chunk comes twice.",
    bad: [front, first, first, last],
    good: pieces,
  },
  {
    name: "empty_last_chunk",
    description:
      "An empty last chunk follows a full one: a second framing of the same content. It was sealed with the right key.",
    ...emptyLast,
  },
];

/** One full chunk that is not the last, and an empty one after it, by a sender who knows the key. */
async function withEmptyLastChunk(key: ReturnType<typeof contentKey>) {
  const forged = await forge({
    ...{ header: headerFor([alone.log], PURPOSE), boxes: [[kemOf(alone.log), key]] as const },
    ...{ contentKey: key, plaintext: content(65_536), associatedData: RECORD },
  });
  const { headerBytes, end } = splitContent(forged);
  const cipher = await chunkCipher(payloadKeyOf(key, hashHeader(headerBytes)));
  const full = await sealChunk(cipher, chunkNonce(0, false), content(65_536));
  const empty = await sealChunk(cipher, chunkNonce(1, true), NO_BYTES);
  return { bad: [forged.subarray(0, end), full, empty], good: [forged.subarray(0, end), forged.subarray(end)] };
}

export const CONTENT: readonly ContentAttack[] = [...FRAMING, ...BINDING, ...PAYLOAD];
