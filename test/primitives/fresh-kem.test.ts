// Encapsulation with coins of the runtime's own: only where it passes its trials and the randomness is the system's. docs/spec.md section
// 3 (ML-KEM) and 12 (boxes).

import { afterEach, describe, expect, it, vi } from "vitest";
import { primitives } from "../../src/primitives/current.js";
import { type Env, systemEnv } from "../../src/primitives/env.js";
import { freshEncapsulation } from "../../src/primitives/fresh-kem.js";
import { hpkeOpen, hpkeSeal, hpkeSealFresh } from "../../src/primitives/hpke.js";
import { encapsulate, encapsulateFresh, KemPrivateKey } from "../../src/primitives/kem.js";
import { TRIALS } from "../../src/primitives/kem-trials.js";
import type { Primitives } from "../../src/primitives/primitives.js";
import { seededEnv } from "../support/seeded-env.js";
import { raise, rejection } from "../support/thrown.js";
import { brokenEncapsulation, soundEncapsulation } from "./encapsulations.js";
import { filled } from "./support.js";

const own = new KemPrivateKey(filled(32, 7));
const mlkemKey = own.publicKey.subarray(0, 1184);
const backend = primitives as { mlkem768EncapsulateFresh?: Primitives["mlkem768EncapsulateFresh"] };
const { mlkem768EncapsulateFresh: given } = backend;
const random = globalThis.crypto.getRandomValues.bind(globalThis.crypto);

afterEach(() => {
  if (given) backend.mlkem768EncapsulateFresh = given;
  else delete backend.mlkem768EncapsulateFresh;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A runtime in which only WebCrypto may have ML-KEM. */
function stubSubtle(subtle: unknown): void {
  delete backend.mlkem768EncapsulateFresh;
  vi.stubGlobal("crypto", { getRandomValues: random, subtle });
}

type Encapsulate = (publicKey: Uint8Array) => unknown;

/** WebCrypto over a stand-in. Its keys are refused when they are imported, as browsers do. */
function subtleOver(encapsulation: Encapsulate) {
  const calls: unknown[][] = [];
  const buffer = (bytes: unknown) => (bytes instanceof Uint8Array ? bytes.slice().buffer : bytes);
  return {
    calls,
    async importKey(...args: readonly unknown[]) {
      calls.push(["importKey", ...args]);
      return { made: encapsulation(args[1] as Uint8Array) };
    },
    async encapsulateBits(...args: readonly unknown[]) {
      calls.push(["encapsulateBits", ...args]);
      const { made } = args[1] as { made?: { ciphertext?: Uint8Array; sharedSecret?: Uint8Array } };
      return { ciphertext: buffer(made?.ciphertext), sharedKey: buffer(made?.sharedSecret) };
    },
  };
}

const sound: Encapsulate = (publicKey) => soundEncapsulation(publicKey);

describe("WebCrypto's encapsulation", () => {
  it("is used when it works: one import as a raw public key, one encapsulation", async () => {
    const subtle = subtleOver(sound);
    stubSubtle(subtle);
    const fresh = await freshEncapsulation();
    expect(await freshEncapsulation()).toBeDefined();
    const tried = subtle.calls.length;
    const made = await fresh?.(mlkemKey);
    expect(own.decapsulate(joined(made?.ciphertext as Uint8Array))?.length).toBe(32);
    expect(subtle.calls.slice(tried)).toEqual([
      ["importKey", "raw-public", mlkemKey, "ML-KEM-768", false, ["encapsulateBits"]],
      ["encapsulateBits", "ML-KEM-768", expect.anything()],
    ]);
  });

  it("is tried once: a later use costs its own two calls, and no more", async () => {
    const subtle = subtleOver(sound);
    stubSubtle(subtle);
    await freshEncapsulation();
    const tried = subtle.calls.length;
    await freshEncapsulation();
    expect([tried > 2, subtle.calls.length]).toEqual([true, tried]);
  });

  it.each(Object.entries(brokenEncapsulation))("is not used when it %s", async (_way, broken) => {
    stubSubtle(subtleOver(broken));
    expect(await freshEncapsulation()).toBeUndefined();
  });

  it.each([
    ["is missing", undefined],
    ["has no encapsulation", { importKey: async () => ({}) }],
    ["has no import", { encapsulateBits: async () => ({}) }],
    ["has an encapsulation that is no function", { ...subtleOver(sound), encapsulateBits: true }],
    ["refuses to import, as workerd does while it loads", { ...subtleOver(sound), importKey: () => Promise.reject() }],
    ["throws at an import", { ...subtleOver(sound), importKey: () => raise() }],
    ["throws at an encapsulation", { ...subtleOver(sound), encapsulateBits: () => raise() }],
  ])("is not used when WebCrypto %s", async (_way, subtle) => {
    stubSubtle(subtle);
    expect(await freshEncapsulation()).toBeUndefined();
  });

  it("needs each of its trials: without one, a broken stand-in would be used", async () => {
    const trials = TRIALS as unknown[];
    for (const trial of [...TRIALS]) {
      const index = trials.indexOf(trial);
      trials.splice(index, 1);
      const used = await Promise.all(
        Object.values(brokenEncapsulation).map((broken) => {
          stubSubtle(subtleOver(broken));
          return freshEncapsulation();
        }),
      );
      trials.splice(index, 0, trial);
      expect([index, used.some((each) => each !== undefined)]).toEqual([index, true]);
    }
  });
});

/** A ciphertext of X-Wing with an X25519 half that works. */
function joined(ciphertext: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1120).fill(9);
  whole.set(ciphertext);
  return whole;
}

describe("a fresh encapsulation", () => {
  const info = filled(4, 1);
  const plaintext = filled(32, 2);
  const opens = (sealed: Uint8Array) => expect(hpkeOpen(own, { info, sealed })).toEqual(plaintext);

  it.each([
    ["the backend", () => (backend.mlkem768EncapsulateFresh = vi.fn((key: Uint8Array) => soundEncapsulation(key)))],
    ["WebCrypto", () => stubSubtle(subtleOver(sound))],
    ["nobody, so by noble", () => stubSubtle({})],
    ["this runtime, or by noble", () => {}],
  ])("by %s opens", async (_by, set) => {
    set();
    opens(await hpkeSealFresh(own.publicKey, { info, plaintext, env: systemEnv() }));
  });

  it("is the runtime's for the system's randomness, also beside another clock", async () => {
    const native = vi.fn((key: Uint8Array) => soundEncapsulation(key));
    backend.mlkem768EncapsulateFresh = native;
    for (const env of [systemEnv(), { ...systemEnv(), now: () => 5 }]) {
      const { ciphertext, sharedSecret } = await encapsulateFresh(own.publicKey, env);
      expect(own.decapsulate(ciphertext)).toEqual(sharedSecret);
    }
    expect(native.mock.calls).toEqual([[mlkemKey], [mlkemKey]]);
    // The secret is overwritten once it is joined.
    for (const { value } of native.mock.results) expect(value.sharedSecret).toEqual(filled(32, 0));
  });

  it("is determined by any other env, byte for byte, wherever it runs", async () => {
    backend.mlkem768EncapsulateFresh = raise;
    const env = seededEnv("fresh");
    const coins = seededEnv("fresh").random(64);
    expect(await encapsulateFresh(own.publicKey, env)).toEqual(encapsulate(own.publicKey, coins));
    const wrapped: Env = { random: (length) => systemEnv().random(length), now: () => 5 };
    expect((await encapsulateFresh(own.publicKey, wrapped)).ciphertext.length).toBe(1120);
    const sealed = await hpkeSealFresh(own.publicKey, { info, plaintext, env: seededEnv("fresh") });
    expect(sealed).toEqual(hpkeSeal(own.publicKey, { info, plaintext, coins }));
  });

  it("refuses junk keys and envs as the other does, and before it asks the runtime", async () => {
    const native = vi.fn((key: Uint8Array) => soundEncapsulation(key));
    backend.mlkem768EncapsulateFresh = native;
    const unreduced = own.publicKey;
    unreduced.set([1, 13]);
    for (const env of [systemEnv(), seededEnv("fresh")]) {
      for (const key of [unreduced, own.publicKey.subarray(1), filled(1216, 0xff)]) {
        expect(await rejection(encapsulateFresh(key, env))).toMatchObject({ code: "INVALID_KEY", rule: "KEM-1" });
      }
    }
    expect(await rejection(encapsulateFresh(own.publicKey, {} as Env))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(native.mock.calls).toEqual([]);
  });

  it("wipes its coins, and the ephemeral key", async () => {
    for (const set of [() => stubSubtle({}), () => (backend.mlkem768EncapsulateFresh = soundEncapsulation)]) {
      set();
      const make = vi.spyOn(primitives, "x25519PrivateKey");
      await encapsulateFresh(own.publicKey, systemEnv());
      expect(make.mock.calls.map(([secret]) => secret)).toEqual([filled(32, 0)]);
      make.mockRestore();
    }
  });
});
