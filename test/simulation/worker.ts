// Runs simulated worlds in a worker of their own, over the bundle that test/worlds/build.ts makes.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Handlers } from "../served/over.js";
import type { SimulateOptions } from "./run.js";
import { sqlOverPort } from "./sql-port.js";
import { runWorld } from "./world.js";

const {
  from,
  worlds,
  steps,
  stride = 1,
  milliseconds = Number.POSITIVE_INFINITY,
  isServed,
} = workerData as SimulateOptions & {
  readonly isServed: boolean;
};
const port = parentPort as MessagePort;
const sql = isServed ? sqlOverPort(port) : undefined;
const end = performance.now() + milliseconds;
for (let seed = from; seed < from + worlds * stride && performance.now() < end; seed += stride) {
  const handlers = sql && new Handlers(async () => sql);
  const report = await runWorld({ seed, steps, handlers });
  // Of a world in which all is well, nobody reads what happened.
  port.postMessage({ report: report.failure === undefined ? { ...report, trace: [] } : report });
  if (report.failure !== undefined) break;
}
port.postMessage({ isOver: true });
// It listens for answers of the database no more.
port.close();
