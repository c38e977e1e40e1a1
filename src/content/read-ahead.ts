// Reads ahead of the reader by a few items, which keeps several chunks in progress. docs/spec.md section 12.

import { present } from "../bytes/present.js";

/**
 * The same items in the same order, requested up to `count` ahead. Each item is given as soon as it is there, without waiting for
 * later ones. Requested items that nobody wants any more are abandoned: they may wait for input that never comes.
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
      const item = await present(queue.shift());
      if (item.done) return;
      ask();
      yield item.value;
    }
  } finally {
    items.return().catch(() => {});
  }
}
