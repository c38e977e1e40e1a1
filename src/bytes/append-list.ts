// Immutable lists and sets that only grow. A new version shares storage with the version it grew from, so replaying n links costs
// O(n) in all. What they give is frozen. They hold the log state of docs/spec.md section 6.

import { freeze } from "./frozen.js";
import { PersistentMap } from "./persistent-map.js";

/**
 * An immutable list. Pushing gives a new list and leaves this one as it was. Growing the newest version is O(1) amortised;
 * growing an older one (a fork) copies its items first.
 */
export class AppendList<T> implements Iterable<T> {
  // Shared with other versions, which may have put items at or after `length`. Those items are not in this list.
  readonly #store: T[];
  /** Number of items. */
  readonly length: number;

  private constructor(store: T[], length: number) {
    this.#store = store;
    this.length = length;
  }

  /** @internal A list with no items. */
  static empty<T>(): AppendList<T> {
    return new AppendList<T>([], 0);
  }

  /** @internal A list with `item` after this list's items. */
  push(item: T): AppendList<T> {
    const isTip = this.#store.length === this.length;
    const store = isTip ? this.#store : this.#store.slice(0, this.length);
    store.push(item);
    return new AppendList(store, store.length);
  }

  /** The item at `index`, counted from 0; undefined outside 0 to `length - 1`. */
  at(index: number): T | undefined {
    return index < this.length ? freeze(this.#store[index]) : undefined;
  }

  /** The newest item; undefined if there is none. */
  last(): T | undefined {
    return this.at(this.length - 1);
  }

  /** The items, oldest first. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.length; i++) yield freeze(this.#store[i] as T);
  }
}

/** An immutable set of strings that only grows, sharing storage as {@link AppendList} does. */
export class AppendSet<K extends string = string> implements Iterable<K> {
  // Each key with its position; positions at or after `size` belong to newer versions.
  readonly #positions: Map<K, number>;
  /** Number of keys. */
  readonly size: number;

  private constructor(positions: Map<K, number>, size: number) {
    this.#positions = positions;
    this.size = size;
  }

  /** @internal A set with no keys. */
  static empty<K extends string = string>(): AppendSet<K> {
    return new AppendSet<K>(new Map(), 0);
  }

  /** @internal A set with this set's keys and `keys`; this set itself if it has them all already. */
  add(...keys: readonly K[]): AppendSet<K> {
    if (keys.every((key) => this.has(key))) return this;
    const isTip = this.#positions.size === this.size;
    const positions = isTip ? this.#positions : new Map([...this.#positions].slice(0, this.size));
    for (const key of keys) if (!positions.has(key)) positions.set(key, positions.size);
    return new AppendSet(positions, positions.size);
  }

  /** Whether this version has `key`. */
  has(key: K): boolean {
    const position = this.#positions.get(key);
    return position !== undefined && position < this.size;
  }

  /** The keys, in the order they were added. */
  *[Symbol.iterator](): IterableIterator<K> {
    for (const [key, position] of this.#positions) {
      if (position >= this.size) return;
      yield key;
    }
  }
}

/** An immutable list of things that are found by their id. It shares storage as {@link AppendList} does. */
export class AppendMap<T extends { readonly id: string }> implements Iterable<T> {
  readonly #items: AppendList<T>;
  readonly #indices: PersistentMap<number>;

  private constructor(items: AppendList<T>, indices: PersistentMap<number>) {
    this.#items = items;
    this.#indices = indices;
  }

  /** @internal A list with no items. */
  static empty<T extends { readonly id: string }>(): AppendMap<T> {
    return new AppendMap<T>(AppendList.empty(), PersistentMap.empty());
  }

  /** Number of items. */
  get length(): number {
    return this.#items.length;
  }

  /** @internal A list with `item` after this list's items. The id of `item` is new, hexadecimal, and as long as all other ids. */
  push(item: T): AppendMap<T> {
    return new AppendMap(this.#items.push(item), this.#indices.set(item.id, this.length));
  }

  /** The item of this id; undefined if there is none. */
  get(id: string): T | undefined {
    const index = this.#indices.get(id);
    return index === undefined ? undefined : this.#items.at(index);
  }

  /** The newest item; undefined if there is none. */
  last(): T | undefined {
    return this.#items.last();
  }

  /** The items, oldest first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
