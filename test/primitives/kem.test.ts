// X-Wing: docs/spec.md section 3, KEM-1, and secrets that do not print (section 5).

import { x25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equalBytes } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import {
  checkKemKey,
  encapsulate,
  KEM_CIPHERTEXT_LENGTH,
  KEM_COINS_LENGTH,
  KEM_PUBLIC_KEY_LENGTH,
  KEM_SEED_LENGTH,
  KemPrivateKey,
  kemPublicKey,
  kemRho,
  rhoOf,
} from "../../src/primitives/kem.js";
import { slow } from "../support/runs.js";
import { bytesOf, failure, filled, flipped, hex, NOT_BYTES } from "./support.js";

const SEED = filled(32, 7);
const COINS = filled(64, 9);
const PUBLIC_KEY = kemPublicKey(SEED);
const REFUSED = { code: "INVALID_KEY", rule: "KEM-1" };

// Every encoding of a u coordinate of low order that is below 2^255, with and without the top bit, which X25519 ignores.
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].flatMap((text) => {
  const topBit = hex(text);
  topBit[31] = (topBit[31] as number) | 0x80;
  return [hex(text), topBit];
});

describe("encapsulate and decapsulate", () => {
  it("has the draft's lengths", () => {
    const { ciphertext, sharedSecret } = encapsulate(PUBLIC_KEY, COINS);
    expect([PUBLIC_KEY.length, ciphertext.length, sharedSecret.length]).toEqual([1216, 1120, 32]);
    const constants = [KEM_PUBLIC_KEY_LENGTH, KEM_CIPHERTEXT_LENGTH, KEM_SEED_LENGTH, KEM_COINS_LENGTH];
    expect(constants).toEqual([1216, 1120, 32, 64]);
  });

  it("agree for any seed and coins, and are deterministic", () => {
    fc.assert(
      fc.property(bytesOf(32), bytesOf(64), (seed, coins) => {
        const key = new KemPrivateKey(seed);
        const first = encapsulate(key.publicKey, coins);
        expect(encapsulate(key.publicKey, coins)).toEqual(first);
        expect(key.decapsulate(first.ciphertext)).toEqual(first.sharedSecret);
        expect(key.decapsulate(first.ciphertext)).toEqual(first.sharedSecret);
        expect(key.publicKey).toEqual(kemPublicKey(seed));
      }),
      slow(10),
    );
  });

  it("give another secret when any byte of the ciphertext changes", () => {
    const key = new KemPrivateKey(SEED);
    const { ciphertext, sharedSecret } = encapsulate(PUBLIC_KEY, COINS);
    for (const at of [0, 500, 1087, 1088, 1119]) {
      const other = key.decapsulate(flipped(ciphertext, at));
      expect(other?.length).toBe(32);
      expect(equalBytes(other as Uint8Array, sharedSecret)).toBe(false);
    }
  });

  it("bind the encoding of the X25519 half: the ignored top bit changes the secret", () => {
    const key = new KemPrivateKey(SEED);
    const { ciphertext, sharedSecret } = encapsulate(PUBLIC_KEY, COINS);
    const aliased = new Uint8Array(ciphertext);
    aliased[1119] = (aliased[1119] as number) ^ 0x80;
    expect(equalBytes(key.decapsulate(aliased) as Uint8Array, sharedSecret)).toBe(false);
  });

  it("do not open a ciphertext whose X25519 half is of low order", () => {
    const key = new KemPrivateKey(SEED);
    const mlkemPart = encapsulate(PUBLIC_KEY, COINS).ciphertext.subarray(0, 1088);
    for (const u of LOW_ORDER) expect(key.decapsulate(concat(mlkemPart, u))).toBe(undefined);
  });

  it("do not change their inputs", () => {
    const [seed, coins, publicKey] = [filled(32, 1), filled(64, 2), new Uint8Array(PUBLIC_KEY)];
    const key = new KemPrivateKey(seed);
    key.decapsulate(encapsulate(publicKey, coins).ciphertext);
    key.wipe();
    expect([seed, coins, publicKey]).toEqual([filled(32, 1), filled(64, 2), PUBLIC_KEY]);
  });

  it("refuse wrong types and lengths with INVALID_ARGUMENT", () => {
    const key = new KemPrivateKey(SEED);
    for (const junk of [...NOT_BYTES, filled(31, 0), filled(33, 0)] as Uint8Array[]) {
      expect(failure(() => new KemPrivateKey(junk)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => kemPublicKey(junk)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => encapsulate(PUBLIC_KEY, junk)).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => key.decapsulate(junk)).code).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("KEM-1", () => {
  const withX25519 = (u: Uint8Array) => concat(PUBLIC_KEY.subarray(0, 1184), u);

  it("accepts honest keys", () => {
    fc.assert(
      fc.property(bytesOf(32), (seed) => checkKemKey(kemPublicKey(seed), "key")),
      slow(10),
    );
  });

  it("refuses other lengths (KEM-1)", () => {
    for (const length of [0, 32, 1184, 1215, 1217]) {
      expect(failure(() => checkKemKey(filled(length, 1), "key"))).toEqual(REFUSED);
      expect(failure(() => encapsulate(filled(length, 1), COINS))).toEqual(REFUSED);
    }
    for (const junk of NOT_BYTES) {
      expect(failure(() => checkKemKey(junk as Uint8Array, "key")).code).toBe("INVALID_ARGUMENT");
      expect(failure(() => encapsulate(junk as Uint8Array, COINS)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("accepts the coefficient 3328 and refuses 3329 to 4095, in every position's two forms (KEM-1)", () => {
    const accepted = (even: number, odd: number, at: number) => {
      const key = new Uint8Array(PUBLIC_KEY);
      key.set([even & 0xff, (even >> 8) | ((odd & 0x0f) << 4), odd >> 4], at);
      return failure(() => checkKemKey(key, "key")).code === undefined;
    };
    for (const at of [0, 3, 384, 1149]) {
      expect(accepted(3328, 3328, at)).toBe(true);
      for (const bad of [3329, 3330, 4095])
        expect([accepted(bad, 0, at), accepted(0, bad, at)]).toEqual([false, false]);
    }
  });

  it("puts no bound on the 32-byte seed behind the coefficients", () => {
    const key = new Uint8Array(PUBLIC_KEY);
    key.fill(0xff, 1152, 1184);
    expect(failure(() => checkKemKey(key, "key"))).toEqual({});
    expect(encapsulate(key, COINS).ciphertext.length).toBe(KEM_CIPHERTEXT_LENGTH);
  });

  it("refuses every encoding of a low-order X25519 half (KEM-1)", () => {
    expect(LOW_ORDER.length).toBe(14);
    for (const u of LOW_ORDER) {
      expect(() => x25519.getSharedSecret(SEED, u)).toThrow();
      expect(failure(() => checkKemKey(withX25519(u), "key"))).toEqual(REFUSED);
      expect(failure(() => encapsulate(withX25519(u), COINS))).toEqual(REFUSED);
    }
  });

  it("calls no other X25519 half low-order", () => {
    fc.assert(
      fc.property(bytesOf(32), fc.nat(13), fc.nat(30), (random, which, at) => {
        const near = flipped(LOW_ORDER[which] as Uint8Array, at);
        for (const u of [random, near]) {
          if (LOW_ORDER.some((low) => equalBytes(low, u))) continue;
          expect(failure(() => checkKemKey(withX25519(u), "key"))).toEqual({});
          expect(x25519.getSharedSecret(SEED, u).length).toBe(32);
        }
      }),
      slow(20),
    );
  });
});

describe("kemRho", () => {
  it("is bytes 1152 to 1183 of the seed's public key, and of no other seed's (GRT-4)", () => {
    fc.assert(
      fc.property(bytesOf(32), bytesOf(32), (seed, other) => {
        expect(kemRho(seed)).toEqual(kemPublicKey(seed).slice(1152, 1184));
        expect(rhoOf(kemPublicKey(seed))).toEqual(kemRho(seed));
        if (toHex(seed) !== toHex(other)) expect(kemRho(other)).not.toEqual(kemRho(seed));
      }),
      { numRuns: 20 },
    );
  });

  it("refuses an invalid seed", () => {
    for (const junk of [...NOT_BYTES, new Uint8Array(31)] as Uint8Array[]) {
      expect(failure(() => kemRho(junk)).code).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("KemPrivateKey", () => {
  it("prints no secret", () => {
    const key = new KemPrivateKey(SEED);
    const expanded = new KemPrivateKey(SEED);
    const publicPart = toHex(expanded.publicKey);
    for (const subject of [key, expanded]) {
      expect(`${subject}`).toBe("[KemPrivateKey]");
      expect(JSON.stringify({ subject })).toBe('{"subject":"[KemPrivateKey]"}');
      expect(Object.keys(subject)).toEqual([]);
      const inspect = (subject as never)[Symbol.for("nodejs.util.inspect.custom")] as () => unknown;
      expect(inspect.call(subject)).toBe("[KemPrivateKey]");
    }
    expect(publicPart.length).toBe(2432);
  });

  it("cannot be used after wiping, expanded or not", () => {
    const fresh = new KemPrivateKey(SEED);
    const used = new KemPrivateKey(SEED);
    const { ciphertext } = encapsulate(used.publicKey, COINS);
    for (const key of [fresh, used]) {
      key.wipe();
      key.wipe();
      expect(failure(() => key.publicKey).code).toBe("WIPED");
      expect(failure(() => key.decapsulate(ciphertext)).code).toBe("WIPED");
    }
  });

  it("gives copies of its public key and keeps its own copy of the seed", () => {
    const seed = new Uint8Array(SEED);
    const key = new KemPrivateKey(seed);
    seed.fill(0);
    key.publicKey.fill(0);
    expect(key.publicKey).toEqual(PUBLIC_KEY);
  });
});
