// Values that an implementation must compute: the files of vectors/positive except the logs, over the real code, and grants over
// the primitives alone. docs/spec.md sections 3, 5, 7, 9, 10 and 12.

import { describe, expect, it } from "vitest";
import { bytes, text, texts } from "../../scripts/vectors/format.js";
import type { keyringValues, recordValues, statementValues } from "../../scripts/vectors/positive/clients.js";
import type { contentValues, paddingValues } from "../../scripts/vectors/positive/content.js";
import type { grantValues } from "../../scripts/vectors/positive/grants.js";
import type { keyValues, primitiveValues } from "../../scripts/vectors/positive/keys.js";
import type { backupValues, digitsValues, fingerprintValues } from "../../scripts/vectors/positive/texts.js";
import { keyringOf, readerOf } from "../../scripts/vectors/secrets.js";
import { secretFromBytes, secretToBytes } from "../../src/backup/bits.js";
import { encodeBackupText } from "../../src/backup/code.js";
import { backupIdSymbols, backupKeys } from "../../src/backup/key.js";
import { checkBackupKey } from "../../src/backup/open.js";
import { concat } from "../../src/bytes/bytes.js";
import type { LogId } from "../../src/bytes/ids.js";
import { type Runs, runsOf } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { toHex } from "../../src/bytes/text.js";
import { commit, hashCore, hashHeader, payloadKeyOf } from "../../src/content/content-key.js";
import { splitContent } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import { paddedLength } from "../../src/content/padding.js";
import { sealContent } from "../../src/content/seal.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { beginningIn, type DigitsOf, digitsCommitment, digitsOf } from "../../src/fingerprint/digits.js";
import { decodeContact } from "../../src/fingerprint/tracked-contact.js";
import { epochKemPublicKey, epochSigningPublicKey, exportEpochSecret } from "../../src/keys/epoch-keys.js";
import { partsOf } from "../../src/keys/keyring.js";
import { encodeKeyring, parseKeyring } from "../../src/keys/keyring-bytes.js";
import { MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import { attachmentDigest, decodeNameOpening } from "../../src/log/entry.js";
import { escrowIdOf } from "../../src/log/escrow-id.js";
import { kemDigest } from "../../src/log/pairs.js";
import type { Head } from "../../src/log/state.js";
import { certifyStatementKey, stateHead } from "../../src/log/statement.js";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { encapsulate, KemPrivateKey } from "../../src/primitives/kem.js";
import type { Label } from "../../src/primitives/label.js";
import { signLabelled, verifyLabelled } from "../../src/primitives/sign.js";
import { actCommitment } from "../../src/trust/commitment.js";
import { ALL_FORMS, readAny, written } from "../fingerprint/support.js";
import { digestByHand, grantByHand } from "../support/grant-by-hand.js";
import { idBytes } from "../support/raw-link.js";
import { partsOfStatement } from "../support/service.js";
import { byName, prefixState } from "./support.js";

const files = new Map(
  byName<never>(import.meta.glob("../../vectors/positive/*.json", { eager: true, import: "default" })),
);
const file = <T>(name: string): T => files.get(name) ?? expect.unreachable(`vectors/positive has no ${name}`);
const contents = byName<Awaited<ReturnType<typeof contentValues>>>(
  import.meta.glob("../../vectors/positive/content/*.json", { eager: true, import: "default" }),
);

describe("keys", () => {
  const { members, epochs, operator, escrowMember, names } = file<ReturnType<typeof keyValues>>("keys");

  it.each(members)("a member's come from its seed [%#]", ({ seed, sign, kem, id }) => {
    const { publicKeys } = new MemberKeys(bytes(seed));
    expect({ sign: text(publicKeys.sign), kem: text(publicKeys.kem), id: memberIdOf(publicKeys) }).toEqual({
      sign,
      kem,
      id,
    });
  });

  it.each(epochs)("an epoch's come from its seed, including exported ones [%#]", ({ seed, kem, sign, exported }) => {
    expect(text(epochKemPublicKey(bytes(seed)))).toBe(kem);
    expect(text(epochSigningPublicKey(bytes(seed)))).toBe(sign);
    for (const { label, length, key } of exported) {
      expect(text(exportEpochSecret(bytes(seed), label, length))).toBe(key);
    }
  });

  it("the operator's comes from its seed, and an escrow member's id from its place", () => {
    expect(text(new OperatorKeys(bytes(operator.seed)).signingKey)).toBe(operator.sign);
    const { log, seq, prev, id } = escrowMember;
    expect(escrowIdOf({ log, seq: seq - 1, hash: prev as never }, seq)).toBe(id);
  });

  it.each(names)("a name is opened and committed to [%#]", ({ opening, digest, salt, ...fields }) => {
    expect(decodeNameOpening(bytes(opening))).toEqual({ salt: bytes(salt), ...fields });
    expect(text(attachmentDigest(bytes(opening)))).toBe(digest);
  });
});

describe("primitives", () => {
  const { signatures, xwing, hpke } = file<ReturnType<typeof primitiveValues>>("primitives");

  it.each(signatures)("signs under $label", ({ label, secret, key, message, signature }) => {
    expect(text(signLabelled(label as Label, bytes(secret), bytes(message)))).toBe(signature);
    expect(verifyLabelled(label as Label, bytes(key), bytes(message), bytes(signature))).toBe(true);
  });

  it("encapsulates with given coins", () => {
    const made = encapsulate(bytes(xwing.publicKey), bytes(xwing.coins));
    expect([text(made.ciphertext), text(made.sharedSecret)]).toEqual([xwing.ciphertext, xwing.sharedSecret]);
    const key = new KemPrivateKey(bytes(xwing.seed));
    expect(text(key.publicKey)).toBe(xwing.publicKey);
    expect(text(key.decapsulate(bytes(xwing.ciphertext)) ?? new Uint8Array(0))).toBe(xwing.sharedSecret);
  });

  it.each(hpke.sealed)("seals and opens [%#]", ({ info, plaintext, coins, sealed }) => {
    const key = new KemPrivateKey(bytes(hpke.seed));
    const options = { info: bytes(info), plaintext: bytes(plaintext), coins: bytes(coins) };
    expect(text(hpkeSeal(key.publicKey, options))).toBe(sealed);
    expect(text(hpkeOpen(key, { info: bytes(info), sealed: bytes(sealed) }) ?? Uint8Array.of(0))).toBe(plaintext);
  });
});

describe("grants", () => {
  const grants = file<ReturnType<typeof grantValues>>("grants");

  it.each(grants)("match the primitives, byte for byte (GRT-2) [%#]", (grant) => {
    const { seq, runs: epochs, seeds, boxes } = grant;
    const place = { log: idBytes(grant.log), prev: idBytes(grant.prev), seq, epochs };
    const made = grantByHand({ ...place, seeds: seeds.map(bytes), recipients: boxes.map(({ kem }) => bytes(kem)) });
    expect([text(made.key), text(made.keyring)]).toEqual([grant.key, grant.keyring]);
    expect(texts(made.boxes)).toEqual(boxes.map(({ box }) => box));
    const digests = [grant.keyringDigest, ...boxes.map(({ digest }) => digest)];
    expect([made.keyring, ...made.boxes].map((each) => text(digestByHand(each)))).toEqual(digests);
  });
});

describe("content", () => {
  it.each(contents)("%s", async (_name, { recipients, plaintext, purpose, sender, padding, ...values }) => {
    const associatedData = bytes(values.associatedData);
    const letter = new TextEncoder().encode(plaintext.text.repeat(plaintext.times));
    const draws = [values.contentKey, ...recipients.map(({ coins }) => coins)];
    const env = { random: () => bytes(draws.shift() as string), now: () => 0 };
    const logs = recipients.map(({ log }) => prefixState(log));
    const senderLog = sender && prefixState(sender.log);
    const signer = senderLog && { log: senderLog, keyring: keyringOf(senderLog.head.log, { ...sender, epochs: [] }) };
    const options = { purpose, associatedData, signer, pad: padding !== undefined };
    const sealed = await sealContent(logs, letter, options, env);
    const signature = bytes(values.signature ?? "");
    expect(text(sealed)).toBe(text(concat(bytes(values.front), bytes(values.payload), signature)));
    for (const { reader } of recipients) {
      const opened = await openContent(sealed, readerOf(reader), { purpose, associatedData, senderLog });
      expect(text(opened)).toBe(text(letter));
    }
    const { coreBytes, headerBytes, commitment } = splitContent(sealed);
    const key = new Secret(bytes(values.contentKey));
    expect([text(coreBytes), text(headerBytes)]).toEqual([values.core, values.header]);
    expect(text(hashCore(coreBytes))).toBe(values.coreHash);
    expect([text(commitment), text(commit(key, hashCore(coreBytes), associatedData))]).toEqual([
      values.commitment,
      values.commitment,
    ]);
    expect(text(hashHeader(headerBytes))).toBe(values.headerHash);
    expect(text(payloadKeyOf(key, hashHeader(headerBytes)).bytes())).toBe(values.payloadKey);
    if (senderLog && sender) {
      const { signingKey: sign } = senderLog.active.get(sender.member) ?? expect.unreachable();
      const last = bytes(values.transcripts?.at(-1) ?? "");
      expect(verifyLabelled("keystead/v1/content/signature", sign, last, signature)).toBe(true);
    }
  });

  it.each(file<ReturnType<typeof paddingValues>>("padding").lengths)(
    "of $length bytes is padded to $padded",
    (each) => {
      expect(paddedLength(each.length)).toBe(each.padded);
    },
  );
});

describe("fingerprints", () => {
  const { heads, devices, readings, comparisons, pins } = file<ReturnType<typeof fingerprintValues>>("fingerprints");

  it.each(heads)("are written in every form [%#]", ({ head, ...forms }) => {
    for (const form of ALL_FORMS) {
      expect(written(head, form)).toBe(forms[form]);
    }
  });

  it.each(devices)("of devices are written in every form [%#]", ({ head, member, ...forms }) => {
    for (const form of ALL_FORMS) {
      expect(written(head, form, member)).toBe(forms[form]);
    }
  });

  it.each(readings)("are read in any spacing [%#]", ({ typed, ...read }) => {
    expect(readAny(typed)).toMatchObject(read);
  });

  it.each(comparisons.given)("are compared: $result [%#]", ({ text, with: member, result, names }) => {
    const given = readAny(text);
    const log = prefixState(comparisons.log);
    const found = member === undefined ? compareFingerprint(log, given) : compareFingerprint(log, given, member);
    expect([found.status, found.member]).toEqual([result, names]);
  });

  it.each(pins)("are remembered in pins [%#]", ({ bytes: encoded, ...pin }) => {
    expect(decodeContact(bytes(encoded))).toEqual(pin);
  });
});

describe("digits", () => {
  const { salt, part, answer, commitment, messages, digits, swapped, ...right } =
    file<ReturnType<typeof digitsValues>>("digits");
  const of = ({ head, member: id, signingKey, kemKey }: typeof right): DigitsOf => ({
    head,
    device: { id, signingKey: new Uint8Array(bytes(signingKey)), kemKey: new Uint8Array(bytes(kemKey)) },
  });

  it("are of the head, the device, its keys and both parts", () => {
    expect(text(digitsCommitment(of(right), bytes(salt), bytes(part)))).toBe(commitment);
    expect(digitsOf(of(right), bytes(part), bytes(answer))).toBe(digits);
    const begun = beginningIn(bytes(messages.commit));
    expect([begun?.head, begun && text(begun.commitment)]).toEqual([right.head, commitment]);
  });

  it.each(swapped)("are others when the $what is another one (SAS-3)", (each) => {
    expect(digitsOf(of(each), bytes(part), bytes(answer))).toBe(each.digits);
    expect(each.digits).not.toBe(digits);
  });
});

describe("backup keys", () => {
  const { keys, typed } = file<ReturnType<typeof backupValues>>("backup");

  it.each(keys)("are text, bytes and keys [%#]", ({ log, secretBytes, secret, seed, sign, id, text: paper }) => {
    expect(secretFromBytes(bytes(secretBytes))).toEqual(secret);
    expect(text(secretToBytes(secret))).toBe(secretBytes);
    const made = backupKeys(secret, log as LogId);
    expect([text(made.copySeed().bytes()), text(made.signingKey)]).toEqual([seed, sign]);
    expect(backupIdSymbols(made.signingKey)).toEqual(id);
    expect(encodeBackupText(id, secret)).toBe(paper);
  });

  it.each(typed.flatMap(({ log, texts }) => texts.map((each) => ({ log, ...each }))))(
    "are read with mistakes, whether they are active or removed (BAK-1) [%#]",
    ({ log, text: given, ...read }) => {
      expect(checkBackupKey(prefixState(log), given)).toMatchObject(read);
    },
  );
});

describe("keyrings", () => {
  it.each(file<ReturnType<typeof keyringValues>>("keyrings"))("are read and written byte for byte [%#]", (value) => {
    const keyring = parseKeyring(bytes(value.bytes));
    const { seeds, junk, opens, aside, stored } = partsOf(keyring);
    const texts = (secrets: ReadonlyMap<number | string, Secret>) =>
      [...secrets].map(([key, secret]) => [key, text(secret.bytes())]);
    expect([keyring.log, keyring.member, stored?.head]).toEqual([value.log, value.member, value.head]);
    expect([texts(seeds), texts(opens), texts(aside), [...junk]]).toEqual([
      value.epochs,
      value.opens,
      value.aside,
      value.junk,
    ]);
    expect(runsOf(stored?.checked ?? [])).toEqual(value.checked);
    const head = { log: keyring.log, ...value.head } as Head;
    expect(text(encodeKeyring(keyring, head, value.checked as Runs))).toBe(value.bytes);
  });
});

describe("statements", () => {
  it("are signed by a key that the operator certified (SVC-1)", () => {
    const value = file<ReturnType<typeof statementValues>>("statements");
    const keys = new StatementKeys(bytes(value.keySeed));
    const operator = new OperatorKeys(bytes(value.operatorSeed));
    const certificate = certifyStatementKey(operator, { signingKey: keys.signingKey, until: value.until });
    expect(text(stateHead(value.head, keys, certificate, value.at))).toBe(value.bytes);
    const parts = [value.statement, value.signature, value.certificate, value.certified];
    expect(partsOfStatement(bytes(value.bytes)).map(text)).toEqual(parts);
  });
});

describe("records", () => {
  const { acts, pairs } = file<ReturnType<typeof recordValues>>("records");

  it.each(acts)("an act commits to admin, place and content (ESC-8) [%#]", ({ salt, admin, commitment, ...place }) => {
    expect(text(actCommitment({ ...place, salt: bytes(salt), admin: bytes(admin) }))).toBe(commitment);
  });

  it.each(pairs)("a pair names a KEM key by its digest (ESC-11) [%#]", ({ kem, digest }) => {
    expect(toHex(kemDigest(bytes(kem)))).toBe(digest);
  });
});
