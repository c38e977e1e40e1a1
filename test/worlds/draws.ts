// Randomness of a world: the same for the same step, and recorded, so that the checker knows which member drew which bytes.
// docs/spec.md section 5 (env).

import type { Env } from "../../src/primitives/env.js";
import { mix } from "./primitives.js";

/** An env that records the bytes drawn from it. */
export interface Draws extends Env {
  readonly drawn: readonly Uint8Array[];
}

/** Draws for one step. A step that is taken again draws the same. */
export function drawsFrom(step: string): Draws {
  const name = new TextEncoder().encode(step);
  const drawn: Uint8Array[] = [];
  return {
    drawn,
    random(length) {
      const bytes = mix(100 + drawn.length, length, name);
      drawn.push(bytes);
      return bytes.slice();
    },
    now: () => 1_700_000_000_000,
  };
}
