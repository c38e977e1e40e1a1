// Questions to the database that come at a time are one statement.

/** Limits of {@link Gathered}. */
export interface GatheredLimits {
  /** Most keys of one question; default any number. */
  readonly keys?: number;
  /** Most questions at a time; what comes meanwhile is asked together. Default any number. */
  readonly questions?: number;
}

interface Question<K, V> {
  readonly keys: Set<K>;
  readonly answer: Promise<ReadonlyMap<K, V>>;
}

/** What is asked for in one turn of the event loop is asked together. */
export class Gathered<K, V> {
  readonly #ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  readonly #limits: Required<GatheredLimits>;
  #next: Question<K, V> | undefined;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param ask gives a value for each key that has one */
  constructor(ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>, limits: GatheredLimits = {}) {
    this.#ask = ask;
    this.#limits = { keys: Number.POSITIVE_INFINITY, questions: Number.POSITIVE_INFINITY, ...limits };
  }

  /** The value of a key, asked for after this call began; undefined for none. @throws what `ask` throws for this key alone */
  async of(key: K): Promise<V | undefined> {
    this.#next ??= this.#begun();
    const { keys, answer } = this.#next;
    keys.add(key);
    if (keys.size >= this.#limits.keys) this.#next = undefined;
    try {
      return (await answer).get(key);
    } catch (error) {
      if (keys.size === 1) throw error;
      // Another key may be at fault.
      return (await this.#ask([key])).get(key);
    }
  }

  #begun(): Question<K, V> {
    const keys = new Set<K>();
    return { keys, answer: this.#answer(keys) };
  }

  async #answer(keys: Set<K>): Promise<ReadonlyMap<K, V>> {
    await turn();
    while (this.#running >= this.#limits.questions) await new Promise<void>((free) => this.#waiting.push(free));
    if (this.#next?.keys === keys) this.#next = undefined;
    this.#running++;
    try {
      return await this.#ask([...keys]);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

/** Resolves after the requests that have arrived were looked at. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) =>
    typeof setImmediate === "function" ? setImmediate(resolve) : setTimeout(resolve, 0),
  );
}
