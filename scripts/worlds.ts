// npm run check:worlds [-- --full | --deep | --depth N] [--minutes N] [--start NAME]: explores small worlds with the real link
// code. Prints states and transitions, and a counterexample with its moves if a rule breaks (status 1; 3 when time ran out
// first). docs/assurance.md.

import { parseArgs } from "node:util";
import { bundle } from "../test/worlds/build.js";
import type { Explored } from "../test/worlds/explore.js";
import { runBundle } from "../test/worlds/run.js";
import { STARTS, type Start } from "../test/worlds/starts.js";

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    deep: { type: "boolean", default: false },
    depth: { type: "string" },
    minutes: { type: "string", default: "60" },
    start: { type: "string" },
  },
});
const milliseconds = Number(values.minutes) * 60_000;
const chosen = STARTS.filter(({ name }) => values.start === undefined || name === values.start);
const depthOf = ({ quick, full, deep = full }: Start): number =>
  values.depth ? Number(values.depth) : values.deep ? deep : values.full ? full : quick;
if (chosen.length === 0 || !Number.isSafeInteger(milliseconds) || !chosen.every((start) => depthOf(start) > 0)) {
  console.error(`--depth and --minutes are numbers; --start is one of: ${STARTS.map(({ name }) => name).join("; ")}`);
  process.exit(2);
}

const code = await bundle();
const found: Explored[] = [];
const queue = [...chosen];
const began = performance.now();

/** Works off the queue. Two workers use two cores. */
async function work(): Promise<void> {
  for (let start = queue.shift(); start; start = queue.shift()) {
    const explored = await runBundle(code, { ...start, start: start.moves, depth: depthOf(start), milliseconds });
    const { states, transitions, accepted, depth, seconds, isCut, counterexample } = explored;
    found.push(explored);
    const counts = `${states} states, ${transitions} transitions (${accepted} accepted), depth ${depth}, ${seconds.toFixed(1)} s`;
    console.log(`${start.name}: ${counts}${isCut ? ", stopped by the clock" : ""}`);
    if (isCut) process.exitCode ??= 3;
    if (counterexample) {
      const { property, because, trace } = counterexample;
      console.log(
        `\nCOUNTEREXAMPLE: ${property}: ${because}\n${["A opens the log", ...trace].map((move, at) => `  ${at + 1}. ${move}`).join("\n")}\n`,
      );
      process.exitCode = 1;
    }
  }
}

await Promise.all([work(), work()]);
const sum = (count: (each: Explored) => number): number => found.reduce((total, each) => total + count(each), 0);
const seconds = (performance.now() - began) / 1000;
const rate = Math.round(sum(({ transitions }) => transitions) / seconds);
console.log(
  `${sum(({ states }) => states)} states, ${sum(({ transitions }) => transitions)} transitions in ${seconds.toFixed(0)} s (${rate}/s)`,
);
