// Positions of links as an argument from a caller. docs/spec.md section 6 (disown).

import { isWhole } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** @throws `INVALID_ARGUMENT` unless the value is a position */
export function checkPosition(name: string, seq: unknown): void {
  if (!isPosition(seq))
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a position, a whole number from 1`);
}

/** The positions that a caller names, in order, none twice. @throws `INVALID_ARGUMENT` unless the value is a list of positions */
export function checkPositions(name: string, positions: unknown): readonly number[] {
  if (!Array.isArray(positions) || positions.length === 0 || !positions.every(isPosition)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `${name} must be a list of positions, whole numbers from 1, at least one`,
    );
  }
  return [...new Set<number>(positions)].sort((a, b) => a - b);
}

function isPosition(seq: unknown): boolean {
  return isWhole(seq, 1);
}
