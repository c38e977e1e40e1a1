// Writes vectors/: attacks that a reader must refuse, and values that it must compute, all from fixed seeds. `--check` compares
// instead of writing. The format is in vectors/README.md.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { VectorFile } from "./vectors/format.js";
import { negativeFiles } from "./vectors/negative.js";
import { positiveFiles } from "./vectors/positive.js";
import { prefixFiles } from "./vectors/prefixes.js";
import { withTable } from "./vectors/readme.js";

const folder = "vectors";

/** All vectors. */
function filesThere(): readonly string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".json")).map((path) => path.replaceAll("\\", "/"));
}

const vectors = [...negativeFiles(), ...(await positiveFiles())];
// Last, since the other files name the prefixes that they use.
const files: readonly VectorFile[] = [...vectors, ...prefixFiles()];
const wanted = new Map(files.map(([path, content]) => [path, `${JSON.stringify(content, undefined, 1)}\n`]));
const [readme, spec] = [join(folder, "README.md"), "docs/spec.md"].map((path) => readFileSync(path, "utf8"));
wanted.set("README.md", withTable(readme as string, spec as string, files));
if (wanted.size !== files.length + 1) throw new Error("two vectors have one name");
const surplus = filesThere().filter((path) => !wanted.has(path));

if (process.argv.includes("--check")) {
  const differs = ([path, text]: readonly [string, string]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  };
  const stale = [...[...wanted].filter(differs).map(([path]) => path), ...surplus];
  for (const path of stale) console.error(`vectors/${path} is out of date; run npm run gen:vectors`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const path of surplus) rmSync(join(folder, path));
  for (const [path, text] of wanted) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
const size = [...wanted.values()].reduce((sum, text) => sum + text.length, 0);
console.log(`${files.length} files, ${Math.round(size / 1024)} KiB`);
