// Sealed content with every value on the way: docs/spec.md section 12. For content of another kind, add to CASES.

import { Secret } from "../../../src/bytes/secret.js";
import { commit, hashCore, hashHeader, payloadKeyOf } from "../../../src/content/content-key.js";
import { splitContent } from "../../../src/content/format.js";
import { paddedLength } from "../../../src/content/padding.js";
import { sealContent } from "../../../src/content/seal.js";
import { labelledHash } from "../../../src/primitives/hash.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { chunksOf } from "../../../test/content/support.js";
import { ownSeed } from "../../../test/support/own-seed.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import type { World } from "../../../test/support/world.js";
import { text, texts, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { epochSeeds } from "../secrets.js";
import { alone, bob, joined, two } from "../worlds.js";

interface Case {
  readonly name: string;
  readonly description: string;
  readonly recipients: readonly World[];
  readonly purpose: string;
  readonly associatedData: string;
  /** The plaintext: this text, repeated. */
  readonly plaintext: { readonly text: string; readonly times: number };
  /** The log whose `Phone` signs. */
  readonly sender?: World;
  readonly padding?: "padme";
}

const CASES: readonly Case[] = [
  {
    ...{ name: "to_one", description: "To one recipient, without associated data." },
    ...{ recipients: [joined], purpose: "note", associatedData: "" },
    plaintext: { text: "Meet me at noon.", times: 1 },
  },
  {
    ...{ name: "to_two", description: "To two recipients, with associated data." },
    ...{ recipients: [alone, bob], purpose: "note", associatedData: "record 7" },
    plaintext: { text: "Meet me at noon.", times: 1 },
  },
  {
    ...{ name: "empty", description: "No bytes at all: one chunk, which is empty." },
    ...{ recipients: [alone], purpose: "nothing", associatedData: "" },
    plaintext: { text: "", times: 0 },
  },
  {
    ...{ name: "two_chunks", description: "One byte more than a chunk." },
    ...{ recipients: [alone], purpose: "file", associatedData: "" },
    plaintext: { text: "a", times: 65_537 },
  },
  {
    ...{ name: "signed", description: "Signed by a device of the recipient's own log.", sender: two },
    ...{ recipients: [alone], purpose: "note", associatedData: "record 7" },
    plaintext: { text: "Meet me at noon.", times: 1 },
  },
  {
    ...{ name: "padded", description: "Padded to 256 bytes.", padding: "padme" },
    ...{ recipients: [alone], purpose: "note", associatedData: "" },
    plaintext: { text: "Meet me at noon.", times: 1 },
  },
  {
    ...{ name: "padded_empty", description: "No bytes at all, padded to 256.", padding: "padme" },
    ...{ recipients: [alone], purpose: "nothing", associatedData: "" },
    plaintext: { text: "", times: 0 },
  },
  {
    ...{ name: "padded_across_chunks", description: "One chunk full of content, and padding alone in the second." },
    ...{ recipients: [alone], purpose: "file", associatedData: "", padding: "padme" },
    plaintext: { text: "b", times: 65_528 },
  },
  {
    ...{ name: "signed_and_padded", description: "Signed over two chunks of padded content.", sender: two },
    ...{ recipients: [alone, bob], purpose: "file", associatedData: "", padding: "padme" },
    plaintext: { text: "c", times: 65_600 },
  },
];

/** vectors/positive/content: all values of one case. */
export async function contentValues({ name, description, recipients, purpose, associatedData, ...given }: Case) {
  const { plaintext, sender, padding } = given;
  const env = seededEnv(`content ${name}`);
  const draws: Uint8Array[] = [];
  const recorded = {
    ...env,
    random(length: number) {
      const drawn = env.random(length);
      draws.push(drawn.slice());
      return drawn;
    },
  };
  const data = new TextEncoder().encode(associatedData);
  const bytes = new TextEncoder().encode(plaintext.text.repeat(plaintext.times));
  const logs = recipients.map(({ log }) => log);
  const signer = sender?.session("Phone");
  const options = { purpose, associatedData: data, signer, pad: padding !== undefined };
  const content = await sealContent(logs, bytes, options, recorded);
  const { coreBytes, headerBytes, commitment, end } = splitContent(content);
  const signature = content.length - (signer ? 64 : 0);
  const [key, ...coins] = draws as [Uint8Array, ...Uint8Array[]];
  const contentKey = new Secret(key);
  const coreHash = hashCore(coreBytes);
  if (text(commit(contentKey, coreHash, data)) !== text(commitment)) throw new Error(`${name}: another commitment`);
  // Boxes, and so their coins, are in the order of the log ids.
  const sorted = [...recipients].sort((a, b) => (a.log.head.log < b.log.head.log ? -1 : 1));
  return {
    ...{ description, purpose, associatedData: text(data), plaintext, padding, contentKey: text(key) },
    sender: sender &&
      signer && { log: prefixOf(sender), member: signer.keyring.member, seed: text(ownSeed(signer.keyring)) },
    recipients: sorted.map((world, index) => ({
      ...{ log: prefixOf(world), epoch: world.log.epochs.length, coins: text(coins[index] as Uint8Array) },
      reader: { log: world.log.head.log, epochs: epochSeeds(world.session("Laptop").keyring) },
    })),
    ...{ core: text(coreBytes), coreHash: text(coreHash), commitment: text(commitment), header: text(headerBytes) },
    headerHash: text(hashHeader(headerBytes)),
    payloadKey: text(payloadKeyOf(contentKey, hashHeader(headerBytes)).bytes()),
    ...{ front: text(content.subarray(0, end)), payload: text(content.subarray(end, signature)) },
    ...(signer && {
      transcripts: texts(transcripts(hashHeader(headerBytes), chunksOf(content.subarray(0, signature)).chunks)),
      signature: text(content.subarray(signature)),
    }),
  };
}

/** The transcript before the first chunk, and after each chunk. The signature is over the last one. */
function transcripts(headerHash: Uint8Array, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const list = [headerHash];
  for (const chunk of chunks) list.push(labelledHash(LABELS.contentTranscript, list.at(-1) as Uint8Array, chunk));
  return list;
}

const LENGTHS = [
  ...[0, 1, 255, 256, 257, 264, 265, 511, 512, 513, 1000, 4096, 4097, 65_528, 65_529, 65_536, 65_537, 1_000_000],
  ...[2 ** 31, 2 ** 31 + 1, 2 ** 32 + 1, 2 ** 40 + 1],
] as const;

/** vectors/positive/padding.json: lengths and their padded lengths. */
export function paddingValues() {
  return { lengths: LENGTHS.map((length) => ({ length, padded: paddedLength(length) })) };
}

export async function contentValueFiles(): Promise<readonly VectorFile[]> {
  return Promise.all([
    ...CASES.map(async (each) => [`positive/content/${each.name}.json`, await contentValues(each)] as const),
    ["positive/padding.json", paddingValues()] as const,
  ]);
}
