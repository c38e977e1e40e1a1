// Runs an exploration in a worker of its own, over the bundle that build.ts makes.

import { parentPort, workerData } from "node:worker_threads";
import { type ExploreOptions, explore } from "./explore.js";

Error.stackTraceLimit = 0;
const options = workerData as ExploreOptions;
const onDepth = (...counts: readonly number[]): void => parentPort?.postMessage({ counts });
parentPort?.postMessage({ explored: explore({ ...options, onDepth }) });
