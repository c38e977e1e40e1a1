// The writable end of a pair of streams: hands each piece over only when it is asked for, so that nothing piles up.
// docs/spec.md section 12 (streams).

import { assertBytes } from "../bytes/bytes.js";

/** What is written, for one reader. */
export interface InputStream {
  readonly writable: WritableStream<Uint8Array>;
  /** The next piece, undefined at the end. The piece before is given back to its writer. */
  next(): Promise<Uint8Array | undefined>;
  /** The work is done to its end: closing is settled. */
  finish(): void;
  /** Errors the stream, and the read that waits for a piece. */
  fail(reason: unknown): void;
}

/** What hands one piece after the other from a writer to a reader. */
interface Handover {
  /** Waits in the returned promise until the reader asks for more: nothing piles up. */
  write(piece: Uint8Array): Promise<void>;
  /** Settled by the work's end: a caller that waits for the writable end alone must learn that the content was cut off. */
  close(): Promise<void>;
  readonly next: InputStream["next"];
  readonly finish: InputStream["finish"];
  readonly fail: InputStream["fail"];
}

/** A written piece that nobody has read yet, or undefined for the end. */
interface Offer {
  readonly piece: Uint8Array | undefined;
  readonly settle: () => void;
}

interface Settling<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

function makeHandover(): Handover {
  let failure: { readonly reason: unknown } | undefined;
  let offered: Offer | undefined;
  let wanted: Settling<Uint8Array | undefined> | undefined;
  /** Gives the piece that the reader has back to its writer. */
  let giveBack = () => {};
  let closing: Settling<void> | undefined;

  function offer(next: Offer): void {
    if (!wanted) {
      offered = next;
      return;
    }
    giveBack = next.settle;
    wanted.resolve(next.piece);
    wanted = undefined;
  }

  return {
    write: (piece) => new Promise((settle) => offer({ piece, settle })),
    close: () =>
      new Promise((resolve, reject) => {
        closing = { resolve, reject };
        offer({ piece: undefined, settle: () => {} });
      }),
    next() {
      giveBack();
      if (failure) return Promise.reject(failure.reason);
      if (!offered) {
        return new Promise((resolve, reject) => {
          wanted = { resolve, reject };
        });
      }
      const { piece, settle } = offered;
      offered = undefined;
      // Not before the next one is asked for: until then the reader uses it.
      giveBack = settle;
      return Promise.resolve(piece);
    },
    finish: () => closing?.resolve(),
    fail(reason) {
      failure ??= { reason };
      closing?.reject(reason);
      wanted?.reject(reason);
      giveBack();
      offered?.settle();
    },
  };
}

/** @param onAbort called when the writer gives up, or writes what are no bytes. */
export function makeInputStream(onAbort: (reason: unknown) => void): InputStream {
  const { write, close, next, finish, fail } = makeHandover();
  let controller: WritableStreamDefaultController | undefined;
  const writable = new WritableStream<Uint8Array>({
    start(given) {
      controller = given;
      // The work learns of it soon. `abort` below comes only when the write under way is settled, which may wait for a reader that
      // never comes.
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
      return write(piece);
    },
    close,
    abort: onAbort,
  });
  return {
    writable,
    next,
    finish,
    fail(reason) {
      controller?.error(reason);
      fail(reason);
    },
  };
}
