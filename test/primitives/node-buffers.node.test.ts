// Node's Buffer is a Uint8Array whose slice shares memory: no input may be changed or wiped through one, and console output shows
// no secret. docs/spec.md section 5.

import { inspect } from "node:util";
import { expect, it, vi } from "vitest";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { checkKemKey, encapsulate, KemPrivateKey, kemPublicKey } from "../../src/primitives/kem.js";
import * as LABELS from "../../src/primitives/labels.js";
import { primitives } from "../../src/primitives/node.js";
import { plain } from "../../src/primitives/node-keys.js";
import { checkVerifyingKey, signingPublicKey, signLabelled, verifyLabelled } from "../../src/primitives/sign.js";
import { filled, flipped, withAes } from "./support.js";

const native = withAes(primitives);

it("accepts Buffers and does not change them", () => {
  const [seed, coins, message] = [Buffer.alloc(32, 0xf7), Buffer.alloc(64, 0xf9), Buffer.from("message")];
  const publicKey = Buffer.from(kemPublicKey(seed));
  const verifyingKey = Buffer.from(signingPublicKey(seed));
  const before = [seed, coins, message, publicKey, verifyingKey].map((buffer) => buffer.toString("hex"));

  const key = new KemPrivateKey(seed);
  expect(key.decapsulate(Buffer.from(encapsulate(publicKey, coins).ciphertext))?.length).toBe(32);
  const sealed = Buffer.from(hpkeSeal(publicKey, { info: message, aad: message, plaintext: message, coins }));
  const opened = hpkeOpen(key, { info: message, aad: message, sealed });
  expect(opened && Buffer.from(opened).toString()).toBe("message");
  const signature = Buffer.from(signLabelled(LABELS.linkSignature, seed, message));
  expect(verifyLabelled(LABELS.linkSignature, verifyingKey, message, signature)).toBe(true);
  checkKemKey(publicKey, "key");
  checkVerifyingKey(verifyingKey, "key");
  key.wipe();

  expect([seed, coins, message, publicKey, verifyingKey].map((buffer) => buffer.toString("hex"))).toEqual(before);
});

it("shows no secret to console.log", () => {
  const key = new KemPrivateKey(filled(32, 0xab));
  expect(key.publicKey.length).toBe(1216);
  expect(inspect(key, { showHidden: true, depth: 9 })).toBe("[KemPrivateKey]");
  expect(inspect({ key })).toBe("{ key: [KemPrivateKey] }");
});

it("gives Node's results in memory of their own, and leaves no second copy", () => {
  const own = Buffer.alloc(5, 7);
  expect(own.buffer.byteLength).toBe(5);
  expect(plain(own).buffer).toBe(own.buffer);
  expect(Object.getPrototypeOf(plain(own))).toBe(Uint8Array.prototype);

  const pool = new ArrayBuffer(64);
  const pooled = Buffer.from(pool, 8, 5).fill(7);
  expect(plain(pooled)).toEqual(filled(5, 7));
  expect([...new Uint8Array(pool)]).toEqual(new Array(64).fill(0));
});

it.each([
  ["chacha20poly1305Seal", "chacha20poly1305Open"],
  ["aes256gcmSeal", "aes256gcmOpen"],
] as const)("keeps nothing of what a changed message decrypts to: %s", (seal, open) => {
  const [key, nonce, aad, plaintext] = [filled(32, 1), filled(12, 2), filled(3, 3), filled(50, 4)];
  const sealed = native[seal](key, nonce, aad, plaintext);
  const changed = flipped(sealed, -1);
  const made: Uint8Array[] = [];
  class Recorded extends Uint8Array {
    constructor(...given: ConstructorParameters<typeof Uint8Array>) {
      super(...given);
      made.push(this);
    }
  }
  vi.stubGlobal("Uint8Array", Recorded);
  try {
    native[open](key, nonce, aad, sealed);
    native[open](key, nonce, aad, changed);
  } finally {
    vi.unstubAllGlobals();
  }
  const [opened, ...others] = made.filter((bytes) => bytes.length === 50).map((bytes) => bytes.join());
  expect(opened).toBe(plaintext.join());
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toBe(filled(50, 0).join());
});
