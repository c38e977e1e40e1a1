// Working ahead of the reader, by a few items: what keeps several chunks in flight. docs/spec.md section 12.

/**
 * The same items in the same order, asked for up to `count` ahead. An item is given as soon as it is there, whether or not
 * those after it are. What was asked for and is not wanted any more is left alone: it may wait for input that never comes.
 */
export async function* ahead<T>(items: AsyncGenerator<T, void>, count: number): AsyncGenerator<T, void> {
  const queue: Promise<IteratorResult<T, void>>[] = [];
  const ask = () => {
    const asked = items.next();
    asked.catch(() => {});
    queue.push(asked);
  };
  try {
    while (queue.length < count) ask();
    for (;;) {
      const item = await (queue.shift() as Promise<IteratorResult<T, void>>);
      if (item.done) return;
      ask();
      yield item.value;
    }
  } finally {
    items.return().catch(() => {});
  }
}
