// The X-Wing KEM (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 joined, so that the result stays secure when one of them
// is broken. docs/spec.md section 3.

import { assertBytes, type Bytes, concat, wipe } from "../bytes/bytes.js";
import { redacted } from "../bytes/redacted.js";
import { KeysteadError } from "../errors.js";
import { primitives } from "./current.js";
import { drawRandom, drawsFromSystem, type Env } from "./env.js";
import { freshEncapsulation } from "./fresh-kem.js";
import { checkKemKey, isLowOrderX25519, MLKEM_PUBLIC_KEY_LENGTH } from "./kem-rules.js";
import type { Encapsulated, MlKem768PrivateKey, X25519PrivateKey } from "./primitives.js";

export { checkKemKey, KEM_PUBLIC_KEY_LENGTH } from "./kem-rules.js";

/** Bytes of a ciphertext: 1,088 of ML-KEM-768, then 32 of X25519. */
export const KEM_CIPHERTEXT_LENGTH = 1120;
/** Bytes of the seed that is the private key. */
export const KEM_SEED_LENGTH = 32;
/** Bytes of the coins that determine an encapsulation: 32 for ML-KEM-768, then the ephemeral X25519 secret. */
export const KEM_COINS_LENGTH = 64;

const MLKEM_CIPHERTEXT_LENGTH = 1088;

// The draft's label \.//^\ , which closes the combiner's input.
const COMBINER_LABEL = /* @__PURE__ */ Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);

interface Expanded {
  readonly mlkem: MlKem768PrivateKey;
  readonly x25519: X25519PrivateKey;
  readonly publicKey: Uint8Array;
}

/**
 * An X-Wing private key. It is expanded at its first use and then kept expanded, since expanding costs as much as opening a
 * ciphertext. It holds secrets: the owner calls {@link KemPrivateKey.wipe}. Printing it shows none of them.
 */
export class KemPrivateKey extends /* @__PURE__ */ redacted("[KemPrivateKey]") {
  /** d and z of ML-KEM and the X25519 secret, until they are expanded. */
  #secrets: Uint8Array | undefined;
  #expanded: Expanded | undefined;

  /**
   * @param seed - 32 bytes, copied. The caller wipes its own array.
   * @throws KeysteadError `INVALID_ARGUMENT` when it is not 32 bytes.
   */
  constructor(seed: Uint8Array) {
    super();
    assertBytes(seed, KEM_SEED_LENGTH, "seed");
    this.#secrets = primitives.shake256(seed, 96);
  }

  /**
   * ρ of the ML-KEM part of the public key, 32 bytes, a copy: a commitment to the seed that costs a hundredth of expanding the key
   * (GRT-4). @throws KeysteadError `WIPED` after {@link KemPrivateKey.wipe}.
   */
  get rho(): Bytes {
    if (this.#expanded) return new Uint8Array(rhoOf(this.#expanded.publicKey));
    const input = concat(this.#unexpanded().subarray(0, 32), MLKEM_K);
    const hash = primitives.sha3_512(input);
    const rho = hash.slice(0, 32);
    wipe(input, hash);
    return rho;
  }

  /** The 1,216-byte public key, a copy. @throws KeysteadError `WIPED` after {@link KemPrivateKey.wipe}. */
  get publicKey(): Bytes {
    return this.#expand().publicKey.slice();
  }

  /**
   * The 32-byte shared secret of a 1,120-byte ciphertext, which the caller wipes. A forged ciphertext gives a secret that nobody
   * knows, as in ML-KEM. Returns undefined when the X25519 half is of low order. The draft would go on with a zero secret: ML-KEM
   * alone would then protect the content, without any warning. No honest sender makes such a half.
   *
   * @throws KeysteadError `INVALID_ARGUMENT` for wrong types or lengths; `WIPED` after {@link KemPrivateKey.wipe}.
   */
  decapsulate(ciphertext: Uint8Array): Bytes | undefined {
    assertBytes(ciphertext, KEM_CIPHERTEXT_LENGTH, "ciphertext");
    const { mlkem, x25519 } = this.#expand();
    const ephemeral = ciphertext.subarray(MLKEM_CIPHERTEXT_LENGTH);
    if (isLowOrderX25519(ephemeral)) return undefined;
    const mlkemSecret = mlkem.decapsulate(ciphertext.subarray(0, MLKEM_CIPHERTEXT_LENGTH));
    return combine(mlkemSecret, x25519.agree(ephemeral), ephemeral, x25519.publicKey);
  }

  /** Overwrites the secrets. Every later use throws `WIPED`. */
  wipe(): void {
    if (this.#secrets) wipe(this.#secrets);
    this.#expanded?.mlkem.wipe();
    this.#expanded?.x25519.wipe();
    this.#secrets = undefined;
    this.#expanded = undefined;
  }

  #expand(): Expanded {
    if (this.#expanded) return this.#expanded;
    const secrets = this.#unexpanded();
    const mlkem = primitives.mlkem768PrivateKey(secrets.subarray(0, 64));
    const x25519 = primitives.x25519PrivateKey(secrets.subarray(64));
    this.#expanded = { mlkem, x25519, publicKey: concat(mlkem.publicKey, x25519.publicKey) };
    wipe(secrets);
    this.#secrets = undefined;
    return this.#expanded;
  }

  #unexpanded(): Uint8Array {
    if (this.#secrets) return this.#secrets;
    throw new KeysteadError("WIPED", "this KEM private key was wiped and cannot be used any more; derive it again");
  }
}

/** Offset of ρ, the seed of the public matrix, in a public key: the end of the ML-KEM part. */
const RHO_START = 1152;
/** FIPS 203, algorithm 13: the parameter k of ML-KEM-768, which key generation hashes together with d. */
const MLKEM_K = /* @__PURE__ */ Uint8Array.of(3);

/** ρ in the public key of a 32-byte seed, see {@link KemPrivateKey.rho}. The caller wipes the seed. */
export function kemRho(seed: Uint8Array): Bytes {
  const key = new KemPrivateKey(seed);
  const { rho } = key;
  key.wipe();
  return rho;
}

/** The ρ in a public key, as a view. */
export function rhoOf(publicKey: Uint8Array): Uint8Array {
  return publicKey.subarray(RHO_START, MLKEM_PUBLIC_KEY_LENGTH);
}

/** The 1,216-byte public key of a 32-byte seed. The caller wipes the seed. */
export function kemPublicKey(seed: Uint8Array): Bytes {
  const key = new KemPrivateKey(seed);
  try {
    return key.publicKey;
  } finally {
    key.wipe();
  }
}

/**
 * A shared secret for the holder of `publicKey`, fully determined by 64 bytes of coins (the draft's EncapsulateDerand). The coins
 * must be secret, and uniform or derived for each recipient. The caller wipes them and the shared secret.
 *
 * @throws KeysteadError `INVALID_KEY` (KEM-1) for a junk key; `INVALID_ARGUMENT` for wrong types or coins.
 */
export function encapsulate(publicKey: Uint8Array, coins: Uint8Array): Encapsulated {
  checkKemKey(publicKey, "public key");
  assertBytes(coins, KEM_COINS_LENGTH, "coins");
  const join = x25519Half(publicKey, coins.subarray(32));
  return join(primitives.mlkem768Encapsulate(publicKey.subarray(0, MLKEM_PUBLIC_KEY_LENGTH), coins.subarray(0, 32)));
}

/**
 * A shared secret for the holder of `publicKey` that nothing determines: `env` draws the coins, or, where its randomness is the system's
 * and the runtime has ML-KEM, the runtime those of ML-KEM. The caller wipes it.
 *
 * @throws KeysteadError `INVALID_KEY` (KEM-1) for a junk key; `INVALID_ARGUMENT` for wrong types, or an invalid env.
 */
export async function encapsulateFresh(publicKey: Uint8Array, env: Env): Promise<Encapsulated> {
  const fresh = drawsFromSystem(env) ? await freshEncapsulation() : undefined;
  if (fresh) checkKemKey(publicKey, "public key");
  const coins = drawRandom(env, KEM_COINS_LENGTH);
  try {
    if (!fresh) return encapsulate(publicKey, coins);
    // Begun first: WebCrypto works beside this thread.
    const mlkem = fresh(publicKey.subarray(0, MLKEM_PUBLIC_KEY_LENGTH));
    return x25519Half(publicKey, coins.subarray(32))(await mlkem);
  } finally {
    wipe(coins);
  }
}

/** What joins the X25519 half of an encapsulation, which an ephemeral secret determines, to the half of ML-KEM. */
function x25519Half(publicKey: Uint8Array, secret: Uint8Array): (mlkem: Encapsulated) => Encapsulated {
  const recipient = publicKey.subarray(MLKEM_PUBLIC_KEY_LENGTH);
  const ephemeral = primitives.x25519PrivateKey(secret);
  try {
    const shared = ephemeral.agree(recipient);
    const { publicKey: point } = ephemeral;
    return ({ ciphertext, sharedSecret }) => ({
      ciphertext: concat(ciphertext, point),
      sharedSecret: combine(sharedSecret, shared, point, recipient),
    });
  } finally {
    ephemeral.wipe();
  }
}

// The draft's combiner. The X25519 ciphertext and key are hashed because X25519 alone does not bind them to its secret;
// ML-KEM does. Wipes both secrets.
function combine(mlkem: Uint8Array, x25519: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array): Bytes {
  const input = concat(mlkem, x25519, ciphertext, publicKey, COMBINER_LABEL);
  const sharedSecret = primitives.sha3_256(input);
  wipe(input, mlkem, x25519);
  return sharedSecret;
}
