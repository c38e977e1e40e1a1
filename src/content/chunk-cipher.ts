// The cipher of payload chunks: AES-256-GCM of the native backend, or of the runtime's WebCrypto, or the portable one, which is
// loaded only then. All give the same bytes. docs/spec.md section 12.

import type { Bytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { checkedGcm } from "../primitives/aead.js";
import { primitives } from "../primitives/current.js";
import type { Aes256Gcm } from "../primitives/primitives.js";

/**
 * Seals and opens single chunks under one key. Several chunks may be in progress at the same time. What is given may change as soon as a
 * method returns: WebCrypto too copies its input before it does.
 */
export interface ChunkCipher {
  /** Chunks in progress that make it fast: more than one only where other threads do the work. */
  readonly inFlight: number;
  /** Ciphertext ‖ 16-byte tag, in one part or two. The 12-byte nonce must be used for no other chunk. */
  seal(nonce: Uint8Array, plaintext: Uint8Array): Promise<readonly Bytes[]>;
  /** The plaintext of at least 16 bytes; undefined when they are not authentic. */
  open(nonce: Uint8Array, sealed: Uint8Array): Promise<Bytes | undefined>;
}

/**
 * The fastest cipher of this runtime, under a 32-byte key. The caller wipes the key when it no longer uses the cipher.
 *
 * @throws KeysteadError `OFFLINE` when the portable cipher is needed and its part of the app cannot be loaded.
 */
export async function chunkCipher(key: Secret): Promise<ChunkCipher> {
  if (primitives.nativeAes) return ownCipher(primitives.nativeAes, key);
  try {
    return await webCipher(globalThis.crypto.subtle, key);
  } catch {
    // WebCrypto is absent outside secure contexts (a page served over plain HTTP), and workerd refuses every operation of it while it
    // loads a module.
    return ownCipher(await portableAes(), key);
  }
}

async function portableAes(): Promise<Aes256Gcm> {
  try {
    return (await import("../primitives/noble-aes.js")).nobleAes;
  } catch (cause) {
    throw new KeysteadError(
      "OFFLINE",
      "the cipher for runtimes without WebCrypto could not be loaded; try again when the app's files can be reached, or serve the app over HTTPS, where browsers have WebCrypto",
      { cause },
    );
  }
}

/** AES-256-GCM by WebCrypto, several times as fast with a few chunks in flight. */
export async function webCipher(subtle: SubtleCrypto, key: Secret): Promise<ChunkCipher> {
  const imported = await subtle.importKey("raw", plainMemory(key.bytes()), "AES-GCM", false, ["encrypt", "decrypt"]);
  const algorithm = (nonce: Uint8Array) => ({ name: "AES-GCM", iv: plainMemory(nonce) });
  return {
    // Enough to keep WebCrypto's threads busy, with little memory.
    inFlight: 16,
    seal: async (nonce, plaintext) => [
      new Uint8Array(await subtle.encrypt(algorithm(nonce), imported, plainMemory(plaintext))),
    ],
    async open(nonce, sealed) {
      try {
        return new Uint8Array(await subtle.decrypt(algorithm(nonce), imported, plainMemory(sealed)));
      } catch {
        // The inputs are well-formed, so only a wrong tag can be the cause.
        return undefined;
      }
    },
  };
}

/** AES-256-GCM by a backend's own function, or the portable one. */
export function ownCipher(aes: Aes256Gcm, key: Secret): ChunkCipher {
  const { seal, open } = checkedGcm(aes);
  return {
    inFlight: 1,
    seal: async (nonce, plaintext) => seal(key.bytes(), nonce, NO_BYTES, plaintext),
    open: async (nonce, sealed) => open(key.bytes(), nonce, NO_BYTES, sealed),
  };
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);

/** WebCrypto refuses bytes in shared or resizable memory with a TypeError, so those are copied first. */
function plainMemory(bytes: Uint8Array): Bytes {
  const { buffer }: { readonly buffer: ArrayBufferLike & { readonly resizable?: boolean } } = bytes;
  const isPlain = buffer instanceof ArrayBuffer && buffer.resizable !== true;
  return isPlain ? (bytes as Bytes) : new Uint8Array(bytes);
}
