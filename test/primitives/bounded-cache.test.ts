// The cache of public keys stays bounded: docs/spec.md section 3 (speed only).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedCache } from "../../src/primitives/bounded-cache.js";
import { filled } from "./support.js";

describe("BoundedCache", () => {
  it("makes a value once while it is kept", () => {
    const cache = new BoundedCache<{ readonly n: number }>(2);
    const first = cache.getOrMake(filled(4, 1), () => ({ n: 1 }));
    expect(cache.getOrMake(filled(4, 1), () => ({ n: 2 }))).toBe(first);
  });

  it("forgets the least recently used first", () => {
    const cache = new BoundedCache<string>(2);
    const use = (n: number, made: string) => cache.getOrMake(filled(4, n), () => made);
    use(1, "one");
    use(2, "two");
    use(1, "again");
    use(3, "three");
    expect([use(1, "new"), use(3, "new"), use(2, "new")]).toEqual(["one", "three", "new"]);
  });

  it("keeps nothing that could not be made", () => {
    const cache = new BoundedCache<string>(2);
    expect(cache.getOrMake(filled(4, 1), () => undefined)).toBe(undefined);
    expect(cache.size).toBe(0);
  });

  it("never holds more than its capacity, and distinguishes all keys", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3 })), fc.integer({ min: 1, max: 5 }), (keys, capacity) => {
        const cache = new BoundedCache<string>(capacity);
        for (const key of keys) {
          expect(cache.getOrMake(key, () => key.join())).toBe(key.join());
          expect(cache.size).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });
});
