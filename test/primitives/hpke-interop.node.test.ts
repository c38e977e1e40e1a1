// HPKE compared with an independent implementation, in both directions and byte for byte: docs/spec.md section 3.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { AeadId, type AeadInterface, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { KemPrivateKey } from "../../src/primitives/kem.js";
import { slow } from "../support/runs.js";
import { bytesOf, filled, flipped } from "./support.js";

type Bytes = ArrayBufferLike | ArrayBufferView;

// The peer's own ChaCha20-Poly1305 is in another package. Node's serves as well, and is also independent of ours.
const chacha20Poly1305: AeadInterface = {
  id: AeadId.Chacha20Poly1305,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  createEncryptionContext: (key) => ({
    async seal(nonce, data, aad) {
      const cipher = createCipheriv("chacha20-poly1305", view(key), view(nonce), { authTagLength: 16 });
      cipher.setAAD(view(aad), { plaintextLength: view(data).length });
      return buffer(concat(cipher.update(view(data)), cipher.final(), cipher.getAuthTag()));
    },
    async open(nonce, data, aad) {
      const sealed = view(data);
      const decipher = createDecipheriv("chacha20-poly1305", view(key), view(nonce), { authTagLength: 16 });
      decipher.setAAD(view(aad), { plaintextLength: sealed.length - 16 });
      decipher.setAuthTag(sealed.subarray(-16));
      return buffer(concat(decipher.update(sealed.subarray(0, -16)), decipher.final()));
    },
  }),
};

function view(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: chacha20Poly1305 });

async function peerSeal(publicKey: Uint8Array, info: Uint8Array, aad: Uint8Array, data: Uint8Array, ekm?: Uint8Array) {
  const recipientPublicKey = await kem.deserializePublicKey(publicKey);
  const options = ekm === undefined ? {} : { ekm: buffer(ekm) };
  const sender = await suite.createSenderContext({ recipientPublicKey, info, ...options });
  return concat(view(sender.enc), view(await sender.seal(data, aad)));
}

async function peerOpen(seed: Uint8Array, info: Uint8Array, aad: Uint8Array, sealed: Uint8Array) {
  const recipientKey = await kem.deserializePrivateKey(seed);
  const enc = sealed.slice(0, 1120);
  const recipient = await suite.createRecipientContext({ recipientKey, enc, info });
  return view(await recipient.open(sealed.slice(1120), aad));
}

describe("HPKE with @hpke/core and @hpke/hybridkem-x-wing", () => {
  const message = fc.tuple(bytesOf(32), fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), bytesOf(64));

  it("opens our sealed bytes", async () => {
    await fc.assert(
      fc.asyncProperty(message, async ([seed, info, aad, plaintext, coins]) => {
        const sealed = hpkeSeal(new KemPrivateKey(seed).publicKey, { info, aad, plaintext, coins });
        expect(await peerOpen(seed, info, aad, sealed)).toEqual(plaintext);
      }),
      slow(15),
    );
  });

  it("seals bytes with its own randomness that we open", async () => {
    await fc.assert(
      fc.asyncProperty(message, async ([seed, info, aad, plaintext]) => {
        const key = new KemPrivateKey(seed);
        const sealed = await peerSeal(key.publicKey, info, aad, plaintext);
        expect(hpkeOpen(key, { info, aad, sealed })).toEqual(plaintext);
        expect(hpkeOpen(key, { info, aad, sealed: flipped(sealed, -1) })).toBe(undefined);
      }),
      slow(15),
    );
  });

  it("gives the same bytes for the same coins", async () => {
    await fc.assert(
      fc.asyncProperty(message, async ([seed, info, aad, plaintext, coins]) => {
        const { publicKey } = new KemPrivateKey(seed);
        const theirs = await peerSeal(publicKey, info, aad, plaintext, coins);
        expect(hpkeSeal(publicKey, { info, aad, plaintext, coins })).toEqual(theirs);
      }),
      slow(15),
    );
  });

  it("agrees with it that a low-order encapsulated key opens nothing", async () => {
    const seed = filled(32, 7);
    const key = new KemPrivateKey(seed);
    const [info, aad] = [filled(4, 1), filled(4, 2)];
    const sealed = hpkeSeal(key.publicKey, { info, aad, plaintext: filled(8, 3), coins: filled(64, 4) });
    sealed.fill(0, 1088, 1120);
    await expect(peerOpen(seed, info, aad, sealed)).rejects.toThrow();
    expect(hpkeOpen(key, { info, aad, sealed })).toBe(undefined);
  });
});
