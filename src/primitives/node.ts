// The native backend: the primitives of suite 1 (docs/spec.md section 3) that node:crypto has, and noble for the rest, with the
// same bytes and verdicts. For Node. Deno, Bun and Electron also use it, and lack some of the primitives.

import { primitives as portable } from "./noble.js";
import { aesGcm, chachaPoly } from "./node-aead.js";
import { ed25519, x25519 } from "./node-curves.js";
import { sha2, sha3 } from "./node-hash.js";
import { mlKem } from "./node-mlkem.js";
import type { Primitives } from "./primitives.js";

const KEY = new Uint8Array(32);
const NONCE = new Uint8Array(12);
const SEED = new Uint8Array(64);

/** {@link Primitives} over node:crypto. */
export const primitives: Primitives = {
  ...portable,
  ...sha2,
  ...aesGcm,
  ...ifPresent(ed25519, ({ ed25519Sign }) => ed25519Sign(KEY, KEY)),
  ...ifPresent(x25519, ({ x25519PrivateKey }) => x25519PrivateKey(KEY)),
  ...ifPresent(sha3, ({ sha3_256, sha3_512, shake256 }) => [sha3_256(KEY), sha3_512(KEY), shake256(KEY, 32)]),
  ...ifPresent(chachaPoly, ({ chacha20poly1305Seal }) => chacha20poly1305Seal(KEY, NONCE, NONCE, NONCE)),
  ...ifPresent(mlKem, ({ mlkem768PrivateKey }) => mlkem768PrivateKey(SEED)),
};

/**
 * `native` if it works here: runtimes over BoringSSL know fewer names than OpenSSL, older Nodes have no ML-KEM, and newer Nodes
 * may read keys in another way.
 */
function ifPresent<Native extends Partial<Primitives>>(
  native: Native,
  use: (native: Native) => unknown,
): Native | undefined {
  try {
    use(native);
    return native;
  } catch {
    return undefined;
  }
}
