// `npm run check:proofs`: checks every proof of proofs/ from scratch with Coq, refuses unproven parts and axioms, prints the
// theorems, shows for each broken rule that a theorem is false without it, and compares the model with the code on random
// histories. `-- --histories N --seed N` compares more, or the same again. docs/proofs.md.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BROKEN, type BrokenRule, refutationOf, STATEMENTS } from "./proofs/broken.js";
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
function coqc(folder: string, file: string): { readonly output: string; readonly error?: string } {
  try {
    return { output: execFileSync("coqc", ["-q", file], { cwd: folder, encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    return { output: "", error: `${stdout}${stderr}` || message };
  }
}

function checkProofs(): void {
  const files = readdirSync("proofs").filter((name) => name.endsWith(".v"));
  const unlisted = files.filter((name) => !ORDER.includes(name.slice(0, -2)));
  verdict("every file is checked", unlisted.length > 0 ? `not in the order: ${unlisted}` : undefined);
  cpSync("proofs", work, { recursive: true });
  for (const name of ORDER) {
    const unproven = unprovenParts(readFileSync(`proofs/${name}.v`, "utf8"));
    verdict(`${name}.v`, coqc(work, `${name}.v`).error ?? (unproven.length > 0 ? `unproven: ${unproven}` : undefined));
  }
  const theorems = theoremsOf("proofs");
  for (const { name, file, sentence } of theorems) {
    writeFileSync(join(work, "Report.v"), `Require Import ${file}.\nPrint Assumptions ${name}.\n`);
    const { output, error } = coqc(work, "Report.v");
    verdict(
      `  ${name}: ${sentence}`,
      error ?? (output.trim() === "Closed under the global context" ? undefined : output),
    );
  }
}

/** Applies one edit to a copy of the model, and proves that the theorem's statement is false there. */
function checkBroken(rule: BrokenRule): void {
  const folder = mkdtempSync(join(work, "broken-"));
  const model = readFileSync("proofs/Model.v", "utf8");
  const name = `without ${rule.rule} (${rule.becomes}) it is false that ${STATEMENTS[rule.statement]}`;
  if (model.split(rule.from).length !== 2) {
    verdict(name, "the text to change does not stand in Model.v exactly once");
    return;
  }
  writeFileSync(
    join(folder, "Model.v"),
    model.replace(rule.from, () => rule.to),
  );
  writeFileSync(join(folder, "Broken.v"), refutationOf(rule));
  for (const file of ["Statements.v", "Play.v"]) cpSync(join("proofs", file), join(folder, file));
  const errors = ["Model.v", "Statements.v", "Play.v", "Broken.v"].map((file) => coqc(folder, file).error);
  verdict(
    name,
    errors.find((error) => error !== undefined),
  );
}

/** The model and the code agree, and a model with a broken rule does not. */
async function compareWithCode(): Promise<void> {
  const histories = await drawHistories(seed, Number(values.histories), work);
  const { output, same } = replay(buildReplay(work), histories);
  verdict(`${output} (seed ${seed})`, same ? undefined : "the model and the code differ");
  const rule = BROKEN[2] as BrokenRule;
  const folder = mkdtempSync(join(work, "other-"));
  writeFileSync(
    join(folder, "Model.v"),
    readFileSync("proofs/Model.v", "utf8").replace(rule.from, () => rule.to),
  );
  const { error } = coqc(folder, "Model.v");
  const noticed = error === undefined && !replay(buildReplay(folder), histories).same;
  verdict(`the comparison notices: ${rule.becomes}`, noticed ? undefined : (error ?? "it found no difference"));
}

const { values } = parseArgs({
  options: { histories: { type: "string", default: "10000" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

try {
  checkProofs();
  console.log("\nBroken rules:");
  for (const rule of BROKEN) checkBroken(rule);
  console.log("\nThe model and the code:");
  await compareWithCode();
} finally {
  rmSync(work, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
