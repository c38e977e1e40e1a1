// `npm run check:proofs`: checks every proof of proofs/ from scratch with Coq, refuses unproven parts and axioms, prints the
// theorems, shows for each broken rule that a theorem is false without it, and compares the model with the code on random
// histories. `-- --histories N --seed N` compares more, or the same again. docs/proofs.md.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { present } from "../src/bytes/present.js";
import { BROKEN, type BrokenRule, MODELS, NOTICED, refutationOf, STATEMENTS } from "./proofs/broken.js";
import { buildReplay, drawHistories, replay } from "./proofs/compare.js";
import { ORDER, requiredBy, type Theorem, theoremsOf, unprovenParts } from "./proofs/theorems.js";

const work = mkdtempSync(join(tmpdir(), "keystead-proofs-"));
let passed = 0;
let failed = 0;

function verdict(name: string, problem: string | undefined): void {
  if (problem === undefined) passed++;
  else failed++;
  console.log(problem === undefined ? name : `FAILED: ${name}\n${problem}`);
}

interface Compiled {
  readonly output: string;
  readonly error?: string;
}

/** Coq uses one core: two run at a time. */
let idle = 2;
const waiting: (() => void)[] = [];

/** Compiles a file, as soon as a core is idle. @param isNext before all others that wait. @returns what Coq prints, or the error */
async function coqc(folder: string, file: string, isNext = false): Promise<Compiled> {
  while (idle === 0) await new Promise<void>((go) => (isNext ? waiting.unshift(go) : waiting.push(go)));
  idle--;
  try {
    return { output: (await promisify(execFile)("coqc", ["-q", file], { cwd: folder, maxBuffer: 2 ** 24 })).stdout };
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    return { output: "", error: `${stdout}${stderr}` || message };
  } finally {
    idle++;
    waiting.shift()?.();
  }
}

/** The outcome of each file of proofs/, and of the report about their theorems. */
const compiled = new Map<string, Promise<Compiled>>();

/** Begins to compile all files, each after those that it needs. */
function compileProofs(theorems: readonly Theorem[]): void {
  cpSync("proofs", work, { recursive: true });
  for (const name of ORDER) {
    const needed = [...compiled].flatMap(([file, outcome]) => (requiredBy(name).includes(file) ? [outcome] : []));
    compiled.set(
      name,
      Promise.all(needed).then(() => coqc(work, `${name}.v`, true)),
    );
  }
  // One run for all: that nothing is assumed is printed once for each.
  const report = `Require Import ${ORDER.join(" ")}.\n${theorems.map(({ name }) => `Print Assumptions ${name}.\n`).join("")}`;
  writeFileSync(join(work, "Report.v"), report);
  const all = Promise.all(compiled.values());
  compiled.set(
    "Report",
    all.then(() => coqc(work, "Report.v", true)),
  );
}

async function checkProofs(): Promise<void> {
  const files = readdirSync("proofs").filter((name) => name.endsWith(".v"));
  const unlisted = files.filter((name) => !ORDER.includes(name.slice(0, -2)));
  verdict("every file is checked", unlisted.length > 0 ? `not in the order: ${unlisted}` : undefined);
  const theorems = theoremsOf("proofs");
  compileProofs(theorems);
  for (const name of ORDER) {
    const unproven = unprovenParts(readFileSync(`proofs/${name}.v`, "utf8"));
    const { error } = await present(compiled.get(name));
    verdict(`${name}.v`, error ?? (unproven.length > 0 ? `unproven: ${unproven}` : undefined));
  }
  const { output, error } = await present(compiled.get("Report"));
  const lines = output.trim().split("\n");
  const isClosed = (line: string | undefined) => line === "Closed under the global context";
  const all = error === undefined && lines.length === theorems.length && lines.every(isClosed);
  for (const { name, sentence } of theorems) verdict(`  ${name}: ${sentence}`, all ? undefined : (error ?? output));
}

/** The text of a file without what it requires, so that several files make one. */
function partOf(file: string): string {
  return readFileSync(`proofs/${file}.v`, "utf8").replace(/^(Require )?Import .*$/gm, "");
}

/** Applies one edit to a copy of the model, and proves that the theorem's statement is false there. @returns what is wrong */
async function checkBroken(rule: BrokenRule, index: number): Promise<string | undefined> {
  const { model = "Model", from, to } = rule;
  const text = partOf(model);
  if (text.split(from).length !== 2) return `the text to change does not stand in ${model}.v exactly once`;
  const edited = text.replace(from, () => to);
  const { on, with: after } = MODELS[model];
  const start = `Require Import List Arith Bool.\nImport ListNotations.\nRequire Import ${["Lia", ...on].join(" ")}.`;
  const parts = [start, edited, ...after.map(partOf), refutationOf(rule)];
  writeFileSync(join(work, `Broken${index}.v`), parts.join("\n"));
  await Promise.all(on.map((file) => compiled.get(file)));
  return (await coqc(work, `Broken${index}.v`)).error;
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
  const noticed = BROKEN.filter(({ becomes }) => NOTICED.includes(becomes)).map(
    async (rule) => [rule.becomes, await checkNoticed(rule, some)] as const,
  );
  const { output, same } = await replay(await buildReplay(work), histories);
  verdict(`${output} (seed ${seed})`, same ? undefined : "the model and the code differ");
  for (const [becomes, problem] of await Promise.all(noticed)) verdict(`the comparison notices: ${becomes}`, problem);
}

/** The comparison finds a difference when the model has a broken rule. @returns what is wrong */
async function checkNoticed(rule: BrokenRule, histories: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(work, "other-"));
  const { model = "Model" } = rule;
  for (const file of EXTRACTED) {
    const text = readFileSync(`proofs/${file}.v`, "utf8");
    writeFileSync(join(folder, `${file}.v`), file === model ? text.replace(rule.from, () => rule.to) : text);
    // What comes before the edited file is compiled already.
    const isEdited = EXTRACTED.indexOf(file) >= EXTRACTED.indexOf(model);
    const error = isEdited ? (await coqc(folder, `${file}.v`)).error : undefined;
    if (error !== undefined) return error;
    if (!isEdited) cpSync(join(work, `${file}.vo`), join(folder, `${file}.vo`));
  }
  return (await replay(await buildReplay(folder), histories)).same ? "it found no difference" : undefined;
}

const { values } = parseArgs({
  options: { histories: { type: "string", default: "10000" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

// In a thread of its own, while the proofs are checked.
const drawn = drawHistories(seed, Number(values.histories), work);
drawn.catch(() => {});
try {
  const proofs = checkProofs();
  const broken = BROKEN.map(checkBroken);
  await proofs;
  console.log("\nBroken rules:");
  for (const [index, { rule, becomes, statement }] of BROKEN.entries())
    verdict(`without ${rule} (${becomes}) it is false that ${STATEMENTS[statement]}`, await broken[index]);
  console.log("\nThe model and the code:");
  await compareWithCode(await drawn);
} finally {
  rmSync(work, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
