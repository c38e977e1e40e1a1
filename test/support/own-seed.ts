// A member's own seed, for tests that start again from it alone (docs/spec.md section 5).

import { type Keyring, ownKeys } from "../../src/keys/keyring.js";

/** The 32-byte seed of a device or backup key. */
export function ownSeed(keyring: Keyring): Uint8Array {
  return ownKeys(keyring).copySeed().bytes();
}
