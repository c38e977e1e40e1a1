// Many worlds in which devices are killed at any point and the service lies: what the client promises holds in each of them.
// docs/assurance.md.

import { readFileSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { openDatabase } from "../served/database.js";
import { PostgresServer } from "../support/postgres-server.js";
import { MUTANTS } from "./mutants.js";
import { bundleSimulation, simulate } from "./run.js";

const STEPS = 400;
/** Each run of the tests has worlds of its own; KEYSTEAD_SEED repeats them. */
const from = inject("seed") % 1_000_000_000;
/** A limit for hangs on a slow machine. */
const TIMEOUT = 900_000;

describe("simulated worlds", () => {
  it.each([
    // A world has 24 kills, with a standard deviation of 6: both numbers are five deviations of their sums below what is expected, as
    // the number of moves is. A sixth of the worlds has moves: 240 have about 12 departures, and 9 arrivals at another organisation.
    { primitives: "symbolic", worlds: 240, kills: 5150, lies: 500, agreed: 50, moves: 40, moved: 1 },
    { primitives: "native", worlds: 46, kills: 900, lies: 100, agreed: 5, moves: 2, moved: 0 },
  ] as const)(
    "hold over $primitives primitives, $worlds of them with $kills kills and $lies lies",
    async ({ primitives, worlds, kills, lies, agreed, moves, moved }) => {
      const { failed, sums } = await simulate(await bundleSimulation(primitives), { from, worlds, steps: STEPS });
      expect(failed && { ...failed, trace: failed.trace.slice(-30) }).toBeUndefined();
      expect(sums.kills).toBeGreaterThan(kills);
      expect(sums.lies).toBeGreaterThan(lies);
      expect(sums.agreed).toBeGreaterThan(agreed);
      expect(sums.moves).toBeGreaterThan(moves);
      expect(sums.departures).toBeGreaterThanOrEqual(moved);
      expect(sums.arrivals).toBeGreaterThanOrEqual(moved);
      console.log(`${primitives}, seeds ${from} to ${from + worlds - 1}:`, sums);
    },
    TIMEOUT,
  );
});

describe.skipIf(!PostgresServer.isInstalled)("simulated worlds over the real handler", () => {
  it.each(["pglite", "postgres"] as const)(
    "hold on %s: it says and shows what the relay of the other worlds does",
    async (kind) => {
      const { sql, close } = await openDatabase(kind);
      try {
        const options = { from, worlds: 12, steps: STEPS, sql };
        const { failed, sums } = await simulate(await bundleSimulation("native"), options);
        expect(failed && { ...failed, trace: failed.trace.slice(-30) }).toBeUndefined();
        expect(sums.stored).toBeGreaterThan(30);
        expect(sums.pages).toBeGreaterThan(180);
        console.log(`the real handler on ${kind}, seeds ${from} to ${from + 11}:`, sums);
      } finally {
        await close();
      }
    },
    TIMEOUT,
  );
});

describe("weakened forms of the crash rule", () => {
  it.each(MUTANTS)(
    "a world shows that $name",
    async (mutant) => {
      // Always from the same seed: a rare world must not decide whether this test passes.
      const { failed } = await simulate(await bundleSimulation("symbolic", mutant), {
        ...{
          from: mutant.from ?? (mutant.inOrganisations ? 3 : 1),
          stride: mutant.inOrganisations ? 3 : 1,
          worlds: 60,
          steps: STEPS,
        },
      });
      expect(failed?.failure).toBeDefined();
    },
    TIMEOUT,
  );

  it("are documented, every one of them", () => {
    const text = readFileSync(new URL("../../docs/assurance.md", import.meta.url), "utf8");
    const table = text.split("| the rule becomes |\n|---|\n")[1]?.split("\n\n")[0]?.split("\n");
    expect(table).toEqual(MUTANTS.map(({ name }) => `| ${name} |`));
  });
});
