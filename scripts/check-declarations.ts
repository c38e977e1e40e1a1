// Compiles programs that use the published declarations (test/consumer), under each supported TypeScript: with the DOM's types, with
// Node's, and with neither; strict, and without skipLibCheck. The compilers are pinned in test/consumer/package-lock.json.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packInto } from "./tarball.js";

const home = resolve("test/consumer");
const { devDependencies } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
/** The newest under its own name, older ones as aliases. */
const compilers = Object.keys(devDependencies).filter((name) => name.startsWith("typescript"));

const programs = {
  "no platform": { files: ["core.ts"], lib: ["ES2022"], types: [] },
  "DOM types": { files: ["core.ts", "web.ts"], lib: ["ES2022", "DOM", "DOM.Iterable"], types: [] },
  "Node types": { files: ["core.ts", "node.ts"], lib: ["ES2022"], types: ["node"] },
  "DOM and Node types": {
    files: ["core.ts", "web.ts"],
    lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    types: ["node"],
  },
};

const compilerOptions = {
  ...{ target: "ES2022", module: "NodeNext", moduleResolution: "NodeNext", strict: true, noEmit: true },
  ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
};

execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline", "--silent"], { cwd: home, stdio: "inherit" });
const project = mkdtempSync(join(tmpdir(), "keystead-types-"));
try {
  // The package as it is published, and nothing of the repository that its declarations could find by accident.
  const tarball = packInto(project);
  mkdirSync(join(project, "node_modules"));
  execFileSync("tar", ["-xzf", tarball], { cwd: project });
  cpSync(join(project, "package"), join(project, "node_modules/keystead"), { recursive: true });
  for (const name of ["@types", "undici-types"]) {
    symlinkSync(join(home, "node_modules", name), join(project, "node_modules", name));
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  for (const file of ["core.ts", "web.ts", "node.ts"]) cpSync(join(home, file), join(project, file));

  for (const compiler of compilers) {
    for (const [name, { files, lib, types }] of Object.entries(programs)) {
      const config = { compilerOptions: { ...compilerOptions, lib, types }, files };
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
      const tsc = join(home, "node_modules", compiler, "bin/tsc");
      const { status, stdout, stderr } = spawnSync("node", [tsc, "-p", project], { encoding: "utf8" });
      console.log(`${status === 0 ? "ok" : "FAILED"}: ${compiler}, ${name}`);
      if (status === 0) continue;
      console.log(`${stdout}${stderr}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
