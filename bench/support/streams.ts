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

/** MiB of zeros in pieces of 1 MiB, all of them in one memory: a writer may use it again. */
export function mebibytes(count: number): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(1024 * 1024);
  return streamOf(Array.from({ length: count }, () => piece));
}

/** The same bytes in pieces of 1 MiB. */
export function inMebibytes(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  const count = Math.ceil(whole.length / (1024 * 1024));
  return Array.from({ length: count }, (_, at) => whole.subarray(at * 1024 * 1024, (at + 1) * 1024 * 1024));
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
