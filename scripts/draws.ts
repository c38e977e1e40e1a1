// Random choices that follow from a seed, so that a difference can be reproduced.

import { seededEnv } from "../test/support/seeded-env.js";

/** Thrown when a choice from an empty list is requested. */
export class NothingToDraw extends Error {}

/** Draws by a seed. */
export function drawer(seed: string) {
  const env = seededEnv(seed);
  const nat = (below: number): number => new DataView(env.random(4).buffer).getUint32(0) % below;
  const oneOf = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new NothingToDraw();
    return items[nat(items.length)] as T;
  };
  /** About this many. */
  const some = <T>(items: readonly T[], number: number): T[] =>
    items.filter(() => nat(1000) * items.length < 1000 * number);
  return { nat, oneOf, some };
}
export type Draw = ReturnType<typeof drawer>;
