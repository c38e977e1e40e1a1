// Input in the requested lengths, from pieces of any size: docs/spec.md section 12 (streams).

import fc from "fast-check";
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

  it("are given as they lie when more follows within the piece, and otherwise as copies, for the piece is given back", async () => {
    const [first, second] = [content(10), content(10)];
    const given = [first, second];
    const source = pieceSource(async () => given.shift());
    expect((await source.take(0)).length).toBe(0);
    const started = await source.take(4);
    expect(started.buffer).not.toBe(first.buffer);
    const view = await source.take(5);
    expect([view.buffer, view.byteOffset]).toEqual([first.buffer, 4]);
    const last = await source.take(1);
    expect(await source.more(0)).toBe(true);
    first.fill(0);
    expect([...last]).toEqual([...content(10).subarray(9)]);
    const [, across] = [await source.take(3), await source.take(7)];
    second.fill(0);
    expect([await source.more(0), ...across]).toEqual([false, ...content(10).subarray(3)]);
  });

  it("end before the bytes to keep, whatever their lengths: what was taken outlives the question whether more follows", async () => {
    const lengths = fc.array(fc.nat(7), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 9 }), fc.nat(5), async (sizes, count, keep) => {
        const input = content(sizes.reduce((sum, size) => sum + size, 0));
        let [at, index] = [0, 0];
        // One buffer for all pieces, as a writer may use.
        const memory = new Uint8Array(8);
        const source = pieceSource(async () => {
          memory.fill(0xee);
          const size = sizes[index++];
          if (size === undefined) return undefined;
          memory.set(input.subarray(at, at + size));
          at += size;
          return memory.subarray(0, size);
        });
        const taken: number[] = [];
        const end = Math.max(0, input.length - keep);
        for (let more = true; more; ) {
          const part = await source.take(count, keep);
          more = await source.more(keep);
          expect(more).toBe(taken.length + part.length < end);
          expect(part.length).toBe(Math.min(count, end - taken.length));
          taken.push(...part);
        }
        expect(taken).toEqual([...input.subarray(0, end)]);
        expect([...(await source.take(keep))]).toEqual([...input.subarray(end)]);
      }),
    );
  });
});
