// Node's Buffer is a Uint8Array whose slice shares memory: no input may be changed or wiped through one, and console output shows
// no secret. docs/spec.md section 5.

import { inspect } from "node:util";
import { expect, it } from "vitest";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { checkKemKey, encapsulate, KemPrivateKey, kemPublicKey } from "../../src/primitives/kem.js";
import { LABELS } from "../../src/primitives/labels.js";
import { checkVerifyingKey, signingPublicKey, signLabelled, verifyLabelled } from "../../src/primitives/sign.js";
import { filled } from "./support.js";

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
