// The writable end of a pair of streams. It hands each piece over only when the reader asks, so that nothing piles up.
// docs/spec.md section 12 (streams).

import { assertBytes } from "../bytes/bytes.js";

/** The written pieces, for one reader. */
export interface Inlet {
  readonly writable: WritableStream<Uint8Array>;
  /** The next piece, undefined at the end. The writer may then use the previous piece again. */
  next(): Promise<Uint8Array | undefined>;
  /** Reports that the work is done, which settles closing. */
  finish(): void;
  /** Errors the stream, and the read that waits for a piece. */
  fail(reason: unknown): void;
}

/** @param onAbort called when the writer gives up, or writes a value that is not bytes. */
export function makeInlet(onAbort: (reason: unknown) => void): Inlet {
  let controller: WritableStreamDefaultController | undefined;
  let failure: { readonly reason: unknown } | undefined;
  /** A written piece that nobody has read yet, or undefined for the end. */
  let offered: { readonly piece: Uint8Array | undefined } | undefined;
  let wanted:
    | { readonly resolve: (piece: Uint8Array | undefined) => void; readonly reject: (reason: unknown) => void }
    | undefined;
  let settleWrite = () => {};
  let closing: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined;

  function offer(piece: Uint8Array | undefined): void {
    if (!wanted) offered = { piece };
    wanted?.resolve(piece);
    wanted = undefined;
  }

  const writable = new WritableStream<Uint8Array>({
    start(given) {
      controller = given;
      // The signal reports an abort at once. `abort` below is called only when the current write is settled, and that write may
      // wait for a reader that never comes.
      // In a microtask: Node 20 fails an assertion when a stream is errored inside this event.
      given.signal?.addEventListener("abort", () => queueMicrotask(() => onAbort(given.signal.reason)));
    },
    write(piece) {
      try {
        assertBytes(piece, undefined, "a piece of the stream");
      } catch (error) {
        onAbort(error);
        throw error;
      }
      return new Promise<void>((resolve) => {
        settleWrite = resolve;
        offer(piece);
      });
    },
    // Settled when the work ends: a caller that waits for the writable end alone must learn that the content was cut off.
    close: () =>
      new Promise<void>((resolve, reject) => {
        closing = { resolve, reject };
        offer(undefined);
      }),
    abort: onAbort,
  });

  return {
    writable,
    next() {
      settleWrite();
      if (failure) return Promise.reject(failure.reason);
      if (!offered) {
        return new Promise((resolve, reject) => {
          wanted = { resolve, reject };
        });
      }
      const { piece } = offered;
      offered = undefined;
      return Promise.resolve(piece);
    },
    finish: () => closing?.resolve(),
    fail(reason) {
      failure ??= { reason };
      closing?.reject(reason);
      controller?.error(reason);
      wanted?.reject(reason);
      settleWrite();
    },
  };
}
