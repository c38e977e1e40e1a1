// Ed25519 and X25519 over node:crypto: part of the native backend (docs/spec.md section 3). OpenSSL's own equation is SIG-5
// (cofactorless, compared as bytes) for keys and signatures that passed SIG-1 to SIG-4; public test vectors check that.

import * as crypto from "node:crypto";
import type { Bytes } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";
import { fromBase64url, plain, rawPrivateKey, readsRawKeys, toBase64url, withJoined } from "./node-keys.js";
import type { Primitives, VerifyLater, X25519PrivateKey } from "./primitives.js";

type Curve = "Ed25519" | "X25519";

/** About 1 KB each. Importing a key takes a sixth of the time of a verification, and the same members sign again and again. */
const MAX_KEYS = 1024;

// Public keys only: a cached key object of a secret would outlive the owner's wipe().
const verifyingKeys = new BoundedCache<crypto.KeyObject>(MAX_KEYS);
const recipientKeys = new BoundedCache<crypto.KeyObject>(MAX_KEYS);

/** Ed25519. noble checks whether a key is on the curve: OpenSSL imports any 32 bytes. */
export const ed25519 = {
  ed25519PublicKey: (seed) => publicBytes(privateKey("Ed25519", seed)),
  ed25519Sign: (seed, message) => plain(crypto.sign(null, message, privateKey("Ed25519", seed))),
  ed25519Verify: (key, message, signature, prefix) =>
    withJoined(prefix ? [prefix, message] : [message], (signed) =>
      crypto.verify(null, signed, publicKey("Ed25519", key, verifyingKeys), signature),
    ),
} satisfies Partial<Primitives>;

/** Ed25519 in the thread pool. */
export const verifyInPool: VerifyLater = (key, message, signature) =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, isValid: boolean) => (error ? reject(error) : resolve(isValid));
    const given: unknown = crypto.verify(null, message, publicKey("Ed25519", key, verifyingKeys), signature, done);
    // A runtime that knows no callback gives its verdict at once, and would never call.
    if (given !== undefined) resolve(given === true);
  });

/** X25519. */
export const x25519 = { x25519PrivateKey } satisfies Partial<Primitives>;

function x25519PrivateKey(secret: Uint8Array): X25519PrivateKey {
  let own: crypto.KeyObject | undefined = privateKey("X25519", secret);
  return {
    publicKey: publicBytes(own),
    agree: (peer) =>
      plain(
        crypto.diffieHellman({
          privateKey: own as crypto.KeyObject,
          publicKey: publicKey("X25519", peer, recipientKeys),
        }),
      ),
    // OpenSSL overwrites the key when the object is collected.
    wipe: () => {
      own = undefined;
    },
  };
}

// As JWK, which every runtime reads. DER takes ten times as long.
function publicKey(crv: Curve, bytes: Uint8Array, cache: BoundedCache<crypto.KeyObject>): crypto.KeyObject {
  return cache.getOrMake(bytes, () =>
    crypto.createPublicKey({ key: { kty: "OKP", crv, x: toBase64url(bytes) }, format: "jwk" }),
  );
}

function privateKey(crv: Curve, secret: Uint8Array): crypto.KeyObject {
  if (readsRawKeys) return rawPrivateKey(crv.toLowerCase() as Lowercase<Curve>, "raw-private", secret);
  // A JWK needs a public key beside the secret one. Runtimes without raw keys do not read it.
  return crypto.createPrivateKey({ key: { kty: "OKP", crv, x: "", d: toBase64url(secret) }, format: "jwk" });
}

function publicBytes(key: crypto.KeyObject): Bytes {
  return fromBase64url(crypto.createPublicKey(key).export({ format: "jwk" }).x as string);
}
