// npm run simulate [-- --quick | --seed N [--native] | --minutes N] [-- --from N] [-- --relay pglite|postgres]: runs simulated worlds with
// the real client, and with --relay also the real handler of the relay on a database. Each seed decides what is killed, lost and
// lied. Prints what was counted, and the seed and the story of the first world that breaks (status 1). docs/assurance.md.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { openDatabase } from "../test/served/database.js";
import { bundleSimulation, type Simulated, simulate } from "../test/simulation/run.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    native: { type: "boolean", default: false },
    seed: { type: "string" },
    from: { type: "string" },
    minutes: { type: "string", default: "10" },
    steps: { type: "string", default: "400" },
    relay: { type: "string" },
  },
});
const isOne = values.seed !== undefined;
const from = Number(values.seed ?? values.from ?? Math.floor(Math.random() * 1_000_000_000));
const steps = Number(values.steps);
const milliseconds = values.quick ? 40_000 : Number(values.minutes) * 60_000;
if (![from, steps, milliseconds].every((each) => Number.isSafeInteger(each) && each >= 0)) {
  console.error("--seed, --from, --steps and --minutes are whole numbers");
  process.exit(2);
}

if (![undefined, "pglite", "postgres"].includes(values.relay)) {
  console.error("--relay is pglite or postgres");
  process.exit(2);
}
const database = values.relay === undefined ? undefined : await openDatabase(values.relay as "pglite" | "postgres");

const code = await bundleSimulation(values.native || database ? "native" : "symbolic");
const workers = isOne ? 1 : Math.min(2, availableParallelism());
const began = performance.now();
const each = (worker: number): Promise<Simulated> => {
  const options = {
    from: from + worker * 1_000_000,
    worlds: isOne ? 1 : 1_000_000,
    steps,
    milliseconds,
    sql: database?.sql,
  };
  return simulate(code, options);
};
const all = await Promise.all(Array.from({ length: workers }, (_, worker) => each(worker)));
const seconds = (performance.now() - began) / 1000;
const names = new Set(all.flatMap(({ sums }) => Object.keys(sums)));
const total = (name: string): number => all.reduce((sum, { sums }) => sum + (sums[name] ?? 0), 0);
const worlds = all.reduce((sum, each) => sum + each.worlds, 0);
console.log(`${worlds} worlds from seed ${from} in ${seconds.toFixed(0)} s`);
console.log([...names].map((name) => `${total(name)} ${name}`).join(", "));
for (const { failed } of all) {
  if (!failed) continue;
  console.log(`\n${failed.trace.join("\n")}\nBROKEN in the world of seed ${failed.seed}: ${failed.failure}`);
  process.exitCode = 1;
}
await database?.close();
