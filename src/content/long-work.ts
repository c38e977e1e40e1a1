// Long work in turns: it reports progress, follows an abort, and leaves the thread to other work in between. docs/spec.md section
// 12.

import type { AbortSignalLike } from "../arguments/platform.js";
import { checkWork } from "../arguments/work.js";

/** Boxes that are sealed in one turn: some 10 to 30 ms. */
export const BOXES_A_TURN = 16;
/** Chunks that are sealed or opened in one turn: up to some 100 ms where no native cipher is available. */
export const CHUNKS_A_TURN = 64;

/** Options of long work: progress and abort. */
export interface LongWork<Progress> {
  /** Called now and then with the progress so far. An error that it throws ends the work. */
  readonly onProgress?: ((done: Progress) => void) | undefined;
  /** Ends the work, which then rejects with the signal's reason. Nothing is left half done. */
  readonly signal?: AbortSignalLike | undefined;
}

/** @throws `INVALID_ARGUMENT`; the signal's reason when it is aborted already */
export function checkLongWork<P>(options: LongWork<P>): LongWork<P> {
  const { onProgress, signal } = checkWork(options, "listens");
  signal?.throwIfAborted();
  return { onProgress, signal };
}
