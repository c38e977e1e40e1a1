// Input in the requested lengths, from pieces of any size: docs/spec.md section 12 (streams).

import { describe, expect, it } from "vitest";
import { pieceSource } from "../../src/content/byte-source.js";
import { content, NO_BYTES } from "./support.js";

describe("pieces", () => {
  it("are requested only when they are needed: the next one may take long", async () => {
    let asked = 0;
    const source = pieceSource(async () => {
      asked++;
      return asked > 3 ? undefined : content(5);
    });
    expect(await source.take(5)).toEqual(content(5));
    expect(asked).toBe(1);
    expect(await source.take(3)).toEqual(content(3));
    expect(await source.take(2)).toEqual(content(5).subarray(3));
    expect(asked).toBe(2);
    expect(await source.take(9)).toEqual(content(5));
    expect(await source.take(9)).toEqual(NO_BYTES);
    expect(asked).toBe(4);
  });
});
