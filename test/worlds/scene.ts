// A world in which moves are tried, and what a move is.

import { type Draws, drawsFrom } from "./draws.js";
import type { Keyrings, Step, World } from "./world.js";

/** What somebody tries: a step, or an error of the library. */
export interface Move {
  /** For people: `A approves B`. */
  readonly text: string;
  /**
   * Writes and verifies the link with the real code. "authored" where only that is asked, whether it can be.
   *
   * @throws as the library does
   */
  readonly take: () => Step | Change | "authored";
  /** A step that `agenda` gave. */
  readonly isAdvised?: true;
  /** Tried, and judged, in every world; but nobody does it unasked, and nothing goes on from there. */
  readonly isProbe?: true;
}

/** What happens without a link. */
export interface Change {
  readonly world: World;
  readonly keyrings?: Keyrings;
}

/** A world with everybody's keyrings, those of removed members included, in which moves are tried. */
export interface Scene {
  readonly world: World;
  readonly keyrings: Keyrings;
}

/** Randomness of a move: different in every world and for every move. */
export function envOf({ world }: Scene, text: string): Draws {
  return drawsFrom(`${world.log.head.hash}/${text}`);
}
