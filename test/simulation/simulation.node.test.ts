// Many worlds in which devices are killed at any point and the service lies: what the client promises holds in each of them.
// docs/assurance.md.

import { describe, expect, inject, it } from "vitest";
import { MUTANTS } from "./mutants.js";
import { bundleSimulation, simulate } from "./run.js";

const STEPS = 400;
/** Each run of the tests has worlds of its own; KEYSTEAD_SEED repeats them. */
const from = inject("seed") % 1_000_000_000;

describe("simulated worlds", () => {
  it.each([
    ["symbolic", 120],
    ["native", 12],
  ] as const)("hold over %s primitives, %d of them", async (primitives, worlds) => {
    const { failed, sums } = await simulate(await bundleSimulation(primitives), { from, worlds, steps: STEPS });
    expect(failed && { ...failed, trace: failed.trace.slice(-30) }).toBeUndefined();
    expect(sums.kills).toBeGreaterThan(10 * worlds);
    console.log(`seeds ${from} to ${from + worlds - 1}:`, sums);
  });
});

describe("weakened forms of the crash rule", () => {
  it.each(MUTANTS)("a world shows that $name", async (mutant) => {
    const { failed } = await simulate(await bundleSimulation("symbolic", mutant), { from, worlds: 60, steps: STEPS });
    expect(failed?.failure).toBeDefined();
  });
});
