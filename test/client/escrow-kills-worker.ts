// Kills every scenario of admins' sessions everywhere, over the bundle that test/worlds/build.ts makes. A worker.

import { parentPort } from "node:worker_threads";
import { killEverywhere, SCENARIOS, type Scenario } from "./escrow-kills.js";

let failure: string | undefined;
for (const scenario of SCENARIOS) {
  try {
    await killEverywhere(scenario as Scenario<never>);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    break;
  }
}
parentPort?.postMessage({ failure });
