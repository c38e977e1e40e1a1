// Pieces that are made when they are asked for, as a stream of the platform.

/** @param onError called before the stream fails. */
export function streamOf(
  bytes: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await pieces.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          onError(error);
          controller.error(error);
        }
      },
      cancel: () => void pieces.return?.()?.catch(() => {}),
    },
    { highWaterMark: 0 },
  );
}
