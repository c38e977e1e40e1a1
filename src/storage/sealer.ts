// Seals records before they reach a store, so that a copied file or database reveals nothing.

import { concat, isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { labelPrefix } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";
import { keptKey } from "./indexed-db.js";

/**
 * Seals and opens records. The associated data binds a record to its place: a record that was moved or replayed does not open.
 */
export interface Sealer {
  /**
   * `webcrypto`: a key of this browser that scripts cannot read. `passkey`: that key, and a passkey. `caller`: a key that the app
   * keeps.
   */
  readonly kind: "webcrypto" | "passkey" | "caller";
  /** @returns the sealed record, 29 bytes longer than `bytes` for each layer. */
  seal(bytes: Uint8Array, associatedData: Uint8Array): Promise<Uint8Array>;
  /** @throws `STORE_CORRUPT` when the record was changed, moved, or sealed by another key */
  open(sealed: Uint8Array, associatedData: Uint8Array): Promise<Uint8Array>;
}

const VERSION = 1;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const KEY_LENGTH = 32;
const ALGORITHM = { name: "AES-GCM", length: 256 } as const;

/**
 * Seals with a key that stays in this browser: WebCrypto makes it, not extractable, and IndexedDB keeps it beside the store. It stops
 * people who copy files or the database; it does not stop a script that runs in the app's own origin, which can ask for records to be
 * opened just as the app can.
 *
 * @param namespace of the {@link indexedDbStore} whose records it seals.
 * @throws `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`
 */
export async function webCryptoSealer(namespace: string): Promise<Sealer> {
  const make = () => crypto.subtle.generateKey(ALGORITHM, false, ["encrypt", "decrypt"]) as Promise<CryptoKey>;
  return sealerOf("webcrypto", await keptKey(namespace, "sealer", make));
}

/**
 * Seals with a key that the app keeps, for example in the system's keychain.
 *
 * @param key 32 secret bytes. They are copied into WebCrypto; the caller wipes its own.
 * @throws `INVALID_ARGUMENT`
 */
export async function callerSealer(key: Uint8Array): Promise<Sealer> {
  return sealerOf("caller", await importKey(checkSecret("key", key), "AES-GCM", ["encrypt", "decrypt"]));
}

/**
 * Wraps another sealer in a second layer whose key comes from a passkey (the PRF extension of WebAuthn level 3). Nobody opens
 * records without the passkey, not even an attacker who copied this browser's profile.
 *
 * @param inner the sealer of this browser.
 * @param prf the 32 bytes of `getClientExtensionResults().prf.results.first`. The caller wipes its own.
 * @throws `INVALID_ARGUMENT`
 */
export async function passkeySealer(inner: Sealer, prf: Uint8Array): Promise<Sealer> {
  const material = await importKey(checkSecret("prf", prf), "HKDF", ["deriveKey"]);
  const info = labelPrefix(LABELS.storePasskey);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: info as BufferSource };
  const key = await crypto.subtle.deriveKey(derivation, material, ALGORITHM, false, ["encrypt", "decrypt"]);
  const outer = sealerOf("passkey", key);
  return {
    kind: "passkey",
    seal: async (bytes, associatedData) => outer.seal(await inner.seal(bytes, associatedData), associatedData),
    open: async (sealed, associatedData) => inner.open(await outer.open(sealed, associatedData), associatedData),
  };
}

/** A record as bytes: version 1, a random nonce of 12 bytes, and AES-256-GCM's ciphertext with its tag. */
function sealerOf(kind: Sealer["kind"], key: CryptoKey): Sealer {
  const parameters = (nonce: Uint8Array, additionalData: Uint8Array) => ({
    ...{ name: ALGORITHM.name, iv: nonce as BufferSource, tagLength: 8 * TAG_LENGTH },
    additionalData: additionalData as BufferSource,
  });
  return {
    kind,
    async seal(bytes, associatedData) {
      checkBytes("bytes", bytes);
      checkBytes("associatedData", associatedData);
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
      const sealed = await crypto.subtle.encrypt(parameters(nonce, associatedData), key, bytes as BufferSource);
      return concat(Uint8Array.of(VERSION), nonce, new Uint8Array(sealed));
    },
    async open(sealed, associatedData) {
      checkBytes("sealed", sealed);
      checkBytes("associatedData", associatedData);
      const nonce = sealed.subarray(1, 1 + NONCE_LENGTH);
      if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_LENGTH + TAG_LENGTH) throw corrupt();
      const ciphertext = sealed.subarray(1 + NONCE_LENGTH) as BufferSource;
      try {
        return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, associatedData), key, ciphertext));
      } catch (cause) {
        throw corrupt(cause);
      }
    },
  };
}

async function importKey(bytes: Uint8Array, algorithm: "AES-GCM" | "HKDF", usages: KeyUsage[]): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", bytes as BufferSource, algorithm, false, usages);
}

function checkSecret(name: string, value: unknown): Uint8Array {
  if (isBytes(value) && value.length === KEY_LENGTH) return value;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a Uint8Array of ${KEY_LENGTH} bytes`);
}

function checkBytes(name: string, value: unknown): void {
  if (!isBytes(value)) throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a Uint8Array`);
}

function corrupt(cause?: unknown): KeysteadError {
  return new KeysteadError(
    "STORE_CORRUPT",
    "a stored record does not open: it was changed, moved, or sealed by another key; check key, subject, associated data",
    { cause },
  );
}
