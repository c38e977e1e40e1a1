// `npm run check:proofs`: checks every proof of proofs/ from scratch with Coq, refuses unproven parts and axioms, prints the
// theorems, shows for each broken rule that a theorem is false without it, and compares the model with the code on random
// histories. `-- --histories N --seed N` compares more, or the same again. docs/proofs.md.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { BROKEN, type BrokenRule, MODELS, NOTICED, refutationOf, STATEMENTS } from "./proofs/broken.js";
import { buildReplay, drawHistories, replay } from "./proofs/compare.js";
import { ORDER, theoremsOf, unprovenParts } from "./proofs/theorems.js";

const work = mkdtempSync(join(tmpdir(), "keystead-proofs-"));
let passed = 0;
let failed = 0;

function verdict(name: string, problem: string | undefined): void {
  if (problem === undefined) passed++;
  else failed++;
  console.log(problem === undefined ? name : `FAILED: ${name}\n${problem}`);
}

/** Compiles a file. @returns what Coq prints, or the error */
async function coqc(folder: string, file: string): Promise<{ readonly output: string; readonly error?: string }> {
  try {
    return { output: (await promisify(execFile)("coqc", ["-q", file], { cwd: folder, maxBuffer: 2 ** 24 })).stdout };
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    return { output: "", error: `${stdout}${stderr}` || message };
  }
}

/** Does something for each, two at a time: Coq uses one core. */
async function twoAtATime<T>(all: readonly T[], act: (each: T, index: number) => Promise<void>): Promise<void> {
  const rest = all.entries();
  const work = async () => {
    for (const [index, each] of rest) await act(each, index);
  };
  await Promise.all([work(), work()]);
}

async function checkProofs(): Promise<void> {
  const files = readdirSync("proofs").filter((name) => name.endsWith(".v"));
  const unlisted = files.filter((name) => !ORDER.includes(name.slice(0, -2)));
  verdict("every file is checked", unlisted.length > 0 ? `not in the order: ${unlisted}` : undefined);
  cpSync("proofs", work, { recursive: true });
  for (const name of ORDER) {
    const unproven = unprovenParts(readFileSync(`proofs/${name}.v`, "utf8"));
    verdict(
      `${name}.v`,
      (await coqc(work, `${name}.v`)).error ?? (unproven.length > 0 ? `unproven: ${unproven}` : undefined),
    );
  }
  const theorems = theoremsOf("proofs");
  // One run for all: that nothing is assumed is printed once for each.
  const report = `Require Import ${ORDER.join(" ")}.\n${theorems.map(({ name }) => `Print Assumptions ${name}.\n`).join("")}`;
  writeFileSync(join(work, "Report.v"), report);
  const { output, error } = await coqc(work, "Report.v");
  const lines = output.trim().split("\n");
  const isClosed = (line: string | undefined) => line === "Closed under the global context";
  const all = error === undefined && lines.length === theorems.length && lines.every(isClosed);
  for (const { name, sentence } of theorems) verdict(`  ${name}: ${sentence}`, all ? undefined : (error ?? output));
}

/** The text of a file without what it requires, so that several files make one. */
function partOf(file: string): string {
  return readFileSync(`proofs/${file}.v`, "utf8").replace(/^(Require )?Import .*$/gm, "");
}

/** Applies one edit to a copy of the model, and proves that the theorem's statement is false there. */
async function checkBroken(rule: BrokenRule, index: number): Promise<void> {
  const { model = "Model", from, to, statement } = rule;
  const name = `without ${rule.rule} (${rule.becomes}) it is false that ${STATEMENTS[statement]}`;
  const text = partOf(model);
  if (text.split(from).length !== 2) {
    verdict(name, `the text to change does not stand in ${model}.v exactly once`);
    return;
  }
  const edited = text.replace(from, () => to);
  const { on, with: after } = MODELS[model];
  const start = `Require Import List Arith Bool.\nImport ListNotations.\nRequire Import ${["Lia", ...on].join(" ")}.`;
  const parts = [start, edited, ...after.map(partOf), refutationOf(rule)];
  writeFileSync(join(work, `Broken${index}.v`), parts.join("\n"));
  verdict(name, (await coqc(work, `Broken${index}.v`)).error);
}

/** The models that are compared with the code, each after those that it needs. */
const EXTRACTED = ["Model", "Classes", "Escrow", "Whole"];

/** The models and the code agree, and models with a broken rule do not. */
async function compareWithCode(histories: string): Promise<void> {
  // Enough to notice a broken rule.
  const some = histories
    .split(/^(?=H )/m)
    .slice(0, 2000)
    .join("");
  const { output, same } = replay(buildReplay(work), histories);
  verdict(`${output} (seed ${seed})`, same ? undefined : "the model and the code differ");
  await twoAtATime(
    BROKEN.filter(({ becomes }) => NOTICED.includes(becomes)),
    async (rule) => {
      const folder = mkdtempSync(join(work, "other-"));
      const { model = "Model" } = rule;
      let error: string | undefined;
      for (const file of EXTRACTED) {
        const text = readFileSync(`proofs/${file}.v`, "utf8");
        writeFileSync(join(folder, `${file}.v`), file === model ? text.replace(rule.from, () => rule.to) : text);
        // What comes before the edited file is compiled already.
        if (EXTRACTED.indexOf(file) >= EXTRACTED.indexOf(model)) error ??= (await coqc(folder, `${file}.v`)).error;
        else cpSync(join(work, `${file}.vo`), join(folder, `${file}.vo`));
      }
      const noticed = error === undefined && !replay(buildReplay(folder), some).same;
      verdict(`the comparison notices: ${rule.becomes}`, noticed ? undefined : (error ?? "it found no difference"));
    },
  );
}

const { values } = parseArgs({
  options: { histories: { type: "string", default: "10000" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

// In a thread of its own, while the proofs are checked.
const drawn = drawHistories(seed, Number(values.histories), work);
drawn.catch(() => {});
try {
  await checkProofs();
  console.log("\nBroken rules:");
  await twoAtATime(BROKEN, checkBroken);
  console.log("\nThe model and the code:");
  await compareWithCode(await drawn);
} finally {
  rmSync(work, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
