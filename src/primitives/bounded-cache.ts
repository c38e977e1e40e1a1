// A small cache of values computed from public keys. It drops the least recently used value first. Use it for public data only:
// its values are not wiped (docs/spec.md section 3, speed only; no rule depends on it).

/** At most `capacity` values, each under a byte string of at most a few thousand bytes. */
export class BoundedCache<Value> {
  readonly #capacity: number;
  // A Map keeps insertion order, and each use inserts a value again: the first entry is the least recently used.
  readonly #values = new Map<string, Value>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value of `key`. If there is none, calls `make` and keeps its result, except undefined. */
  getOrMake<Made extends Value | undefined>(key: Uint8Array, make: () => Made): Value | Made {
    // Six times as fast as spreading the bytes into arguments.
    const text = String.fromCharCode.apply(null, key as Iterable<number> as number[]);
    const known = this.#values.get(text);
    const value = known ?? make();
    if (value === undefined) return value;
    if (known !== undefined) this.#values.delete(text);
    this.#values.set(text, value);
    if (this.#values.size > this.#capacity) this.#evictOldest();
    return value;
  }

  /** How many values are held. */
  get size(): number {
    return this.#values.size;
  }

  #evictOldest(): void {
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }
}
