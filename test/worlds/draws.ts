// Randomness of a world: the same for the same step, and remembered, so that the checker knows who drew what.
// docs/spec.md section 5 (env).

import type { Env } from "../../src/primitives/env.js";
import { mix } from "./primitives.js";

/** An env that remembers what was drawn from it. */
export interface Draws extends Env {
  readonly drawn: readonly Uint8Array[];
}

/** Draws for one step; a step that is taken again draws the same. */
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
