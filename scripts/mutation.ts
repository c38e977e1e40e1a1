// npm run check:mutation [-- --quick] [-- PART...] [-- --only FILE]... [-- --workers N]: changes the code of whole folders, or of the
// named files of a part, in every small way that Stryker knows, and runs the tests against each. Ends with status 1 when a change
// goes unnoticed that scripts/mutation/ does not explain, or when an explanation is not needed any more. docs/assurance.md.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import type { MutantResult } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { EXPLAINED } from "./mutation/explanations.js";
import { judge, nameOf } from "./mutation/judge.js";
import { PARTS, type Part, QUICK } from "./mutation/parts.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean" },
    only: { type: "string", multiple: true },
    workers: { type: "string", default: "2" },
  },
});
const all = values.quick ? QUICK : PARTS;
const unknown = positionals.filter((name) => !all.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}; there are: ${all.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
if (values.only && positionals.length !== 1) {
  console.error("--only needs the one part that its files belong to");
  process.exit(2);
}

/** A mutant with its place. */
function placed(mutant: MutantResult) {
  const { fileName, location, replacement = "" } = mutant;
  const file = fileName.slice(fileName.lastIndexOf("/src/") + 1);
  const line = readFileSync(file, "utf8").split("\n")[location.start.line - 1] as string;
  return { mutant, file, line: line.trim(), becomes: replacement.split("\n")[0] as string };
}

/** A test file that a mutant keeps from loading, or that never ends, has noticed it too. */
const NOTICED: readonly string[] = ["Killed", "Timeout", "RuntimeError"];
const SURVIVED: readonly string[] = ["Survived", "NoCoverage"];

/** Runs tests against the mutants of sources. */
async function runStryker(
  name: string,
  mutate: string[],
  tests: readonly string[],
  { patience, endless = 15_000 }: Part,
): Promise<MutantResult[]> {
  process.env.KEYSTEAD_MUTATION_TESTS = tests.join("\n");
  process.env.KEYSTEAD_MUTATION_PATIENCE = String(patience ?? "");
  return await new Stryker({
    testRunner: "vitest",
    vitest: { configFile: "scripts/mutation/vitest.config.ts" },
    plugins: [
      "@stryker-mutator/vitest-runner",
      "./scripts/mutation/ignore-messages.js",
      "./scripts/mutation/report-survivors.js",
    ],
    ignorers: ["messages"],
    mutate,
    coverageAnalysis: "perTest",
    concurrency: Number(values.workers),
    // For loops that a mutant makes endless; long enough that a busy machine is not taken for one.
    timeoutMS: endless,
    timeoutFactor: 2,
    reporters: ["progress-append-only", "survivors", "json"],
    jsonReporter: { fileName: `.cache/mutation/${name}.json` },
    tempDirName: ".cache/stryker",
    ignorePatterns: ["bench", "dist", "examples", "tools", ".cache"],
    warnings: false,
  }).runMutationTest();
}

/** Mutates one part. @returns whether all is noticed or explained */
async function mutate(part: Part): Promise<boolean> {
  const { name, sources, tests, more } = part;
  const results = await runStryker(name, values.only ?? [sources], tests, part);
  const count = (statuses: readonly string[]) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count(NOTICED);
  const files = new Set(results.map((mutant) => placed(mutant).file));
  let left = results.filter(({ status }) => SURVIVED.includes(status)).map(placed);
  const open = judge(left, EXPLAINED, files).unexplained.map(({ mutant }) => mutant);
  if (more && open.length > 0) {
    const key = ({ fileName, location, replacement }: MutantResult) =>
      JSON.stringify([fileName, location, replacement]);
    const ranges = open.map(({ fileName, location: { start, end } }) => {
      return `${relative(".", fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column}`;
    });
    const again = await runStryker(`${name}-more`, ranges, more, part);
    const killed = new Set(again.filter(({ status }) => NOTICED.includes(status)).map(key));
    left = left.filter(({ mutant }) => !killed.has(key(mutant)));
  }
  const { unexplained, stale } = judge(left, EXPLAINED, files);
  const judged = noticed + count(SURVIVED);
  const killed = judged - left.length;
  for (const mutant of unexplained)
    console.log(`SURVIVED at line ${mutant.mutant.location.start.line}: ${nameOf(mutant)}`);
  for (const each of stale) console.log(`EXPLAINED AND NOT THERE: ${each}`);
  console.log(
    `${name}: ${judged} mutants, ${killed} killed (${((100 * killed) / judged).toFixed(1)} %), ` +
      `${left.length - unexplained.length} explained, ${unexplained.length} unexplained, ${count(["Ignored"])} left alone`,
  );
  return unexplained.length + stale.length === 0;
}

let isSound = true;
for (const part of all) {
  if (positionals.length > 0 && !positionals.includes(part.name)) continue;
  isSound = (await mutate(part)) && isSound;
}
process.exitCode = isSound ? 0 : 1;
