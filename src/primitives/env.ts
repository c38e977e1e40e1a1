// The two inputs that the library cannot compute: randomness and the time (docs/spec.md section 5). The rest of the library takes
// them from an Env, which the application may replace.

import { checkCount } from "../arguments/counts.js";
import { checkFunction } from "../arguments/options.js";
import { checkNow } from "../arguments/time.js";
import { type Bytes, isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** Where randomness and time come from. */
export interface Env {
  /** `length` bytes from a cryptographically secure source. */
  random(length: number): Uint8Array;
  /** Milliseconds since 1970-01-01T00:00:00Z, a whole number. */
  now(): number;
}

/** getRandomValues refuses to fill more bytes than this at once. */
const RANDOM_PIECE = 65_536;

/** The runtime's own secure randomness and clock. */
export function systemEnv(): Env {
  return { random: systemRandom, now: () => Date.now() };
}

/**
 * `length` fresh random bytes, which the caller owns and wipes.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` when `env.random` gives anything but that many bytes: a key made of too few bytes
 * would be weak, and nobody would notice.
 */
export function drawRandom(env: Env, length: number): Bytes {
  checkFunction("env.random", env?.random, "; pass systemEnv()");
  checkCount("length", length);
  // Not copied below: a copy would leave secrets behind that nobody wipes.
  if (drawsFromSystem(env)) return systemRandom(length);
  const drawn: unknown = env.random(length);
  if (!isBytes(drawn)) throw invalid("env.random must return a Uint8Array");
  if (drawn.length !== length) throw invalid(`env.random returned ${drawn.length} bytes, asked for ${length}`);
  // A copy: an env that returns the same buffer again and again must not change a key made from it.
  return new Uint8Array(drawn);
}

/** Whether the randomness is the runtime's own, so that the runtime may also draw it by itself. */
export function drawsFromSystem(env: Env): boolean {
  return env?.random === systemRandom;
}

/**
 * The time in milliseconds.
 *
 * @throws KeysteadError `INVALID_ARGUMENT` when `env.now` gives anything but a whole number ≥ 0 that is exact in
 * JavaScript.
 */
export function readClock(env: Env): number {
  checkFunction("env.now", env?.now, "; pass systemEnv()");
  const time = env.now();
  checkNow("what env.now returns", time);
  return time;
}

function systemRandom(length: number): Bytes {
  const bytes = new Uint8Array(length);
  try {
    for (let start = 0; start < length; start += RANDOM_PIECE) {
      globalThis.crypto.getRandomValues(bytes.subarray(start, start + RANDOM_PIECE));
    }
  } catch (cause) {
    // A runtime without WebCrypto; or workerd, which gives none in its global scope, while it loads a module.
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "this runtime has no secure random source here: call this in a request handler if it has one there, or pass an Env with your own",
      { cause },
    );
  }
  return bytes;
}

function invalid(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", message);
}
