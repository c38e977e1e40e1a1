// Compares the model with the code: the model, extracted to OCaml, replays random histories that the real code made. docs/proofs.md.

import { execFile } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Random histories of the real code over symbolic primitives, as text. */
export async function drawHistories(seed: number, histories: number, folder: string): Promise<string> {
  const result = await build({
    entryPoints: [`${root}scripts/proofs/histories.ts`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [
      {
        name: "symbolic primitives",
        setup({ onResolve }) {
          onResolve({ filter: /\/current\.js$/ }, () => ({ path: `${root}test/worlds/primitives.ts` }));
        },
      },
    ],
  });
  const file = join(folder, "histories.mjs");
  writeFileSync(file, (result.outputFiles[0] as { text: string }).text);
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: { seed, histories } });
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

const run = promisify(execFile);

/** Builds the program that replays histories, from a folder with a compiled Model.v. @returns its path */
export async function buildReplay(folder: string): Promise<string> {
  for (const file of ["Extract.v", "compare.ml"]) cpSync(`${root}proofs/${file}`, join(folder, file));
  await run("coqc", ["-q", "Extract.v"], { cwd: folder });
  await run("ocamlopt", ["-w", "-a", "model.mli", "model.ml", "compare.ml", "-o", "replay"], { cwd: folder });
  return join(folder, "replay");
}

/** @returns what the program says, and whether it found no difference */
export function replay(
  program: string,
  histories: string,
): Promise<{ readonly output: string; readonly same: boolean }> {
  return new Promise((done, fail) => {
    const child = execFile(program, (error, stdout, stderr) =>
      done({ output: `${stdout}${stderr}`.trim(), same: error === null }),
    );
    child.on("error", fail);
    child.stdin?.end(histories);
  });
}
