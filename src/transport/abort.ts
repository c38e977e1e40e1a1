// Waiting that ends when a caller's signal does, also where the work itself does not listen to the signal.

import type { AbortSignalLike } from "../arguments/platform.js";

/** What `work` gives. @throws the reason of the signal as soon as it is aborted */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
  try {
    // The signal comes first: when both are settled, it decides.
    return await Promise.race([aborted, work]);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
