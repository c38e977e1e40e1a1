// Reading ahead, alone: docs/spec.md section 12.

import { describe, expect, it } from "vitest";
import { ahead } from "../../src/content/read-ahead.js";
import { all } from "../support/all.js";

/** Numbers, how many of them were requested, and whether the source was ended. */
function numbers(count: number) {
  const seen = { asked: 0, isEnded: false };
  const items = {
    async next() {
      seen.asked++;
      return seen.asked > count ? { done: true as const, value: undefined } : { done: false, value: seen.asked };
    },
    async return() {
      seen.isEnded = true;
      return { done: true as const, value: undefined };
    },
  };
  return { seen, items: items as unknown as AsyncGenerator<number, void> };
}

describe("items ahead of their reader", () => {
  it("are at most `count`, and one more is requested for each that is taken", async () => {
    const { seen, items } = numbers(10);
    const reader = ahead(items, 3);
    expect(seen.asked).toBe(0);
    for (const [value, asked] of [
      [1, 4],
      [2, 5],
      [3, 6],
    ]) {
      expect(await reader.next()).toEqual({ done: false, value });
      expect(seen.asked).toBe(asked);
    }
    expect(seen.isEnded).toBe(false);
    await reader.return();
    expect(seen).toEqual({ asked: 6, isEnded: true });
  });

  it("come in order, up to the last", async () => {
    const { seen, items } = numbers(10);
    expect(await all(ahead(items, 3))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(seen).toEqual({ asked: 13, isEnded: true });
  });
});
