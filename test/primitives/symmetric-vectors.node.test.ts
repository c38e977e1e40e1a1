// HMAC, HKDF, ChaCha20-Poly1305, AES-256-GCM and X25519 compared with Wycheproof: docs/spec.md section 3.

import { expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import { chachaOpen, chachaSeal } from "../../src/primitives/aead.js";
import { primitives } from "../../src/primitives/current.js";
import { MAX_DERIVED_LENGTH } from "../../src/primitives/kdf.js";
import { isLowOrderX25519 } from "../../src/primitives/kem-rules.js";
import { describeVectors, wycheproofCases } from "../support/external-vectors.js";
import { failure, hex, joinedGcm } from "./support.js";

describeVectors("Wycheproof HMAC-SHA-256", "wycheproof/hmac_sha256_test.json", (text) => {
  interface Case {
    readonly key: string;
    readonly msg: string;
    readonly tag: string;
    readonly tagSize: number;
  }
  it("gives the tag of each valid case and of no invalid one", () => {
    const cases = wycheproofCases<Case>(text);
    expect(cases.length).toBe(174);
    for (const test of cases) {
      const tag = toHex(primitives.hmacSha256(hex(test.key), hex(test.msg)).subarray(0, test.tagSize / 8));
      expect([test.tcId, tag === test.tag]).toEqual([test.tcId, test.result === "valid"]);
    }
  });
});

describeVectors("Wycheproof HKDF-SHA-256", "wycheproof/hkdf_sha256_test.json", (text) => {
  interface Case {
    readonly ikm: string;
    readonly salt: string;
    readonly info: string;
    readonly size: number;
    readonly okm: string;
  }
  it("derives each valid case; the invalid ones are too long", () => {
    const cases = wycheproofCases<Case>(text);
    expect(cases.length).toBe(86);
    for (const { tcId, result, ikm, salt, info, size, okm } of cases) {
      expect([tcId, size <= MAX_DERIVED_LENGTH]).toEqual([tcId, result === "valid"]);
      if (result === "valid") expect(toHex(primitives.hkdfSha256(hex(ikm), hex(salt), hex(info), size))).toBe(okm);
    }
  });
});

interface AeadCase {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

describeVectors("Wycheproof ChaCha20-Poly1305", "wycheproof/chacha20_poly1305_test.json", (text) => {
  testAead(text, { seal: chachaSeal, open: chachaOpen, usable: 316 });
});

describeVectors("Wycheproof AES-256-GCM", "wycheproof/aes_gcm_test.json", (text) => {
  testAead(text, { ...joinedGcm(), usable: 66 });
});

interface Aead {
  readonly seal: typeof chachaSeal;
  readonly open: typeof chachaOpen;
  /** Cases with a 32-byte key and a 12-byte nonce. */
  readonly usable: number;
}

function testAead(text: string, { seal, open, usable }: Aead): void {
  const cases = wycheproofCases<AeadCase>(text);
  const fits = (test: AeadCase) => test.key.length === 64 && test.iv.length === 24;

  it("seals and opens the valid cases and opens no invalid one", () => {
    const chosen = cases.filter(fits);
    expect(chosen.length).toBe(usable);
    for (const test of chosen) {
      const [key, nonce, aad] = [hex(test.key), hex(test.iv), hex(test.aad)];
      const sealed = concat(hex(test.ct), hex(test.tag));
      const opened = open(key, nonce, aad, sealed);
      expect([test.tcId, opened && toHex(opened)]).toEqual([test.tcId, test.result === "valid" ? test.msg : undefined]);
      if (test.result === "valid") expect(toHex(seal(key, nonce, aad, hex(test.msg)))).toBe(toHex(sealed));
    }
  });

  it("refuses keys and nonces of other lengths", () => {
    const others = cases.filter((test) => !fits(test));
    expect(others.length).toBe(cases.length - usable);
    for (const test of others) {
      const attempt = () => seal(hex(test.key), hex(test.iv), hex(test.aad), hex(test.msg));
      expect(failure(attempt).code).toBe("INVALID_ARGUMENT");
    }
  });
}

describeVectors("Wycheproof X25519", "wycheproof/x25519_test.json", (text) => {
  interface Case {
    readonly public: string;
    readonly private: string;
    readonly shared: string;
  }
  it("agrees on every shared secret, and calls exactly the keys that give zero low-order (KEM-1)", () => {
    const cases = wycheproofCases<Case>(text);
    expect(cases.length).toBe(518);
    for (const test of cases) {
      const zero = /^0+$/.test(test.shared);
      expect([test.tcId, isLowOrderX25519(hex(test.public))]).toEqual([test.tcId, zero]);
      if (!zero) {
        const shared = primitives.x25519PrivateKey(hex(test.private)).agree(hex(test.public));
        expect([test.tcId, toHex(shared)]).toEqual([test.tcId, test.shared]);
      }
    }
  });
});
