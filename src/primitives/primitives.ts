// The one interface through which the library uses cryptography, so that a native backend can replace the portable one with
// byte-identical results. Implements no rule itself: docs/spec.md section 3, suite 1.

import type { Bytes } from "../bytes/bytes.js";

/** An X25519 private key that a backend keeps ready for use (a native backend keeps a key object). */
export interface X25519PrivateKey {
  /** 32 bytes: the u coordinate of the public key. */
  readonly publicKey: Uint8Array;
  /** 32-byte shared secret with a peer's 32-byte key that is not of low order (`isLowOrderX25519`); the caller wipes it. */
  agree(publicKey: Uint8Array): Uint8Array;
  /** Overwrites the secret; the object must not be used afterwards. */
  wipe(): void;
}

/** An expanded ML-KEM-768 decapsulation key. */
export interface MlKem768PrivateKey {
  /** 1,184 bytes. */
  readonly publicKey: Uint8Array;
  /** 32-byte shared secret of a 1,088-byte ciphertext, pseudorandom for a forged one; the caller wipes it. */
  decapsulate(ciphertext: Uint8Array): Uint8Array;
  /** Overwrites the secret; the object must not be used afterwards. */
  wipe(): void;
}

/** Result of an ML-KEM encapsulation. */
export interface Encapsulated {
  readonly ciphertext: Uint8Array;
  /** 32 bytes, secret; the caller wipes it. */
  readonly sharedSecret: Uint8Array;
}

/** AES-256-GCM, SP 800-38D with a 12-byte nonce. */
export interface Aes256Gcm {
  /** Ciphertext followed by a 16-byte tag, in one part or two: joining them would copy what a stream can give one after the other. */
  aes256gcmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): readonly Bytes[];
  /** Undefined when the tag (the last of at least 16 bytes) does not verify. */
  aes256gcmOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined;
}

/**
 * Raw operations. The callers in this folder check lengths, key validity and the rules of docs/spec.md, once for every backend.
 * An implementation may assume well-formed inputs, must not change or keep them, and returns bytes that the caller owns.
 */
export interface Primitives {
  /** Of the parts, joined. */
  sha256(...parts: Uint8Array[]): Bytes;
  sha3_256(data: Uint8Array): Bytes;
  sha3_512(data: Uint8Array): Bytes;
  shake256(data: Uint8Array, length: number): Bytes;
  hmacSha256(key: Uint8Array, data: Uint8Array): Bytes;
  /** RFC 5869, extract and expand; `length` is 1 to 8,160. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Bytes;

  /** RFC 8032: 32-byte seed to 32-byte public key. */
  ed25519PublicKey(seed: Uint8Array): Bytes;
  /** RFC 8032: 64-byte signature. */
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Bytes;
  /** Whether 32 bytes that passed SIG-3 and SIG-4 decode to a point of the curve. */
  ed25519IsPoint(publicKey: Uint8Array): boolean;
  /**
   * SIG-5 alone, of `prefix` and `message` joined, for a key and signature that passed SIG-1 to SIG-4. False when the key is not on the
   * curve.
   */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, prefix?: Uint8Array): boolean;

  /** RFC 7748: 32 secret bytes, clamped by the backend. */
  x25519PrivateKey(secret: Uint8Array): X25519PrivateKey;
  /** FIPS 203: 64-byte seed `d ‖ z`. */
  mlkem768PrivateKey(seed: Uint8Array): MlKem768PrivateKey;
  /** FIPS 203: for a 1,184-byte key that passed the modulus check, with 32 bytes of coins. */
  mlkem768Encapsulate(publicKey: Uint8Array, coins: Uint8Array): Encapsulated;
  /** The same with coins of the runtime's own, where the runtime has it. Throws for any other key. */
  mlkem768EncapsulateFresh?(publicKey: Uint8Array): Encapsulated;

  /** RFC 8439: ciphertext followed by a 16-byte tag. */
  chacha20poly1305Seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes;
  /** Undefined when the tag (the last of at least 16 bytes) does not verify. */
  chacha20poly1305Open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined;
  /**
   * The runtime's own AES-256-GCM, which is faster than WebCrypto and has fewer limits. The portable one is no part of a backend:
   * it is loaded where WebCrypto is missing too (noble-aes.ts).
   */
  readonly nativeAes: Aes256Gcm | undefined;
}

/**
 * SIG-5 alone, for a key and signature that passed SIG-1 to SIG-4, by the platform and beside this thread. It may reject where the
 * platform refuses a key. The arguments must not change until then.
 */
export type VerifyLater = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** Makes a verifier; undefined where the platform has none. */
export type MakeVerifier = () => VerifyLater | undefined;

/** SHA-256 by the platform, not on this stack. It may reject. The argument must not change until then. */
export type HashLater = (data: Uint8Array) => Promise<Uint8Array>;

/** What a platform does beside this thread, or faster on it. */
export interface Platform {
  /** The first that is exact is used. */
  readonly verifiers: readonly MakeVerifier[];
  /** Undefined where the backend's own SHA-256 is as fast. */
  readonly hash: HashLater | undefined;
}
