// What the killed process commits: the records of each revision follow from its number.

import type { StoreChange } from "../../src/storage/store.js";

/** The change that leads to a revision. */
export function changeTo(revision: number): StoreChange {
  const value = new Uint8Array((revision * 7919) % 50_000).fill(revision);
  const put = Object.entries({ a: value, b: value, [`old/${revision}`]: Uint8Array.of(revision) });
  return { put, delete: [`old/${revision - 3}`] };
}

/** All records at a revision from 1. */
export function recordsAt(revision: number): ReadonlyMap<string, Uint8Array> {
  const old = [revision - 2, revision - 1, revision].filter((number) => number > 0);
  return new Map([
    ...(changeTo(revision).put ?? []),
    ...old.map((number) => [`old/${number}`, Uint8Array.of(number)] as const),
  ]);
}
