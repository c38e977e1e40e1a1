// Starts simulated worlds: bundled, in a worker, with or without a weakened rule. Node only.

import { Worker } from "node:worker_threads";
import type { Sql } from "../../src/relay/sql.js";
import { bundle, type Program, type Weakening } from "../worlds/build.js";
import { answerStatements } from "./sql-port.js";
import type { WorldReport } from "./world.js";

/** Which worlds are run. */
export interface SimulateOptions {
  /** The first seed. */
  readonly from: number;
  /** How many seeds, one after the other; it ends at the first failure. */
  readonly worlds: number;
  /** From one seed to the next; default 1. Every third world has an organisation. */
  readonly stride?: number | undefined;
  /** Choices in each world before it comes to rest. */
  readonly steps: number;
  /** No world begins later than this. */
  readonly milliseconds?: number | undefined;
  readonly onReport?: ((report: WorldReport) => void) | undefined;
  /** The real handler serves the worlds, and keeps its logs here. Over native primitives only. */
  readonly sql?: Sql | undefined;
}

/** Sums over worlds, and the one that failed. */
export interface Simulated {
  readonly worlds: number;
  readonly sums: Readonly<Record<string, number>>;
  readonly failed: WorldReport | undefined;
}

/** The simulation over fast symbolic primitives, or over those of Node. */
export function bundleSimulation(primitives: Program["primitives"], mutant?: Weakening): Promise<string> {
  return bundle(mutant, { entry: "test/simulation/worker.ts", primitives });
}

/** Runs worlds with a bundle that was made before. */
export function simulate(code: string, { onReport, sql, ...options }: SimulateOptions): Promise<Simulated> {
  const worker = new Worker(new URL(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`), {
    workerData: { ...options, isServed: sql !== undefined },
  });
  if (sql) answerStatements(worker, sql);
  const sums: Record<string, number> = {};
  let worlds = 0;
  let failed: WorldReport | undefined;
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (status) => reject(new Error(`the simulation ended with status ${status} and no result`)));
    worker.on("message", ({ report, isOver }: { report?: WorldReport; isOver?: true }) => {
      if (report) {
        worlds++;
        for (const [name, value] of Object.entries(report)) {
          if (typeof value === "number" && name !== "seed") sums[name] = (sums[name] ?? 0) + value;
        }
        if (report.failure !== undefined) failed = report;
        onReport?.(report);
      }
      if (isOver) resolve({ worlds, sums, failed });
    });
  });
}
