// Streams for benchmarks: made as they are read, and read to their end.

/** `count` pieces, each a copy: a reader of a stream may take over its buffers. */
export function pieces(
  piece: Uint8Array,
  count: number,
  each?: (piece: Uint8Array) => void,
): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at++ === count) {
        controller.close();
        return;
      }
      each?.(piece);
      controller.enqueue(piece.slice());
    },
  });
}

/** Parts in order. */
export function streamOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const part = parts[at++];
      if (part) controller.enqueue(part);
      else controller.close();
    },
  });
}

/** Reads to the end and keeps nothing. @returns how many bytes there were */
export async function drain(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes += value.length;
  }
}

/** All of a stream, as it comes. */
export async function chunks(stream: ReadableStream<Uint8Array>): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}
