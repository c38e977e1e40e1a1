// How long a process waits for its first import of the library, beside the noble modules that the native backend uses.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import { bundle, ROOT } from "../support/bundle.js";
import { CACHE } from "../support/long-log.js";
import { median } from "../support/measure.js";
import { type Row, ratio } from "../support/row.js";

/** Other packages stay outside the bundle, at their place: a package beside the benchmarks could be another version. */
const found = new Set<string>();
const external: Plugin = {
  name: "external",
  setup({ onResolve }) {
    const resolve = createRequire(`${ROOT}package.json`).resolve;
    onResolve({ filter: /^(@noble|@scure|qr)/ }, ({ path }) => {
      const { href } = pathToFileURL(resolve(path));
      if (path.startsWith("@noble")) found.add(href);
      return { path: href, external: true };
    });
  },
};

/** Milliseconds until a module is loaded, in a process of its own. */
function importing(...modules: readonly string[]): number {
  const imports = modules.map((module) => `await import(${JSON.stringify(module)});`).join("");
  const script = `const start = performance.now(); ${imports} console.log(performance.now() - start);`;
  const cwd = fileURLToPath(new URL("../", import.meta.url));
  const args = ["--input-type=module", "--eval", script];
  return Number(execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

export const coldImport: Row = {
  name: "import",
  title: "cold import in Node",
  async *run({ quick }) {
    const outfile = fileURLToPath(new URL("core.mjs", CACHE));
    const build: BuildOptions = {
      ...{ outfile, write: true, platform: "node", tsconfig: `${ROOT}bench/tsconfig.json`, plugins: [external] },
    };
    await bundle(`export * from "./src/index.ts";`, build);
    const peers = ["age-encryption", "ts-mls", "openpgp", "libsodium-wrappers-sumo", "@localfirst/auth"];
    const samples: Record<string, number[]> = { noble: [], core: [] };
    for (let round = 0; round < (quick ? 2 : 15); round++) {
      samples["noble"]?.push(importing(...found));
      samples["core"]?.push(importing(pathToFileURL(outfile).href));
    }
    const base = median(samples["noble"] as number[]);
    const core = median(samples["core"] as number[]);
    yield { what: "the noble modules that it imports (baseline)", value: base, unit: "ms", base };
    const target = { figure: ratio(core, base), atMost: 1.3, of: "× noble" };
    yield { what: "the core, with node:crypto", value: core, unit: "ms", base, target };
    for (const name of peers) {
      let value: number | undefined;
      try {
        value = median(Array.from({ length: quick ? 1 : 5 }, () => importing(name)));
      } catch {
        value = undefined;
      }
      yield { what: name, value, unit: "ms", base };
    }
  },
};
