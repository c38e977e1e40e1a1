// Packs the package, and tells a whole story with it in every runtime, bundler and test runner: test/smoke/matrix.ts. Each is a project of
// its own, with the files and the commands of its section in docs/runtimes.md. Given the same randomness, the story must come out as from
// the sources, to the byte.
//
//   --only NAME   the rows whose names begin so

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { MATRIX, type Row } from "../test/smoke/matrix.js";
import { closeBrowsers, Missing, runRow } from "../test/smoke/run.js";
import { coreStory } from "../test/smoke/story/core.js";
import { seededEnv } from "../test/smoke/story/support.js";
import { installInto, packInto } from "./tarball.js";

const { only = "" } = parseArgs({ options: { only: { type: "string" } } }).values;
const rows = MATRIX.filter(({ name }) => name.toLowerCase().startsWith(only.toLowerCase()));
if (rows.length === 0) throw new Error(`no row begins so; there are: ${MATRIX.map(({ name }) => name).join(", ")}`);

/** Installs the runtimes and tools, once for each lockfile. */
function installTools(): void {
  const home = resolve("test/smoke");
  const [lock, stamp] = [join(home, "package-lock.json"), join(home, "node_modules/.installed-lock.json")];
  if (existsSync(stamp) && readFileSync(stamp).equals(readFileSync(lock))) return;
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  execFileSync("npm", ["ci", ...quiet], { cwd: home, stdio: ["ignore", "inherit", "inherit"] });
  copyFileSync(lock, stamp);
}

/** @throws unless every story came to its end, and as from the sources */
function checkTold({ way }: Row, said: readonly string[], expected: string): void {
  if (said.length === 0 && way.runs !== "relay worker") throw new Error("it told no story");
  for (const each of said) {
    const [, told] = /told: (.*)/.exec(each) ?? [];
    if (told === undefined) throw new Error(`the story was not told to its end:\n${each}`);
    if (told.trim() !== expected) throw new Error(`it came out as ${told}, and from the sources as ${expected}`);
  }
}

const counts = { passed: 0, failed: 0, skipped: 0 };

async function step(row: Row, folder: string, expected: string): Promise<void> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  try {
    checkTold(row, await runRow(row, folder), expected);
    counts.passed++;
    console.log(`== smoke: ${row.name}: passed in ${seconds()} s`);
  } catch (error) {
    if (error instanceof Missing && !process.env["CI"]) {
      counts.skipped++;
      console.log(`== smoke: ${row.name}: skipped, ${error.message}`);
      return;
    }
    counts.failed++;
    console.error(error instanceof Error ? error.message : error);
    console.log(`== smoke: ${row.name}: FAILED after ${seconds()} s`);
  }
}

installTools();
const folder = mkdtempSync(join(tmpdir(), "keystead-smoke-"));
try {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  installInto(empty, packInto(folder));
  const expected = await coreStory(seededEnv());
  const left = rows.entries();
  const work = async () => {
    for (const [at, row] of left) {
      const project = join(folder, String(at));
      cpSync(empty, project, { recursive: true });
      await step(row, project, expected);
    }
  };
  // Two at a time: most use one core.
  await Promise.all([work(), work()]);
} finally {
  await closeBrowsers();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
