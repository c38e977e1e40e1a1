// The size that an app's users download: bundled, minified, gzipped.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle, ROOT } from "../support/bundle.js";
import type { Row } from "../support/row.js";

const PEERS = ["age-encryption", "ts-mls", "openpgp", "libsodium-wrappers-sumo", "@localfirst/auth"];
/** The parts of noble that src/primitives/ imports. */
const NOBLE = `
  export { gcm } from "@noble/ciphers/aes.js";
  export { chacha20poly1305 } from "@noble/ciphers/chacha.js";
  export { ed25519, x25519 } from "@noble/curves/ed25519.js";
  export { hkdf } from "@noble/hashes/hkdf.js";
  export { hmac } from "@noble/hashes/hmac.js";
  export { sha256, sha512 } from "@noble/hashes/sha2.js";
  export { sha3_256, shake256 } from "@noble/hashes/sha3.js";
  export { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
`;

async function weigh(contents: string, resolveDir = ROOT): Promise<number> {
  return gzipSync(await bundle(contents, { minify: true }, resolveDir)).length / 1000;
}

export const size: Row = {
  name: "bundle",
  title: "bundle, minified and gzipped",
  async *run() {
    const base = await weigh(NOBLE);
    yield { what: "what it uses of noble (baseline)", value: base, unit: "kB", base };
    const core = await weigh(`export * from "./src/index.ts";`);
    yield { what: "whole core", value: core, unit: "kB", base, target: { figure: core, atMost: 45, of: "kB" } };
    const sender = await weigh(`export { verifyLog, sealContent, systemEnv } from "./src/index.ts";`);
    yield { what: "a sender", value: sender, unit: "kB", base, target: { figure: sender, atMost: 34, of: "kB" } };
    const bench = fileURLToPath(new URL("../", import.meta.url));
    for (const name of PEERS) {
      const value = await weigh(`export * from "${name}";`, bench).catch(() => undefined);
      yield { what: name, value, unit: "kB", base };
    }
  },
};
