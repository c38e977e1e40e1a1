// Long work in turns: it reports progress, heeds an abort, and leaves the thread to other work in between.
// docs/spec.md section 12.

import { checkWork } from "../arguments/work.js";

/** Boxes that are sealed in one turn: some 10 to 30 ms. */
export const BOXES_A_TURN = 16;
/** Chunks that are worked on in one turn: up to some 100 ms where nothing native is at hand. */
export const CHUNKS_A_TURN = 64;

/** How an application follows long work and stops it. */
export interface LongWork<Progress> {
  /** Called now and then with what is done so far. What it throws ends the work. */
  readonly onProgress?: ((done: Progress) => void) | undefined;
  /** Ends the work, which is then rejected with the signal's reason. Nothing is left half done. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws `INVALID_ARGUMENT`; the signal's reason when it is aborted already */
export function checkLongWork<P>(options: LongWork<P>): LongWork<P> {
  const { onProgress, signal } = checkWork(options, "listens");
  signal?.throwIfAborted();
  return { onProgress, signal };
}

/** Lets everything else that waits for the thread have it once. Messages, since browsers slow down repeated timers. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === "undefined") {
      setTimeout(resolve, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
