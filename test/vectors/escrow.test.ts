// Questions that need both logs: each file of vectors/negative/escrow, over the real code. docs/spec.md sections 8 and 11 (ESC-1,
// ESC-3 to ESC-6, ESC-8 to ESC-11).

import { describe, expect, it } from "vitest";
import { QUESTIONS } from "../../scripts/vectors/ask-escrow.js";
import type { EscrowVector, Logs } from "../../scripts/vectors/format.js";
import { byName, prefixState } from "./support.js";

const vectors = byName<EscrowVector>(
  import.meta.glob("../../vectors/negative/escrow/*.json", { eager: true, import: "default" }),
);

describe.each(vectors)("%s", (_name, vector) => {
  it.each(["bad", "good"] as const)("is answered as the file says (%s)", (side) => {
    const { user, escrow }: Logs = vector[side];
    expect(QUESTIONS[vector.question](prefixState(user), prefixState(escrow), vector, side)).toEqual(
      vector.answer[side],
    );
    expect(vector.answer.bad).not.toEqual(vector.answer.good);
  });
});
