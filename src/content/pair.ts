// Work on bytes as a pair of Web Streams. The work goes on as fast as the result is read. docs/spec.md section 12 (streams).

import type { AbortSignalLike } from "../arguments/platform.js";
import type { Bytes } from "../bytes/bytes.js";
import { type ByteSource, pieceSource } from "./byte-source.js";
import { makeInputStream } from "./input-stream.js";

/** The two ends of one work, for `source.pipeThrough(pair).pipeTo(sink)`. */
export interface StreamPair {
  /** Takes pieces of any size; large ones, such as 1 MiB, are copied least. The caller may use a piece again when its write is settled. */
  readonly writable: WritableStream<Uint8Array>;
  /** Gives pieces of up to 64 KiB, or a whole header. */
  readonly readable: ReadableStream<Bytes>;
}

/** Reads from its source, gives bytes in parts, and returns a value at the end. Wipes its secrets when it ends or is stopped. */
export type Work<R> = (source: ByteSource, signal: AbortSignalLike) => AsyncGenerator<readonly Bytes[], R>;

/**
 * Begins when somebody reads. Any early end (an abort, a failure of the work or of the input, a reader or a writer that gives up)
 * errors both streams, and the result, with the same reason.
 */
export function streamPair<R>(
  work: Work<R>,
  outer: AbortSignalLike | undefined,
): StreamPair & { readonly result: Promise<R> } {
  const inner = new AbortController();
  const input = makeInputStream(stop);
  const output = work(pieceSource(input.next), inner.signal);
  let outlet: ReadableStreamDefaultController<Bytes> | undefined;
  let resolveResult: (result: R) => void = () => {};
  let rejectResult: (reason: unknown) => void = () => {};
  const result = new Promise<R>((resolve, reject) => {
    resolveResult = resolve;
    rejectResult = reject;
  });
  // A caller that does not await it learns of a failure from the streams.
  result.catch(() => {});

  const onAbort = () => stop(outer?.reason);
  outer?.addEventListener("abort", onAbort);
  function stop(cause: unknown): void {
    outer?.removeEventListener("abort", onAbort);
    inner.abort(cause);
    const { reason } = inner.signal;
    input.fail(reason);
    outlet?.error(reason);
    rejectResult(reason);
    // If the work waits for its reader, it ends here and wipes its keys. Otherwise the abort stops it.
    output.return(undefined as R).catch(() => {});
  }

  const readable = new ReadableStream<Bytes>(
    {
      start(controller) {
        outlet = controller;
      },
      async pull(controller) {
        try {
          const { done, value } = await output.next();
          if (inner.signal.aborted) return;
          if (!done) {
            for (const part of value) controller.enqueue(part);
            return;
          }
          outer?.removeEventListener("abort", onAbort);
          input.finish();
          resolveResult(value);
          controller.close();
        } catch (error) {
          stop(error);
        }
      },
      cancel: stop,
    },
    // No work is done before somebody reads.
    { highWaterMark: 0 },
  );
  return { writable: input.writable, readable, result };
}
