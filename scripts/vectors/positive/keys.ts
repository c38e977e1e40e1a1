// The keys that seeds give, and the primitives underneath: docs/spec.md sections 3 and 5.

import { shake256 } from "@noble/hashes/sha3.js";
import { concat } from "../../../src/bytes/bytes.js";
import type { LogId } from "../../../src/bytes/ids.js";
import { exportEpochSecret } from "../../../src/keys/epoch-keys.js";
import { MemberKeys, memberIdOf } from "../../../src/keys/member-keys.js";
import { OperatorKeys } from "../../../src/keys/operator-keys.js";
import { attachmentDigest, encodeNameOpening } from "../../../src/log/entry.js";
import { escrowIdOf } from "../../../src/log/escrow-id.js";
import { hpkeSeal } from "../../../src/primitives/hpke.js";
import { deriveKey } from "../../../src/primitives/kdf.js";
import { encapsulate, kemPublicKey } from "../../../src/primitives/kem.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { signingPublicKey, signLabelled } from "../../../src/primitives/sign.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import { seedNamed } from "../../../test/support/world.js";
import { text, type VectorFile } from "../format.js";
import { user } from "../worlds.js";

const EXPORTS = [
  ["notes", 32],
  ["notes", 16],
  ["photos", 32],
  ["é", 1],
  ["long", 1024],
] as const;

/** vectors/positive/keys.json: keys of members, epochs and the operator, and ids. */
export function keyValues() {
  return {
    members: ["one", "two"].map((name) => memberValues(seedNamed(name))),
    epochs: ["three", "four"].map((name) => epochValues(seedNamed(name))),
    operator: { seed: text(seedNamed("five")), sign: text(new OperatorKeys(seedNamed("five")).signingKey) },
    escrowMember: escrowIdValues(),
    names: [
      { name: "Laptop" },
      { name: "Téléphone", platform: "iOS 26", details: "" },
      { name: "é".repeat(64), platform: "x".repeat(128), details: "y".repeat(128) },
    ].map((fields, index) => {
      const salt = seededEnv(`salt ${index}`).random(16);
      const opening = encodeNameOpening({ salt, ...fields });
      return { salt: text(salt), ...fields, opening: text(opening), digest: text(attachmentDigest(opening)) };
    }),
  };
}

function memberValues(seed: Uint8Array) {
  const { publicKeys } = new MemberKeys(seed);
  return {
    seed: text(seed),
    signingSecret: text(deriveKey(LABELS.memberSigning, seed)),
    sign: text(publicKeys.sign),
    kemSeed: text(deriveKey(LABELS.memberKem, seed)),
    kem: text(publicKeys.kem),
    id: memberIdOf(publicKeys),
  };
}

function epochValues(seed: Uint8Array) {
  const [kemSeed, signingSecret] = [deriveKey(LABELS.epochKem, seed), deriveKey(LABELS.epochSigning, seed)];
  return {
    seed: text(seed),
    kemSeed: text(kemSeed),
    kem: text(kemPublicKey(kemSeed)),
    signingSecret: text(signingSecret),
    sign: text(signingPublicKey(signingSecret)),
    exporter: text(deriveKey(LABELS.epochExporter, seed)),
    exported: EXPORTS.map(([label, length]) => {
      return { label, length, key: text(exportEpochSecret(seed, label, length)) };
    }),
  };
}

/** The escrow member that the second link of a log enrolls. */
function escrowIdValues() {
  const { log, seq } = user.log.head;
  const prev = user.log.links.at(seq - 1)?.prev as string;
  return { log, seq, prev, id: escrowIdOf({ log: log as LogId, seq: seq - 1, hash: prev as never }, seq) };
}

/** vectors/positive/primitives.json: signatures under labels, X-Wing and HPKE with given coins. */
export function primitiveValues() {
  const secret = seedNamed("a signer");
  const message = new TextEncoder().encode("message");
  const kemSeed = seedNamed("a recipient");
  const publicKey = kemPublicKey(kemSeed);
  const coins = seededEnv("coins").random(64);
  const expanded = shake256(kemSeed, { dkLen: 96 });
  const { ciphertext, sharedSecret } = encapsulate(publicKey, coins);
  const seal = (info: string, plaintext: Uint8Array) => {
    const infoBytes = new TextEncoder().encode(info);
    const sealed = hpkeSeal(publicKey, { info: infoBytes, plaintext, coins });
    return { info: text(infoBytes), plaintext: text(plaintext), coins: text(coins), sealed: text(sealed) };
  };
  return {
    signatures: [LABELS.linkSignature].map((label) => ({
      ...{ label, secret: text(secret), key: text(signingPublicKey(secret)), message: text(message) },
      signedBytes: text(concat(new TextEncoder().encode(`${label}\0`), message)),
      signature: text(signLabelled(label, secret, message)),
    })),
    xwing: {
      ...{ seed: text(kemSeed), mlkemSeed: text(expanded.subarray(0, 64)), x25519Secret: text(expanded.subarray(64)) },
      ...{ publicKey: text(publicKey), coins: text(coins) },
      ...{ ciphertext: text(ciphertext), sharedSecret: text(sharedSecret) },
    },
    hpke: { seed: text(kemSeed), sealed: [seal("info", message), seal("", new Uint8Array(0))] },
  };
}

export function keyFiles(): readonly VectorFile[] {
  return [
    ["positive/keys.json", keyValues()],
    ["positive/primitives.json", primitiveValues()],
  ];
}
