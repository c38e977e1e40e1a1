// Positions of links as an argument from a caller. docs/spec.md section 6 (disown).

import { KeysteadError } from "../errors.js";

/** The positions that a caller names, in order, none twice. @throws `INVALID_ARGUMENT` unless the value is a list of positions */
export function checkPositions(name: string, positions: unknown): readonly number[] {
  const isPosition = (seq: unknown) => Number.isSafeInteger(seq) && (seq as number) >= 1;
  if (!Array.isArray(positions) || positions.length === 0 || !positions.every(isPosition)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `${name} must be a list of positions, whole numbers from 1, at least one`,
    );
  }
  return [...new Set<number>(positions)].sort((a, b) => a - b);
}
