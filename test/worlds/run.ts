// Starts the checker: bundled, in a worker, with or without a weakened rule. Node only.

import { Worker } from "node:worker_threads";
import { bundle } from "./build.js";
import type { Explored, ExploreOptions } from "./explore.js";
import type { Mutant } from "./mutants/mutant.js";

/** Explores worlds with the real link code, or with one rule weakened. */
export async function exploreWorlds(options: ExploreOptions, mutant?: Mutant): Promise<Explored> {
  return runBundle(await bundle(mutant), options);
}

/** Explores worlds with a bundle that was made before. */
export function runBundle(code: string, { onDepth, ...options }: ExploreOptions): Promise<Explored> {
  const worker = new Worker(new URL(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`), {
    workerData: options,
  });
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (status) => reject(new Error(`the checker ended with status ${status} and no result`)));
    worker.on("message", (message: { counts?: [number, number, number]; explored?: Explored }) => {
      if (message.counts) onDepth?.(...message.counts);
      if (message.explored) resolve(message.explored);
    });
  });
}
