// The size that an app's users download: bundled, minified, gzipped.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle, ROOT } from "../support/bundle.js";
import type { Row } from "../support/row.js";

const PEERS = ["age-encryption", "ts-mls", "openpgp", "libsodium-wrappers-sumo", "@localfirst/auth"];
/** Loaded only where WebCrypto is missing, so no part of what most users download. */
const LATER = "*/noble-aes.js";
/** The parts of noble that the portable backend imports. */
const NOBLE = `
  export { chacha20poly1305 } from "@noble/ciphers/chacha.js";
  export { ed25519, x25519 } from "@noble/curves/ed25519.js";
  export { sha256, sha512 } from "@noble/hashes/sha2.js";
  export { sha3_256, sha3_512, shake256 } from "@noble/hashes/sha3.js";
  export { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
`;

const DEVICE = "createLog, verifyLog, joinLog, review, rotate, receive, sealContent, openContent, agenda, systemEnv";

async function weigh(contents: string, resolveDir = ROOT): Promise<number> {
  return gzipSync(await bundle(contents, { minify: true, external: [LATER] }, resolveDir)).length / 1000;
}

export const size: Row = {
  name: "bundle",
  title: "bundle, minified and gzipped",
  async *run() {
    const base = await weigh(NOBLE);
    yield { what: "what it uses of noble (baseline)", value: base, unit: "kB", base };
    const core = await weigh(`export * from "./src/index.ts";`);
    yield { what: "everything", value: core, unit: "kB", base, target: { figure: core, atMost: 78, of: "kB" } };
    const device = await weigh(`export { ${DEVICE} } from "./src/index.ts";`);
    yield { what: "a device", value: device, unit: "kB", base, target: { figure: device, atMost: 58, of: "kB" } };
    const sender = await weigh(`export { verifyLog, sealContent, systemEnv } from "./src/index.ts";`);
    yield { what: "a sender", value: sender, unit: "kB", base, target: { figure: sender, atMost: 48, of: "kB" } };
    const bench = fileURLToPath(new URL("../", import.meta.url));
    for (const name of PEERS) {
      const value = await weigh(`export * from "${name}";`, bench).catch(() => undefined);
      yield { what: name, value, unit: "kB", base };
    }
  },
};
