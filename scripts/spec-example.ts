// Writes docs/spec-example.md: a small log from fixed randomness with the values on the way, for those who implement docs/spec.md.
// Everything is derived here a second time, step by step as the spec says, and compared with what the library made. `--check`
// compares the file instead of writing it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fingerprintOf, receive, sealContent } from "keystead";
import { formatFingerprint } from "keystead/contacts";
import { secretFromBytes } from "../src/backup/bits.js";
import { backupIdSymbols } from "../src/backup/key.js";
import { checkSymbols } from "../src/backup/mds.js";
import { concat, equalBytes } from "../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../src/bytes/cbor.js";
import { epochsIn, formatRuns } from "../src/bytes/runs.js";
import { fromHex, toHex } from "../src/bytes/text.js";
import { splitContent } from "../src/content/format.js";
import { attachmentDigest, decodeEntry } from "../src/log/entry.js";
import type { LogState, Member } from "../src/log/state.js";
import { chachaSeal } from "../src/primitives/aead.js";
import { primitives } from "../src/primitives/current.js";
import type { Env } from "../src/primitives/env.js";
import { labelledHash } from "../src/primitives/hash.js";
import { hpkeSeal } from "../src/primitives/hpke.js";
import { deriveKey } from "../src/primitives/kdf.js";
import { kemPublicKey } from "../src/primitives/kem.js";
import { labelPrefix } from "../src/primitives/label.js";
import * as LABELS from "../src/primitives/labels.js";
import { nobleAes } from "../src/primitives/noble-aes.js";
import { signingPublicKey } from "../src/primitives/sign.js";
import { ALL_FORMS, written } from "../test/fingerprint/support.js";
import { createBackupKey, createLog, joinLog, leave, review } from "../test/support/accepted.js";

const file = "docs/spec-example.md";
const START = Date.UTC(2026, 0, 1);
const ZERO32 = new Uint8Array(32);
const NONE = new Uint8Array(0);

type Row = readonly [name: string, value: Uint8Array | string];

/** Draw number k is the byte k, repeated to the requested length. The clock advances by a minute at each reading. */
function countingEnv(): Env {
  let draws = 0;
  let readings = 0;
  return {
    random: (length) => new Uint8Array(length).fill(++draws),
    now: () => START + 60_000 * readings++,
  };
}

const hex = (text: string): Uint8Array => fromHex(text, { name: "hex" });
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const drawn = (k: number, length: number): Uint8Array => new Uint8Array(length).fill(k);

function same(actual: Uint8Array, expected: Uint8Array | undefined, what: string): void {
  if (!expected || !equalBytes(actual, expected)) throw new Error(`${what}: the spec's steps give other bytes`);
}

/** Lines of 32 bytes. For more than 256 bytes: both ends, the length and the plain hash of all. */
function linesOf(value: Uint8Array | string): readonly string[] {
  if (typeof value === "string") return [value];
  if (value.length <= 256) return toHex(value).match(/.{1,64}/g) ?? [];
  const [head, tail] = [toHex(value.subarray(0, 32)), toHex(value.subarray(-32))];
  return [head, `… ${value.length} bytes, SHA-256 ${toHex(primitives.sha256(value))}`, tail];
}

function block(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, value]) =>
    linesOf(value).map((line, index) => (index === 0 ? name : "").padEnd(width) + line),
  );
  return `\`\`\`\n${lines.join("\n")}\n\`\`\``;
}

function memberRows(seed: Uint8Array): readonly Row[] {
  const signing = deriveKey(LABELS.memberSigning, seed);
  const kemSeed = deriveKey(LABELS.memberKem, seed);
  const [sign, kem] = [signingPublicKey(signing), kemPublicKey(kemSeed)];
  return [
    ["seed", seed],
    ["Ed25519 secret", signing],
    ["Ed25519 key", sign],
    ["X-Wing seed", kemSeed],
    ["X-Wing key", kem],
    ["member id", labelledHash(LABELS.memberId, sign, kem).subarray(0, 16)],
  ];
}

function epochRows(seed: Uint8Array): readonly Row[] {
  const kemSeed = deriveKey(LABELS.epochKem, seed);
  return [
    ["seed", seed],
    ["X-Wing seed", kemSeed],
    ["X-Wing key", kemPublicKey(kemSeed)],
  ];
}

function linkRows(entry: Uint8Array, log: LogState): readonly Row[] {
  const { link } = decodeEntry(entry);
  same(labelledHash(LABELS.linkHash, link.bytes), hex(log.head.hash), "link hash");
  return [
    ["body", link.body],
    ...link.signatures.map(({ signature }, index): Row => [`signature ${index + 1}`, signature]),
    ["link", link.bytes],
    ["link hash", hex(log.head.hash)],
  ];
}

/** The grants of a log's newest link, made again from the seeds. */
function grantRows(entry: Uint8Array, log: LogState, seedOf: (epoch: number) => Uint8Array): readonly Row[] {
  const { attachments } = decodeEntry(entry);
  const record = log.links.last();
  const place = record?.prev ? { log: hex(log.head.log), prev: hex(record.prev) } : { log: ZERO32, prev: ZERO32 };
  const delivered = (digest: Uint8Array) => attachments.find((each) => equalBytes(attachmentDigest(each), digest));
  return (record?.grants ?? []).flatMap(({ epochs, keyring, boxes }): readonly Row[] => {
    const seeds = concat(...[...epochsIn(epochs)].map(seedOf));
    const set = labelledHash(LABELS.grantEpochs, encodeCbor(epochs));
    const context = encodeCbor([place.log, set, place.prev, log.head.seq]);
    const key = deriveKey(LABELS.grantKey, seeds, { info: context });
    const ciphertext = chachaSeal(key, new Uint8Array(12), NONE, seeds);
    same(ciphertext, delivered(keyring), "keyring ciphertext");
    return [
      ["epochs", formatRuns(epochs)],
      ["digest of the set", set],
      ["CBOR of the key's info", context],
      ["grant key", key],
      ["keyring ciphertext", ciphertext],
      ["its digest", keyring],
      ...boxes.flatMap(({ member, kemKey: kem, digest }): readonly Row[] => {
        const coins = deriveKey(LABELS.grantCoins, key, { info: kem, length: 64 });
        const info = concat(labelPrefix(LABELS.grantBox), encodeCbor([place.log, set, kem]));
        const box = hpkeSeal(kem, { info, plaintext: key, coins });
        same(box, delivered(digest), "box");
        return [
          ["recipient", member],
          ["coins", coins],
          ["box info", info],
          ["box", box],
          ["its digest", digest],
        ];
      }),
    ];
  });
}

const env = countingEnv();
const subject = "alice@example.org";
const seeds = new Map([
  [1, drawn(3, 32)],
  [2, drawn(6, 32)],
]);
const seedOf = (epoch: number) => seeds.get(epoch) as Uint8Array;

const opened = createLog({ subject, device: { name: "Laptop" } }, env);
const joined = joinLog(opened.log, { device: { name: "Phone", platform: "iOS 26" } }, env);
const approved = review(receive(opened, joined.entry, { now: "unchecked" }), { approve: [joined.keyring.member] }, env);
const enrolled = createBackupKey(approved, {}, env);
const left = leave({ log: enrolled.log, keyring: joined.keyring }, env);
const logId = hex(opened.log.head.log);

const exporter = deriveKey(LABELS.epochExporter, seedOf(1));
const exported = deriveKey(LABELS.exporter, exporter, { info: encodeCbor(["notes", 16]), length: 16 });
same(exported, opened.keyring.exportKey(1, "notes", 16), "exported key");

const secret = secretFromBytes(drawn(8, 17));
const secretBytes = concat(Uint8Array.of(0), drawn(8, 16));
const backupSeed = deriveKey(LABELS.backupSeed, secretBytes, { salt: logId });
const backupSign = signingPublicKey(deriveKey(LABELS.memberSigning, backupSeed));
const text = enrolled.paper.reveal(enrolled.log);

const plaintext = utf8("Call me back!");
const associatedData = utf8("message 7");
const content = await sealContent([enrolled.log], plaintext, { purpose: "voicemail", associatedData }, env);
const { coreBytes, headerBytes, commitment, boxes, end } = splitContent(content);
const coreHash = labelledHash(LABELS.contentCore, coreBytes);
const contentKey = drawn(9, 32);
const headerHash = labelledHash(LABELS.contentHeader, headerBytes);
const payloadKey = deriveKey(LABELS.contentPayload, contentKey, { info: headerHash });
const nonce = hex("000000000000000000000001");
const boxInfo = concat(labelPrefix(LABELS.contentBox), coreHash);
const epochKey = kemPublicKey(deriveKey(LABELS.epochKem, seedOf(2)));
same(hpkeSeal(epochKey, { info: boxInfo, plaintext: contentKey, coins: drawn(10, 64) }), boxes, "content box");
const committed = { info: concat(coreHash, associatedData) };
same(deriveKey(LABELS.contentCommitment, contentKey, committed), commitment, "commitment");
same(concat(...nobleAes.aes256gcmSeal(payloadKey, nonce, NONE, plaintext)), content.subarray(end), "payload");

const fingerprint = fingerprintOf(left.log);
const fingerprintInput: readonly CborValue[] = [logId, left.log.head.seq, hex(left.log.head.hash)];
same(labelledHash(LABELS.fingerprint, encodeCbor(fingerprintInput)), hex(fingerprint.hex), "fingerprint");
const device = [...left.log.active.values()].find(({ kind }) => kind === "device") as Member;
const deviceFingerprint = fingerprintOf(left.log, device.id);
const deviceInput: readonly CborValue[] = [...fingerprintInput, hex(device.id)];
same(labelledHash(LABELS.deviceFingerprint, encodeCbor(deviceInput)), hex(deviceFingerprint.hex), "device fingerprint");
const opening = (entry: Uint8Array): Row => ["name opening", decodeEntry(entry).attachments[0] as Uint8Array];
const symbols = (list: readonly number[]) => list.join(" ");
const leaveBody = decodeCbor(decodeEntry(left.entry).link.body, { name: "body", maxBytes: 65_536 });
const fieldsOf = (map: CborValue) => [...(map as ReadonlyMap<string, CborValue>).keys()].join(", ");

const markdown = `<!-- Made by \`npm run gen:spec-example\`. CI fails when it is out of date. -->

# A worked example

Values to check an implementation of [spec.md](spec.md) against. The k-th draw of randomness is the byte k, repeated to the
length of the draw. The clock starts at ${START} (2026-01-01T00:00:00Z) and advances by 60,000 each time it is read, once for each link.
Values are hexadecimal. Of a long value both ends are shown, with its length and the plain SHA-256 of all its bytes.

## 1. The laptop opens the log

\`genesis\` of subject \`${subject}\`, device \`Laptop\`. Draws: 01 the member seed, 02 the salt of the name, 03 the seed of epoch 1.

${block(memberRows(drawn(1, 32)))}

Epoch 1, and a key of 16 bytes exported from it under the label \`notes\`:

${block([...epochRows(seedOf(1)), ["exporter secret", exporter], ["exported key", exported]])}

The link; its hash is the log id:

${block([opening(opened.entry), ...linkRows(opened.entry, opened.log)])}

Its grant. In the first link log id and \`prev\` are 32 zero bytes:

${block(grantRows(opened.entry, opened.log, seedOf))}

## 2. The phone joins

\`join\`, device \`Phone\`, platform \`iOS 26\`. Draws: 04 the member seed, 05 the salt, 06 the seed of epoch 2.

${block(memberRows(drawn(4, 32)))}

${block([...epochRows(seedOf(2)), opening(joined.entry), ...linkRows(joined.entry, joined.log)])}

Its grant, one box for each member, by member id:

${block(grantRows(joined.entry, joined.log, seedOf))}

## 3. The laptop approves the phone

\`review\`, approving the phone, which lacks epoch 1. No new epoch, nothing drawn.

${block(linkRows(approved.entry, approved.log))}

${block(grantRows(approved.entry, approved.log, seedOf))}

## 4. The laptop enrolls a backup key

\`enroll\`, name \`Backup key\`. Draws: 07 the salt, 08 the 17 bytes of which the secret takes the last 130 bits.

${block([
  ["secret, symbols", symbols(secret)],
  ["check, symbols", symbols(checkSymbols(secret))],
  ["secret, bytes", secretBytes],
  ...memberRows(backupSeed),
  ["hash for the id", labelledHash(LABELS.backupId, backupSign)],
  ["id, symbols", symbols(backupIdSymbols(backupSign))],
  ["text", text],
])}

${block([opening(enrolled.entry), ...linkRows(enrolled.entry, enrolled.log)])}

Its grant, of all that the laptop holds:

${block(grantRows(enrolled.entry, enrolled.log, seedOf))}

## 5. The phone leaves

\`leave\`: the keys of its body, in wire order, are ${fieldsOf(leaveBody)}. Rotation is due from here on.

${block(linkRows(left.entry, left.log))}

The fingerprint of the log at this head:

${block([
  ["CBOR [log, seq, hash]", encodeCbor(fingerprintInput)],
  ["fingerprint", hex(fingerprint.hex)],
])}

${ALL_FORMS.map((form) => `- ${form}: \`${written(left.log, form)}\``).join("\n")}

The fingerprint of the laptop at this head:

${block([
  ["CBOR [log, seq, hash, id]", encodeCbor(deviceInput)],
  ["fingerprint", hex(deviceFingerprint.hex)],
])}

- qr: \`${formatFingerprint(deviceFingerprint, "qr")}\`

## 6. Somebody seals content

To the log as it was after link 4, purpose \`voicemail\`, associated data \`message 7\`, plaintext \`Call me back!\` (all UTF-8). Draws: 09 the content key,
0a the coins.

${block([
  ["core", coreBytes],
  ["core hash", coreHash],
  ["content key", contentKey],
  ["box", boxes],
  ["commitment", commitment],
  ["header", headerBytes],
  ["header hash", headerHash],
  ["payload key", payloadKey],
  ["nonce of chunk 0", nonce],
  ["payload", content.subarray(end)],
  ["content", content],
])}
`;

if (!process.argv.includes("--check")) {
  writeFileSync(file, markdown);
} else if (!existsSync(file) || readFileSync(file, "utf8") !== markdown) {
  console.error(
    `${file} is out of date: run \`npm run gen:spec-example\`. A difference means that the wire format changed.`,
  );
  process.exitCode = 1;
}
