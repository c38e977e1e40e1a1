// A weakened rule: a change of the real source that the checker must detect.

import type { ExploreOptions } from "../explore.js";
import type { Property } from "../rules.js";

/** A part of a source file that is replaced. It must occur exactly once, so that an outdated mutant fails. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A weakened rule. */
export interface Mutant {
  /** The weakened form of the rule. */
  readonly name: string;
  /** The rule that is weakened; `8` is section 8 of the specification. */
  readonly rule: string;
  readonly changes: readonly Change[];
  /** Moves that lead to the world to start from, and the number of further moves that are needed. */
  readonly start: readonly string[];
  readonly depth: number;
  /** Options of the world, where they are not the default ones. */
  readonly scene?: Pick<ExploreOptions, "kind" | "stolen" | "acts" | "seeds" | "behind">;
  /** The property that it must break. */
  readonly breaks: Property;
}

export const HOUSEHOLD = ["B joins", "A approves B"];
export const ESCROWED = ["A enrolls escrow"];
export const THEFT = ["T joins"];
