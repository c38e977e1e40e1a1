// Builds the web app from the sources of the package's public entries: `npm start` needs no build of the package.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("."),
  resolve: {
    alias: [
      { find: /^keystead$/, replacement: path("../src/index.ts") },
      { find: /^keystead\/([a-z-]+)$/, replacement: path("../src/$1.ts") },
      { find: "#primitives", replacement: path("../src/primitives/noble.ts") },
    ],
  },
  build: {
    outDir: path("../build/demo"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Fonts and pictures stay files: the policy allows no data: in styles.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
