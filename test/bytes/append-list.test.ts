// AppendList, AppendSet and AppendMap: adding to any version, old or new, never changes what another version sees.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { AppendList, AppendMap, AppendSet } from "../../src/bytes/append-list.js";

/** Each step grows the version at `from` (counted around) with `item`. */
const steps = fc.array(fc.record({ from: fc.oneof(fc.constant(-1), fc.nat()), item: fc.nat(6) }), { maxLength: 60 });

function pick<T>(versions: readonly T[], from: number): T {
  return versions[from < 0 ? versions.length - 1 : from % versions.length] as T;
}

describe("AppendList", () => {
  it("agrees with plain arrays in every version, however versions branch", () => {
    fc.assert(
      fc.property(steps, (grow) => {
        const versions: { list: AppendList<number>; model: readonly number[] }[] = [
          { list: AppendList.empty<number>(), model: [] },
        ];
        for (const { from, item } of grow) {
          const { list, model } = pick(versions, from);
          versions.push({ list: list.push(item), model: [...model, item] });
        }
        for (const { list, model } of versions) {
          expect([...list]).toEqual(model);
          expect(list.length).toBe(model.length);
          expect(list.last()).toBe(model[model.length - 1]);
          for (let i = -1; i <= model.length + 1; i++) expect(list.at(i)).toBe(i < 0 ? undefined : model[i]);
        }
      }),
    );
  });

  it("holds undefined as an item like any other", () => {
    const list = AppendList.empty<undefined>().push(undefined);
    expect([...list]).toEqual([undefined]);
    expect(list.length).toBe(1);
  });

  it("has nothing at a fraction, NaN or text", () => {
    const list = AppendList.empty<string>().push("a");
    for (const index of [0.5, Number.NaN, "length", "0x0"]) expect(list.at(index as number)).toBeUndefined();
  });

  it("an iteration that began before a push ends where it would have ended without it", () => {
    const list = AppendList.empty<number>().push(1).push(2);
    const seen: number[] = [];
    for (const item of list) {
      seen.push(item);
      list.push(9);
    }
    expect(seen).toEqual([1, 2]);
  });

  it("compares by its items in a test's toEqual", () => {
    const one = AppendList.empty<number>().push(1);
    expect(one).toEqual(AppendList.empty<number>().push(1));
    expect(one).not.toEqual(AppendList.empty<number>().push(2));
    expect(one).not.toEqual(one.push(2));
  });
});

describe("growing", () => {
  /** How often `grow` copied the items of a list or set. */
  function copiesIn(grow: () => void): number {
    const slice = vi.spyOn(Array.prototype, "slice");
    try {
      grow();
      return slice.mock.calls.length;
    } finally {
      slice.mockRestore();
    }
  }

  it("the newest version of a list copies nothing, and an older one copies once", () => {
    const first = AppendList.empty<number>();
    expect(copiesIn(() => first.push(1).push(2).push(3))).toBe(0);
    expect(copiesIn(() => first.push(4).push(5))).toBe(1);
  });

  it("the newest version of a set copies nothing, and an older one copies once", () => {
    const first = AppendSet.empty();
    expect(copiesIn(() => first.add("a").add("b").add("c"))).toBe(0);
    expect(copiesIn(() => first.add("d").add("e"))).toBe(1);
  });
});

describe("AppendSet", () => {
  it("agrees with plain sets in every version, however versions branch", () => {
    fc.assert(
      fc.property(steps, (grow) => {
        const versions: { set: AppendSet; model: ReadonlySet<string> }[] = [
          { set: AppendSet.empty(), model: new Set() },
        ];
        for (const { from, item } of grow) {
          const { set, model } = pick(versions, from);
          versions.push({ set: set.add(`key${item}`), model: new Set([...model, `key${item}`]) });
        }
        for (const { set, model } of versions) {
          expect([...set]).toEqual([...model]);
          expect(set.size).toBe(model.size);
          for (let item = 0; item <= 7; item++) expect(set.has(`key${item}`)).toBe(model.has(`key${item}`));
        }
      }),
    );
  });

  it("adding a key it has gives the set itself", () => {
    const set = AppendSet.empty().add("a");
    expect(set.add("a")).toBe(set);
  });

  it("has only the keys that were added", () => {
    for (const key of ["__proto__", "constructor", "size", ""]) expect(AppendSet.empty().has(key)).toBe(false);
  });

  it("compares by its keys in a test's toEqual", () => {
    const one = AppendSet.empty().add("a");
    expect(one).toEqual(AppendSet.empty().add("a"));
    expect(one).not.toEqual(AppendSet.empty().add("b"));
    expect(one).not.toEqual(one.add("b"));
  });
});

describe("AppendMap", () => {
  const idOf = (index: number): string => index.toString(16).padStart(4, "0");

  it("agrees with plain arrays in every version, however versions branch", () => {
    fc.assert(
      fc.property(steps, (grow) => {
        type Item = { readonly id: string; readonly item: number };
        const versions: { map: AppendMap<Item>; model: readonly Item[] }[] = [{ map: AppendMap.empty(), model: [] }];
        for (const [step, { from, item }] of grow.entries()) {
          const { map, model } = pick(versions, from);
          const added = { id: idOf(step), item };
          versions.push({ map: map.push(added), model: [...model, added] });
        }
        for (const { map, model } of versions) {
          expect([...map]).toEqual(model);
          expect(map.length).toBe(model.length);
          expect(map.last()).toBe(model.at(-1));
          for (let step = 0; step <= grow.length; step++) {
            expect(map.get(idOf(step))).toBe(model.find(({ id }) => id === idOf(step)));
          }
        }
      }),
    );
  });

  it("compares by its items in a test's toEqual", () => {
    const one = AppendMap.empty<{ id: string }>().push({ id: "0a" });
    expect(one).toEqual(AppendMap.empty().push({ id: "0a" }));
    expect(one).not.toEqual(AppendMap.empty().push({ id: "0b" }));
  });
});
