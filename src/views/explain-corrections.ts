// What was corrected in a backup key that a person typed, one line each. docs/spec.md section 9 (BAK-1).

import { CODE_LENGTH, placeOf } from "../backup/alphabet.js";
import type { Correction } from "../backup/corrections.js";
import { KeysteadError } from "../errors.js";
import { type Catalogue, textOf } from "./texts.js";

/**
 * Says what was corrected, one line each, in order. **As secret as the key**: for its owner's eyes only.
 *
 * @param catalogue such as `english`.
 * @throws `INVALID_ARGUMENT`
 */
export function explainCorrections(corrections: readonly Correction[], catalogue: Catalogue): string[] {
  if (!Array.isArray(corrections) || !corrections.every((each) => Number.isInteger(each?.position))) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "corrections must be the list that checkBackupKey or openBackupKey returned",
    );
  }
  return corrections.map(({ kind, ...facts }: Correction) => {
    const { group, place } = placeOf(facts.position);
    const line = { ...facts, group, place, atEnd: facts.position > CODE_LENGTH, code: `correction-${kind}` } as const;
    return textOf(line, catalogue);
  });
}
