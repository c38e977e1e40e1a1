// A world in which moves are tried, and the type of a move.

import { type Draws, drawsFrom } from "./draws.js";
import type { Keyrings, Step, World } from "./world.js";

/** An attempt: a step, or an error of the library. */
export interface Move {
  /** For people: `A approves B`. */
  readonly text: string;
  /**
   * Writes and verifies the link with the real code. Gives "authored" if the question is only whether it can be authored.
   *
   * @throws as the library does
   */
  readonly take: () => Step | Change | "authored";
  /** A step from `agenda`. */
  readonly isAdvised?: true;
  /** Tried and judged in every world. But nobody does it unasked, and no move continues from there. */
  readonly isProbe?: true;
}

/** An event without a link. */
export interface Change {
  readonly world: World;
  readonly keyrings?: Keyrings;
}

/** A world with all keyrings, including those of removed members, in which moves are tried. */
export interface Scene {
  readonly world: World;
  readonly keyrings: Keyrings;
}

/** Randomness of a move: different in every world and for every move. */
export function envOf({ world }: Scene, text: string): Draws {
  return drawsFrom(`${world.log.head.hash}/${text}`);
}
