// A weakened rule: a change of the real source which the checker must find out.

import type { ExploreOptions } from "../explore.js";
import type { Property } from "../rules.js";

/** A part of a source file that is replaced. It must be there exactly once, so that a mutant never rots into the real code. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A weakened rule. */
export interface Mutant {
  /** What the rule becomes. */
  readonly name: string;
  /** The rule that is weakened; `8` is the spec's section 8. */
  readonly rule: string;
  readonly changes: readonly Change[];
  /** Moves that lead to the world to start from, and how many more are needed. */
  readonly start: readonly string[];
  readonly depth: number;
  /** How the world is made, where it is not as usual. */
  readonly scene?: Pick<ExploreOptions, "kind" | "stolen" | "acts" | "seeds" | "behind">;
  /** The property that it must break. */
  readonly breaks: Property;
}

export const HOUSEHOLD = ["B joins", "A approves B"];
export const ESCROWED = ["A enrolls escrow"];
export const THEFT = ["T joins"];
