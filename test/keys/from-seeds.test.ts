// The keys derived from members', epochs' and the operator's seeds, computed again from noble's primitives. docs/spec.md section
// 5.

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768_x25519 as xWing } from "@noble/post-quantum/hybrid.js";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { epochKemKey, epochKemPublicKey, exportEpochSecret } from "../../src/keys/epoch-keys.js";
import { MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import { seedNamed } from "../support/world.js";

const seed = seedNamed("a seed");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const derive = (secret: Uint8Array, label: string, info: Uint8Array = new Uint8Array(0), length = 32): Uint8Array =>
  hkdf(sha256, secret, undefined, Uint8Array.of(...utf8(`${label}\0`), ...info), length);
const message = utf8("message");

describe("a member's keys", () => {
  const keys = new MemberKeys(seed);

  it("are an Ed25519 and an X-Wing key, each by its own label", () => {
    expect(keys.signingKey).toEqual(ed25519.getPublicKey(derive(seed, "keystead/v1/member/signing")));
    expect(keys.publicKeys.kem).toEqual(xWing.keygen(derive(seed, "keystead/v1/member/kem")).publicKey);
    expect([keys.publicKeys.sign.length, keys.publicKeys.kem.length]).toEqual([32, 1216]);
  });

  it("expand the KEM key once, since that is costly", () => {
    expect(keys.kem).toBe(keys.kem);
  });

  it("come from a seed of 32 bytes only", () => {
    for (const length of [31, 33]) {
      const error = expectError(() => new MemberKeys(new Uint8Array(length)), "INVALID_ARGUMENT", undefined);
      expect(error.message).toContain("member seed");
    }
  });

  it("are named by the first 16 bytes of a hash of both", () => {
    const hash = sha256(Uint8Array.of(...utf8("keystead/v1/member/id\0"), ...keys.signingKey, ...keys.publicKeys.kem));
    expect(memberIdOf(keys.publicKeys)).toBe(toHex(hash.subarray(0, 16)));
  });

  it("sign a label and a message", () => {
    const signature = keys.signLabelled("keystead/v1/link/signature", message);
    expect(
      ed25519.verify(signature, Uint8Array.of(...utf8("keystead/v1/link/signature\0"), ...message), keys.signingKey),
    ).toBe(true);
  });

  it("are a copy: the seed may be wiped, and wiping the keys leaves it", () => {
    const own = seedNamed("another seed");
    const made = new MemberKeys(own);
    const { kem } = made.publicKeys;
    own.fill(0);
    expect(made.publicKeys.kem).toEqual(kem);
    expect(made.copySeed().bytes()).toEqual(seedNamed("another seed"));
    made.wipe();
    for (const use of [
      () => made.copySeed(),
      () => made.kem,
      () => made.signLabelled("keystead/v1/link/signature", message),
    ]) {
      expectError(use, "WIPED", undefined);
    }
  });
});

describe("an epoch's keys", () => {
  it("are an X-Wing key by a label of its own", () => {
    const expected = xWing.keygen(derive(seed, "keystead/v1/epoch/kem")).publicKey;
    expect(epochKemPublicKey(seed)).toEqual(expected);
    expect(epochKemKey(seed).publicKey).toEqual(expected);
    expect(new MemberKeys(seed).publicKeys.kem).not.toEqual(expected);
  });

  it("export a key for the label and length", () => {
    const exporter = derive(seed, "keystead/v1/epoch/exporter");
    const info = Uint8Array.of(0x82, 0x65, ...utf8("notes"), 0x18, 40);
    expect(exportEpochSecret(seed, "notes", 40)).toEqual(derive(exporter, "keystead/v1/exporter", info, 40));
  });
});

describe.each([
  ["the operator's keys", OperatorKeys],
  ["a statement key", StatementKeys],
])("%s", (_what, Keys) => {
  it("are an Ed25519 key of the seed itself, and a copy of it", () => {
    const own = seedNamed("a service's seed");
    const keys = new Keys(own);
    own.fill(0);
    expect(keys.signingKey).toEqual(ed25519.getPublicKey(seedNamed("a service's seed")));
    const signature = keys.signLabelled("keystead/v1/head", message);
    expect(ed25519.verify(signature, Uint8Array.of(...utf8("keystead/v1/head\0"), ...message), keys.signingKey)).toBe(
      true,
    );
    keys.wipe();
    expectError(() => keys.signLabelled("keystead/v1/head", message), "WIPED", undefined);
  });
});

describe("an invalid seed", () => {
  it.each([undefined, null, 7, "x".repeat(32), [], {}, new Uint8Array(31), new Uint8Array(33), new Uint16Array(32)])(
    "is refused: %s",
    (junk) => {
      expectWrongArgument(() => new MemberKeys(junk as Uint8Array), "MemberKeys");
      expectWrongArgument(() => new OperatorKeys(junk as Uint8Array), "OperatorKeys");
      expectWrongArgument(() => new StatementKeys(junk as Uint8Array), "StatementKeys");
    },
  );
});
