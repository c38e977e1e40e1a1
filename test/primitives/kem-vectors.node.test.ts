// ML-KEM-768 and X-Wing compared with public vectors: docs/spec.md section 3, KEM-1.

import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import { primitives } from "../../src/primitives/current.js";
import { checkKemKey, encapsulate, KemPrivateKey, kemPublicKey } from "../../src/primitives/kem.js";
import { describeVectors, wycheproofCases } from "../support/external-vectors.js";
import { failure, filled, hex } from "./support.js";

// An honest X25519 half, to make an X-Wing key from an ML-KEM key.
const X25519_HALF = kemPublicKey(filled(32, 1)).subarray(1184);
const checkMlKemHalf = (key: Uint8Array) => failure(() => checkKemKey(concat(key, X25519_HALF), "key"));
const REFUSED = { code: "INVALID_KEY", rule: "KEM-1" };

describeVectors("X-Wing draft", "xwing/xwing-draft.json", (text) => {
  interface Case {
    readonly sk: string;
    readonly pk: string;
    readonly eseed: string;
    readonly ct: string;
    readonly ss: string;
  }
  const cases = JSON.parse(text) as readonly Case[];

  it("has the draft's three cases", () => expect(cases.length).toBe(3));

  it.each(cases)("derives, encapsulates and decapsulates $sk", ({ sk, pk, eseed, ct, ss }) => {
    const key = new KemPrivateKey(hex(sk));
    expect(toHex(key.publicKey)).toBe(pk);
    const { ciphertext, sharedSecret } = encapsulate(hex(pk), hex(eseed));
    expect([toHex(ciphertext), toHex(sharedSecret)]).toEqual([ct, ss]);
    expect(toHex(key.decapsulate(hex(ct)) ?? filled(0, 0))).toBe(ss);
  });
});

describeVectors("CCTV ML-KEM-768 modulus", "cctv-mlkem768/modulus-ML-KEM-768.txt.gz", (text) => {
  it("refuses all 780 keys with a coefficient out of range (KEM-1)", () => {
    const keys = text.trim().split("\n");
    expect(keys.length).toBe(780);
    for (const key of keys) expect(checkMlKemHalf(hex(key))).toEqual(REFUSED);
  });
});

describeVectors("CCTV ML-KEM-768 strcmp", "cctv-mlkem768/strcmp-ML-KEM-768.txt", (text) => {
  it("decapsulates to the pseudorandom secret", () => {
    const field = (name: string) => hex(new RegExp(`^${name} = ([0-9a-f]+)$`, "m").exec(text)?.[1] ?? "");
    // The file gives an expanded key (dk ‖ ek ‖ hash ‖ z) and not the seed that our interface takes, so this test calls the
    // library below in the way that our interface calls it.
    const dk = field("dk");
    const shared = ml_kem768.prepare(dk.subarray(1152, 1152 + 1184)).decapsulate(field("c"), dk);
    expect(toHex(shared)).toBe(toHex(field("K")));
  });
});

describe("ML-KEM-768 in Wycheproof", () => {
  describeVectors("key generation", "wycheproof/mlkem_768_keygen_seed_test.json", (text) => {
    it("derives each public key", () => {
      const cases = wycheproofCases<{ readonly seed: string; readonly ek: string }>(text);
      expect(cases.length).toBe(100);
      for (const { seed, ek } of cases) {
        expect(toHex(primitives.mlkem768PrivateKey(hex(seed)).publicKey)).toBe(ek);
        expect(checkMlKemHalf(hex(ek))).toEqual({});
      }
    });
  });

  describeVectors("encapsulation", "wycheproof/mlkem_768_encaps_test.json", (text) => {
    interface Case {
      readonly m: string;
      readonly ek: string;
      readonly c: string;
      readonly K: string;
    }
    it("encapsulates to each valid key and refuses the others (KEM-1)", () => {
      const cases = wycheproofCases<Case>(text);
      expect(cases.length).toBe(265);
      for (const { tcId, result, m, ek, c, K } of cases) {
        const wellFormed = m.length === 64;
        expect([tcId, checkMlKemHalf(hex(ek))]).toEqual([tcId, result === "valid" || !wellFormed ? {} : REFUSED]);
        if (result !== "valid") continue;
        const { ciphertext, sharedSecret } = primitives.mlkem768Encapsulate(hex(ek), hex(m));
        expect([tcId, toHex(ciphertext), toHex(sharedSecret)]).toEqual([tcId, c, K]);
      }
    });
  });

  describeVectors("decapsulation", "wycheproof/mlkem_768_test.json", (text) => {
    interface Case {
      readonly seed: string;
      readonly ek?: string;
      readonly c: string;
      readonly K: string;
    }
    it("decapsulates every well-formed ciphertext, forged ones (strcmp) included", () => {
      const cases = wycheproofCases<Case>(text);
      expect(cases.length).toBe(193);
      for (const { tcId, result, seed, ek, c, K } of cases) {
        const wellFormed = seed.length === 128 && c.length === 2176;
        expect([tcId, wellFormed]).toEqual([tcId, result === "valid"]);
        if (!wellFormed) continue;
        const key = primitives.mlkem768PrivateKey(hex(seed));
        if (ek !== undefined) expect([tcId, toHex(key.publicKey)]).toEqual([tcId, ek]);
        expect([tcId, toHex(key.decapsulate(hex(c)))]).toEqual([tcId, K]);
      }
    });
  });
});
