// An Env for tests: the same seed gives the same randomness and the same times, so that a failure can be replayed
// (docs/spec.md section 5: all randomness and time come from an Env).

import { sha256 } from "@noble/hashes/sha2.js";
import type { Env } from "../../src/primitives/env.js";

/**
 * Randomness is SHA-256(utf8(seed) ‖ 0x00 ‖ counter, 4 bytes), cut to the requested length; the counter increases with every
 * block. The clock starts at `start` and advances by a second each time it is read.
 */
export function seededEnv(seed: string, start = 1_700_000_000_000): Env {
  const prefix = new TextEncoder().encode(`${seed}\0`);
  let counter = 0;
  let time = start;
  const block = (): Uint8Array => {
    const input = new Uint8Array(prefix.length + 4);
    input.set(prefix);
    new DataView(input.buffer).setUint32(prefix.length, counter++);
    return sha256(input);
  };
  return {
    random(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) bytes.set(block().subarray(0, length - at), at);
      return bytes;
    },
    now() {
      const now = time;
      time += 1000;
      return now;
    },
  };
}
