// The native backend: the primitives of suite 1 (docs/spec.md section 3) that node:crypto has, and noble for the rest, with the
// same bytes and verdicts. For Node. Deno, Bun, Electron and workerd also use it. They lack some of the primitives: runtimes over
// BoringSSL know fewer names than OpenSSL, older Nodes have no ML-KEM, and newer Nodes may read keys in another way.

import { aesGcm, chachaPoly } from "./node-aead.js";
import { ed25519, verifyInPool, x25519 } from "./node-curves.js";
import { sha2, sha3 } from "./node-hash.js";
import { mlKem } from "./node-mlkem.js";
import { withProbed } from "./node-probe.js";
import type { Platform, Primitives } from "./primitives.js";
import { webVerifier } from "./web-ed25519.js";

/** {@link Primitives} over node:crypto, as far as it works here. */
export const primitives: Primitives = withProbed({
  ...sha2,
  ...sha3,
  ...aesGcm,
  ...chachaPoly,
  ...ed25519,
  ...x25519,
  ...mlKem,
});

/** Node's thread pool, and WebCrypto in other runtimes: Node warns of WebCrypto's Ed25519. */
export const platform: Platform = { verifiers: [() => verifyInPool, webVerifier], hash: undefined };
