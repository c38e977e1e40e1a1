// Questions to the database that come at the same time become one statement.

/** What is asked for in one turn of the event loop is asked together. */
export class Gathered<K, V> {
  readonly #ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  #due: Set<K> = new Set();
  #next: Promise<ReadonlyMap<K, V>> | undefined;

  /** @param ask gives a value for each key that has one */
  constructor(ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {
    this.#ask = ask;
  }

  /** The value of a key, asked for after this call began; undefined for none. @throws what `ask` throws for this key alone */
  async of(key: K): Promise<V | undefined> {
    this.#due.add(key);
    const keys = this.#due;
    this.#next ??= this.#soon();
    try {
      return (await this.#next).get(key);
    } catch (error) {
      if (keys.size === 1) throw error;
      // Another key may be at fault.
      return (await this.#ask([key])).get(key);
    }
  }

  async #soon(): Promise<ReadonlyMap<K, V>> {
    await turn();
    const keys = [...this.#due];
    this.#due = new Set();
    this.#next = undefined;
    return await this.#ask(keys);
  }
}

/** Resolves after the requests that have arrived were looked at. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) =>
    typeof setImmediate === "function" ? setImmediate(resolve) : setTimeout(resolve, 0),
  );
}
