// Helpers of the tests of streams: sources that split their bytes, and readers that keep the bytes that they get.

import { type Bytes, concat } from "../../src/bytes/bytes.js";

/** A stream of bytes in pieces of these lengths, in turn; the rest in one piece. */
export function pieces(bytes: Uint8Array, lengths: readonly number[]): ReadableStream<Uint8Array> {
  let [at, index] = [0, 0];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      const length = lengths[index++] ?? bytes.length;
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
    },
  });
}

/** The output of a pair for bytes that come in one piece. */
export function through(
  pair: { readonly writable: WritableStream<Uint8Array>; readonly readable: ReadableStream<Uint8Array> },
  bytes: Uint8Array,
): ReadableStream<Uint8Array> {
  return pieces(bytes, []).pipeThrough(pair);
}

/** All of a stream. Rejects with the stream's error. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
  const { prefix, error, closed } = await prefixOf(stream);
  if (!closed) throw error;
  return prefix;
}

/** The output of a stream before it closes or errors. */
export async function prefixOf(
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly prefix: Bytes; readonly error: unknown; readonly closed: boolean }> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { prefix: concat(...parts), error: undefined, closed: true };
      parts.push(value);
    }
  } catch (error) {
    return { prefix: concat(...parts), error, closed: false };
  }
}

/** The rejection of a promise; undefined when it is fulfilled. */
export async function rejected(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
