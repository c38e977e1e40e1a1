// Bundles the library to dist/: ESM for every runtime, with declarations. Types are checked by `tsc -p .` before, since
// this step's declaration bundler lets type errors pass.

import { readdirSync } from "node:fs";
import { defineConfig } from "tsup";

// A file directly under src/ is an entry of the package, except the error class.
const names = readdirSync("src").flatMap((file) =>
  file.endsWith(".ts") && file !== "errors.ts" ? [file.slice(0, -3)] : [],
);
const last = ["client", "blobs"];
const others = names.filter((name) => name !== "index" && !last.includes(name)).sort();
// The order of entries orders the shared chunks, and so how well they compress: in this one, what apps download is up to 0.3 kB
// smaller than in others.
const entry = Object.fromEntries(["index", ...others, ...last].map((name) => [name, `src/${name}.ts`]));

export default defineConfig({
  entry: {
    ...entry,
    // The command that package.json names.
    cli: "src/cli/main.ts",
    // One build for every runtime: only this import is resolved by the runtime's conditions (package.json, imports).
    "primitives/node": "src/primitives/node.ts",
    "primitives/portable": "src/primitives/noble.ts",
  },
  external: ["#primitives", /^node:/],
  // Deno knows built-in modules by this prefix only.
  removeNodeProtocol: false,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // What is marked @internal is not part of the declarations: constructors that refuse callers, checks that the library shares.
  // tsup 8 sets the option `baseUrl` itself, which TypeScript 6 otherwise refuses as deprecated.
  dts: { entry, compilerOptions: { stripInternal: true, ignoreDeprecations: "6.0" } },
  splitting: true,
  // No module has side effects (package.json says so too). Without this, entries import chunks of which they use nothing, and
  // bundlers warn of each.
  treeshake: { moduleSideEffects: false },
  clean: true,
});
