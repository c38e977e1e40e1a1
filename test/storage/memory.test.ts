import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import type { Store } from "../../src/storage/store.js";
import { storeCases } from "../../src/testing/store-cases.js";

const disks = new Map<string, MemoryDisk>();
async function open(namespace: string): Promise<Store> {
  const disk = disks.get(namespace) ?? new MemoryDisk();
  disks.set(namespace, disk);
  return memoryStore(disk);
}

describe("the memory store", () => {
  for (const { name, run } of storeCases(open)) it(name, run);
});

describe("the test cases for stores find a store that", () => {
  /** The names of the cases that a broken store fails. */
  async function failures(breakIt: (store: Store, namespace: string) => Store): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const { name, run } of storeCases(async (namespace) => breakIt(await open(namespace), namespace)))
      await run().catch(() => failed.push(name));
    return failed;
  }

  it("is right: no case fails", async () => {
    expect(await failures((store) => store)).toEqual([]);
  });

  it("accepts stale commits", async () => {
    const lax = (store: Store): Store => ({
      ...store,
      async commit(expected, change) {
        const { revision } = await store.load();
        return await store.commit(Number.isSafeInteger(expected) && expected >= 0 ? revision : expected, change);
      },
    });
    expect(await failures(lax)).toContain("refuses a stale commit, and changes nothing");
  });

  it.each(["failed", "unknown"])("reports a commit that it made as one that failed: %s", async (reason) => {
    const silent = (store: Store): Store => {
      let isOpen = true;
      return {
        ...store,
        async commit(expected, change) {
          const revision = await store.commit(expected, change);
          if (isOpen) return revision;
          throw new KeysteadError("STORE_UNAVAILABLE", "no answer", { details: { reason } });
        },
        close() {
          isOpen = false;
          store.close();
        },
      };
    };
    const name = "says truly what became of a commit that was closed while it ran";
    expect(await failures(silent)).toEqual(reason === "failed" ? [name] : []);
  });

  it("forgets deletions", async () => {
    const hoarding = (store: Store): Store => ({
      ...store,
      commit: (expected, { put, ...rest }) =>
        store.commit(expected, put === undefined ? {} : { put, ...rest, delete: [] }),
    });
    expect(await failures(hoarding)).toContain("replaces and deletes");
  });

  it("forgets its records when it is closed", async () => {
    const forgetful = (_: Store): Store => memoryStore();
    expect(await failures(forgetful)).toContain("survives being closed and opened again");
  });

  it("keeps the caller's array", async () => {
    const sharing = (store: Store): Store => {
      const given = new Map<string, Uint8Array>();
      return {
        ...store,
        async commit(expected, change) {
          const revision = await store.commit(expected, change);
          for (const [key, value] of change.put ?? []) given.set(key, value);
          return revision;
        },
        async load() {
          const { revision, records } = await store.load();
          return { revision, records: new Map([...records].map(([key, value]) => [key, given.get(key) ?? value])) };
        },
      };
    };
    expect(await failures(sharing)).toContain("copies what it is given, and what it gives");
  });
});
