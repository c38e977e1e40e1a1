// Stretches of epochs in texts for people (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { english } from "../../src/views/english.js";

describe("english.epochs", () => {
  it("writes epoch for one, and epochs for more, in one run or in several (section 8)", () => {
    const texts = [
      [[12, 12]],
      [[1, 3]],
      [
        [1, 2],
        [5, 5],
      ],
      [
        [2, 2],
        [4, 4],
      ],
    ] as const;
    expect(texts.map(english.epochs)).toEqual([
      "encryption key 12",
      "encryption keys 1-3",
      "encryption keys 1-2, 5",
      "encryption keys 2, 4",
    ]);
  });
});
