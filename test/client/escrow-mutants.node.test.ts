// Each weakened form of the crash rule of admins' sessions fails when a session is killed everywhere. docs/assurance.md.

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { bundle, type Weakening } from "../worlds/build.js";
import { MUTANTS } from "./escrow-mutants.js";

/** What is wrong after a kill; undefined where all is well. */
async function failureWith(mutant?: Weakening): Promise<string | undefined> {
  const code = await bundle(mutant, { entry: "test/client/escrow-kills-worker.ts", primitives: "symbolic" });
  const worker = new Worker(new URL(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`));
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", ({ failure }: { failure: string | undefined }) => resolve(failure));
    // One that waits for ever has nothing left to do, and ends.
    worker.on("exit", () => resolve("it ended without a result"));
  });
}

it("holds over symbolic primitives as it is", async () => {
  expect(await failureWith()).toBeUndefined();
});

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("a kill shows that %s", async (_name, mutant) => {
  expect(await failureWith(mutant)).toBeDefined();
});

it("are documented, every one of them", () => {
  const text = readFileSync(new URL("../../docs/assurance.md", import.meta.url), "utf8");
  const table = text.split("| the rule of admins' sessions becomes |\n|---|\n")[1]?.split("\n\n")[0]?.split("\n");
  expect(table).toEqual(MUTANTS.map(({ name }) => `| ${name} |`));
});
