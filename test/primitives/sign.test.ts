// Ed25519 under one rule: docs/spec.md section 3, SIG-1 to SIG-5, and labels (section 4, ENC-5).

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import type { Label } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";
import {
  checkVerifyingKey,
  signingPublicKey,
  signLabelled,
  verifyEd25519,
  verifyLabelled,
} from "../../src/primitives/sign.js";
import { fromLittleEndian, toLittleEndian } from "../support/little-endian.js";
import { slow } from "../support/runs.js";
import { bytesOf, failure, filled, flipped, hex, NOT_BYTES, utf8 } from "./support.js";

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;
const SEED = filled(32, 7);
const KEY = signingPublicKey(SEED);
const MESSAGE = utf8("a link");
const SIGNATURE = ed25519.sign(MESSAGE, SEED);
// A point of order 8: with its multiples, all eight torsion points.
const TORSION = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
const torsionPoints = Array.from({ length: 8 }, (_, n) => TORSION.multiplyUnsafe(BigInt(n)));

function withSign(encoded: Uint8Array): Uint8Array {
  const copy = new Uint8Array(encoded);
  copy[31] = (copy[31] as number) ^ 0x80;
  return copy;
}

describe("verifyEd25519", () => {
  it("accepts an honest signature", () => {
    expect(verifyEd25519(KEY, MESSAGE, SIGNATURE)).toBe(true);
  });

  it.each([0, 31, 33, 44, 64])("refuses a key of %i bytes (SIG-1)", (length) => {
    expect(verifyEd25519(filled(length, 1), MESSAGE, SIGNATURE)).toBe(false);
  });

  it("refuses a good key in a longer wrapping, even of 33 bytes (SIG-1)", () => {
    expect(verifyEd25519(concat(KEY, filled(1, 0)), MESSAGE, SIGNATURE)).toBe(false);
    expect(verifyEd25519(concat(filled(1, 0), KEY), MESSAGE, SIGNATURE)).toBe(false);
    expect(verifyEd25519(concat(hex("302a300506032b6570032100"), KEY), MESSAGE, SIGNATURE)).toBe(false);
  });

  it.each([0, 63, 65])("refuses a signature of %i bytes (SIG-1)", (length) => {
    expect(verifyEd25519(KEY, MESSAGE, concat(SIGNATURE, filled(1, 0)).subarray(0, length))).toBe(false);
  });

  it("refuses S + L, the same scalar in a second form (SIG-2)", () => {
    const s = fromLittleEndian(SIGNATURE.subarray(32));
    for (const value of [s + L, L, L + 1n, 2n ** 256n - 1n]) {
      expect(verifyEd25519(KEY, MESSAGE, concat(SIGNATURE.subarray(0, 32), toLittleEndian(value)))).toBe(false);
    }
  });

  it("refuses every non-canonical y as key and as R (SIG-3, SIG-5)", () => {
    for (let y = P; y < 2n ** 255n; y++) {
      for (const encoded of [toLittleEndian(y), withSign(toLittleEndian(y))]) {
        expect(failure(() => checkVerifyingKey(encoded, "key"))).toEqual({ code: "INVALID_KEY", rule: "SIG-3" });
        expect(verifyEd25519(encoded, MESSAGE, SIGNATURE)).toBe(false);
        expect(verifyEd25519(KEY, MESSAGE, concat(encoded, SIGNATURE.subarray(32)))).toBe(false);
      }
    }
  });

  it("refuses forgeries under each torsion point as key, which the bare equation accepts (SIG-4)", () => {
    // With A of order 8 and S = s, R = [s]B, the equation holds whenever [k]A is the neutral point.
    const s = 5n;
    const r = Point.BASE.multiplyUnsafe(s).toBytes();
    const signature = concat(r, toLittleEndian(s));
    for (const point of torsionPoints) {
      const key = point.toBytes();
      const accepted = Array.from({ length: 64 }, (_, n) => utf8(`m${n}`)).filter((message) =>
        ed25519.verify(signature, message, key, { zip215: true }),
      );
      expect(accepted.length).toBe(64);
      for (const message of accepted) expect(verifyEd25519(key, message, signature)).toBe(false);
      expect(failure(() => checkVerifyingKey(key, "key"))).toEqual({ code: "INVALID_KEY", rule: "SIG-4" });
    }
  });

  it("refuses each torsion point as R, even if the signer chose it (SIG-4)", () => {
    const scalar = ed25519.utils.getExtendedPublicKey(SEED).scalar;
    for (const point of torsionPoints) {
      const r = point.toBytes();
      const k = fromLittleEndian(sha512(concat(r, KEY, MESSAGE))) % L;
      const signature = concat(r, toLittleEndian((k * scalar) % L));
      expect(ed25519.verify(signature, MESSAGE, KEY, { zip215: true })).toBe(true);
      expect(verifyEd25519(KEY, MESSAGE, signature)).toBe(false);
    }
  });

  it("refuses a signature that only the cofactored equation accepts (SIG-5)", () => {
    // R with a torsion component: eight times the equation holds, the equation itself does not.
    const scalar = ed25519.utils.getExtendedPublicKey(SEED).scalar;
    const nonce = 1234567n;
    const mixed = Point.BASE.multiplyUnsafe(nonce).add(TORSION).toBytes();
    const k = fromLittleEndian(sha512(concat(mixed, KEY, MESSAGE))) % L;
    const signature = concat(mixed, toLittleEndian((nonce + k * scalar) % L));
    expect(ed25519.verify(signature, MESSAGE, KEY, { zip215: true })).toBe(true);
    expect(verifyEd25519(KEY, MESSAGE, signature)).toBe(false);
  });

  it("refuses a changed key, message or signature, with and without a table (SIG-5)", () => {
    fc.assert(
      fc.property(bytesOf(32), fc.uint8Array({ maxLength: 80 }), fc.nat(63), (seed, message, at) => {
        const key = signingPublicKey(seed);
        const signature = ed25519.sign(message, seed);
        for (let round = 0; round < 9; round++) expect(verifyEd25519(key, message, signature)).toBe(true);
        expect(verifyEd25519(key, message, flipped(signature, at))).toBe(false);
        expect(verifyEd25519(key, concat(message, filled(1, 0)), signature)).toBe(false);
        expect(verifyEd25519(flipped(key, at % 32), message, signature)).toBe(false);
      }),
      slow(10),
    );
  });

  it("keeps its verdicts when there are more keys than the cache holds", () => {
    const signers = Array.from({ length: 70 }, (_, n) => {
      const seed = filled(32, 100 + n);
      return { key: signingPublicKey(seed), signature: ed25519.sign(MESSAGE, seed) };
    });
    for (const order of [signers, [...signers].reverse()]) {
      for (const { key, signature } of order) {
        expect(verifyEd25519(key, MESSAGE, signature)).toBe(true);
        expect(verifyEd25519(key, MESSAGE, SIGNATURE)).toBe(false);
      }
    }
  });

  it("refuses values that are not bytes with INVALID_ARGUMENT, and changes no input", () => {
    for (const junk of NOT_BYTES) {
      const bytes = junk as Uint8Array;
      expect(failure(() => verifyEd25519(bytes, MESSAGE, SIGNATURE)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => verifyEd25519(KEY, bytes, SIGNATURE)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => verifyEd25519(KEY, MESSAGE, bytes)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => checkVerifyingKey(bytes, "key")).code).toBe("INVALID_ARGUMENT");
    }
    const inputs = [KEY, MESSAGE, SIGNATURE].map((bytes) => new Uint8Array(bytes));
    verifyEd25519(KEY, MESSAGE, SIGNATURE);
    expect([KEY, MESSAGE, SIGNATURE]).toEqual(inputs);
  });
});

describe("checkVerifyingKey", () => {
  it("accepts honest keys", () => {
    fc.assert(
      fc.property(bytesOf(32), (seed) => checkVerifyingKey(signingPublicKey(seed), "key")),
      slow(20),
    );
  });

  it.each([0, 31, 33])("refuses %i bytes (SIG-1)", (length) => {
    expect(failure(() => checkVerifyingKey(filled(length, 1), "key"))).toEqual({ code: "INVALID_KEY", rule: "SIG-1" });
  });

  it("refuses x = 0 with sign 1 (SIG-3)", () => {
    for (const y of [1n, P - 1n]) {
      const encoded = withSign(toLittleEndian(y));
      expect(failure(() => checkVerifyingKey(encoded, "key"))).toEqual({ code: "INVALID_KEY", rule: "SIG-3" });
      expect(verifyEd25519(encoded, MESSAGE, SIGNATURE)).toBe(false);
    }
  });

  it("refuses a y that is no point of the curve (SIG-3)", () => {
    const y = toLittleEndian(2n);
    expect(() => Point.fromBytes(y)).toThrow();
    expect(failure(() => checkVerifyingKey(y, "key"))).toEqual({ code: "INVALID_KEY", rule: "SIG-3" });
    expect(verifyEd25519(y, MESSAGE, SIGNATURE)).toBe(false);
  });

  it("names the key in the message", () => {
    expect(() => checkVerifyingKey(filled(32, 0), "operator key")).toThrow(/operator key/);
  });
});

describe("labelled signatures (ENC-5)", () => {
  const labels: readonly Label[] = Object.values(LABELS);

  it("signs label, zero byte and message", () => {
    const signature = signLabelled(LABELS.linkSignature, SEED, MESSAGE);
    const input = concat(utf8("keystead/v1/link/signature"), filled(1, 0), MESSAGE);
    expect(toHex(signature)).toBe(toHex(ed25519.sign(input, SEED)));
    expect(verifyLabelled(LABELS.linkSignature, KEY, MESSAGE, signature)).toBe(true);
  });

  it("is refused under every other label", () => {
    const signature = signLabelled(LABELS.linkSignature, SEED, MESSAGE);
    const accepting = labels.filter((label) => verifyLabelled(label, KEY, MESSAGE, signature));
    expect(accepting).toEqual([LABELS.linkSignature]);
  });

  it("refuses a label that is not in the one file, and a seed that is not 32 bytes", () => {
    const unknown = "keystead/v1/other" as Label;
    expect(failure(() => signLabelled(unknown, SEED, MESSAGE))).toEqual({ code: "INVALID_ARGUMENT", rule: "ENC-5" });
    for (const seed of [...NOT_BYTES, filled(31, 1), filled(33, 1)] as Uint8Array[]) {
      expect(failure(() => signLabelled(LABELS.linkSignature, seed, MESSAGE)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => signingPublicKey(seed)).code).toBe("INVALID_ARGUMENT");
    }
  });
});
