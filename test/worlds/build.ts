// Bundles the checker with the real link code over the symbolic primitives, with one rule weakened by a mutant.
// docs/assurance.md.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Mutant } from "./mutants/mutant.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The checker as one JavaScript module, to be run in a worker. @throws when a mutant's snippet is not in its file once */
export async function bundle(mutant?: Mutant): Promise<string> {
  const result = await build({
    entryPoints: [`${root}test/worlds/worker.ts`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [symbolic, ...(mutant ? [weaken(mutant)] : [])],
    logLevel: "silent",
  });
  return (result.outputFiles[0] as { text: string }).text;
}

/** The one import point of the primitives resolves to the stand-in. */
const symbolic: Plugin = {
  name: "symbolic primitives",
  setup({ onResolve }) {
    onResolve({ filter: /\/current\.js$/ }, () => ({ path: `${root}test/worlds/primitives.ts` }));
  },
};

/** The files of a mutant with its changes. @throws for a snippet that is not in its file exactly once */
export function weakened({ name, changes }: Mutant): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, find, replace } of changes) {
    const source = sources.get(file) ?? readFileSync(`${root}${file}`, "utf8");
    if (source.split(find).length !== 2) throw new Error(`mutant "${name}": this is not once in ${file}: ${find}`);
    sources.set(
      file,
      source.replace(find, () => replace),
    );
  }
  return sources;
}

function weaken(mutant: Mutant): Plugin {
  const sources = weakened(mutant);
  return {
    name: "weakened rule",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = sources.get(path.slice(root.length));
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
    },
  };
}
