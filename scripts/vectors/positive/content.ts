// Sealed content with every value on the way: docs/spec.md section 12. For content of another kind, add to CASES.

import { Secret } from "../../../src/bytes/secret.js";
import { commit, hashCore, payloadKeyOf } from "../../../src/content/content-key.js";
import { splitContent } from "../../../src/content/format.js";
import { sealTo } from "../../../src/content/seal.js";
import { labelledHash } from "../../../src/primitives/hash.js";
import { LABELS } from "../../../src/primitives/labels.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import type { World } from "../../../test/support/world.js";
import { text, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { epochSeeds } from "../secrets.js";
import { alone, bob, joined } from "../worlds.js";

interface Case {
  readonly name: string;
  readonly description: string;
  readonly recipients: readonly World[];
  readonly purpose: string;
  readonly associatedData: string;
  /** The plaintext: this text, so many times. */
  readonly plaintext: { readonly text: string; readonly times: number };
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
];

/** vectors/positive/content: all values of one case. */
export async function contentValues({ name, description, recipients, purpose, associatedData, plaintext }: Case) {
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
  const content = await sealTo(logs, bytes, { purpose, associatedData: data }, recorded);
  const { coreBytes, headerBytes, commitment, end } = splitContent(content);
  const [key, ...coins] = draws as [Uint8Array, ...Uint8Array[]];
  const contentKey = new Secret(key);
  const coreHash = hashCore(coreBytes);
  if (text(commit(contentKey, coreHash, data)) !== text(commitment)) throw new Error(`${name}: another commitment`);
  // Boxes, and so their coins, are in the order of the log ids.
  const sorted = [...recipients].sort((a, b) => (a.log.head.log < b.log.head.log ? -1 : 1));
  return {
    ...{ description, purpose, associatedData: text(data), plaintext, contentKey: text(key) },
    recipients: sorted.map((world, index) => ({
      ...{ log: prefixOf(world), epoch: world.log.epochs.length, coins: text(coins[index] as Uint8Array) },
      reader: { log: world.log.head.log, epochs: epochSeeds(world.session("Laptop").keyring) },
    })),
    ...{ core: text(coreBytes), coreHash: text(coreHash), commitment: text(commitment), header: text(headerBytes) },
    headerHash: text(labelledHash(LABELS.contentHeader, headerBytes)),
    payloadKey: text(payloadKeyOf(contentKey, headerBytes).bytes()),
    ...{ front: text(content.subarray(0, end)), payload: text(content.subarray(end)) },
  };
}

export async function contentValueFiles(): Promise<readonly VectorFile[]> {
  return Promise.all(
    CASES.map(async (each) => [`positive/content/${each.name}.json`, await contentValues(each)] as const),
  );
}
