// Bundles a checker with the real code of the library, mostly over the symbolic primitives, with one rule weakened by a mutant.
// docs/assurance.md.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Change } from "./mutants/mutant.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Changes of the library's source, with a name. */
export interface Weakening {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What is bundled, and over which primitives. */
export interface Program {
  readonly entry: string;
  readonly primitives: "symbolic" | "native";
}

const WORLDS: Program = { entry: "test/worlds/worker.ts", primitives: "symbolic" };

/** A checker as one JavaScript module, to be run in a worker. @throws when a mutant's snippet is not in its file once */
export async function bundle(mutant?: Weakening, { entry, primitives }: Program = WORLDS): Promise<string> {
  const result = await build({
    entryPoints: [`${root}${entry}`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [primitives === "symbolic" ? symbolic : native, ...(mutant ? [weaken(mutant)] : [])],
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

/** The package's `imports` name built files. */
const native: Plugin = {
  name: "native primitives",
  setup({ onResolve }) {
    onResolve({ filter: /^#primitives$/ }, () => ({ path: `${root}src/primitives/node.ts` }));
  },
};

/** The files of a mutant with its changes. @throws for a snippet that is not in its file exactly once */
export function weakened({ name, changes }: Weakening): ReadonlyMap<string, string> {
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

function weaken(mutant: Weakening): Plugin {
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
