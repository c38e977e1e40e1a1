// What a keyring's vault knows of its seeds: each is checked once for the keys of an epoch, and a wrong one is remembered.
// docs/spec.md section 7 (GRT-4).

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/bytes/secret.js";
import { type EpochPublicKeys, epochKemPublicKey, epochRho, epochSigningPublicKey } from "../../src/keys/epoch-keys.js";
import { Vault } from "../../src/keys/seed-vault.js";
import { expectError } from "../support/refusal.js";
import { seedNamed } from "../support/world.js";

const [one, other] = [seedNamed("one epoch"), seedNamed("another epoch")];
const secret = (seed: Uint8Array) => Secret.take(seed.slice());
const keysOf = (seed: Uint8Array): EpochPublicKeys => ({ kemKey: epochKemPublicKey(seed), signingKey: undefined });
const signingKeysOf = (seed: Uint8Array, signer = seed): EpochPublicKeys => ({
  kemKey: epochKemPublicKey(seed),
  signingKey: epochSigningPublicKey(signer),
});

describe("the full check of a seed", () => {
  it.each([
    ["right: it derives the KEM key of a user's epoch", one, keysOf(one), "right"],
    ["right: it derives both keys of an escrow epoch", one, signingKeysOf(one), "right"],
    ["opens: it derives the KEM key only", one, signingKeysOf(one, other), "opens"],
    ["wrong: it does not derive the KEM key", other, keysOf(one), "wrong"],
    ["wrong, also where it derives the signing key", other, signingKeysOf(one, other), "wrong"],
  ] as const)("says %s", (_name, seed, keys, verdict) => {
    const [vault, given] = [new Vault(), secret(seed)];
    expect(vault.known(given, keys)).toBeUndefined();
    expect(vault.judge(given, keys)).toBe(verdict);
    expect(vault.known(given, keys)).toBe(verdict);
    // Once more by the key that was expanded meanwhile.
    const expanded = secret(seed);
    vault.expand(expanded);
    expect(vault.judge(expanded, keys)).toBe(verdict);
  });

  it("is not repeated for equal keys, and says nothing about any others", () => {
    const [vault, seed] = [new Vault(), secret(one)];
    const [plain, signing] = [keysOf(one), signingKeysOf(one)];
    const known = (remembered: EpochPublicKeys, asked: EpochPublicKeys) => {
      vault.remember(seed, remembered, "right");
      return vault.known(seed, asked);
    };
    expect(known(plain, plain)).toBe("right");
    expect(known(plain, keysOf(one))).toBe("right");
    expect(known(signing, signingKeysOf(one))).toBe("right");
    expect(known(plain, keysOf(other))).toBeUndefined();
    expect(known(signing, signingKeysOf(other))).toBeUndefined();
    expect(known(signing, signingKeysOf(one, other))).toBeUndefined();
    expect(known(signing, { ...signing, kemKey: epochKemPublicKey(other) })).toBeUndefined();
    expect(known(plain, signing)).toBeUndefined();
    expect(known(signing, plain)).toBeUndefined();
  });
});

describe("the quick check of a seed", () => {
  it("compares the ρ that the seed derives, computed once", () => {
    const [vault, seed] = [new Vault(), secret(one)];
    expect(vault.passes(seed, keysOf(one))).toBe(true);
    expect(vault.passes(seed, keysOf(other))).toBe(false);
    expect(vault.rho(seed)).toEqual(epochRho(one));
    expect(vault.rho(seed)).toBe(vault.rho(seed));
  });
});

describe("a vault", () => {
  it("has suspects once a seed that it kept failed a full check", () => {
    const suspects = (kept: boolean, verdict: "right" | "opens" | "wrong") => {
      const [vault, seed] = [new Vault(), secret(one)];
      if (kept) vault.keep(seed);
      expect(vault.hasSuspects).toBe(false);
      vault.remember(seed, keysOf(one), verdict);
      return vault.hasSuspects;
    };
    expect([suspects(true, "wrong"), suspects(true, "opens"), suspects(true, "right")]).toEqual([true, true, false]);
    // A seed that came from elsewhere and was dropped at once.
    expect([suspects(false, "wrong"), suspects(false, "opens")]).toEqual([false, false]);
  });

  it("expands a key once, and wipes it with everything that it kept", () => {
    const [vault, seed] = [new Vault(), secret(one)];
    expect(vault.keep(seed)).toBe(seed);
    const key = vault.expand(seed);
    expect(vault.expand(seed)).toBe(key);
    expect(key.publicKey).toEqual(epochKemPublicKey(one));
    const bytes = seed.bytes();
    expect(vault.wiped).toBe(false);
    vault.wipe();
    expect(vault.wiped).toBe(true);
    expect(bytes).toEqual(new Uint8Array(32));
    expectError(() => seed.bytes(), "WIPED", undefined);
    expectError(() => key.publicKey, "WIPED", undefined);
  });
});
