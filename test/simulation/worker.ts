// Runs simulated worlds in a worker of their own, over the bundle that test/worlds/build.ts makes.

import { parentPort, workerData } from "node:worker_threads";
import type { SimulateOptions } from "./run.js";
import { runWorld } from "./world.js";

const { from, worlds, steps, milliseconds = Number.POSITIVE_INFINITY } = workerData as SimulateOptions;
const end = performance.now() + milliseconds;
for (let seed = from; seed < from + worlds && performance.now() < end; seed++) {
  const report = await runWorld({ seed, steps });
  // Of a world in which all is well, nobody reads what happened.
  parentPort?.postMessage({ report: report.failure === undefined ? { ...report, trace: [] } : report });
  if (report.failure !== undefined) break;
}
parentPort?.postMessage({ isOver: true });
