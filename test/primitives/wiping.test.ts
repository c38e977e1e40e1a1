// Intermediate secrets are overwritten: docs/spec.md section 5. Watches the inputs and outputs of the backend.

import { afterEach, describe, expect, it, vi } from "vitest";
import { primitives } from "../../src/primitives/current.js";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { encapsulate, KemPrivateKey, kemPublicKey, kemRho, rhoOf } from "../../src/primitives/kem.js";
import { filled, flipped } from "./support.js";

const SEED = filled(32, 7);
const COINS = filled(64, 9);
const PUBLIC_KEY = kemPublicKey(SEED);
const OPTIONS = { info: filled(4, 1), aad: filled(4, 2), plaintext: filled(4, 3), coins: COINS };
const SEALED = hpkeSeal(PUBLIC_KEY, OPTIONS);

const isZero = (bytes: Uint8Array | undefined) => bytes?.every((byte) => byte === 0);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("wiping", () => {
  it("overwrites both shared secrets and the combiner's input", () => {
    const sha3 = vi.spyOn(primitives, "sha3_256");
    const mlkem = vi.spyOn(primitives, "mlkem768Encapsulate");
    const { sharedSecret } = encapsulate(PUBLIC_KEY, COINS);
    expect(sha3.mock.calls.map(([input]) => isZero(input))).toEqual([true]);
    expect(mlkem.mock.results.map(({ value }) => isZero(value.sharedSecret))).toEqual([true]);
    expect(isZero(sharedSecret)).toBe(false);
  });

  it("overwrites the secrets that a seed expands to, and wipes both private keys", () => {
    const shake = vi.spyOn(primitives, "shake256");
    const mlkemKey = vi.spyOn(primitives, "mlkem768PrivateKey");
    const x25519Key = vi.spyOn(primitives, "x25519PrivateKey");
    const key = new KemPrivateKey(SEED);
    expect(key.publicKey.length).toBe(1216);
    expect(shake.mock.results.map(({ value }) => isZero(value))).toEqual([true]);
    const wipes = [...mlkemKey.mock.results, ...x25519Key.mock.results].map(({ value }) => vi.spyOn(value, "wipe"));
    key.wipe();
    expect(wipes.map((wipe) => wipe.mock.calls.length)).toEqual([1, 1]);
  });

  it("keeps no copy of the seed in a private key, and overwrites what it expands to, wiped unused or expanded", () => {
    for (const isUsed of [false, true]) {
      const shake = vi.spyOn(primitives, "shake256");
      const made: Uint8Array[] = [];
      class Recorded extends Uint8Array {
        constructor(...given: ConstructorParameters<typeof Uint8Array>) {
          super(...given);
          made.push(this);
        }
      }
      vi.stubGlobal("Uint8Array", Recorded);
      try {
        const key = new KemPrivateKey(SEED);
        expect(shake.mock.results.map(({ value }) => [value.length, isZero(value)])).toEqual([[96, false]]);
        if (isUsed) expect(key.publicKey.length).toBe(1216);
        else key.wipe();
      } finally {
        vi.unstubAllGlobals();
      }
      expect(made.filter((bytes) => bytes.join() === SEED.join())).toEqual([]);
      expect(shake.mock.results.map(({ value }) => isZero(value))).toEqual([true]);
      shake.mockRestore();
    }
  });

  it("wipes the ephemeral key of an encapsulation, and the private key from which a public one is derived", () => {
    const make = primitives.x25519PrivateKey;
    const wipes: { readonly mock: { readonly calls: readonly unknown[] } }[] = [];
    vi.spyOn(primitives, "x25519PrivateKey").mockImplementation((secret) => {
      const key = make(secret);
      wipes.push(vi.spyOn(key, "wipe"));
      return key;
    });
    encapsulate(PUBLIC_KEY, COINS);
    kemPublicKey(SEED);
    expect(wipes.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it("overwrites the input of ρ", () => {
    const shake = vi.spyOn(primitives, "shake256");
    const sha3 = vi.spyOn(primitives, "sha3_512");
    expect(kemRho(SEED)).toEqual(rhoOf(PUBLIC_KEY));
    const made = [...shake.mock.results, ...sha3.mock.results].map(({ value }) => value);
    expect([...made, ...sha3.mock.calls.map(([input]) => input)].map(isZero)).toEqual([true, true, true]);
  });

  it("overwrites shared secret, schedule, key and nonce after sealing and after opening, opened or not", () => {
    const sha3 = vi.spyOn(primitives, "sha3_256");
    const hmac = vi.spyOn(primitives, "hmacSha256");
    const seal = vi.spyOn(primitives, "chacha20poly1305Seal");
    const open = vi.spyOn(primitives, "chacha20poly1305Open");
    const key = new KemPrivateKey(SEED);
    hpkeSeal(PUBLIC_KEY, OPTIONS);
    expect(hpkeOpen(key, { ...OPTIONS, sealed: SEALED })).toEqual(OPTIONS.plaintext);
    expect(hpkeOpen(key, { ...OPTIONS, sealed: flipped(SEALED, -1) })).toBe(undefined);
    expect(sha3.mock.results.map(({ value }) => isZero(value))).toEqual([true, true, true]);
    expect(seal.mock.calls.length + open.mock.calls.length).toBe(3);
    for (const [secret, nonce] of [...seal.mock.calls, ...open.mock.calls]) {
      expect([isZero(secret), isZero(nonce)]).toEqual([true, true]);
    }
    // Five HMACs each: the hashes of psk id and info, which are public, then the secret and the two blocks expanded.
    const secrets = hmac.mock.results.filter((_, index) => index % 5 >= 2).map(({ value }) => isZero(value));
    expect(secrets).toEqual(new Array(9).fill(true));
  });
});
