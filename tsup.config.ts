// Bundles the library to dist/: ESM for every runtime, with declarations. Types are checked by `tsc -p .` before, since
// this step's declaration bundler lets type errors pass.

import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", "recovery-sheet": "src/recovery-sheet.ts", testing: "src/testing.ts" },
  format: "esm",
  platform: "neutral",
  target: "es2022",
  dts: true,
  splitting: true,
  treeshake: true,
  clean: true,
});
