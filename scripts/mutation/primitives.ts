// Mutants of src/primitives that no test kills, one by one.

import type { Explained } from "./explained.js";

const CONSTANT = "the name and the length are for errors, and the constants of this file have none";
const TAG = "16 bytes are what Node takes for both ciphers when it is given no length";
const UNDEFINED = "a function that ends without a return gives undefined too";

export const PRIMITIVES: readonly Explained[] = [
  {
    file: "src/primitives/bounded-cache.ts",
    line: "if (known !== undefined) this.#values.delete(text);",
    becomes: ["true"],
    why: "deleting what is not there changes nothing",
  },
  {
    file: "src/primitives/ed25519-rules.ts",
    line: "if (difference !== 0) return difference < 0;",
    becomes: ["difference <= 0"],
    why: "it is not zero",
  },
  {
    file: "src/primitives/ed25519-rules.ts",
    line: 'return fromHex(hex, { name: "constant", length: 32 });',
    becomes: ["{}", '""'],
    why: CONSTANT,
  },
  {
    file: "src/primitives/env.ts",
    line: "for (let start = 0; start < length; start += RANDOM_PIECE) {",
    becomes: ["start <= length"],
    why: "one more piece at the end, of no bytes",
  },
  {
    file: "src/primitives/kem-rules.ts",
    line: '].map((hex) => fromHex(hex, { name: "constant", length: 32 }));',
    becomes: ["{}", '""'],
    why: CONSTANT,
  },
  {
    file: "src/primitives/noble-ed25519.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: UNDEFINED,
  },
  {
    file: "src/primitives/noble.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: UNDEFINED,
  },
  {
    file: "src/primitives/node-aead.ts",
    line: "const cipher = crypto.createCipheriv(algorithm, key, nonce, { authTagLength: TAG });",
    becomes: ["{}"],
    why: TAG,
  },
  {
    file: "src/primitives/node-aead.ts",
    line: "const decipher = crypto.createDecipheriv(algorithm, key, nonce, { authTagLength: TAG });",
    becomes: ["{}"],
    why: TAG,
  },
  {
    file: "src/primitives/node-curves.ts",
    line: 'return crypto.createPrivateKey({ key: { kty: "OKP", crv, x: "", d: toBase64url(secret) }, format: "jwk" });',
    becomes: ['"Stryker was here!"'],
    why: "runtimes that do not read raw keys do not look at the public key of a secret JWK",
  },
  {
    file: "src/primitives/hkdf.ts",
    line: "for (let at = 0; at < length; at += BLOCK) {",
    becomes: ["at <= length"],
    why: "one more block, of which no byte is kept",
  },
  {
    file: "src/primitives/node-keys.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: "undefined counts as false",
  },
  {
    file: "src/primitives/node-probe.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: "nothing is no more a pass than false",
  },
  {
    file: "src/primitives/fresh-kem.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: UNDEFINED,
  },
  {
    file: "src/primitives/kem-trials.ts",
    line: "[(key) => [key], ([given], own) => given !== undefined && opens(own, given)],",
    becomes: ["true"],
    why: "what throws in a trial has not passed it either",
  },
  {
    file: "src/primitives/kem-trials.ts",
    line: "[(key) => [key, key], ([one, other]) => !!one && !!other && !equalBytes(one.sharedSecret, other.sharedSecret)],",
    becomes: ["true", "!!one || !!other"],
    why: "what throws in a trial has not passed it either",
  },
  {
    file: "src/primitives/verify-later.ts",
    line: "return (await verify?.(...signed)) === true;",
    becomes: ["verify(...signed)"],
    why: "what throws here has accepted nothing",
  },
  {
    file: "src/primitives/web-kem.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: "undefined is no passed trial either",
  },
  {
    file: "src/primitives/ed25519-probe.ts",
    line: 'const hex = (digits: string) => fromHex(digits, { name: "constant" });',
    becomes: ["{}", '""'],
    why: CONSTANT,
  },
];
