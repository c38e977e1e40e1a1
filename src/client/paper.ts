// A backup key as it is shown once, and the proof that it is on paper: two of its groups, typed back. docs/spec.md section 9.

import { equalBytes } from "../bytes/bytes.js";
import { utf8Encode } from "../bytes/text.js";
import { drawRandom, type Env } from "../primitives/env.js";

/** A backup key to show. The text is as secret as the key: show it, and do not keep it. */
export interface ShownPaper {
  /** The 36 characters in nine groups. */
  readonly text: string;
  /** The numbers of the groups, from 1, that the user types back: in the order of the paper. */
  readonly prove: readonly [number, number];
}

/**
 * Shows a backup key, and lets the user type two groups back.
 *
 * @returns what was typed, in the order asked for; or `cancel`, and the backup key is removed.
 */
export type ShowPaper = (paper: ShownPaper) => Promise<readonly [string, string] | "cancel">;

/** Chooses two groups to be typed back, not the first, which also names the key in lists. */
export function toShow(text: string, env: Env): ShownPaper {
  const count = groupsOf(text).length;
  const [a = 0, b = 0] = drawRandom(env, 2);
  const first = 2 + (a % (count - 1));
  const step = 1 + (b % (count - 2));
  const second = 2 + ((first - 2 + step) % (count - 1));
  return { text, prove: [Math.min(first, second), Math.max(first, second)] };
}

/** Whether the two groups were typed back, in constant time for each. */
export function proved({ text, prove }: ShownPaper, typed: readonly [string, string]): boolean {
  const groups = groupsOf(text);
  const bytes = (group: unknown) => utf8Encode(String(group).trim().toUpperCase());
  const matches = prove.map((number, at) => equalBytes(bytes(groups[number - 1]), bytes(typed?.[at])));
  return matches.every((match) => match);
}

function groupsOf(text: string): readonly string[] {
  return text.split(/[\s-]+/);
}
