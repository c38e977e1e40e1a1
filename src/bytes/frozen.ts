// What a log state holds, so that no holder of a state can change it: an app that put a member into `log.active` would seal to a
// device that no link let in. docs/spec.md section 6.

/** Freezes a value with all that it holds. Not bytes, which cannot be frozen. What is frozen already is not entered again. */
export function freeze<T>(value: T): T {
  if (Object.isExtensible(value) && !ArrayBuffer.isView(value))
    Object.values(Object.freeze(value) as object).forEach(freeze);
  return value;
}

/** A map that cannot be changed, with frozen values. Freezing a Map itself would leave it open: its entries are no properties. */
export class FrozenMap<K, V> implements ReadonlyMap<K, V> {
  readonly #map: ReadonlyMap<K, V>;

  /** @internal Takes over `map`. */
  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map;
    map.forEach(freeze);
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  keys(): MapIterator<K> {
    return this.#map.keys();
  }

  values(): MapIterator<V> {
    return this.#map.values();
  }

  entries(): MapIterator<[K, V]> {
    return this.#map.entries();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#map.entries();
  }

  forEach(use: (value: V, key: K, map: ReadonlyMap<K, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this.#map) use.call(thisArg, value, key, this);
  }
}
