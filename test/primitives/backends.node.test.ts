// The native backend gives the bytes and verdicts of the portable one, primitive by primitive: docs/spec.md section 3.

import { deepStrictEqual } from "node:assert/strict";
import * as crypto from "node:crypto";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { concat, works } from "../../src/bytes/bytes.js";
import { primitives as current } from "../../src/primitives/current.js";
import { passesPrechecks } from "../../src/primitives/ed25519-rules.js";
import { isLowOrderX25519 } from "../../src/primitives/kem-rules.js";
import { primitives as noble } from "../../src/primitives/noble.js";
import { primitives as node } from "../../src/primitives/node.js";
import { slow } from "../support/runs.js";
import { bytesOf, filled, withAes } from "./support.js";

const [native, portable] = [withAes(node), withAes(noble)];

const anyBytes = fc.uint8Array({ maxLength: 400 });
// Longer than any internal buffer, and no whole number of blocks. It is repeated, since drawing so many bytes takes seconds.
const longBytes = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((part) => Uint8Array.from({ length: 70_001 }, (_, index) => part[index % part.length] as number));
const message = fc.oneof({ weight: 19, arbitrary: anyBytes }, { weight: 1, arbitrary: longBytes });
const seed = bytesOf(32);

/** Both backends give the same. Their results are no Buffers, and inputs stay unchanged. */
function same(act: (backend: typeof native) => Uint8Array | undefined, ...inputs: readonly Uint8Array[]): Uint8Array {
  const before = inputs.map((input) => new Uint8Array(input));
  const [ours, theirs] = [act(native), act(portable)];
  // Node's own comparison, for speed. It distinguishes a Buffer from a Uint8Array.
  deepStrictEqual(ours, theirs);
  deepStrictEqual(inputs, before);
  expect(Object.getPrototypeOf(ours)).toBe(Uint8Array.prototype);
  return ours as Uint8Array;
}

it("is the backend of the project that this runs in", () => {
  expect(current).toBe(inject("backend") === "native" ? node : noble);
});

it("uses noble only for what Node lacks: the rest must not fall back unnoticed", () => {
  const names = Object.keys(portable) as (keyof typeof portable)[];
  const left = names.filter((name) => native[name] === portable[name]);
  expect(["mlkem768PrivateKey", "mlkem768Encapsulate", "ed25519IsPoint"]).toEqual(expect.arrayContaining(left));
  expect(names.length - left.length).toBeGreaterThan(10);
});

describe("hashes and key derivation", () => {
  it("agrees on SHA-256, SHA3-256, SHA3-512 and SHAKE256", () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 300 }), (data, length) => {
        same(({ sha256 }) => sha256(data), data);
        same(({ sha3_256 }) => sha3_256(data), data);
        same(({ sha3_512 }) => sha3_512(data), data);
        same(({ shake256 }) => shake256(data, length), data);
      }),
    );
  });

  it("agrees on HMAC, also with an empty key and one longer than a block", () => {
    fc.assert(
      fc.property(anyBytes, message, (key, data) => {
        same(({ hmacSha256 }) => hmacSha256(key, data), key, data);
      }),
    );
  });

  it("agrees on HKDF, also with an info as long as a KEM key and with the longest output", () => {
    const info = fc.uint8Array({ maxLength: 1300, size: "max" });
    const length = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(8160));
    fc.assert(
      fc.property(anyBytes, anyBytes, info, length, (ikm, salt, context, wanted) => {
        same(({ hkdfSha256 }) => hkdfSha256(ikm, salt, context, wanted), ikm, salt, context);
      }),
    );
  });
});

describe("inputs in parts", () => {
  it.each([4095, 4096, 4097])("of %i bytes are hashed and verified as one, and do not change", (length) => {
    const [prefix, rest] = [filled(22, 1), filled(length - 22, 2)];
    const whole = concat(prefix, rest);
    const secret = filled(32, 3);
    const key = portable.ed25519PublicKey(secret);
    const signature = portable.ed25519Sign(secret, whole);
    for (const { sha256, ed25519Verify } of [native, portable]) {
      expect(sha256(prefix, rest)).toEqual(portable.sha256(whole));
      expect(sha256(prefix, new Uint8Array(0), rest)).toEqual(portable.sha256(whole));
      expect(ed25519Verify(key, rest, signature, prefix)).toBe(true);
      expect(ed25519Verify(key, rest, signature)).toBe(false);
    }
    expect([prefix, rest]).toEqual([filled(22, 1), filled(length - 22, 2)]);
  });
});

describe("Ed25519", () => {
  it("agrees on public keys and signatures", () => {
    fc.assert(
      fc.property(seed, message, (secret, data) => {
        const key = same(({ ed25519PublicKey }) => ed25519PublicKey(secret), secret);
        const signature = same(({ ed25519Sign }) => ed25519Sign(secret, data), secret, data);
        for (const { ed25519Verify, ed25519IsPoint } of [native, portable]) {
          expect([ed25519Verify(key, data, signature), ed25519IsPoint(key)]).toEqual([true, true]);
        }
      }),
      slow(20),
    );
  });

  it("agrees on everything that passes the prechecks: any key, R and S, on the curve or not (SIG-5)", () => {
    fc.assert(
      fc.property(seed, bytesOf(32), bytesOf(32), anyBytes, (key, r, s, data) => {
        const signature = concat(r, s);
        signature[63] = (signature[63] as number) & 0x0f;
        fc.pre(passesPrechecks(key, signature));
        expect(native.ed25519Verify(key, data, signature)).toBe(portable.ed25519Verify(key, data, signature));
        expect(native.ed25519IsPoint(key)).toBe(portable.ed25519IsPoint(key));
      }),
      slow(50),
    );
  });
});

describe("X25519 and ML-KEM-768", () => {
  it("agrees on X25519 for any secret and any peer that is not of low order", () => {
    fc.assert(
      fc.property(seed, seed, (secret, peer) => {
        fc.pre(!isLowOrderX25519(peer));
        same(({ x25519PrivateKey }) => x25519PrivateKey(secret).publicKey, secret);
        same(({ x25519PrivateKey }) => x25519PrivateKey(secret).agree(peer), secret, peer);
      }),
      slow(20),
    );
  });

  it("agrees on ML-KEM keys, encapsulation and decapsulation, and on forged ciphertexts", () => {
    fc.assert(
      fc.property(bytesOf(64), seed, fc.nat(1087), (secret, coins, index) => {
        const key = same(({ mlkem768PrivateKey }) => mlkem768PrivateKey(secret).publicKey, secret);
        const sealed = same(({ mlkem768Encapsulate }) => mlkem768Encapsulate(key, coins).ciphertext, key, coins);
        for (const flip of [0, 1]) {
          sealed[index] = (sealed[index] as number) ^ flip;
          same(({ mlkem768PrivateKey }) => mlkem768PrivateKey(secret).decapsulate(sealed), secret, sealed);
        }
      }),
      slow(20),
    );
  });

  it("encapsulates with coins of Node's own exactly where Node can: noble opens it, and both refuse the same keys", () => {
    const { mlkem768EncapsulateFresh: fresh } = native;
    expect(fresh !== undefined).toBe("encapsulate" in crypto);
    expect(portable.mlkem768EncapsulateFresh).toBe(undefined);
    if (!fresh) return;
    fc.assert(
      fc.property(bytesOf(64), fc.nat(1183), fc.nat(255), (secret, index, byte) => {
        const key = portable.mlkem768PrivateKey(secret);
        const { ciphertext, sharedSecret } = fresh(key.publicKey);
        deepStrictEqual(key.decapsulate(ciphertext), sharedSecret);
        expect(Object.getPrototypeOf(sharedSecret)).toBe(Uint8Array.prototype);
        expect(fresh(key.publicKey).sharedSecret).not.toEqual(sharedSecret);
        const other = key.publicKey.slice();
        other[index] = byte;
        expect(works(() => fresh(other))).toBe(works(() => portable.mlkem768Encapsulate(other, filled(32, 1))));
        for (const length of [0, 1183]) expect(() => fresh(other.subarray(0, length))).toThrow();
        expect(() => fresh(concat(other, other.subarray(0, 1)))).toThrow();
      }),
      slow<[Uint8Array, number, number]>(
        20,
        [filled(64, 1), 1, 0xff],
        [filled(64, 1), 1151, 0xff],
        [filled(64, 1), 1183, 0],
      ),
    );
  });
});

describe.each([
  ["ChaCha20-Poly1305", "chacha20poly1305Seal", "chacha20poly1305Open"],
  ["AES-256-GCM", "aes256gcmSeal", "aes256gcmOpen"],
] as const)("%s", (_name, seal, open) => {
  it("agrees on sealing, opening and refusing", () => {
    fc.assert(
      fc.property(seed, bytesOf(12), anyBytes, message, fc.nat(), (key, nonce, aad, plaintext, place) => {
        const sealed = same((backend) => backend[seal](key, nonce, aad, plaintext), key, nonce, aad, plaintext);
        deepStrictEqual(
          same((backend) => backend[open](key, nonce, aad, sealed), key, nonce, aad, sealed),
          plaintext,
        );
        const index = place % sealed.length;
        sealed[index] = (sealed[index] as number) ^ 1;
        for (const backend of [native, portable]) expect(backend[open](key, nonce, aad, sealed)).toBe(undefined);
      }),
    );
  });
});

describe.each([
  ["native", native],
  ["portable", portable],
])("a private key of the %s backend that was wiped", (_name, backend) => {
  /** The result of `run`; undefined when it throws. */
  const result = (run: () => Uint8Array) => {
    try {
      return run();
    } catch {
      return undefined;
    }
  };

  it("gives no shared secret any more (X25519)", () => {
    const key = backend.x25519PrivateKey(new Uint8Array(32).fill(1));
    const peer = new Uint8Array(32).fill(9);
    const shared = key.agree(peer);
    expect(shared.length).toBe(32);
    key.wipe();
    expect(result(() => key.agree(peer))).not.toEqual(shared);
  });

  it("decapsulates nothing any more (ML-KEM-768)", () => {
    const key = backend.mlkem768PrivateKey(new Uint8Array(64).fill(1));
    const { ciphertext, sharedSecret } = backend.mlkem768Encapsulate(key.publicKey, new Uint8Array(32).fill(9));
    expect(key.decapsulate(ciphertext)).toEqual(sharedSecret);
    key.wipe();
    expect(result(() => key.decapsulate(ciphertext))).not.toEqual(sharedSecret);
  });
});
