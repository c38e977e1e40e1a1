// An admin's session is killed wherever it waits: nothing is lost, nothing is half-done (docs/spec.md section 13).

import { expect, it } from "vitest";
import { killEverywhere, SCENARIOS, type Scenario } from "./escrow-kills.js";

it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  "%s, killed everywhere",
  async (_name, scenario) => {
    expect(await killEverywhere(scenario as Scenario<never>)).toBeGreaterThan(8);
  },
);
