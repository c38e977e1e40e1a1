// Ed25519 by the runtime's WebCrypto, which verifies several signatures at a time on threads of its own. Not every runtime has it,
// and each has its own equation: see verify-later.ts.

import type { Bytes } from "../bytes/bytes.js";
import { BoundedCache } from "./bounded-cache.js";
import type { VerifyLater } from "./primitives.js";

/** Members sign again and again; importing a key takes half as long as a verification. */
const MAX_KEYS = 1024;

/** Undefined where there is no WebCrypto: a page served over plain HTTP. */
export function webVerifier(subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle): VerifyLater | undefined {
  if (!subtle) return undefined;
  const keys = new BoundedCache<Promise<CryptoKey>>(MAX_KEYS);
  return async (publicKey, message, signature) => {
    const key = await keys.getOrMake(publicKey, () =>
      subtle.importKey("raw", publicKey as Bytes, "Ed25519", false, ["verify"]),
    );
    return await subtle.verify("Ed25519", key, signature as Bytes, message as Bytes);
  };
}
