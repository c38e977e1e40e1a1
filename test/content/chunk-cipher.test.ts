// The choice of the cipher of chunks, and the bytes that it passes to WebCrypto: docs/spec.md section 12.

import { afterEach, describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/bytes/secret.js";
import { chunkCipher, ownCipher, webCipher } from "../../src/content/chunk-cipher.js";
import { chunkNonce } from "../../src/content/payload.js";
import { primitives } from "../../src/primitives/current.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import type { Aes256Gcm } from "../../src/primitives/primitives.js";
import { content, expectSame, sealChunk } from "./support.js";

const key = new Secret(content(32));
const nonce = chunkNonce(3, false);
const { subtle } = globalThis.crypto;
const backend = primitives as { nativeAes: Aes256Gcm | undefined };
const { nativeAes } = backend;

afterEach(() => {
  backend.nativeAes = nativeAes;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A chunk through the cipher of a runtime, and whether WebCrypto was used for it. */
async function used(runtime: {
  readonly nativeAes: Aes256Gcm | undefined;
  readonly crypto: unknown;
}): Promise<boolean> {
  const importKey = vi.spyOn(subtle, "importKey");
  backend.nativeAes = runtime.nativeAes;
  vi.stubGlobal("crypto", runtime.crypto);
  const cipher = await chunkCipher(key);
  const sealed = await sealChunk(cipher, nonce, content(50));
  expectSame(sealed, await sealChunk(ownCipher(nobleAes, key), nonce, content(50)));
  expect(await cipher.open(nonce, sealed)).toEqual(content(50));
  return importKey.mock.calls.length > 0;
}

describe("the cipher of chunks", () => {
  it("is the native backend's, otherwise WebCrypto's, otherwise the portable backend's", async () => {
    expect(await used({ nativeAes: nobleAes, crypto: { subtle } })).toBe(false);
    vi.restoreAllMocks();
    expect(await used({ nativeAes: undefined, crypto: { subtle } })).toBe(true);
    vi.restoreAllMocks();
    // A page over plain HTTP, and a runtime without any WebCrypto.
    expect(await used({ nativeAes: undefined, crypto: {} })).toBe(false);
    expect(await used({ nativeAes: undefined, crypto: undefined })).toBe(false);
  });
});

describe("a runtime that refuses WebCrypto, as workerd does while it loads a module", () => {
  it("seals and opens with the portable cipher", async () => {
    const refusing = { importKey: () => Promise.reject(new Error("Disallowed operation called within global scope")) };
    expect(await used({ nativeAes: undefined, crypto: { subtle: refusing } })).toBe(false);
  });
});

describe("WebCrypto", () => {
  /** WebCrypto that refuses memory which can grow or is shared, as browsers do. Records its arguments. */
  function strict() {
    const given: Uint8Array[] = [];
    const importKey = vi.fn((...args: Parameters<SubtleCrypto["importKey"]>) => subtle.importKey(...args));
    const check = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
      const { buffer } = bytes as { buffer: ArrayBufferLike & { readonly resizable?: boolean } };
      if (!(buffer instanceof ArrayBuffer) || buffer.resizable === true) throw new TypeError("not plain memory");
      given.push(bytes);
      return bytes as Uint8Array<ArrayBuffer>;
    };
    const refusing = {
      importKey,
      encrypt: async (algorithm: AesGcmParams, imported: CryptoKey, bytes: Uint8Array) =>
        subtle.encrypt({ ...algorithm, iv: check(algorithm.iv as Uint8Array) }, imported, check(bytes)),
      decrypt: async (algorithm: AesGcmParams, imported: CryptoKey, bytes: Uint8Array) =>
        subtle.decrypt({ ...algorithm, iv: check(algorithm.iv as Uint8Array) }, imported, check(bytes)),
    };
    return { given, importKey, cipher: webCipher(refusing as unknown as SubtleCrypto, key) };
  }

  it("gets the key's own bytes, leaves no copy behind, and never exports them", async () => {
    const { importKey, cipher } = strict();
    await cipher;
    expect(importKey.mock.calls.length).toBe(1);
    const [format, bytes, algorithm, isExtractable, usages] = importKey.mock.calls[0] as readonly unknown[];
    expect([format, algorithm, isExtractable, usages]).toEqual(["raw", "AES-GCM", false, ["encrypt", "decrypt"]]);
    expect(bytes).toBe(key.bytes());
  });

  it("gets bytes in plain memory directly, and others as copies", async () => {
    const { given, cipher } = strict();
    const plain = content(40);
    const sealed = await sealChunk(await cipher, nonce, plain);
    expect(given).toContain(plain);
    const Growing = ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    for (const buffer of [new Growing(56, { maxByteLength: 80 }), shared.buffer]) {
      const bytes = new Uint8Array(buffer, 0, 40);
      bytes.set(plain);
      expectSame(await sealChunk(await cipher, nonce, bytes), sealed);
      const whole = new Uint8Array(buffer, 0, 56);
      whole.set(sealed);
      expect(await (await cipher).open(nonce, whole)).toEqual(plain);
    }
  });
});
