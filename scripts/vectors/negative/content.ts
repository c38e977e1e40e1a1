// Sealed content that does not open: docs/spec.md section 12. For content of another kind, add a list.

import { concat } from "../../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import { chunkCipher } from "../../../src/content/chunk-cipher.js";
import { payloadKeyOf } from "../../../src/content/content-key.js";
import { encodeCore, frameHeader, splitContent } from "../../../src/content/format.js";
import { chunkNonce } from "../../../src/content/payload.js";
import { sealTo } from "../../../src/content/seal.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { chunksOf, content, contentKey, forge, headerFor, kemOf } from "../../../test/content/support.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import { openWorld } from "../../../test/support/world.js";
import { type ContentVector, text, texts, type VectorFile } from "../format.js";
import { epochSeeds } from "../secrets.js";
import { alone, bob, joined } from "../worlds.js";

const PURPOSE = "note";
const RECORD = new TextEncoder().encode("record 7");
const NO_BYTES = new Uint8Array(0);
const env = () => seededEnv("vectors of content");
const options = { purpose: PURPOSE, associatedData: RECORD };
const letter = new TextEncoder().encode("Meet me at noon.");

/** One attack; `bad` and `good` are pieces that are joined. */
interface ContentAttack {
  readonly name: string;
  readonly description: string;
  /** `CORRUPT_CONTENT` unless told. */
  readonly code?: ErrorCode;
  readonly rule?: RuleId;
  readonly bad: readonly Uint8Array[];
  /** The honest letter to Alice and Bob unless told. */
  readonly good?: readonly Uint8Array[];
  /** What the reader expects, if not what the sender said. */
  readonly purpose?: string;
  readonly associatedData?: Uint8Array;
}

/** The header's parts as values: core, commitment, boxes. */
type Parts = [core: Uint8Array, commitment: Uint8Array, boxes: Uint8Array];
type Core = Map<string, CborValue>;

const logs = [alone.log, bob.log];
const honest = await sealTo(logs, letter, options, env());
const { headerBytes, end } = splitContent(honest);
const payload = honest.subarray(end);
const parts = (): Parts => decodeCbor(headerBytes, { name: "header", maxBytes: headerBytes.length }) as Parts;
const framed = (header: Uint8Array) => concat(frameHeader(header), payload);
/** The honest letter with its header's parts changed. */
const withParts = (change: (parts: Parts) => readonly Uint8Array[]): readonly Uint8Array[] => [
  framed(encodeCbor([...change(parts())])),
];
const withCore = (change: (core: Core) => unknown) =>
  withParts(([core, ...rest]) => {
    const fields = decodeCbor(core, { name: "core", maxBytes: core.length }) as Core;
    change(fields);
    return [encodeCbor(fields), ...rest];
  });
const recipients = (core: Core) => core.get("recipients") as CborValue[][];
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, each) => (each === at ? byte ^ 1 : byte));
const key = contentKey(7);
const forged = (change: Partial<Parameters<typeof forge>[0]>) =>
  forge({
    ...{ header: headerFor([alone.log], PURPOSE), boxes: [[kemOf(alone.log), key]] },
    ...{ contentKey: key, plaintext: letter, associatedData: RECORD },
    ...change,
  });
const twoChunks = await sealTo([alone.log], content(65_540), options, env());
const emptyLast = await withEmptyLastChunk(key);
const { front, chunks } = chunksOf(twoChunks);
const [first, last] = chunks as [Uint8Array, Uint8Array];
const pieces = [front, first, last];
const header = { code: "INVALID_ENCODING", rule: "ENC-2" } as const;

async function payloadOf(words: string): Promise<Uint8Array> {
  const other = await sealTo(logs, new TextEncoder().encode(words), options, seededEnv("another content"));
  return other.subarray(splitContent(other).end);
}

function withStranger(): readonly Uint8Array[] {
  const carol = openWorld("vectors of carol", { subject: "carol@example.org" }).log;
  const all = headerFor([...logs, carol], PURPOSE);
  const at = 1168 * all.recipients.findIndex(({ head }) => head.log === carol.head.log);
  return withParts(([, commitment, boxes]) => [
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
  return withParts(([core, commitment, boxes]) => {
    const fields = decodeCbor(core, { name: "core", maxBytes: core.length }) as Core;
    fields.set("recipients", [recipients(fields)[index] as CborValue]);
    return [encodeCbor(fields), commitment, boxes.slice(1168 * index, 1168 * index + 1168)];
  });
}

/** What is no sealed content at all. */
const FRAMING: readonly ContentAttack[] = [
  {
    name: "other_magic",
    description: "The content does not begin with the four bytes that it must.",
    ...header,
    bad: [flipped(honest, 0)],
  },
  {
    name: "later_format",
    description: "The content is of version 2 of the format.",
    ...header,
    bad: [honest.map((byte, at) => (at === 3 ? 2 : byte))],
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
    ...header,
    bad: [honest.subarray(0, end - 1)],
  },
  {
    name: "header_with_trailing_byte",
    description: "A byte follows the header's last part, within its length.",
    ...header,
    bad: [framed(concat(headerBytes, Uint8Array.of(0)))],
  },
  {
    name: "header_not_shortest",
    description: "The header's array has its length in two bytes.",
    code: "INVALID_ENCODING",
    rule: "ENC-1",
    bad: [framed(concat(Uint8Array.of(0x98, 3), headerBytes.subarray(1)))],
  },
  {
    name: "core_with_unknown_field",
    description: "The core has a field that nobody knows.",
    ...header,
    bad: withCore((core) => core.set("expires", 1)),
  },
  {
    name: "core_of_another_suite",
    description: "The core names another suite.",
    ...header,
    bad: withCore((core) => core.set("suite", 2)),
  },
  {
    name: "purpose_empty",
    description: "The purpose is the empty text.",
    ...header,
    bad: withCore((core) => core.set("purpose", "")),
  },
  {
    name: "recipients_unsorted",
    description: "The recipients are not in the order of their log ids.",
    ...header,
    bad: withCore((core) => recipients(core).reverse()),
  },
  {
    name: "recipient_twice",
    description: "A recipient is named twice.",
    ...header,
    bad: withCore((core) =>
      core.set("recipients", [recipients(core)[0] as CborValue, recipients(core)[0] as CborValue]),
    ),
  },
  {
    name: "box_too_few",
    description: "There is one box for two recipients.",
    ...header,
    bad: withParts(([core, commitment, boxes]) => [core, commitment, boxes.subarray(1168)]),
  },
];

/** Content that was changed, moved or is for somebody else. */
const BINDING: readonly ContentAttack[] = [
  {
    name: "purpose_changed",
    description: "Somebody changed the purpose, and the reader asks for that one.",
    purpose: "vote",
    bad: withCore((core) => core.set("purpose", "vote")),
    good: [await sealTo(logs, letter, { ...options, purpose: "vote" }, env())],
  },
  {
    name: "another_purpose_than_asked_for",
    description: "Content for one purpose is given to a reader who asks for another.",
    bad: [await sealTo(logs, letter, { ...options, purpose: "vote" }, env())],
  },
  {
    name: "another_place",
    description: "Content is given in the place of another record: its associated data is not the reader's.",
    bad: [await sealTo(logs, letter, { ...options, associatedData: NO_BYTES }, env())],
  },
  {
    name: "reader_is_no_recipient",
    description: "The content is sealed to Bob alone.",
    code: "NOT_A_RECIPIENT",
    bad: [await sealTo([bob.log], letter, options, env())],
  },
  {
    name: "epoch_that_the_reader_lacks",
    description: "The content is sealed to an epoch that the reader does not hold.",
    code: "NO_ACCESS",
    bad: [await sealTo([joined.log], letter, options, env())],
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
    bad: withParts(([core, commitment, boxes]) => [
      core,
      commitment,
      concat(boxes.subarray(1168), boxes.subarray(0, 1168)),
    ]),
  },
  {
    name: "box_changed",
    description: "A bit of each box was flipped.",
    bad: withParts(([core, commitment, boxes]) => [
      core,
      commitment,
      boxes.map((byte, at) => (at % 1168 === 1140 ? byte ^ 1 : byte)),
    ]),
  },
  {
    name: "sealed_head_changed",
    description: "The head that the sender believed in was changed.",
    bad: withCore((core) =>
      recipients(core).forEach((recipient) => {
        recipient[1] = 2;
      }),
    ),
  },
  {
    name: "commitment_changed",
    description: "A bit of the key commitment was flipped.",
    bad: withParts(([core, commitment, boxes]) => [core, flipped(commitment, 0), boxes]),
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
  { name: "payload_bit_flipped", description: "A bit of the payload was flipped.", bad: [flipped(honest, end + 3)] },
  { name: "payload_cut_short", description: "The payload lacks its last byte.", bad: [honest.subarray(0, -1)] },
  { name: "payload_missing", description: "The payload was cut off whole.", bad: [honest.subarray(0, end)] },
  {
    name: "payload_with_trailing_byte",
    description: "A byte follows the payload.",
    bad: [concat(honest, Uint8Array.of(0))],
  },
  {
    name: "payload_of_another_content",
    description: "The payload is that of another content for the same reader.",
    bad: [concat(honest.subarray(0, end), await payloadOf("Meet me at nine."))],
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
  const cipher = await chunkCipher(payloadKeyOf(key, headerBytes));
  const full = await cipher.seal(chunkNonce(0, false), content(65_536));
  const empty = await cipher.seal(chunkNonce(1, true), NO_BYTES);
  return { bad: [forged.subarray(0, end), full, empty], good: [forged.subarray(0, end), forged.subarray(end)] };
}

export function contentFiles(): readonly VectorFile[] {
  return [...FRAMING, ...BINDING, ...PAYLOAD].map((attack) => [`negative/content/${attack.name}.json`, file(attack)]);
}

function file({
  name,
  description,
  code = "CORRUPT_CONTENT",
  rule,
  bad,
  good = [honest],
  ...reader
}: ContentAttack): ContentVector {
  const pieces = [...new Set([...good, ...bad])];
  if (text(concat(...bad)) === text(concat(...good))) throw new Error(`${name}: bad and good are one`);
  const at = (list: readonly Uint8Array[]) => list.map((piece) => pieces.indexOf(piece));
  return {
    description,
    rules: rule ? [rule] : [],
    reader: { log: alone.log.head.log, epochs: epochSeeds(alone.session("Laptop").keyring) },
    purpose: reader.purpose ?? PURPOSE,
    associatedData: text(reader.associatedData ?? RECORD),
    pieces: texts(pieces),
    ...{ bad: at(bad), good: at(good), error: { code, rule } },
  };
}
