// The persistent map against a plain Map, and its old versions.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PersistentMap } from "../../src/bytes/persistent-map.js";

const key = fc.integer({ min: 0, max: 0xfff }).map((number) => number.toString(16).padStart(3, "0"));

describe("a persistent map", () => {
  it("holds the same entries as a Map, in the order of the keys", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.nat())), (writes) => {
        const map = writes.reduce((before, [at, value]) => before.set(at, value), PersistentMap.empty<number>());
        const plain = new Map(writes);
        expect([...map]).toEqual([...plain].sort(([a], [b]) => (a < b ? -1 : 1)));
        for (const [at, value] of plain) expect(map.get(at)).toBe(value);
      }),
    );
  });

  it("keeps old versions as they were", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.nat()), { minLength: 1 }), key, fc.nat(), (writes, at, value) => {
        const before = writes.reduce((map, [key, each]) => map.set(key, each), PersistentMap.empty<number>());
        const listed = [...before];
        expect(before.set(at, value).get(at)).toBe(value);
        expect([...before]).toEqual(listed);
      }),
    );
  });

  it("gives a key that is set again its new value, and only that", () => {
    const map = PersistentMap.empty<number>().set("0a1", 1).set("0a2", 2);
    expect([...map.set("0a1", 3)]).toEqual([
      ["0a1", 3],
      ["0a2", 2],
    ]);
    expect([...PersistentMap.empty<number>().set("0", 1).set("0", 2)]).toEqual([["0", 2]]);
  });

  it("distinguishes keys as long as ids, even if only the last digit differs", () => {
    const keys = ["f", "0", "7"].flatMap((first) => ["1", "0"].map((last) => first.padEnd(31, "a") + last));
    const map = keys.reduce((before, each, index) => before.set(each, index), PersistentMap.empty<number>());
    expect([...map].map(([each]) => each)).toEqual([...keys].sort());
    for (const [index, each] of keys.entries()) expect(map.get(each)).toBe(index);
  });

  it("gives undefined for a key that it does not have", () => {
    const map = PersistentMap.empty<number>().set("0a1", 1);
    expect(map.get("0a2")).toBeUndefined();
    expect(map.get("fff")).toBeUndefined();
    expect(PersistentMap.empty().get("000")).toBeUndefined();
  });
});
