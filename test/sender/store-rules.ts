// What every store of a sender must do.

import { expect, it } from "vitest";
import type { SenderStore } from "../../src/sender/store.js";

/** @param open opens the same records again, as another process would */
export function storeRules(open: () => SenderStore): void {
  const [one, two] = [Uint8Array.of(1, 0, 255), Uint8Array.of(2)];

  it("replaces a record only in the place of the one that stood there", async () => {
    const [a, b] = [open(), open()];
    expect(await a.get("pAlice")).toBeUndefined();
    expect(await b.replace("pAlice", two, one)).toBe(false);
    expect(await a.replace("pAlice", undefined, one)).toBe(true);
    expect(await b.replace("pAlice", undefined, two)).toBe(false);
    expect(await b.get("pAlice")).toEqual(one);
    expect(await b.replace("pAlice", one, two)).toBe(true);
    expect(await a.replace("pAlice", one, two)).toBe(false);
    expect(await a.replace("pAlice", two, undefined)).toBe(true);
    expect(await b.replace("pAlice", two, undefined)).toBe(false);
    expect(await open().get("pAlice")).toBeUndefined();
  });

  it("lists keys by their beginning", async () => {
    const store = open();
    for (const key of ["q1", "q2", "p%é\\_'", "Q3"]) expect(await store.replace(key, undefined, one)).toBe(true);
    expect([...(await open().keys("q"))].sort()).toEqual(["q1", "q2"]);
    expect(await open().keys("p")).toEqual(["p%é\\_'"]);
  });

  it("loses no change of many processes at the same time", async () => {
    const count = 20;
    const add = async () => {
      const store = open();
      for (;;) {
        const before = await store.get("count");
        if (await store.replace("count", before, Uint8Array.of((before?.[0] ?? 0) + 1))) return;
      }
    };
    await Promise.all(Array.from({ length: count }, add));
    expect(await open().get("count")).toEqual(Uint8Array.of(count));
  });
}
